"""Connectors: documents from outside sources, in plain data. Only what is asked for is fetched; no link is followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aitia.errors import AitiaError
from aitia.library.document import Document

if TYPE_CHECKING:
    from aitia.library.connectors.fetch import Fetcher


class FetchError(AitiaError):
    """An outside source cannot be fetched: refused, not there, not answering, or not what was asked for.

    The message says which address (without key), what happened, after how many tries, and what to do.
    """

    exit_code = 7

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status, where an answer was the reason; 200 for one that came and cannot be used."""


class Fetched(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of what a connector was asked for: bytes for a reader, or documents where the connector made them.

    It may hold neither, and then says only what is missing.
    """

    origin: str
    """The address that it came from, without key and contact."""
    name: str
    """What stands in for a file's name: "PMC7000001.xml"."""
    position: str
    """An opaque token: handed back to `fetch`, it goes on after this part."""
    data: bytes = b""
    reader: str | None = None
    """The name of the reader for the bytes. None: the documents are made already."""
    documents: tuple[Document, ...] = ()
    missing: tuple[str, ...] = ()
    """Works that were asked for by name and that the source does not hold, as "pmid:123", "doi:10.1/x" or
    "pmcid:PMC1" (a full text). It was asked more than once, but this is no proof that the work was withdrawn."""
    total: int | None = None
    """How many records there are from where this load began, where the source tells."""


class Connector(Struct, frozen=True):
    """How to fetch from one source. Found by the entry point group `aitia.connectors`."""

    name: str
    """The scheme: what stands before the first colon of "pubmed:motor neuron disease"."""
    fetch: Callable[[str, Fetcher, str | None], Iterator[Fetched]]
    """From what stands after that colon, and the position to go on from (None: the beginning), to its parts in order.
    Raises FetchError; what was yielded before stays good."""
    identifier: str | None = None
    """"pmid" or "doi": the names of works whose standing the source can tell."""
    standing: Callable[[Sequence[str], Fetcher], Iterator[Fetched]] | None = None
    """The present records of known works, named without prefix, with the notices about them. Raises FetchError."""
