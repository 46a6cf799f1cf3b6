"""What the pages of a library list, whichever kind of library it is: sources by page, and what a search finds."""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from aitia.documents import DocumentLibrary
from aitia.evidence.nouns import Certainty, Kind, Source, Standing
from aitia.library.store import browsing
from aitia.library.store.browsing import Counts
from aitia.library.store.database import reading
from aitia.search.terms import content_stems, stems
from aitia.service import Library
from aitia.web import addresses
from aitia.web.call import whole_number
from aitia.web.catalogue import Catalogue, catalogue, catalogue_of, chosen, curated_of

PAGE = 50
"""Sources on a page."""
HITS = 20
"""Search results on a page."""
MOST_HITS = 100
"""Search results at all: what is not among them is better looked for with other words."""
_SNIPPET = 420
"""Characters of a passage that are shown of a result."""


class Card(Struct, frozen=True):
    """What a library is and how much it holds."""

    name: str
    title: str
    version: str = ""
    updated: str = ""
    counts: Counts = Counts({}, {}, 0)
    statements: int = 0
    """Those that editors wrote."""
    is_stored: bool = False
    """Whether it is in the database, so that documents can be added."""
    trouble: str = ""
    """Why it cannot be read."""


class Listed(Struct, frozen=True):
    """A source in a list."""

    source: Source
    statements: int = 0
    """Those that editors wrote about it."""


class Hit(Struct, frozen=True):
    """A result of a search."""

    source: Source
    text: str
    address: str
    where: str = ""
    """The section and the page of a document."""
    certainty: Certainty | None = None
    """Of a statement that editors wrote."""
    first: int = 0
    last: int = 0
    """The run of passages, of a document."""


def card(name: str, library: Library | DocumentLibrary) -> Card:
    """What a library is."""
    if isinstance(library, Library):
        contents = library.contents
        return Card(
            name,
            contents.title,
            contents.version,
            contents.updated,
            catalogue(library).counts,
            len(contents.statements),
        )
    stored = library.library
    curated = library.curated
    return Card(
        name,
        stored.title,
        str(stored.version),
        stored.updated,
        browsing.counts(library.database, stored),
        len(curated.contents.statements) if curated else 0,
        is_stored=True,
    )


def sources_of(
    library: Library | DocumentLibrary, kind: Kind | None, standing: Standing | None, page: int
) -> tuple[list[Listed], int, int]:
    """The sources on a page, the page (the last one, where there are not so many), and how many sources match."""
    if isinstance(library, Library):
        held = catalogue(library)
        matching = chosen(held, kind, standing)
        page = min(page, pages_of(len(matching), PAGE))
        some = matching[(page - 1) * PAGE : page * PAGE]
        return [_listed(source, held) for source in some], page, len(matching)
    total = browsing.matching(library.database, library.library, kind, standing)
    page = min(page, pages_of(total, PAGE))
    with reading(library.database) as connection:
        stored = browsing.listed(connection, library.library.id, kind, standing, (page - 1) * PAGE, PAGE)
    curated = catalogue_of(library)
    return [_listed(one.source, curated) for one in stored], page, total


def pages_of(count: int, on_a_page: int) -> int:
    """How many pages so many things fill."""
    return max(1, -(-count // on_a_page))


def page_number(text: str) -> int:
    """The number of a page, from 1, whatever stands in the address."""
    return whole_number(text) or 1


def _listed(source: Source, held: Catalogue | None) -> Listed:
    return Listed(source, len(held.by_source.get(source.id, ())) if held else 0)


def named(library: Library | DocumentLibrary, asked: str) -> list[Source]:
    """The sources that a question names outright: by their id, DOI or PubMed number."""
    bare = re.sub(
        r"^(?:doi:\s*|https?://(?:dx\.)?doi\.org/|pmid:?\s*)", "", asked, flags=re.IGNORECASE
    ).lower()
    if not bare or " " in bare or len(bare) > 300:
        return []
    if isinstance(library, Library):
        return [
            source
            for source in catalogue(library).sources.values()
            if bare in (source.id, source.pmid, (source.doi or "").lower(), (source.pmcid or "").lower())
        ]
    with reading(library.database) as connection:
        return [one.source for one in browsing.named(connection, library.library.id, bare)]


def hits(name: str, library: Library | DocumentLibrary, asked: str) -> list[Hit]:
    """The statements and passages nearest to a question, the best first; what editors wrote goes first.

    Raises QuestionError if the question cannot be read.
    """
    curated = curated_of(library)
    found = []
    if curated is not None:
        found = [
            Hit(
                curated.source(statement.source_id),
                curated.said(statement),
                addresses.statement(name, statement.id),
                certainty=statement.certainty,
            )
            for statement, _ in curated.search(asked, MOST_HITS)
        ]
    if isinstance(library, DocumentLibrary):
        found += [
            Hit(one.source, one.text, addresses.source(name, one.source.id), first=one.first, last=one.last)
            for one in library.search(asked, MOST_HITS)
        ]
    return found[:MOST_HITS]


def placed(name: str, library: Library | DocumentLibrary, asked: str, some: Sequence[Hit]) -> list[Hit]:
    """Results with the very passage, of the run that was found, that holds most of the words; and a part of it."""
    if isinstance(library, Library):
        return list(some)
    wanted = frozenset(content_stems(asked)) or frozenset(stems(asked))
    placed = []
    with reading(library.database) as connection:
        keys = [one.source.id for one in some if one.last]
        numbers = browsing.numbers(connection, library.library.id, keys)
        for one in some:
            spans = (
                browsing.spans(connection, numbers[one.source.id], one.first, one.last)
                if one.last and one.source.id in numbers
                else []
            )
            if not spans:
                placed.append(one)
                continue
            best = max(spans, key=lambda span: len(wanted.intersection(stems(span.text))))
            passage = best.passage
            placed.append(
                replace(
                    one,
                    text=snippet(best.text, wanted),
                    address=addresses.passage(name, one.source.id, passage.ordinal),
                    where=addresses.place_of(passage.section, passage.page),
                )
            )
    return placed


def snippet(text: str, wanted: frozenset[str]) -> str:
    """A part of a text around the first of the wanted words."""
    if len(text) <= _SNIPPET:
        return text
    first = next(
        (word.start() for word in re.finditer(r"\w+", text) if wanted.intersection(stems(word[0]))), 0
    )
    start = 0 if first < _SNIPPET // 2 else text.rfind(" ", 0, first - _SNIPPET // 3) + 1
    end = min(len(text), start + _SNIPPET)
    if end < len(text):
        end = max(start + 1, text.rfind(" ", start, end))
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"
