"""A source of a library, a passage of it with the cited words marked, and a statement that editors wrote."""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape
from msgspec import Struct
from starlette.responses import RedirectResponse, Response

from aitia.answers.documents.retrieve import quotable
from aitia.documents import DocumentLibrary
from aitia.evidence.nouns import Source
from aitia.evidence.wording import said
from aitia.library.standing import names_of
from aitia.library.store import browsing
from aitia.library.store.browsing import Span
from aitia.library.store.database import reading
from aitia.library.store.reading import StoredSource, StoredStatement, keys_like, notices_about
from aitia.search.spelling import nearest_word
from aitia.service import Library
from aitia.web import addresses, browse
from aitia.web import library_words as words
from aitia.web.call import Call
from aitia.web.catalogue import catalogue, catalogue_of
from aitia.web.cited import citing
from aitia.web.routes import Need, Route

_PASSAGES = 40
"""Passages of a source on a page."""
_SENTENCE = re.compile(r"(?P<key>.+):(?P<passage>\d{1,9})\.(?P<sentence>\d{1,9})")
"""The id of a document's sentence, as articles cite it."""


class Link(Struct, frozen=True):
    """A way to a source outside."""

    label: str
    address: str


class Told(Struct, frozen=True):
    """A notice about a source."""

    kind: str
    by: Link | None
    rule: str
    seen: str


def source(call: Call) -> Response:
    """A source with what was read in it or written about it."""
    name, key = call.path("name"), call.path("key")
    library = call.services.shelf.open(name)
    held = catalogue_of(library)
    written = held.sources.get(key) if held else None
    stored: StoredSource | None = None
    notices: list[Told] = []
    same: list[str] = []
    spans: list[Span] = []
    passages = 0
    page = 1
    if isinstance(library, DocumentLibrary):
        number = library.library.id
        with reading(library.database) as connection:
            stored = browsing.head_of(connection, number, key)
            if stored is not None:
                notices = [_told(*one) for one in notices_about(connection, number, _names(stored.source))]
                same = browsing.same_work(connection, number, stored.source)
                passages = browsing.count_passages(connection, stored.number)
                page = min(browse.page_number(call.query("page")), browse.pages_of(passages, _PASSAGES))
                first = (page - 1) * _PASSAGES + 1
                spans = browsing.spans(connection, stored.number, first, first + _PASSAGES - 1)
    shown = stored.source if stored is not None else written
    if shown is None:
        return _no_source(call, name, library, key)
    return call.page(
        "library/source.html.jinja",
        words=words,
        card=browse.card(name, library),
        source=shown,
        details=stored.details if stored is not None else None,
        origin=_origin(stored) if stored is not None else "",
        links=links(shown),
        notices=notices,
        same=same,
        statements=held.by_source.get(key, ()) if held else (),
        also=held.also_by.get(key, ()) if held else (),
        topics=held.topics if held else {},
        said=said,
        spans=spans,
        passages=passages,
        page=page,
        pages=browse.pages_of(passages, _PASSAGES),
        citing=citing(call.services.database, name, key),
    )


def passage(call: Call) -> Response:
    """A passage of a document, with the sentences named in `mark` marked, between its neighbours."""
    name, key = call.path("name"), call.path("key")
    ordinal: int = call.path("ordinal")
    library = call.services.shelf.open(name)
    if not isinstance(library, DocumentLibrary):
        if key not in catalogue(library).sources:
            return _no_source(call, name, library, key)
        return _missing(
            call,
            "There is no such passage",
            f"The library {name} holds what editors wrote about {key}, not its text.",
            [Link("What the library says of it", addresses.source(name, key))],
        )
    with reading(library.database) as connection:
        stored = browsing.head_of(connection, library.library.id, key)
        if stored is None:
            return _no_source(call, name, library, key)
        passages = browsing.count_passages(connection, stored.number)
        if not 1 <= ordinal <= passages:
            held = f"passages 1 to {passages:,}" if passages else "no text, only its record"
            return _missing(
                call,
                "There is no such passage",
                f"The library {name} holds of {key} {held}; there is no passage {ordinal}.",
                [Link("The source", addresses.source(name, key))],
            )
        near = browsing.spans(connection, stored.number, ordinal - 1, ordinal + 1)
        sentences = browsing.sentences(connection, stored.number, ordinal)
    own = next(one for one in near if one.passage.ordinal == ordinal)
    marked, lost = _marked(own, sentences, key, call.request.query_params.getlist("mark"))
    return call.page(
        "library/passage.html.jinja",
        words=words,
        card=browse.card(name, library),
        source=stored.source,
        links=links(stored.source),
        passage=own.passage,
        passages=passages,
        text=marked,
        lost=lost,
        before=next((one for one in near if one.passage.ordinal < ordinal), None),
        after=next((one for one in near if one.passage.ordinal > ordinal), None),
    )


def statement(call: Call) -> Response:
    """A statement that editors wrote; the id of a document's sentence leads to its passage."""
    name, identifier = call.path("name"), call.path("id")
    library = call.services.shelf.open(name)
    held = catalogue_of(library)
    found = held.statements.get(identifier) if held else None
    if found is None or held is None:
        sentence = _SENTENCE.fullmatch(identifier)
        if sentence is not None and isinstance(library, DocumentLibrary):
            place = addresses.passage(name, sentence["key"], int(sentence["passage"]), identifier)
            return RedirectResponse(f"{place}#cited", 303)
        near = nearest_word(identifier, held.statements) if held else None
        return _missing(
            call,
            "There is no such statement",
            f"The library {name} has no statement {identifier}.",
            [Link(near, addresses.statement(name, near))] if near else [],
        )
    return call.page(
        "library/statement.html.jinja",
        words=words,
        card=browse.card(name, library),
        statement=found,
        said=said,
        source=held.sources[found.source_id],
        links=links(held.sources[found.source_id]),
        also=[held.sources[one] for one in found.also if one in held.sources],
        topics=[held.topics[one] for one in found.topics if one in held.topics],
        disagreements=held.disagreements.get(identifier, ()),
        sources=held.sources,
        citing=citing(call.services.database, name, identifier),
    )


def links(source: Source) -> list[Link]:
    """Where a source can be opened outside; only addresses of the web, whatever its record says."""
    found = []
    if source.doi:
        found.append(Link(f"DOI {source.doi}", f"https://doi.org/{quote(source.doi, safe='/')}"))
    if source.pmid:
        found.append(
            Link(f"PubMed {source.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{quote(source.pmid, safe='')}/")
        )
    if source.pmcid:
        place = f"https://pmc.ncbi.nlm.nih.gov/articles/{quote(source.pmcid, safe='')}/"
        found.append(Link(f"PubMed Central {source.pmcid}", place))
    for address in dict.fromkeys(filter(None, (source.url, *source.seen_at))):
        host = _host(address)
        if host:
            found.append(Link(host, address))
    return found


def _host(address: str) -> str:
    """The host of an address that may be linked to; empty for anything but http and https."""
    try:
        parts = urlsplit(address)
        return parts.hostname or "" if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _marked(
    own: Span, sentences: Sequence[StoredStatement], key: str, names: Sequence[str]
) -> tuple[Markup, list[str]]:
    """A passage's text with the named sentences marked, and the names that are of no sentence in it."""
    marks: set[tuple[int, int]] = set()
    lost = []
    for name in dict.fromkeys(names[:50]):
        match = _SENTENCE.fullmatch(name)
        is_here = match is not None and match["key"] == key and int(match["passage"]) == own.passage.ordinal
        if match is None or not is_here or not 1 <= int(match["sentence"]) <= len(sentences):
            lost.append(name)
        else:
            one = sentences[int(match["sentence"]) - 1]
            marks.add(quotable(own.text, one.start - own.passage.start, one.end - own.passage.start))
    parts = []
    place = 0
    for number, (start, end) in enumerate(sorted(marks)):
        parts.append(escape(own.text[place:start]))
        opening = Markup('<mark id="cited">') if number == 0 else Markup("<mark>")
        parts.append(opening + escape(own.text[start:end]) + Markup("</mark>"))
        place = end
    parts.append(escape(own.text[place:]))
    return Markup("").join(parts), lost


def _names(source: Source) -> list[str]:
    return names_of({"pmid": source.pmid or "", "doi": source.doi or "", "pmcid": source.pmcid or ""})


def _told(kind: str, by: str, rule: str, seen: str) -> Told:
    scheme, _, value = by.partition(":")
    place = {
        "pmid": f"https://pubmed.ncbi.nlm.nih.gov/{quote(value, safe='')}/",
        "doi": f"https://doi.org/{quote(value, safe='/')}",
        "pmcid": f"https://pmc.ncbi.nlm.nih.gov/articles/{quote(value, safe='')}/",
    }.get(scheme)
    named = {"pmid": "PubMed", "doi": "DOI", "pmcid": "PubMed Central"}.get(scheme, "")
    return Told(
        words.NOTICES.get(kind, kind),
        Link(f"{named} {value}", place) if place and value else None,
        rule,
        seen,
    )


def _origin(stored: StoredSource) -> str:
    """Where a document was read from: an address, or a file's name without the folder that it lay in."""
    whole, arrow, member = stored.origin.partition(" > ")
    return (whole if not whole.startswith("/") else whole.rpartition("/")[2]) + arrow + member


def _no_source(call: Call, name: str, library: Library | DocumentLibrary, key: str) -> Response:
    if isinstance(library, Library):
        near = nearest_word(key, catalogue(library).sources)
        keys = [near] if near else []
    else:
        with reading(library.database) as connection:
            number = library.library.id
            keys = keys_like(connection, number, key, 5) or keys_like(connection, number, key[:8], 5)
    return _missing(
        call,
        "There is no such source",
        f"The library {name} has no source {key}. It may have been removed since the link was made.",
        [Link(one, addresses.source(name, one)) for one in keys],
    )


def _missing(call: Call, title: str, text: str, near: list[Link]) -> Response:
    name = call.path("name")
    return call.page("library/missing.html.jinja", 404, title=title, text=text, near=near, name=name)


ROUTES = (
    Route("GET", "/library/{name}/sources/{key}", Need.READ, source),
    Route("GET", "/library/{name}/sources/{key}/passages/{ordinal:int}", Need.READ, passage),
    Route("GET", "/library/{name}/statements/{id}", Need.READ, statement),
)
