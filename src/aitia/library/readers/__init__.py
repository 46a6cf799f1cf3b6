"""Readers: one module a format, each found by the entry point group `aitia.readers`."""

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points

from aitia.library.document import DocumentError, Reader

GROUP = "aitia.readers"
HEAD = 4096
"""How many bytes of a file its format is told from."""


@cache
def _found() -> tuple[dict[str, Reader], dict[str, str]]:
    loaded: dict[str, Reader] = {}
    broken: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            reader = point.load()
            if not isinstance(reader, Reader):
                raise TypeError(f"{point.value} is no Reader")
            loaded[reader.name] = reader
        except Exception as error:  # one bad plugin must not stop the rest
            broken[point.name] = f"{type(error).__name__}: {error}"
    return loaded, broken


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
