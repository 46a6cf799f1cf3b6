"""From what a person names (files, folders, archives) to single files, opened one after another.

Nothing is ever unpacked to disk. A link that leads out of its folder, a member whose name leads out of the archive and
what grows without bound when it is decompressed are refused, each with its reason, and the rest goes on.
"""

import gzip
import io
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import msgspec
from msgspec import Struct

from aitia.library.document import DocumentError

LARGEST = 200 * 2**20
"""Bytes of a file that is read as a whole, after decompression."""
_RATIO = 200
_FREE = 64 * 2**20
"""A member that grows to more than this, and to more than `_RATIO` times what it was read from, is a bomb."""
_MOST_MEMBERS = 200_000
_DEEPEST = 2
"""Archives within archives."""
_ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
_HIDDEN = ("__MACOSX", ".DS_Store", "Thumbs.db")


class Found(Struct, frozen=True):
    """A file to read, or one that is refused."""

    origin: str
    """Its path; within an archive the archive's path, " > " and the member's name."""
    name: str
    """Its path within the folder or archive that was asked for: the same wherever that lies. Without .gz."""
    size: int
    """Bytes to be read, before decompression; for progress."""
    fingerprint: str
    open: Callable[[], AbstractContextManager[BinaryIO]] | None = None
    refused: str | None = None
    """Why it is not read."""


CURATED = ".aitia.json"
"""How the name of a curated library ends when it is read as one file."""


def find(path: Path) -> Iterator[Found]:
    """Every file under a path, in the order of their names. A folder with a curated library is one file."""
    path = path.absolute()
    if (path / "library.yaml").is_file():
        yield _curated(path, path.name)
    elif path.is_dir():
        yield from _folder(path)
    else:
        yield from _file(path, path.name)


def size_of(path: Path) -> int:
    """Bytes of the files under a path, for progress: nothing is opened or decompressed to tell."""
    if not path.is_dir():
        return path.stat().st_size if path.exists() else 0
    total = 0
    for folder, _, files in os.walk(path):
        for name in files:
            file = Path(folder) / name
            total += 0 if file.is_symlink() else file.stat().st_size
    return total


def _curated(path: Path, name: str) -> Found:
    """A curated library: its YAML files are checked and read together, as what they say is spread over them."""
    from aitia.errors import LibraryError
    from aitia.library.read import files_of, fingerprint, read_library

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        try:
            yield io.BytesIO(msgspec.json.encode(read_library(path)))
        except LibraryError as error:
            raise DocumentError(str(error).rstrip(".")) from None

    try:
        files = files_of(path)
        return Found(
            str(path), name + CURATED, sum(file.stat().st_size for file in files), fingerprint(files), opened
        )
    except (LibraryError, OSError) as error:
        return _refusal(str(path), name, str(error))


def _folder(root: Path) -> Iterator[Found]:
    real_root = root.resolve()
    for folder, folders, files in os.walk(root, followlinks=False):
        here = Path(folder)
        if here != root and "library.yaml" in files:
            folders.clear()
            yield _curated(here, here.relative_to(root).as_posix())
            continue
        for name in sorted(folders):
            if (here / name).is_symlink():
                files.append(name)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _HIDDEN and not (here / name).is_symlink()
        )
        for name in sorted(files):
            if name.startswith(".") or name in _HIDDEN:
                continue
            path = here / name
            relative = path.relative_to(root).as_posix()
            if path.is_symlink():
                if not path.resolve().is_relative_to(real_root):
                    yield _refusal(str(path), relative, "it is a link that leads out of the folder")
                # A link within the folder leads to what is read anyway.
                continue
            yield from _file(path, relative)


def _file(path: Path, name: str) -> Iterator[Found]:
    try:
        facts = path.stat()
    except OSError as error:
        yield _refusal(str(path), name, f"it cannot be read: {error.strerror}")
        return
    if not stat.S_ISREG(facts.st_mode):
        yield _refusal(str(path), name, "it is no ordinary file")
        return
    mark = f"{facts.st_size}-{facts.st_mtime_ns}"
    if name.lower().endswith(_ARCHIVES):
        try:
            with path.open("rb") as stream:
                yield from _archive(stream, str(path), name, mark, 1)
        except OSError as error:
            yield _refusal(str(path), name, f"it cannot be read: {error.strerror or error}")
        return

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        try:
            with path.open("rb") as stream:
                yield _decompressed(stream, name, facts.st_size)
        except (OSError, EOFError, zlib.error) as error:
            raise DocumentError(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None

    yield Found(str(path), _plain_name(name), facts.st_size, mark, opened)


def _plain_name(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name


def _decompressed(stream: BinaryIO, name: str, size: int) -> BinaryIO:
    if not name.lower().endswith(".gz"):
        return stream
    return cast(
        BinaryIO, io.BufferedReader(_Bounded(cast(BinaryIO, gzip.GzipFile(fileobj=stream)), size), 2**18)
    )


class _Bounded(io.RawIOBase):
    """A decompressing stream that stops where only a bomb would go on."""

    def __init__(self, stream: BinaryIO, compressed: int) -> None:
        self._stream = stream
        self._compressed = max(1, compressed)
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        part = self._stream.read(len(buffer))
        self._read += len(part)
        if self._read > _FREE and self._read > _RATIO * self._compressed:
            raise DocumentError(
                f"it grows to more than {_RATIO} times its size when it is decompressed, as only a bomb does"
            )
        buffer[: len(part)] = part
        return len(part)


def _archive(stream: BinaryIO, origin: str, name: str, mark: str, depth: int) -> Iterator[Found]:
    if depth > _DEEPEST:
        yield _refusal(origin, name, "it is an archive within an archive within an archive; unpack it first")
        return
    members = _zip_members if name.lower().endswith(".zip") else _tar_members
    try:
        for number, (member, size, member_mark, opened) in enumerate(members(stream)):
            if number >= _MOST_MEMBERS:
                yield _refusal(origin, name, f"it holds more than {_MOST_MEMBERS:,} files; split it")
                return
            where = f"{origin} > {member}"
            parts = PurePosixPath(member.replace("\\", "/"))
            if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
                yield _refusal(where, f"{name}/{member}", "its name leads out of the archive")
            elif any(part.startswith(".") or part in _HIDDEN for part in parts.parts):
                continue
            elif opened is None:
                yield _refusal(where, f"{name}/{member}", "it is a link or a device, not a file")
            elif member.lower().endswith(_ARCHIVES):
                try:
                    with opened() as inner:
                        content = read_whole(inner)
                except DocumentError as error:
                    yield _refusal(where, member, str(error))
                    continue
                yield from _archive(io.BytesIO(content), where, member, f"{mark}-{member_mark}", depth + 1)
            else:
                yield Found(where, f"{name}/{_plain_name(member)}", size, f"{mark}-{member_mark}", opened)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, OSError) as error:
        yield _refusal(origin, name, f"it is a damaged archive: {error}")


Member = tuple[str, int, str, Callable[[], AbstractContextManager[BinaryIO]] | None]
"""Name, size before decompression, fingerprint, and how to open it; None for what is no file."""


def _zip_members(stream: BinaryIO) -> Iterator[Member]:
    with zipfile.ZipFile(stream) as archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.is_dir():
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                yield info.filename, 0, "", None
                continue

            @contextmanager
            def opened(info: zipfile.ZipInfo = info) -> Iterator[BinaryIO]:
                try:
                    with archive.open(info) as member:
                        bounded = io.BufferedReader(
                            _Bounded(cast(BinaryIO, member), info.compress_size), 2**18
                        )
                        yield _decompressed(cast(BinaryIO, bounded), info.filename, info.file_size)
                except RuntimeError:
                    raise DocumentError("it is protected by a password; unpack the archive first") from None
                except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error) as error:
                    raise DocumentError(f"it cannot be decompressed: {error}") from None

            yield info.filename, info.compress_size, f"{info.CRC:08x}-{info.file_size}", opened


def _tar_members(stream: BinaryIO) -> Iterator[Member]:
    head = stream.read(2)
    stream.seek(0)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    plain = stream
    if head == b"\x1f\x8b":
        plain = cast(
            BinaryIO, io.BufferedReader(_Bounded(cast(BinaryIO, gzip.GzipFile(fileobj=stream)), size), 2**18)
        )
    # Read as a stream, members in the archive's own order: a compressed archive cannot be sought in.
    with tarfile.open(fileobj=plain, mode="r|") as archive:
        for info in archive:
            if info.isdir():
                continue
            if not info.isfile():
                yield info.name, 0, "", None
                continue

            @contextmanager
            def opened(info: tarfile.TarInfo = info) -> Iterator[BinaryIO]:
                member = archive.extractfile(info)
                assert member is not None
                try:
                    yield _decompressed(cast(BinaryIO, member), info.name, info.size)
                except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
                    raise DocumentError(f"it cannot be decompressed: {error}") from None

            yield info.name, info.size, f"{info.size}-{info.mtime:.0f}", opened


def read_whole(stream: BinaryIO) -> bytes:
    """All of a stream.

    Raises DocumentError if that is more than `LARGEST` bytes.
    """
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise DocumentError(f"it is larger than {LARGEST >> 20} MB; split it")
    return content


def _refusal(origin: str, name: str, reason: str) -> Found:
    return Found(origin, name, 0, "", refused=reason)
