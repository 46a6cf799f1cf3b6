"""What is to be read: from the names that a person gives to parts of files, in order, without those already held."""

import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from msgspec import Struct

from aitia.library.containers import Found, find, read_whole
from aitia.library.document import DocumentError
from aitia.library.readers import HEAD, choose
from aitia.library.workers import Part


class Progress(Struct, frozen=True):
    """How far a file had been read before."""

    fingerprint: str
    parts: int
    is_done: bool
    position: str | None = None


class Job(Struct, frozen=True):
    """One step of a load: a part to read, a file's end, or why a file is not read."""

    origin: str
    name: str
    fingerprint: str = ""
    number: int = 0
    """The part's place in its file, from 0."""
    part: Part | None = None
    is_end: bool = False
    """The file has been read to its end; all its parts came before."""
    is_known: bool = False
    """The file is not read, since it was before and has not changed."""
    failure: str | None = None
    passed_over: str | None = None
    """Why a file in a folder is not meant to be read: no reader knows its kind."""
    size: int = 0
    """Bytes of the file that this step accounts for."""
    position: str | None = None
    """For a query to a service: where to go on after this part."""


def jobs_of(path: Path, known: Mapping[str, Progress], again: bool) -> Iterator[Job]:
    """The jobs for a file, a folder or an archive. `again`: read also what was read before and has not changed."""
    is_single = path.is_file()
    for found in find(path):
        yield from _jobs(found, None if again else known.get(found.origin), is_single)


def _jobs(found: Found, before: Progress | None, is_single: bool) -> Iterator[Job]:
    if found.refused is not None or found.open is None:
        yield Job(found.origin, found.name, failure=found.refused or "it cannot be opened")
        return
    is_same = before is not None and before.fingerprint == found.fingerprint
    if is_same and before is not None and before.is_done:
        yield Job(found.origin, found.name, found.fingerprint, is_known=True, size=found.size)
        return
    skipped = before.parts if is_same and before is not None else 0
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(found.open())
            yield from _parts(found, stream, skipped, is_single)
    except DocumentError as error:
        yield Job(found.origin, found.name, failure=str(error), size=found.size)


def _parts(found: Found, stream: BinaryIO, skipped: int, is_single: bool) -> Iterator[Job]:
    head = stream.read(HEAD)
    reader = choose(found.name, head)
    if reader is None:
        suffix = Path(found.name).suffix.lower()
        reason = (
            f"there is no reader for {suffix} files"
            if suffix
            else "its name has no ending to tell its format"
        )
        if is_single:
            raise DocumentError(reason)
        yield Job(found.origin, found.name, passed_over=reason, size=found.size)
        return
    joined = cast(BinaryIO, io.BufferedReader(_Rejoined(head, stream), 2**18))
    if reader.split is None:
        data = read_whole(joined)
        yield Job(
            found.origin,
            found.name,
            found.fingerprint,
            0,
            Part(reader.name, found.name, data),
            size=found.size,
        )
        yield Job(found.origin, found.name, found.fingerprint, 1, is_end=True)
        return
    number = 0
    told = 0
    for number, data in enumerate(reader.split(joined), start=1):
        # What is read from a compressed file is more than its size; the end makes up for the rest.
        share = min(len(data), found.size - told) if not found.origin.endswith(".gz") else 0
        told += share
        if number > skipped:
            part = Part(reader.name, found.name, data)
            yield Job(found.origin, found.name, found.fingerprint, number - 1, part, size=share)
    yield Job(found.origin, found.name, found.fingerprint, number, is_end=True, size=found.size - told)


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        part = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
