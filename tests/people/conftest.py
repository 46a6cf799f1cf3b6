"""The database of every test here: SQLite, and a real PostgreSQL where the machine has one."""

from tests.library.store.conftest import address, database, postgresql

__all__ = ["address", "database", "postgresql"]
