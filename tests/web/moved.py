"""Databases that go away and come back, as they do when a disk is unmounted or a server restarts."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text


def moved_away(folder: Path, database: Engine) -> Callable[[], None]:
    """Moves SQLite's files out of a folder; gives what moves them back."""
    database.dispose()
    elsewhere = folder.with_name("elsewhere")
    elsewhere.mkdir()
    names = [one.name for one in folder.glob("aitia.sqlite*")]
    for name in names:
        (folder / name).rename(elsewhere / name)

    def back() -> None:
        database.dispose()
        for one in folder.glob("aitia.sqlite*"):
            one.unlink()
        for name in names:
            (elsewhere / name).rename(folder / name)

    return back


def renamed(address: str, database: Engine) -> Callable[[], None]:
    """Gives a PostgreSQL database another name, as if it had gone; gives what brings the name back."""
    url = make_url(address.replace("postgresql:", "postgresql+psycopg:"))
    name = str(url.database)
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def rename(old: str, new: str) -> None:
        with admin.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                {"name": old},
            )
            connection.execute(text(f"ALTER DATABASE {old} RENAME TO {new}"))

    database.dispose()
    rename(name, f"{name}_gone")

    def back() -> None:
        rename(f"{name}_gone", name)
        admin.dispose()

    return back
