"""Writes batches of sources. A batch is one transaction: after a kill it is there whole, or not at all.

A source is the same work as one that is held if PubMed's number, the DOI, PubMed Central's number or the file's own
id is the same; without any of these, if the content or the place it was read from is. Of two records of one work the
one with more of its text is kept, then the later one; what the other knows besides is added.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, Table, delete, func, or_, select, text, update

from aitia.evidence.nouns import Standing
from aitia.library.document import Extent, Notice
from aitia.library.prepare import Details, Prepared
from aitia.library.standing import Notices, gravest, names_of, standing_of
from aitia.library.store.libraries import now
from aitia.library.store.tables import figures, libraries, notices, passages, sources, statements

_EXTENTS = {Extent.METADATA: 0, Extent.ABSTRACT: 1, Extent.FULL: 2}
_IDENTIFIERS = ("pmid", "doi", "pmcid", "identifier")
_SOURCE_COLUMNS = tuple(column.name for column in sources.columns)
_PASSAGE_COLUMNS = ("source_id", "ordinal", "section", "page", "start", "end")
_STATEMENT_COLUMNS = ("source_id", "ordinal", "passage", "start", "end", "written")
_FIGURE_COLUMNS = tuple(column.name for column in figures.columns)
CURATED = "aitia"
"""The format of what editors wrote."""
_NEVER_WITH_ANOTHER_BATCH = 6171642
"""The PostgreSQL lock that batches take in turn."""


class Written(Struct, frozen=True):
    """What a batch did."""

    version: int
    """The library's version after it: the one before if nothing changed."""
    stored: tuple[tuple[int, Prepared], ...]
    """Number and content of each source that is new or changed."""
    added: int
    updated: int
    unchanged: int
    removed: tuple[int, ...]
    retracted: tuple[int, ...]
    """Sources held before that this batch found to be retracted."""


class _Held(Struct):
    """A source in the database, or about to be."""

    id: int
    key: str
    content_hash: str
    extent: Extent
    revised: str | None
    details: str
    ids: dict[str, str]
    standing: str
    prepared: Prepared | None = None
    """Set if this batch writes it."""
    is_new: bool = False
    origin: str = ""
    is_curated: bool = False


def _begin(connection: Connection, library_id: int) -> int:
    """The library's version. The transaction holds the right to write until it ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_NEVER_WITH_ANOTHER_BATCH})"))
    query = select(libraries.c.version).where(libraries.c.id == library_id)
    return int(connection.execute(query).scalar_one())


def store(
    connection: Connection,
    library_id: int,
    run_id: int,
    batch: Sequence[tuple[str, Prepared]],
    removed: Iterable[str],
    known_notices: Notices,
) -> Written:
    """Store prepared sources, each with its origin, and take out the works named in `removed`.

    `known_notices` is what the library holds of retractions and the like; the batch's own are added to it.
    """
    before = _begin(connection, library_id)
    version = before + 1
    fresh = [notice for _, prepared in batch for notice in prepared.notices if known_notices.add(notice)]
    _write_notices(connection, library_id, fresh)
    held = _held(connection, library_id, batch)
    by_name = {name: one for one in held for name in _names(one)}
    keys = _keys(connection, library_id, [prepared.key for _, prepared in batch])
    next_id = (connection.execute(select(func.max(sources.c.id))).scalar() or 0) + 1
    pending: dict[int, _Held] = {}
    unchanged = 0
    for origin, prepared in batch:
        arriving = _arriving(origin, prepared)
        found = next((by_name[name] for name in _names(arriving) if name in by_name), None)
        if found is None:
            found = arriving
            found.id, found.is_new = next_id, True
            found.key = _free_key(prepared.key, keys)
            keys.add(found.key)
            next_id += 1
        elif not _merge(found, arriving):
            unchanged += 1
            continue
        pending[found.id] = found
        by_name.update(dict.fromkeys(_names(found), found))
    for one in pending.values():
        told = standing_of(names_of(one.ids), known_notices).standing
        one.standing = gravest(told, one.prepared.standing if one.prepared else Standing.CURRENT)
    _write(connection, library_id, run_id, version, list(pending.values()))
    retracted = _apply(connection, library_id, version, fresh, known_notices, set(pending))
    gone = _remove(connection, library_id, removed)
    if pending or fresh or gone:
        connection.execute(
            update(libraries).where(libraries.c.id == library_id).values(version=version, updated=now())
        )
    else:
        version = before
    return Written(
        version=version,
        stored=tuple((one.id, one.prepared) for one in pending.values() if one.prepared),
        added=sum(one.is_new for one in pending.values()),
        updated=sum(not one.is_new for one in pending.values()),
        unchanged=unchanged,
        removed=gone,
        retracted=retracted,
    )


def _arriving(origin: str, prepared: Prepared) -> _Held:
    return _Held(
        id=0,
        key="",
        content_hash=prepared.content_hash,
        extent=prepared.extent,
        revised=prepared.revised,
        details="",
        ids={name: value for name in _IDENTIFIERS if (value := getattr(prepared, name))},
        standing="",
        prepared=prepared,
        origin=origin,
        is_curated=prepared.format == CURATED,
    )


def _names(one: _Held) -> list[tuple[str, str, bool]]:
    """What a source may be recognised by, the surest first. What editors wrote of a work stands beside its text."""
    names = list(one.ids.items())
    if one.is_curated:
        names = [(name, value) for name, value in names if name == "identifier"]
    elif not names or list(one.ids) == ["identifier"]:
        names += [("content_hash", one.content_hash)]
        if not one.ids:
            names += [("origin", one.origin)]
    return [(name, value, one.is_curated) for name, value in names]


def _held(connection: Connection, library_id: int, batch: Sequence[tuple[str, Prepared]]) -> list[_Held]:
    """The sources of the library that something in the batch may be the same work as."""
    columns = (
        sources.c.id, sources.c.key, sources.c.content_hash, sources.c.extent, sources.c.revised,
        sources.c.details, sources.c.standing, sources.c.origin, sources.c.format,
        *(sources.c[name] for name in _IDENTIFIERS),
    )  # fmt: skip
    nameless = (sources.c.doi.is_(None), sources.c.pmid.is_(None), sources.c.pmcid.is_(None))
    found: dict[int, Row[Any]] = {}
    for name in _IDENTIFIERS:
        values = {value for _, prepared in batch if (value := getattr(prepared, name))}
        if values:
            query = select(*columns).where(sources.c.library_id == library_id, sources.c[name].in_(values))
            found.update((row.id, row) for row in connection.execute(query))
    without = [
        (origin, prepared)
        for origin, prepared in batch
        if not (prepared.pmid or prepared.doi or prepared.pmcid)
    ]
    if without:
        for column, values in (
            (sources.c.content_hash, {prepared.content_hash for _, prepared in without}),
            (sources.c.origin, {origin for origin, prepared in without if not prepared.identifier}),
        ):
            query = select(*columns).where(sources.c.library_id == library_id, *nameless, column.in_(values))
            found.update((row.id, row) for row in connection.execute(query))
    return [
        _Held(
            row.id,
            row.key,
            row.content_hash,
            Extent(row.extent),
            row.revised,
            row.details,
            {name: value for name in _IDENTIFIERS if (value := getattr(row, name))},
            row.standing,
            origin=row.origin,
            is_curated=row.format == CURATED,
        )
        for row in found.values()
    ]


def _merge(held: _Held, arriving: _Held) -> bool:
    """Bring a held source up to date with another record of the same work; False if nothing changes."""
    prepared = arriving.prepared
    assert prepared is not None
    if held.content_hash == arriving.content_hash:
        return False
    if (_EXTENTS[arriving.extent], arriving.revised or "") < (_EXTENTS[held.extent], held.revised or ""):
        return False
    before = held.prepared.details if held.prepared else msgspec.json.decode(held.details, type=Details)
    known = {
        field: value
        for field in Details.__struct_fields__
        if (value := getattr(before, field)) and not getattr(prepared.details, field)
    }
    held.prepared = replace(prepared, details=replace(prepared.details, **known))
    held.ids = {**held.ids, **arriving.ids}
    held.content_hash, held.extent, held.revised = arriving.content_hash, arriving.extent, arriving.revised
    held.origin = arriving.origin
    return True


def _keys(connection: Connection, library_id: int, wanted: Sequence[str]) -> set[str]:
    """Which of the wanted ids are taken, with those that were told apart from them by a number."""
    query = select(sources.c.key).where(sources.c.library_id == library_id, sources.c.key.in_(wanted))
    taken = set(connection.execute(query).scalars())
    for key in list(taken):
        query = select(sources.c.key).where(
            sources.c.library_id == library_id,
            sources.c.key >= f"{key}-",
            sources.c.key < f"{key}.",
        )
        taken.update(connection.execute(query).scalars())
    return taken


def _free_key(key: str, taken: set[str]) -> str:
    if key not in taken:
        return key
    number = 2
    while f"{key}-{number}" in taken:
        number += 1
    return f"{key}-{number}"


def _write(
    connection: Connection, library_id: int, run_id: int, version: int, batch: Sequence[_Held]
) -> None:
    changed = [one.id for one in batch if not one.is_new]
    if changed:
        # Passages, statements and figures go with their source.
        connection.execute(delete(sources).where(sources.c.id.in_(changed)))
    source_rows: list[tuple[Any, ...]] = []
    passage_rows: list[tuple[Any, ...]] = []
    statement_rows: list[tuple[Any, ...]] = []
    figure_rows: list[tuple[Any, ...]] = []
    for one in batch:
        prepared = one.prepared
        assert prepared is not None
        source_rows.append(
            (
                one.id, library_id, one.key, version, prepared.format, prepared.extent.value, prepared.title,
                prepared.kind.value, prepared.year, one.ids.get("doi"), one.ids.get("pmid"),
                one.ids.get("pmcid"), one.ids.get("identifier"), one.origin, one.standing, prepared.revised,
                msgspec.json.encode(prepared.details).decode(), prepared.content_hash, run_id, prepared.text,
            )
        )  # fmt: skip
        number = one.id
        passage_rows += [
            (number, ordinal, *passage) for ordinal, passage in enumerate(prepared.passages, start=1)
        ]
        statement_rows += [
            (number, ordinal, *statement, None)
            for ordinal, statement in enumerate(prepared.statements, start=1)
        ]
        for ordinal, written in enumerate(prepared.written, start=len(prepared.statements) + 1):
            bare = msgspec.json.encode(replace(written, figures=())).decode()
            statement_rows.append((number, ordinal, 0, 0, 0, bare))
            figure_rows += [
                (
                    number,
                    ordinal,
                    place,
                    figure.name,
                    figure.value,
                    figure.unit,
                    figure.low,
                    figure.high,
                    figure.interval,
                )
                for place, figure in enumerate(written.figures, start=1)
            ]
    insert_rows(connection, sources, _SOURCE_COLUMNS, source_rows)
    insert_rows(connection, passages, _PASSAGE_COLUMNS, passage_rows)
    insert_rows(connection, statements, _STATEMENT_COLUMNS, statement_rows)
    insert_rows(connection, figures, _FIGURE_COLUMNS, figure_rows)


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows the fastest way that the database has."""
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))


def _write_notices(connection: Connection, library_id: int, fresh: Sequence[Notice]) -> None:
    moment = now()
    rows = [
        (library_id, notice.about, notice.kind.value, notice.by or "", notice.rule, moment)
        for notice in fresh
    ]
    insert_rows(connection, notices, ("library_id", "about", "kind", "by", "rule", "seen"), rows)


def _apply(
    connection: Connection,
    library_id: int,
    version: int,
    fresh: Sequence[Notice],
    known: Notices,
    just_written: set[int],
) -> tuple[int, ...]:
    """Give sources held before the standing that new notices mean; the ones retracted by it."""
    retracted = []
    about = {notice.about for notice in fresh}
    for start in range(0, len(about), 500):
        some = sorted(about)[start : start + 500]
        wanted = {
            name: [one.partition(":")[2] for one in some if one.startswith(f"{name}:")]
            for name in ("pmid", "doi", "pmcid")
        }
        query = select(
            sources.c.id, sources.c.standing, sources.c.pmid, sources.c.doi, sources.c.pmcid
        ).where(
            sources.c.library_id == library_id,
            or_(*(sources.c[name].in_(values) for name, values in wanted.items() if values)),
        )
        for row in connection.execute(query).all():
            ids = {name: value for name in ("pmid", "doi", "pmcid") if (value := getattr(row, name))}
            standing = standing_of(names_of(ids), known).standing
            if row.id not in just_written and standing != row.standing:
                connection.execute(
                    update(sources).where(sources.c.id == row.id).values(standing=standing, version=version)
                )
                if standing is Standing.RETRACTED:
                    retracted.append(row.id)
    return tuple(retracted)


def _remove(connection: Connection, library_id: int, works: Iterable[str]) -> tuple[int, ...]:
    gone: list[int] = []
    for work in works:
        name, _, value = work.partition(":")
        query = select(sources.c.id).where(sources.c.library_id == library_id, sources.c[name] == value)
        gone += connection.execute(query).scalars()
    for table, column in (
        (figures, "source_id"),
        (statements, "source_id"),
        (passages, "source_id"),
        (sources, "id"),
    ):
        if gone:
            connection.execute(delete(table).where(table.c[column].in_(gone)))
    return tuple(gone)
