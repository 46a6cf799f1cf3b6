"""From an address that a person gives ("pubmed:...", "https://...") to the jobs of a load."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from aitia.errors import AitiaError
from aitia.library.connectors import Connector, Fetched
from aitia.library.intake import Job, Progress
from aitia.library.plugins import plugins
from aitia.library.workers import DOCUMENTS, Part

if TYPE_CHECKING:
    from aitia.library.connectors.fetch import Fetcher

GROUP = "aitia.connectors"


@cache
def _found() -> tuple[dict[str, Connector], dict[str, str]]:
    return plugins(GROUP, Connector)


def connectors() -> dict[str, Connector]:
    """Every connector that is installed and can be loaded, by its scheme."""
    return _found()[0]


def broken_connectors() -> dict[str, str]:
    """The entry points that could not be loaded, with the reason."""
    return _found()[1]


def connector_for(address: str) -> Connector | None:
    """The connector of an address; None if it is not one (but a path, say)."""
    scheme, colon, _ = address.partition(":")
    return connectors().get(scheme.lower()) if colon else None


@cache
def fetcher() -> "Fetcher":
    """What sends the requests of this process, with the settings of the environment."""
    from aitia.library.connectors.fetch import Fetcher
    from aitia.library.connectors.settings import settings_from_environment

    return Fetcher(settings_from_environment())


def jobs_from(address: str, before: Progress | None, fetcher: "Fetcher") -> Iterator[Job]:
    """The jobs for an address. A load that was cut off goes on where it was; one that ended asks again."""
    connector = connector_for(address)
    assert connector is not None
    position = before.position if before is not None and not before.is_done else None
    number = before.parts if before is not None and position is not None else 0
    try:
        for fetched in connector.fetch(address.partition(":")[2], fetcher, position):
            number += 1
            for work in fetched.missing:
                what = "text" if work.startswith("pmcid:") else "record"
                yield Job(address, address, failure=f"{connector.name} gives no {what} of {work}")
            yield Job(address, fetched.name, address, number - 1, part_of(fetched), position=fetched.position)
    except AitiaError as error:
        yield Job(address, address, failure=str(error))
        return
    yield Job(address, address, address, number, is_end=True)


def part_of(fetched: Fetched) -> Part:
    """What a worker reads of it."""
    if fetched.reader is None:
        return Part(DOCUMENTS, fetched.name, msgspec.msgpack.encode(fetched.documents))
    return Part(fetched.reader, fetched.name, fetched.data)
