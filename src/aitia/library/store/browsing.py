"""Looks through a stored library: each query reads a bounded part of it, however many sources it holds."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from sqlalchemy import Connection, Engine, func, literal_column, or_, select, text

from aitia.evidence.nouns import Kind, Source, Standing
from aitia.library.store.database import reading
from aitia.library.store.libraries import StoredLibrary
from aitia.library.store.reading import StoredPassage, StoredSource, StoredStatement, by_number
from aitia.library.store.tables import passages, sources, statements

_DOUBTED = text("standing <> 'current'")
"""As the partial index says it: a bound parameter would not let it be used."""


class Counts(Struct, frozen=True):
    """How many sources a library holds."""

    kinds: dict[Kind, int]
    """The commonest first."""
    standings: dict[Standing, int]
    total: int
    doubted: dict[tuple[Kind, Standing], int] = {}
    """By kind, those that are not current."""


def counts(database: Engine, library: StoredLibrary) -> Counts:
    """How many sources a library holds of each kind and standing. Counted once for each version of it."""
    return _counts(database, library.id, library.version)


@lru_cache(maxsize=64)
def _counts(database: Engine, library_id: int, version: int) -> Counts:
    del version
    number = func.count()
    of_kind = (
        select(sources.c.kind, number)
        .where(sources.c.library_id == library_id)
        .group_by(sources.c.kind)
        .order_by(number.desc(), sources.c.kind)
    )
    # Few, and counted here: asked to group them by kind, SQLite would take the index on kinds and look into every row.
    doubtful = (
        select(sources.c.kind, sources.c.standing)
        .where(sources.c.library_id == library_id, _DOUBTED)
        .order_by(sources.c.standing)
    )
    with reading(database) as connection:
        kinds = {Kind(row[0]): int(row[1]) for row in connection.execute(of_kind)}
        doubted = Counter((Kind(row[0]), Standing(row[1])) for row in connection.execute(doubtful))
    total = sum(kinds.values())
    standings = Counter({Standing.CURRENT: total - doubted.total()})
    for (_, standing), some in doubted.items():
        standings[standing] += some
    return Counts(kinds, {one: standings[one] for one in Standing if standings[one]}, total, dict(doubted))


def listed(
    connection: Connection,
    library_id: int,
    kind: Kind | None,
    standing: Standing | None,
    offset: int,
    limit: int,
) -> list[StoredSource]:
    """Some sources of a library in the order of their ids, without text.

    The ids are read from an index alone, so that the thousandth page costs little more than the first.
    """
    chosen = select(sources.c.key).where(sources.c.library_id == library_id)
    if kind is not None:
        chosen = chosen.where(sources.c.kind == kind.value)
    if standing is Standing.CURRENT:
        other = select(sources.c.key).where(sources.c.library_id == library_id, _DOUBTED)
        chosen = chosen.where(sources.c.key.not_in(other))
    elif standing is not None:
        chosen = chosen.where(sources.c.standing == standing.value, _DOUBTED)
    keys = connection.execute(chosen.order_by(sources.c.key).offset(offset).limit(limit)).scalars().all()
    return by_keys(connection, library_id, keys)


def by_keys(connection: Connection, library_id: int, keys: Sequence[str]) -> list[StoredSource]:
    """The sources of these ids that are held, in the order of the ids given, without text."""
    query = select(sources.c.id).where(sources.c.library_id == library_id, sources.c.key.in_(keys))
    held = by_number(connection, connection.execute(query).scalars().all(), with_text=False)
    place = {key: number for number, key in enumerate(keys)}
    return sorted(held.values(), key=lambda one: place[one.source.id])


def matching(database: Engine, library: StoredLibrary, kind: Kind | None, standing: Standing | None) -> int:
    """How many sources have this kind and this standing."""
    held = counts(database, library)
    if kind is None:
        return held.standings.get(standing, 0) if standing is not None else held.total
    doubted = {one: number for (of, one), number in held.doubted.items() if of is kind}
    match standing:
        case None:
            return held.kinds.get(kind, 0)
        case Standing.CURRENT:
            return held.kinds.get(kind, 0) - sum(doubted.values())
        case _:
            return doubted.get(standing, 0)


def same_work(connection: Connection, library_id: int, source: Source) -> list[str]:
    """The ids of other sources of the library that are the same work: its text, say, beside an editor's record."""
    known = [
        sources.c[name] == value for name in ("doi", "pmid", "pmcid") if (value := getattr(source, name))
    ]
    if not known:
        return []
    query = (
        select(sources.c.key)
        .where(sources.c.library_id == library_id, or_(*known), sources.c.key != source.id)
        .order_by(sources.c.key)
        .limit(10)
    )
    return list(connection.execute(query).scalars())


class Span(Struct, frozen=True):
    """A passage with its words."""

    passage: StoredPassage
    text: str


def head_of(connection: Connection, library_id: int, key: str) -> StoredSource | None:
    """The source of an id without its text, or None."""
    query = select(sources.c.id).where(sources.c.library_id == library_id, sources.c.key == key)
    number = connection.execute(query).scalar()
    return by_number(connection, [number], with_text=False)[number] if number is not None else None


def count_passages(connection: Connection, number: int) -> int:
    """How many passages the source of a number has."""
    query = select(func.max(passages.c.ordinal)).where(passages.c.source_id == number)
    return connection.execute(query).scalar() or 0


def spans(connection: Connection, number: int, first: int, last: int) -> list[Span]:
    """The passages of a source from one ordinal to another, with their words: no more of the text is read."""
    query = (
        select(passages)
        .where(passages.c.source_id == number, passages.c.ordinal.between(first, last))
        .order_by(passages.c.ordinal)
    )
    found = [StoredPassage(*rest) for _, *rest in connection.execute(query)]
    if not found:
        return []
    start, end = found[0].start, max(one.end for one in found)
    piece = func.substr(sources.c.text, literal_column(str(start + 1)), literal_column(str(end - start)))
    words = connection.execute(select(piece).where(sources.c.id == number)).scalar_one()
    return [Span(one, words[one.start - start : one.end - start]) for one in found]


def sentences(connection: Connection, number: int, passage: int) -> list[StoredStatement]:
    """The sentences of a passage, in order."""
    columns = (statements.c.ordinal, statements.c.passage, statements.c.start, statements.c.end)
    query = (
        select(*columns)
        .where(statements.c.source_id == number, statements.c.passage == passage)
        .order_by(statements.c.ordinal)
    )
    return [StoredStatement(*row) for row in connection.execute(query)]


def numbers(connection: Connection, library_id: int, keys: Sequence[str]) -> dict[str, int]:
    """The numbers of the sources of these ids that are held."""
    query = select(sources.c.key, sources.c.id).where(
        sources.c.library_id == library_id, sources.c.key.in_(keys)
    )
    return {row.key: row.id for row in connection.execute(query)}


def named(connection: Connection, library_id: int, name: str) -> list[StoredSource]:
    """The sources whose id, DOI, PubMed number or PubMed Central number this is, in small letters; ten at most."""
    mine = sources.c.library_id == library_id
    found: set[int] = set()
    for column, value in (
        (sources.c.key, name),
        (sources.c.doi, name),
        (sources.c.pmid, name),
        (sources.c.pmcid, name.upper()),
    ):
        found.update(
            connection.execute(select(sources.c.id).where(mine, column == value).limit(10)).scalars()
        )
    held = by_number(connection, sorted(found)[:10], with_text=False)
    return sorted(held.values(), key=lambda one: one.source.id)
