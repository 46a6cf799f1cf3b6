"""The database itself: migrations, addresses, and what a person is told when it fails."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

import aitia.library.store.migrations as migrations
import aitia.people.tables
import aitia.review.tables
import aitia.web.tables
from aitia.errors import StateError
from aitia.library.store.database import HEAD, database_url, engine, reading, writing
from aitia.library.store.libraries import create, find
from aitia.library.store.tables import metadata

_ALL_TABLES = (aitia.people.tables.people, aitia.review.tables.events, aitia.web.tables.jobs)


def test_the_migrations_make_just_the_tables_that_the_code_uses(database: Engine) -> None:
    assert all(table.metadata is metadata for table in _ALL_TABLES)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_that_is_asked_for() -> None:
    assert ScriptDirectory(str(Path(str(migrations.__file__)).parent)).get_current_head() == HEAD


def test_a_database_of_a_newer_version_is_left_alone(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    from aitia.library.store.database import _opened

    _opened.cache_clear()
    with pytest.raises(StateError, match="newer Aitia"):
        engine()


def test_a_transaction_that_fails_leaves_nothing(database: Engine) -> None:
    class StoppedError(Exception):
        pass

    def fail() -> None:
        with writing(database) as connection:
            connection.execute(
                text(
                    "INSERT INTO libraries (name, title, created, updated, version) "
                    "VALUES ('half', 'half', '', '', 0)"
                )
            )
            raise StoppedError

    with pytest.raises(StoppedError):
        fail()
    assert find(database, "half") is None


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AITIA_DATABASE_URL", raising=False)
    monkeypatch.setenv("AITIA_HOME", str(tmp_path))
    database = engine()
    create(database, "kept")

    def fill() -> None:
        with writing(database) as connection:
            # SQLite's own limit stands for the disk's.
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            connection.execute(text(f"UPDATE libraries SET title = '{'x' * 5_000_000}'"))

    with pytest.raises(StateError, match=r"disk is full.*goes on where it stopped"):
        fill()
    database.dispose()
    assert find(database, "kept") is not None


@pytest.mark.parametrize("address", ["mysql://a@b/c", "nonsense", "postgresql+asyncpg://a@b/c", "sqlite://"])
def test_an_address_that_cannot_be_used_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AITIA_DATABASE_URL", address)
    with pytest.raises(StateError, match=r"AITIA_DATABASE_URL is not an address"):
        database_url()


def test_a_server_that_is_not_there_is_told_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AITIA_DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/none")
    with pytest.raises(StateError, match="AITIA_DATABASE_URL is right") as caught:
        engine()
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AITIA_DATABASE_URL", raising=False)
    monkeypatch.setenv("AITIA_HOME", str(tmp_path))
    (tmp_path / "aitia.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(StateError, match="backup"):
        engine()


def test_two_readers_see_one_state_while_a_writer_works(database: Engine) -> None:
    create(database, "first")
    with reading(database) as before:
        create(database, "second")
        names = before.execute(text("SELECT name FROM libraries")).scalars().all()
    assert list(names) in (["first"], ["first", "second"])
    with reading(database) as after:
        assert len(after.execute(text("SELECT name FROM libraries")).all()) == 2
