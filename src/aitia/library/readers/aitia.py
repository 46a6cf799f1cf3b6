"""A curated library: sources and statements that editors wrote, with their topics, figures and disagreements."""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from aitia.evidence.nouns import Contents, Statement
from aitia.library.document import Curation, Document, DocumentError, Extent, Item, Reader


def recognises(head: bytes) -> bool:
    """Whether this is the JSON of a library's contents."""
    return head.lstrip().startswith(b'{"name":') and b'"version":' in head


def read(data: bytes, name: str) -> Iterator[Item]:
    """The vocabulary of the library, then each source with its statements. Raises DocumentError."""
    del name
    try:
        contents = msgspec.json.decode(data, type=Contents)
    except msgspec.MsgspecError as error:
        raise DocumentError(f"it is no curated library: {error}") from None
    yield Curation(msgspec.json.encode(replace(contents, sources=(), statements=())))
    statements: dict[str, list[Statement]] = {source.id: [] for source in contents.sources}
    for statement in contents.statements:
        statements[statement.source_id].append(statement)
    for source in contents.sources:
        yield Document(
            format="aitia",
            title=source.title,
            extent=Extent.METADATA,
            authors=source.authors,
            year=source.year,
            container=source.container,
            doi=source.doi.lower() if source.doi else None,
            pmid=source.pmid,
            pmcid=source.pmcid,
            url=source.url,
            identifier=source.id,
            kind=source.kind,
            kind_rule="an editor",
            size=source.size,
            record=source,
            written=tuple(statements[source.id]),
        )


READER = Reader("aitia", (".aitia.json",), recognises, read)
