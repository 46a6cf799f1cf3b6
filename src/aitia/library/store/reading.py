"""Reads sources, passages and statements from the database."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, literal, select

from aitia.evidence.nouns import Kind, Source, Standing
from aitia.library.document import Notice, NoticeKind
from aitia.library.prepare import Details
from aitia.library.standing import Notices
from aitia.library.store.tables import notices, passages, sources, statements

_details = msgspec.json.Decoder(Details)


class StoredPassage(Struct, frozen=True):
    """A span of a source's text."""

    ordinal: int
    section: str | None
    page: int | None
    start: int
    end: int


class StoredStatement(Struct, frozen=True):
    """A sentence of a passage."""

    ordinal: int
    passage: int
    start: int
    end: int


class StoredSource(Struct, frozen=True):
    """A source with its text and what was read in it."""

    number: int
    source: Source
    format: str
    details: Details
    text: str
    passages: tuple[StoredPassage, ...]
    statements: tuple[StoredStatement, ...]
    origin: str = ""
    content_hash: str = ""


_COLUMNS = (
    sources.c.id, sources.c.key, sources.c.title, sources.c.kind, sources.c.year, sources.c.doi, sources.c.pmid,
    sources.c.pmcid, sources.c.standing, sources.c.format, sources.c.details, sources.c.origin,
    sources.c.content_hash,
)  # fmt: skip


def by_number(
    connection: Connection, numbers: Sequence[int], with_text: bool = True, with_statements: bool = True
) -> dict[int, StoredSource]:
    """The sources of these numbers that are held, with their text and passages, and statements, or without."""
    content = sources.c.text if with_text else literal("").label("text")
    rows = connection.execute(select(*_COLUMNS, content).where(sources.c.id.in_(numbers))).all()
    held = [row.id for row in rows]
    spans: dict[int, list[StoredPassage]] = {number: [] for number in held}
    lines: dict[int, list[StoredStatement]] = {number: [] for number in held}
    if with_text:
        query = select(passages).where(passages.c.source_id.in_(held))
        for number, *rest in connection.execute(query.order_by(passages.c.source_id, passages.c.ordinal)):
            spans[number].append(StoredPassage(*rest))
    if with_text and with_statements:
        columns = (
            statements.c.source_id,
            statements.c.ordinal,
            statements.c.passage,
            statements.c.start,
            statements.c.end,
        )
        query = select(*columns).where(statements.c.source_id.in_(held), statements.c.passage > 0)
        for number, *rest in connection.execute(query.order_by(statements.c.source_id, statements.c.ordinal)):
            lines[number].append(StoredStatement(*rest))
    return {row.id: _source(row, tuple(spans[row.id]), tuple(lines[row.id])) for row in rows}


def by_key(connection: Connection, library_id: int, key: str) -> StoredSource | None:
    """The source of an id, or None."""
    query = select(sources.c.id).where(sources.c.library_id == library_id, sources.c.key == key)
    number = connection.execute(query).scalar()
    return by_number(connection, [number])[number] if number is not None else None


def keys_like(connection: Connection, library_id: int, beginning: str, most: int = 50) -> list[str]:
    """Ids that begin like this, in order."""
    query = (
        select(sources.c.key)
        .where(
            sources.c.library_id == library_id,
            sources.c.key >= beginning,
            sources.c.key < beginning + "\uffff",
        )
        .order_by(sources.c.key)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def changed_since(
    connection: Connection, library_id: int, version: int, at_once: int = 2000
) -> Iterator[list[StoredSource]]:
    """The sources that changed after a version of the library, in order, some at a time, without statements."""
    last = 0
    while True:
        query = (
            select(sources.c.id)
            .where(sources.c.library_id == library_id, sources.c.version > version, sources.c.id > last)
            .order_by(sources.c.id)
            .limit(at_once)
        )
        numbers = list(connection.execute(query).scalars())
        if not numbers:
            return
        last = numbers[-1]
        rows = connection.execute(select(*_COLUMNS, sources.c.text).where(sources.c.id.in_(numbers))).all()
        spans: dict[int, list[StoredPassage]] = {number: [] for number in numbers}
        order = (
            select(passages)
            .where(passages.c.source_id.in_(numbers))
            .order_by(passages.c.source_id, passages.c.ordinal)
        )
        for number, *rest in connection.execute(order):
            spans[number].append(StoredPassage(*rest))
        yield [_source(row, tuple(spans[row.id]), ()) for row in sorted(rows, key=lambda row: row.id)]


def _source(row: Any, spans: tuple[StoredPassage, ...], lines: tuple[StoredStatement, ...]) -> StoredSource:
    details = _details.decode(row.details)
    source = Source(
        id=row.key,
        title=row.title,
        kind=Kind(row.kind),
        year=row.year,
        authors=details.authors,
        container=details.container,
        doi=row.doi,
        pmid=row.pmid,
        pmcid=row.pmcid,
        url=details.url,
        population=details.population,
        size=details.size,
        standing=Standing(row.standing),
        note=details.note,
        seen_at=details.seen_at,
    )
    return StoredSource(
        row.id, source, row.format, details, row.text, spans, lines, row.origin, row.content_hash
    )


def known_notices(connection: Connection, library_id: int) -> Notices:
    """All notices that the library knows."""
    columns = (notices.c.kind, notices.c.about, notices.c.by, notices.c.rule)
    query = select(*columns).where(notices.c.library_id == library_id)
    return Notices(
        Notice(NoticeKind(kind), about, by or None, rule)
        for kind, about, by, rule in connection.execute(query)
    )


def notices_about(
    connection: Connection, library_id: int, works: Iterable[str]
) -> list[tuple[str, str, str, str]]:
    """Kind, notice, rule and date of each notice about some works."""
    columns = (notices.c.kind, notices.c.by, notices.c.rule, notices.c.seen)
    query = select(*columns).where(notices.c.library_id == library_id, notices.c.about.in_(list(works)))
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query.order_by(notices.c.seen))]
