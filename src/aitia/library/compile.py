"""The compiled copy of a library: its contents as JSON, and its word index, in the state folder.

Reading YAML takes half a second; reading the compiled copy takes milliseconds. The copy is named after the
fingerprint of the library's files, so a changed library is a new copy and a stale one is never read.
"""

import glob
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from aitia import __version__
from aitia.errors import StateError
from aitia.evidence.nouns import Contents
from aitia.library.disagreements import detect
from aitia.library.read import files_of, fingerprint, read_library
from aitia.search.index import Index, build
from aitia.state import home, writable

_KEPT = 3
_ABANDONED = 3600
"""Seconds after which an unfinished copy belongs to nobody."""


class Compiled(msgspec.Struct, frozen=True):
    """A library ready to answer from."""

    contents: Contents
    index: Index


def open_library(folder: Path, tell: Callable[[str], None] = lambda _: None) -> Compiled:
    """The compiled library, made first if it is absent and again if it is damaged (told in one line).

    Raises LibraryError for a mistake in the library and StateError if the copy cannot be written.
    """
    return open_contents(
        folder.resolve().name, fingerprint(files_of(folder))[:16], lambda: read_library(folder), tell
    )


def open_contents(
    name: str, key: str, read: Callable[[], Contents], tell: Callable[[str], None] = lambda _: None
) -> Compiled:
    """The compiled copy of contents that `read` gives; `key` (no hyphen in it) changes when they do."""
    place = home() / "compiled" / f"{name}-{__version__}-{key}"
    if place.is_dir():
        # Tantivy takes a lock in the index folder even to read it.
        if not os.access(place / "index", os.W_OK):
            raise StateError(
                f"{place} cannot be written to. Make it writable, or set AITIA_HOME to a folder that is."
            )
        try:
            return _open(place)
        except (OSError, ValueError, msgspec.MsgspecError):
            tell(f"the prepared copy of the library {name} was damaged and is made again")
            shutil.rmtree(place, ignore_errors=True)
    else:
        tell(f"preparing the library {name} (once, until it changes)")
    _compile(name, read(), place)
    try:
        return _open(place)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise StateError(f"the compiled copy {place} cannot be read back: {error}.") from None


def _open(place: Path) -> Compiled:
    contents = msgspec.json.decode((place / "contents.json").read_bytes(), type=Contents)
    index = Index(place / "index")
    if index.size != len(contents.statements):
        raise ValueError("the index does not match the contents")
    return Compiled(contents, index)


def _compile(name: str, contents: Contents, place: Path) -> None:
    contents = msgspec.structs.replace(contents, disagreements=(*contents.disagreements, *detect(contents)))
    parent = writable(place.parent)
    # Made aside and moved into place whole, so that another process never sees a part of it.
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=parent))
    try:
        (scratch / "contents.json").write_bytes(msgspec.json.encode(contents))
        build(contents, scratch / "index")
        try:
            scratch.rename(place)
        except OSError:
            if not place.is_dir():  # otherwise another process was first
                raise
    except OSError as error:
        raise StateError(f"cannot write to {parent}: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _prune(parent, name)


def _prune(parent: Path, name: str) -> None:
    """Keep the newest few copies of one library, and remove what a killed process left unfinished."""
    for unfinished in parent.glob(".new-*"):
        if time.time() - unfinished.stat().st_mtime > _ABANDONED:
            shutil.rmtree(unfinished, ignore_errors=True)
    copies = [
        copy for copy in parent.glob(f"{glob.escape(name)}-*") if copy.name[len(name) + 1 :].count("-") == 1
    ]
    for copy in sorted(copies, key=lambda copy: copy.stat().st_mtime, reverse=True)[_KEPT:]:
        shutil.rmtree(copy, ignore_errors=True)
