"""Named libraries in the database: make, list, find, remove."""

import re
from datetime import UTC, datetime

from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, func, insert, select

from aitia.errors import LibraryError
from aitia.library.locate import STARTER
from aitia.library.store.database import reading, writing
from aitia.library.store.tables import libraries, runs, sources

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class StoredLibrary(Struct, frozen=True):
    """A library in the database."""

    id: int
    name: str
    title: str
    updated: str
    version: int
    sources: int = -1
    """How many sources it holds; -1 where they were not counted."""
    curated: str | None = None
    """JSON: what editors wrote besides the statements, if it holds a curated library."""


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def create(database: Engine, name: str, title: str = "") -> StoredLibrary:
    """Make an empty library.

    Raises LibraryError if the name is taken or is no name.
    """
    if not _NAME.fullmatch(name):
        raise LibraryError(
            f"{name!r} cannot be the name of a library: use lower-case letters, digits, hyphens and underscores, "
            "at most 60."
        )
    if name == STARTER:
        raise LibraryError(f"{STARTER} is the library that comes with Aitia; choose another name.")
    with writing(database) as connection:
        if _row(connection, name) is not None:
            raise LibraryError(
                f"there is a library {name!r} already. aitia library add puts documents into it."
            )
        moment = now()
        connection.execute(
            insert(libraries).values(
                name=name, title=title or name, created=moment, updated=moment, version=0
            )
        )
        made = _row(connection, name)
    assert made is not None
    return made


def find(database: Engine, name: str) -> StoredLibrary | None:
    """The library of a name, or None."""
    with reading(database) as connection:
        return _row(connection, name)


def _row(connection: Connection, name: str) -> StoredLibrary | None:
    columns = (
        libraries.c.id,
        libraries.c.name,
        libraries.c.title,
        libraries.c.updated,
        libraries.c.version,
        libraries.c.curated,
    )
    row = connection.execute(select(*columns).where(libraries.c.name == name)).one_or_none()
    if row is None:
        return None
    return StoredLibrary(row.id, row.name, row.title, row.updated, row.version, curated=row.curated)


def names(database: Engine) -> list[str]:
    """The names of all libraries of the database, in order."""
    with reading(database) as connection:
        return list(connection.execute(select(libraries.c.name).order_by(libraries.c.name)).scalars())


def everyone(database: Engine) -> list[StoredLibrary]:
    """All libraries of the database, by name, with the number of their sources."""
    counted = (
        select(sources.c.library_id, func.count().label("sources")).group_by(sources.c.library_id).subquery()
    )
    columns = (libraries.c.id, libraries.c.name, libraries.c.title, libraries.c.updated, libraries.c.version)
    statement = (
        select(*columns, func.coalesce(counted.c.sources, 0).label("sources"))
        .outerjoin(counted, counted.c.library_id == libraries.c.id)
        .order_by(libraries.c.name)
    )
    with reading(database) as connection:
        return [StoredLibrary(**row._mapping) for row in connection.execute(statement)]


def remove(database: Engine, library: StoredLibrary) -> None:
    """Take a library out of the database with all that it holds."""
    with writing(database) as connection:
        connection.execute(delete(libraries).where(libraries.c.id == library.id))


def unfinished_runs(database: Engine, library_id: int) -> int:
    """How many loads were begun and never ended."""
    query = select(func.count()).where(runs.c.library_id == library_id, runs.c.finished.is_(None))
    with reading(database) as connection:
        return connection.execute(query).scalar_one()


def count_sources(database: Engine, library_id: int) -> int:
    """How many sources a library holds."""
    with reading(database) as connection:
        query = select(func.count()).select_from(sources).where(sources.c.library_id == library_id)
        return connection.execute(query).scalar_one()


def count_by_standing(database: Engine, library_id: int) -> dict[str, int]:
    """How many sources have each standing, the commonest first."""
    query = (
        select(sources.c.standing, func.count())
        .where(sources.c.library_id == library_id)
        .group_by(sources.c.standing)
        .order_by(func.count().desc())
    )
    with reading(database) as connection:
        return {row[0]: row[1] for row in connection.execute(query)}
