"""One writer to a library at a time, on this machine and, with PostgreSQL, on any."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from aitia.errors import StateError
from aitia.library.store.database import saying_what_failed
from aitia.library.store.libraries import StoredLibrary
from aitia.state import home, writable

_WRITER = 6171643
"""The first half of the PostgreSQL lock; the second is the library's number."""


class BusyError(StateError):
    """Another process is adding to the library."""


@contextmanager
def only_writer(database: Engine, library: StoredLibrary) -> Iterator[None]:
    """Hold the right to add to a library. A process that dies gives it up.

    Raises BusyError if another process has it.
    """
    busy = f"another process is adding to the library {library.name}; wait until it has ended."
    path = writable(home() / "locks") / f"library-{library.id}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BusyError(busy) from None
        if database.dialect.name != "postgresql":
            yield
            return
        with saying_what_failed(str(database.url)), database.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            taken = connection.execute(text(f"SELECT pg_try_advisory_lock({_WRITER}, {library.id})")).scalar()
            if not taken:
                raise BusyError(busy)
            try:
                yield
            finally:
                connection.execute(text(f"SELECT pg_advisory_unlock({_WRITER}, {library.id})"))
