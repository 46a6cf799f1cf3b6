"""Asks the services that know whether the sources of a library still stand."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Engine, select

from aitia.errors import AitiaError
from aitia.library.intake import Job
from aitia.library.outside import connectors, part_of
from aitia.library.store.database import reading
from aitia.library.store.tables import sources

if TYPE_CHECKING:
    from aitia.library.connectors.fetch import Fetcher

_AT_ONCE = 2000


def standing_jobs(database: Engine, library_id: int, fetcher: "Fetcher") -> Iterator[Job]:
    """The present records of all sources that a connector can tell the standing of, for `add`.

    A source with both a PubMed number and a DOI is asked for by both: the two services tell different notices.
    """
    for connector in connectors().values():
        if connector.standing is None or connector.identifier is None:
            continue
        origin = f"{connector.name}: standing"
        number = 0
        for works in _works(database, library_id, connector.identifier):
            try:
                for fetched in connector.standing(works, fetcher):
                    yield Job(origin, fetched.name, origin, number, part_of(fetched))
                    number += 1
            except AitiaError as error:
                yield Job(origin, origin, failure=str(error))
                break


def _works(database: Engine, library_id: int, identifier: str) -> Iterator[list[str]]:
    """The identifiers of one kind that the library holds, some at a time."""
    column = sources.c[identifier]
    last = ""
    while True:
        query = (
            select(column)
            .where(sources.c.library_id == library_id, column.is_not(None), column > last)
            .order_by(column)
            .limit(_AT_ONCE)
        )
        with reading(database) as connection:
            works = list(connection.execute(query).scalars())
        if not works:
            return
        yield works
        last = works[-1]
