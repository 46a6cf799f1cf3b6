"""Whether a name is one of a library in the database, found out without loading the database's software in vain."""

import os
from pathlib import Path

from aitia.library.locate import named_libraries
from aitia.state import home


def has_database() -> bool:
    """Whether there is a database to ask: one that was named, or the one in the state folder."""
    return bool(os.environ.get("AITIA_DATABASE_URL", "").strip()) or (home() / "aitia.sqlite").exists()


def is_stored(name: str) -> bool:
    """Whether a library of this name is in the database; folders and curated libraries come first."""
    if name in named_libraries() or Path(name).is_dir() or not has_database():
        return False
    from aitia.library.store.database import engine
    from aitia.library.store.libraries import find

    return find(engine(), name) is not None


def stored_names() -> list[str]:
    """The names of the libraries in the database, if there is one."""
    if not has_database():
        return []
    from aitia.library.store.database import engine
    from aitia.library.store.libraries import everyone

    return [library.name for library in everyone(engine())]
