"""The one database that a process has open, and how a test changes to another."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from aitia.errors import StateError
from aitia.library.store.database import _opened, engine


def forget() -> None:
    """Close the database, so that the next who asks for one opens what the environment names then."""
    with contextlib.suppress(StateError):
        engine().dispose()
    _opened.cache_clear()


@contextlib.contextmanager
def state_folder(folder: Path) -> Iterator[None]:
    """A state folder, and in it a database, of one's own."""
    before = {name: os.environ.pop(name, None) for name in ("AITIA_HOME", "AITIA_DATABASE_URL")}
    os.environ["AITIA_HOME"] = str(folder)
    try:
        yield
    finally:
        forget()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
