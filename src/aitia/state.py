"""The state folder: what Aitia derives and can always make again."""

import os
from pathlib import Path

from aitia.errors import StateError


def home() -> Path:
    """`AITIA_HOME` if set, else the folder for a user's data on this system. It may not exist yet."""
    chosen = os.environ.get("AITIA_HOME")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("aitia", appauthor=False))


def writable(folder: Path) -> Path:
    """The folder, made if need be.

    Raises StateError if it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".write-test-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StateError(
            f"the state folder {folder} cannot be written: {error.strerror or error}. "
            "Make it writable, or set AITIA_HOME to a folder that is."
        ) from None
    return folder


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that another process sees the old content or the new, never a part.

    Raises StateError if the file cannot be written.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        scratch.write_bytes(content)
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise StateError(f"cannot write {path}: {error.strerror or error}.") from None
