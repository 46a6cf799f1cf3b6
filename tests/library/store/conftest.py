"""The database of every test here: SQLite, and a real PostgreSQL where the machine has one."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from aitia.library.store import libraries
from aitia.library.store.database import engine
from aitia.library.store.libraries import StoredLibrary
from tests.library.store.opened import forget
from tests.postgresql import binaries, server

on_sqlite = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""For a test in which the database has no part, or is SQLite's alone."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a server that lives as long as the test run."""
    if binaries() is None:
        if "CI" in os.environ:
            pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty database, which is also the one that commands use; and an empty state folder."""
    monkeypatch.setenv("AITIA_HOME", str(tmp_path / "home"))
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'home' / 'aitia.sqlite'}"
        monkeypatch.delenv("AITIA_DATABASE_URL", raising=False)
        yield made
    else:
        server_address: str = request.getfixturevalue("postgresql")
        name = f"test_{uuid.uuid4().hex}"
        admin = create_engine(
            server_address.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
        )
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        monkeypatch.setenv("AITIA_DATABASE_URL", server_address.replace("/postgres", f"/{name}", 1))
        yield f"{server_address.rpartition('/')[0]}/{name}"
    forget()


@pytest.fixture
def database(address: str) -> Iterator[Engine]:
    """The database, migrated."""
    del address
    opened = engine()
    yield opened
    opened.dispose()


@pytest.fixture
def library(database: Engine) -> StoredLibrary:
    """An empty library."""
    return libraries.create(database, "neurology")
