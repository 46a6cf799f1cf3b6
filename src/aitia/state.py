"""The state folder: prepared copies of libraries, which can always be made again, and a person's named libraries."""

import contextlib
import os
from pathlib import Path

from aitia.errors import StateError


def home() -> Path:
    """`AITIA_HOME` if set, else the folder for a user's data on this system. It may not exist yet."""
    chosen = os.environ.get("AITIA_HOME")
    if chosen:
        try:
            return Path(chosen).expanduser()
        except RuntimeError as error:
            raise StateError(f"AITIA_HOME is {chosen!r}: {error}.") from None
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
    scratch: Path | None = None
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            # A device or a pipe: it is written to, never replaced.
            path.write_bytes(content)
            return
        scratch = path.with_name(f".aitia-{os.getpid()}.tmp")
        scratch.write_bytes(content)
        if path.exists():
            scratch.chmod(path.stat().st_mode)
        scratch.replace(path)
    except (OSError, RuntimeError) as error:
        if scratch is not None:
            with contextlib.suppress(OSError):
                scratch.unlink()
        reason = getattr(error, "strerror", None) or error
        raise StateError(f"cannot write {path}: {reason}.") from None
