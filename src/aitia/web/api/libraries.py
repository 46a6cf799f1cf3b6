"""Libraries: what is served, their sources, passages and statements."""

from typing import Annotated

from msgspec import Meta, Struct
from sqlalchemy import select

from aitia.documents import DocumentLibrary
from aitia.errors import LibraryError
from aitia.evidence.nouns import Source, Statement
from aitia.evidence.wording import said
from aitia.library.store import browsing
from aitia.library.store.database import reading
from aitia.library.store.tables import sources as sources_table
from aitia.service import Library
from aitia.web.api.nouns import ApiCall, ApiRoute, Reply
from aitia.web.api.reading import READ
from aitia.web.catalogue import catalogue, catalogue_of
from aitia.web.routes import Need

AfterNumber = Annotated[
    int, Meta(ge=0, le=999_999_999, description="Begin after the item of this number. 0: at the beginning.")
]
Limit = Annotated[int, Meta(ge=1, le=200, description="How many items to give at most.")]


class LibraryCard(Struct, frozen=True):
    """A library that is served."""

    name: str
    title: str
    version: str
    updated: str
    sources: int
    statements: int
    """Those that editors wrote."""
    holds_documents: bool


class SourcesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which sources to list."""

    after: Annotated[str, Meta(max_length=200, description="Begin after the source of this id.")] = ""
    limit: Limit = 50


class SourcePage(Struct, frozen=True):
    """Some sources, in the order of their ids."""

    items: tuple[Source, ...]


class SourceView(Struct, frozen=True):
    """A source with what editors wrote about it."""

    source: Source
    statements: tuple[Statement, ...]
    passages: int
    """How many passages its text has; 0 if the library holds only its record."""


class PassagesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which passages to list."""

    after: AfterNumber = 0
    limit: Limit = 50


class PassageView(Struct, frozen=True):
    """A span of a source's text."""

    ordinal: int
    section: str | None
    page: int | None
    start: int
    """Characters into the source's text."""
    end: int
    text: str


class PassagePage(Struct, frozen=True):
    """Some passages, in order."""

    items: tuple[PassageView, ...]


class StatementView(Struct, frozen=True):
    """A statement that editors wrote, and how it is said."""

    statement: Statement
    source: Source
    clinician: str
    patient: str


def libraries(call: ApiCall) -> Reply:
    return Reply(tuple(_card(call, name) for name in call.services.shelf.names()))


def library(call: ApiCall) -> Reply:
    return Reply(_card(call, call.path("name")))


def _card(call: ApiCall, name: str) -> LibraryCard:
    opened = call.services.shelf.open(name)
    if isinstance(opened, Library):
        contents = opened.contents
        return LibraryCard(
            name, contents.title, contents.version, contents.updated, len(contents.sources),
            len(contents.statements), False,
        )  # fmt: skip
    stored, curated = opened.library, opened.curated
    total = browsing.counts(opened.database, stored).total
    written = len(curated.contents.statements) if curated else 0
    return LibraryCard(name, stored.title, str(stored.version), stored.updated, total, written, True)


def sources(call: ApiCall) -> Reply:
    query: SourcesQuery = call.query
    opened = call.services.shelf.open(call.path("name"))
    if isinstance(opened, Library):
        ids = [key for key in catalogue(opened).sources if key > query.after][: query.limit]
        items = tuple(catalogue(opened).sources[key] for key in ids)
    else:
        mine = sources_table.c.library_id == opened.library.id
        keys = (
            select(sources_table.c.key)
            .where(mine, sources_table.c.key > query.after)
            .order_by(sources_table.c.key)
            .limit(query.limit)
        )
        with reading(opened.database) as connection:
            held = browsing.by_keys(connection, opened.library.id, connection.execute(keys).scalars().all())
        items = tuple(one.source for one in held)
    more = {"after": items[-1].id} if len(items) == query.limit else None
    return Reply(SourcePage(items), next=more)


def source(call: ApiCall) -> Reply:
    name, key = call.path("name"), call.path("key")
    opened = call.services.shelf.open(name)
    held = catalogue_of(opened)
    found = held.sources.get(key) if held else None
    passages = 0
    if isinstance(opened, DocumentLibrary):
        with reading(opened.database) as connection:
            stored = browsing.head_of(connection, opened.library.id, key)
            if stored is not None:
                found, passages = stored.source, browsing.count_passages(connection, stored.number)
    if found is None:
        raise LibraryError(f"the library {name} has no source {key!r}.")
    return Reply(SourceView(found, tuple(held.by_source.get(key, ())) if held else (), passages))


def passages(call: ApiCall) -> Reply:
    query: PassagesQuery = call.query
    items = _passages(call, query.after + 1, query.after + query.limit)
    more = {"after": items[-1].ordinal} if len(items) == query.limit else None
    return Reply(PassagePage(items), next=more)


def passage(call: ApiCall) -> Reply:
    ordinal = call.path("ordinal")
    found = _passages(call, ordinal, ordinal)
    if not found:
        raise LibraryError(f"the source {call.path('key')!r} has no passage {ordinal}.")
    return Reply(found[0])


def _passages(call: ApiCall, first: int, last: int) -> tuple[PassageView, ...]:
    name, key = call.path("name"), call.path("key")
    opened = call.services.shelf.open(name)
    if isinstance(opened, Library):
        if key not in catalogue(opened).sources:
            raise LibraryError(f"the library {name} has no source {key!r}.")
        return ()
    with reading(opened.database) as connection:
        stored = browsing.head_of(connection, opened.library.id, key)
        if stored is None:
            raise LibraryError(f"the library {name} has no source {key!r}.")
        found = browsing.spans(connection, stored.number, first, last)
    return tuple(
        PassageView(
            one.passage.ordinal, one.passage.section, one.passage.page, one.passage.start, one.passage.end, one.text
        )
        for one in found
    )  # fmt: skip


def statement(call: ApiCall) -> Reply:
    name, key = call.path("name"), call.path("id")
    held = catalogue_of(call.services.shelf.open(name))
    found = held.statements.get(key) if held else None
    if held is None or found is None:
        raise LibraryError(f"editors wrote no statement {key!r} in the library {name}.")
    return Reply(
        StatementView(found, held.sources[found.source_id], said(found, "clinician"), said(found, "patient"))
    )


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("GET", "/libraries", Need.READ, READ, libraries, tuple[LibraryCard, ...], "List the libraries"),
    ApiRoute("GET", "/libraries/{name}", Need.READ, READ, library, LibraryCard, "Tell of a library"),
    ApiRoute(
        "GET", "/libraries/{name}/sources", Need.READ, READ, sources, SourcePage, "List sources", SourcesQuery
    ),
    ApiRoute("GET", "/libraries/{name}/sources/{key}", Need.READ, READ, source, SourceView, "Show a source"),
    ApiRoute(
        "GET", "/libraries/{name}/sources/{key}/passages", Need.READ, READ, passages, PassagePage,
        "List a source's passages", PassagesQuery,
    ),
    ApiRoute(
        "GET", "/libraries/{name}/sources/{key}/passages/{ordinal:int}", Need.READ, READ, passage, PassageView,
        "Show a passage",
    ),
    ApiRoute(
        "GET", "/libraries/{name}/statements/{id}", Need.READ, READ, statement, StatementView, "Show a statement"
    ),
)  # fmt: skip
