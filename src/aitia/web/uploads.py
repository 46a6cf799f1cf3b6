"""Files that people send: kept under names of our own until they are read, and told by the names that they had."""

import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from aitia.errors import StateError
from aitia.library.intake import Job as Step
from aitia.library.intake import Progress, jobs_of
from aitia.library.readers import readers, suffix_of
from aitia.state import home, writable

_ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
_LONGEST_NAME = 120


class Upload(Struct, frozen=True):
    """A file that was sent."""

    name: str
    """As people know it: without folders and signs that mislead."""
    stored: str
    """As it lies in the job's folder."""


def folder_of(number: int) -> Path:
    """Where the files of a job are kept."""
    return home() / "uploads" / str(number)


def shown_name(sent: str) -> str:
    """A file's name as it may be shown: the last part of a path, without control characters and turned writing."""
    name = sent.replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if not unicodedata.category(letter).startswith("C"))
    name = " ".join(name.split())
    if len(name) > _LONGEST_NAME:
        ending = suffix_of(name, suffixes()) or ""
        name = name[: _LONGEST_NAME - len(ending)] + name[len(name) - len(ending) :]
    # What begins with a point would be hidden: ".md" is told as "document.md".
    return f"document{name}" if name.startswith(".") or not name else name


def suffixes() -> tuple[str, ...]:
    """How the names of files end that can be read: what readers know, the same compressed, and archives."""
    known = sorted({suffix for reader in readers().values() for suffix in reader.suffixes})
    return (*known, *(f"{suffix}.gz" for suffix in known), *_ARCHIVES)


def save(folder: Path, name: str, place: int, content: BinaryIO) -> tuple[Upload, int]:
    """Keep a file in a job's folder under its place and its ending alone; its size in bytes.

    Raises StateError if it cannot be written.
    """
    ending = suffix_of(name, suffixes())
    assert ending is not None
    stored = f"{place}{ending}"
    try:
        with (folder / stored).open("xb") as file:
            shutil.copyfileobj(content, file, 2**20)
            return Upload(name, stored), file.tell()
    except OSError as error:
        raise StateError(
            f"{name} cannot be kept: {error.strerror or error}. Nothing was added; free some disk space and try again."
        ) from None


def steps(number: int, place: int, upload: Upload, known: Mapping[str, Progress]) -> Iterator[Step]:
    """The steps that read an upload: told, and remembered, by the name that people know and not by the server's."""
    path = folder_of(number) / upload.stored
    ending = suffix_of(upload.name, suffixes()) or ""
    stem = upload.name[: len(upload.name) - len(ending)]
    origin = f"upload {number}.{place}: {upload.name}"
    here, own = str(path.absolute()), str(place)

    def named(name: str) -> str:
        return f"{stem}{name.removeprefix(own)}"

    earlier = {
        here + name.removeprefix(origin): progress
        for name, progress in known.items()
        if name.startswith(origin)
    }
    for step in jobs_of(path, earlier, again=False):
        part = replace(step.part, name=named(step.part.name)) if step.part is not None else None
        yield replace(step, origin=origin + step.origin.removeprefix(here), name=named(step.name), part=part)


def name_of(origin: str) -> str:
    """Where something was read from, without the number that tells uploads of one name apart."""
    return re.sub(r"^upload \d+\.\d+: ", "", origin)


def make_folder(number: int) -> Path:
    """An empty folder for a job. Raises StateError if it cannot be made."""
    folder = folder_of(number)
    shutil.rmtree(folder, ignore_errors=True)
    return writable(folder)


def remove(number: int) -> None:
    """Remove what was kept for a job."""
    shutil.rmtree(folder_of(number), ignore_errors=True)
