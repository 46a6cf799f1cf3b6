"""Opens the database: SQLite in the state folder, or the PostgreSQL server of `AITIA_DATABASE_URL`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from aitia.errors import StateError
from aitia.state import home, writable

VARIABLE = "AITIA_DATABASE_URL"
HEAD = "0003"
"""The newest migration; a test holds it to the files."""
_BUSY = 60.0
"""Seconds to wait for another process's transaction."""


def database_url() -> str:
    """The address of the database, as SQLAlchemy writes it.

    Raises StateError if `AITIA_DATABASE_URL` is neither SQLite nor PostgreSQL.
    """
    chosen = os.environ.get(VARIABLE, "").strip()
    if not chosen:
        return f"sqlite:///{home() / 'aitia.sqlite'}"
    try:
        url = make_url(chosen)
        if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
            return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        if url.drivername == "sqlite" and url.database:
            return chosen
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass
    raise StateError(
        f"{VARIABLE} is not an address that can be used: write postgresql://user:password@host/database "
        "or sqlite:////folder/file.sqlite."
    )


def engine() -> Engine:
    """The engine for the database, migrated to the newest version. One a process and address.

    Raises StateError if the database cannot be reached, read or written, or was made by a newer Aitia.
    """
    return _opened(database_url())


@cache
def _opened(address: str) -> Engine:
    made = _sqlite(address) if address.startswith("sqlite") else _postgresql(address)
    try:
        with saying_what_failed(address):
            _migrate(made)
    except BaseException:
        made.dispose()
        raise
    return made


def _sqlite(address: str) -> Engine:
    path = make_url(address).database
    if path and path != ":memory:":
        writable(Path(path).parent)
    made = create_engine(address, connect_args={"timeout": _BUSY, "check_same_thread": False})

    @event.listens_for(made, "connect")
    def _on_connect(connection: Any, _: Any) -> None:
        # SQLAlchemy's own BEGIN (below) instead of the driver's, so that a writer takes its lock at once.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "cache_size=-262144",
            "mmap_size=268435456",
            "temp_store=MEMORY",
            "wal_autocheckpoint=4000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("writes", False):
            level = "FULL" if options.get("durable", False) else "NORMAL"
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("BEGIN")

    return made


def _postgresql(address: str) -> Engine:
    try:
        return create_engine(address, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError:
        raise StateError(
            "PostgreSQL needs one more package: pip install 'aitia[postgresql]', then try again."
        ) from None


@contextmanager
def reading(database: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database throughout."""
    with saying_what_failed(str(database.url)), database.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(database: Engine, *, durable: bool = False) -> Iterator[Connection]:
    """A transaction: all of it is kept, or none.

    durable: wait until the disk has it, so that not even a loss of power undoes it. Without it SQLite may lose the last
    transactions then (never a part of one); PostgreSQL always waits.
    """
    with (
        saying_what_failed(str(database.url)),
        database.connect().execution_options(writes=True, durable=durable) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def saying_what_failed(address: str) -> Iterator[None]:
    """Turns a database's error into a StateError for the person."""
    try:
        yield
    except DBAPIError as error:
        place = make_url(address).render_as_string(hide_password=True)
        reason = (
            str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        )
        if "disk is full" in reason or "No space left" in reason:
            advice = "Free some disk space and run the command again: it goes on where it stopped."
        elif "locked" in reason:
            advice = "Another process holds it; try again when that has ended."
        elif "malformed" in reason or "not a database" in reason:
            advice = "Restore the file from a backup, or move it away and add the documents again."
        elif error.connection_invalidated or "connect" in reason:
            advice = f"See that the server runs and that {VARIABLE} is right."
        else:
            advice = "aitia doctor says more."
        raise StateError(f"the database {place} failed: {reason.rstrip('.')}. {advice}") from None
    except SQLAlchemyError as error:
        raise StateError(f"the database failed: {error}. aitia doctor says more.") from None


def migration(connection: Connection) -> str | None:
    """The migration that the database is at; None for an empty one."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(database: Engine) -> None:
    with database.connect() as connection:
        found = migration(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise StateError(
            f"the database is of a newer Aitia (migration {found}; this one knows up to {HEAD}). Update Aitia."
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = database
    command.upgrade(config, "head")
