"""The curated part of a stored library, put together again."""

from collections import defaultdict

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, select

from aitia.evidence.nouns import Contents, Figure, Statement
from aitia.library.store.libraries import StoredLibrary
from aitia.library.store.reading import by_number
from aitia.library.store.tables import figures, sources, statements


def contents_of(connection: Connection, library: StoredLibrary) -> Contents | None:
    """The contents of the curated library that was added; None if there was none."""
    if library.curated is None:
        return None
    rest = msgspec.json.decode(library.curated, type=Contents)
    mine = select(sources.c.id).where(sources.c.library_id == library.id, sources.c.format == "aitia")
    measured: dict[tuple[int, int], list[Figure]] = defaultdict(list)
    for row in connection.execute(
        select(figures)
        .where(figures.c.source_id.in_(mine))
        .order_by(figures.c.source_id, figures.c.statement, figures.c.ordinal)
    ):
        number, statement, _, name, value, unit, low, high, interval = row
        measured[number, statement].append(
            Figure(name, _number(value), unit, _number(low), _number(high), interval)  # type: ignore[arg-type]
        )
    written: list[tuple[int, Statement]] = []
    for number, ordinal, text in connection.execute(
        select(statements.c.source_id, statements.c.ordinal, statements.c.written)
        .where(statements.c.source_id.in_(mine), statements.c.written.is_not(None))
        .order_by(statements.c.source_id, statements.c.ordinal)
    ):
        one = msgspec.json.decode(text, type=Statement)
        written.append((number, replace(one, figures=tuple(measured[number, ordinal]))))
    numbers = sorted(connection.execute(mine).scalars())
    held = {}
    for start in range(0, len(numbers), 1000):
        held.update(by_number(connection, numbers[start : start + 1000], with_text=False))
    return replace(
        rest,
        name=library.name,
        sources=tuple(held[number].source for number in numbers),
        statements=tuple(replace(one, source_id=held[number].source.id) for number, one in written),
    )


def _number(value: float | None) -> float | None:
    """A figure as it was written: 5, not 5.0."""
    return int(value) if value is not None and value.is_integer() else value
