"""From a library's name, or a path, to its folder."""

from importlib.resources import files
from pathlib import Path

from aitia.errors import LibraryError
from aitia.state import home

STARTER = "als-starter"


def starter_folder() -> Path:
    """The library that comes with Aitia."""
    return Path(str(files("aitia") / "starter"))


def libraries_folder() -> Path:
    """Where named libraries are kept."""
    return home() / "libraries"


def named_libraries() -> dict[str, Path]:
    """Every library that has a name: the starter library and the folders in the state folder's `libraries`."""
    found = {STARTER: starter_folder()}
    if libraries_folder().is_dir():
        for folder in sorted(libraries_folder().iterdir()):
            if (folder / "library.yaml").is_file():
                found[folder.name] = folder
    return found


def locate(name_or_path: str | Path | None) -> Path:
    """The folder of a library. None is the starter library.

    Raises LibraryError if there is no such library.
    """
    if name_or_path is None:
        return starter_folder()
    libraries = named_libraries()
    if str(name_or_path) in libraries:
        return libraries[str(name_or_path)]
    try:
        path = Path(name_or_path).expanduser()
        if path.is_dir():
            return path
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LibraryError(f"the library {str(name_or_path)!r} cannot be read: {reason}.") from None
    raise LibraryError(
        f"there is no library {str(name_or_path)!r}: no folder of that path, and the named ones are "
        f"{', '.join(libraries)}."
    )
