"""Readers: one module a format, each found by the entry point group `aitia.readers`."""

from collections.abc import Callable
from functools import cache

from aitia.library.document import DocumentError, Reader
from aitia.library.plugins import plugins

GROUP = "aitia.readers"
HEAD = 4096
"""How many bytes of a file its format is told from."""


@cache
def _found() -> tuple[dict[str, Reader], dict[str, str]]:
    return plugins(GROUP, Reader)


def readers() -> dict[str, Reader]:
    """Every reader that is installed and can be loaded, by name."""
    return _found()[0]


def broken_readers() -> dict[str, str]:
    """The entry points that could not be loaded, with the reason."""
    return _found()[1]


def suffix_of(name: str, suffixes: tuple[str, ...]) -> str | None:
    """The longest of the suffixes that a file's name ends in."""
    fitting = [suffix for suffix in suffixes if name.lower().endswith(suffix)]
    return max(fitting, key=len, default=None)


def choose(name: str, head: bytes) -> Reader | None:
    """The reader for a file of this name that begins with these bytes; None if no reader claims its suffix.

    Raises DocumentError if the content is not what the name says, or the file is empty.
    """
    claims: Callable[[Reader], int] = lambda reader: len(suffix_of(name, reader.suffixes) or "")  # noqa: E731
    longest = max((claims(reader) for reader in readers().values()), default=0)
    if not longest:
        return None
    if not head.strip(b"\0 \t\r\n"):
        raise DocumentError("it is empty")
    claimants = [reader for reader in readers().values() if claims(reader) == longest]
    for reader in claimants:
        if reader.recognises(head):
            return reader
    others = [
        reader.name
        for reader in readers().values()
        if reader not in claimants and reader.name not in ("text", "markdown") and reader.recognises(head)
    ]
    wanted = " or ".join(reader.name for reader in claimants)
    if others:
        raise DocumentError(
            f"its name says {wanted}, but it holds {others[0]}; rename it to end in "
            f"{readers()[others[0]].suffixes[0]}"
        )
    raise DocumentError(f"its name says {wanted}, but that is not what it holds")
