"""Finds out what is wrong with an installation, names each problem, and mends what is derived."""

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Engine, select, text

from aitia import __version__
from aitia.errors import AitiaError
from aitia.library.compile import open_library
from aitia.library.locate import named_libraries
from aitia.library.outside import broken_connectors, connectors
from aitia.library.readers import broken_readers, readers
from aitia.library.store import libraries
from aitia.library.store.database import HEAD, VARIABLE, engine, migration, reading
from aitia.library.store.index import drop_index, index_folder, open_index
from aitia.library.store.libraries import StoredLibrary
from aitia.library.store.places import has_database
from aitia.library.store.tables import passages, sources
from aitia.search.passages import PassageIndex, entries_of, state_of
from aitia.state import home, writable

_LITTLE_SPACE = 1 * 2**30
"""Bytes free below which a load may fail."""


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    is_well: bool
    says: str
    mend: str = ""
    """What to do about it."""
    is_mended: bool = False


def examine(fix: bool = False) -> Iterator[Finding]:
    """Look at everything, one thing after another. `fix`: make again what is derived from the database."""
    yield _versions()
    yield _state_folder()
    yield _space()
    yield from _plugins()
    yield from _curated()
    if not has_database():
        yield Finding("database", True, "none yet; aitia library add makes one")
        return
    try:
        database = engine()
        yield _database(database)
        held = libraries.everyone(database)
    except AitiaError as error:
        yield Finding("database", False, str(error), f"see that {VARIABLE} or the state folder is right")
        return
    for library in held:
        yield from _library(database, library, fix)
    yield from _strays(held, fix)


def _versions() -> Finding:
    names = ("tantivy", "sqlalchemy", "lxml", "pypdfium2", "trafilatura")
    parts = [f"{name} {importlib.metadata.version(name)}" for name in names]
    python = ".".join(map(str, sys.version_info[:3]))
    return Finding("versions", True, f"Aitia {__version__}, Python {python}, {', '.join(parts)}")


def _state_folder() -> Finding:
    try:
        return Finding("state folder", True, f"{writable(home())} can be written")
    except AitiaError as error:
        return Finding("state folder", False, str(error), "make it writable, or set AITIA_HOME")


def _space() -> Finding:
    folder = home()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{free / 2**30:.1f} GB free"
    if free < _LITTLE_SPACE:
        return Finding("disk space", False, says, "free some, or move the state folder (AITIA_HOME)")
    return Finding("disk space", True, says)


def _plugins() -> Iterator[Finding]:
    for what, found, broken in (
        ("readers", readers(), broken_readers()),
        ("connectors", connectors(), broken_connectors()),
    ):
        yield Finding(what, True, ", ".join(sorted(found)))
        for name, reason in broken.items():
            yield Finding(
                what, False, f"{name} cannot be loaded: {reason}", f"mend or uninstall the plugin {name}"
            )
    yield Finding("encoder", True, "none installed; search is by words")


def _curated() -> Iterator[Finding]:
    for name, folder in named_libraries().items():
        try:
            opened = open_library(folder)
            yield Finding(
                f"library {name}", True, f"{len(opened.contents.statements):,} statements, index whole"
            )
        except AitiaError as error:
            yield Finding(f"library {name}", False, str(error), f"aitia library check {folder}")


def _database(database: Engine) -> Finding:
    with reading(database) as connection:
        found = migration(connection)
        faults = []
        if connection.dialect.name == "sqlite":
            faults = [row[0] for row in connection.execute(text("PRAGMA quick_check(5)")) if row[0] != "ok"]
            size = Path(database.url.database or "").stat().st_size / 2**20
            where = f"SQLite, {size:,.0f} MB"
        else:
            where = f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar()}"
    if faults:
        return Finding("database", False, f"{where}: damaged: {faults[0]}", "restore it from a backup")
    if found != HEAD:
        return Finding("database", False, f"{where}: at migration {found}, not {HEAD}", "update Aitia")
    hidden = "" if os.environ.get(VARIABLE) is None else f" ({VARIABLE})"
    return Finding("database", True, f"{where}, migration {found}, whole{hidden}")


def _library(database: Engine, library: StoredLibrary, fix: bool) -> Iterator[Finding]:
    what = f"library {library.name}"
    if pending := libraries.unfinished_runs(database, library.id):
        yield Finding(
            what,
            True,
            f"{pending} load{'s' * (pending > 1)} did not end; the same aitia library add goes on from there",
        )
    fault = _index_fault(database, library)
    if not fault:
        yield Finding(what, True, f"{library.sources:,} sources, version {library.version}, index whole")
        return
    mend = "aitia doctor --fix makes the index again"
    if not fix:
        yield Finding(what, False, fault, mend)
        return
    drop_index(library)
    try:
        open_index(database, library)
    except AitiaError as error:
        yield Finding(what, False, f"{fault}; it cannot be made again: {error}", mend)
        return
    left = _index_fault(database, library)
    yield Finding(what, not left, left or fault, "" if not left else mend, is_mended=not left)


def _index_fault(database: Engine, library: StoredLibrary) -> str:
    """What is wrong with the index of a library; empty if nothing is."""
    folder = index_folder(library)
    state = state_of(folder)
    if state is None:
        return "it has no index" if library.sources else ""
    if state.library != library.id or state.version > library.version:
        return "its index is of another library"
    if state.version < library.version:
        return f"its index is behind: version {state.version} of {library.version}"
    try:
        index = PassageIndex(folder)
    except (OSError, ValueError) as error:
        return f"its index cannot be opened: {error}"
    expected = _entries(database, library.id)
    if index.size != expected:
        return f"its index holds {index.size:,} entries, and the database {expected:,}"
    return ""


def _entries(database: Engine, library_id: int) -> int:
    """How many entries the index of a library should have."""
    total = 0
    query = (
        select(sources.c.id, passages.c.start, passages.c.end)
        .outerjoin(passages, passages.c.source_id == sources.c.id)
        .where(sources.c.library_id == library_id)
        .order_by(sources.c.id, passages.c.ordinal)
    )
    current, spans = None, list[tuple[int, int]]()
    with reading(database) as connection:
        for number, start, end in connection.execution_options(yield_per=20_000).execute(query):
            if number != current:
                total += len(entries_of(spans)) or (current is not None)
                current, spans = number, []
            if start is not None:
                spans.append((start, end))
    return total + (len(entries_of(spans)) or (current is not None))


def _strays(held: list[StoredLibrary], fix: bool) -> Iterator[Finding]:
    """Indexes of libraries that are no more."""
    wanted = {index_folder(library).name for library in held}
    folder = home() / "indexes"
    for index in sorted(folder.iterdir()) if folder.is_dir() else []:
        if index.name not in wanted:
            if fix:
                shutil.rmtree(index, ignore_errors=True)
            yield Finding(
                "index", fix, f"{index} is of no library", "aitia doctor --fix removes it", is_mended=fix
            )
