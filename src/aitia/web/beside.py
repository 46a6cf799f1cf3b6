"""What stands beside a statement on the review desk: its sources, and the words of theirs that it rests on."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import func, select

from aitia.documents import DocumentLibrary
from aitia.evidence.article import Article, CitedPassage, Reference
from aitia.evidence.nouns import Certainty, Source, Standing, Statement
from aitia.evidence.wording import said
from aitia.library.store.database import reading
from aitia.library.store.tables import passages, sources
from aitia.review.editing import Placed
from aitia.service import Library
from aitia.web import addresses
from aitia.web.reading import safe_link


class Quoted(Struct, frozen=True, omit_defaults=True):
    """Words that a statement rests on, with what is printed around them."""

    label: str
    """Where they stand: the section and page of a document, or the library's statement."""
    cited: str
    """Empty if they cannot be shown; `trouble` then says why."""
    before: str = ""
    after: str = ""
    address: str = ""
    """Of the page that shows them in full."""
    certainty: Certainty | None = None
    is_passage: bool = False
    """Whether it is the source's own text, in which the cited words are marked."""
    trouble: str = ""


class Beside(Struct, frozen=True):
    """A source of a statement."""

    reference: Reference
    standing: Standing
    """Of today, not of the day on which the article was written."""
    basis: str
    """Population and size, where the library has them."""
    address: str
    outside: str
    """Where the source itself is published; empty if that is not known."""
    quoted: tuple[Quoted, ...]
    trouble: str = ""


class _Held(Struct, frozen=True):
    """What the library holds today of all that an article rests on."""

    name: str
    sources: dict[str, Source]
    statements: dict[str, Statement]
    texts: dict[tuple[str, int], tuple[int, str]]
    """Of a document's passage: where it begins in the source's text, and its words."""


def beside(
    library: Library | DocumentLibrary | None, article: Article, placed: Sequence[Placed]
) -> dict[str, tuple[Beside, ...]]:
    """The sources of each place of an article, in the order in which it cites them.

    library: as it is now; None if it is not served any more, and only the article's own references are known.
    """
    spots = {one.statement_id: one for one in article.passages}
    held = _held(library, article, {name for one in placed for name in one.statement_ids})
    listed = {one.id: one for one in article.references}
    found: dict[str, tuple[Beside, ...]] = {}
    for one in placed:
        found[one.place] = tuple(
            _beside(held, listed[name], one.statement_ids, spots) for name in one.source_ids if name in listed
        )
    return found


def _beside(
    held: _Held, reference: Reference, statement_ids: Iterable[str], spots: dict[str, CitedPassage]
) -> Beside:
    source = held.sources.get(reference.id)
    quoted = []
    for name in statement_ids:
        if (spot := spots.get(name)) is not None:
            if spot.source_id == reference.id:
                quoted.append(_from_document(held, spot))
        elif (statement := held.statements.get(name)) is not None:
            if reference.id in (statement.source_id, *statement.also):
                quoted.append(_from_statement(held, statement))
        elif name.rpartition(".")[0] == reference.id and source is not None:
            quoted.append(
                Quoted(f"Statement {name}", "", trouble="The library holds this statement no more.")
            )
    return Beside(
        reference,
        source.standing if source else reference.standing,
        "; ".join(filter(None, (source.population, source.size))) if source else "",
        addresses.source(held.name, reference.id),
        safe_link(reference.url),
        tuple(quoted),
        "" if source else "The library holds this source no more.",
    )


def _from_statement(held: _Held, statement: Statement) -> Quoted:
    address = addresses.statement(held.name, statement.id)
    words = said(statement, "clinician")
    passage = statement.passage
    if passage is None or not passage.text:
        return Quoted("As the library states it", words, address=address, certainty=statement.certainty)
    before, cited, after = _split(passage.text, words)
    return Quoted(
        _where(passage.section, passage.page), cited, before, after, address, statement.certainty,
        is_passage=bool(before or after),
    )  # fmt: skip


def _split(passage: str, words: str) -> tuple[str, str, str]:
    """A passage with the cited words apart, if they stand in it as they are; else all of it is cited."""
    before, found, after = passage.partition(words)
    return (before, found, after) if found else ("", passage, "")


def _from_document(held: _Held, spot: CitedPassage) -> Quoted:
    label = _where(spot.section, spot.page)
    address = addresses.passage(held.name, spot.source_id, spot.passage, spot.statement_id)
    start, text = held.texts.get((spot.source_id, spot.passage), (0, ""))
    first, last = spot.start - start, spot.end - start
    if not 0 <= first < last <= len(text):
        return Quoted(
            label, "", address=address, trouble="The document no longer has this passage as it was cited."
        )
    return Quoted(label, text[first:last], text[:first], text[last:], address, is_passage=True)


def _where(section: str | None, page: int | None) -> str:
    return addresses.place_of(section, page) or "Passage"


def _held(library: Library | DocumentLibrary | None, article: Article, names: set[str]) -> _Held:
    cited = {one.id for one in article.references}
    if library is None:
        return _Held(article.library.name, {}, {}, {})
    if isinstance(library, Library):
        return _curated(library, article.library.name, cited, names)
    held = _Held(library.library.name, {}, {}, {})
    if library.curated is not None:
        held = _curated(library.curated, library.library.name, cited, names)
    wanted = {(one.source_id, one.passage) for one in article.passages}
    if cited - held.sources.keys():
        _read_documents(library, held, cited - held.sources.keys(), wanted)
    return held


def _curated(library: Library, name: str, cited: set[str], names: set[str]) -> _Held:
    contents = library.contents
    return _Held(
        name,
        {one.id: one for one in contents.sources if one.id in cited},
        {one.id: one for one in contents.statements if one.id in names},
        {},
    )


def _read_documents(
    library: DocumentLibrary, held: _Held, keys: set[str], wanted: set[tuple[str, int]]
) -> None:
    """Add the documents of some ids, with the words of the wanted passages alone: a document may be a book."""
    from aitia.library.store.reading import by_number

    with reading(library.database) as connection:
        numbers = connection.execute(
            select(sources.c.id).where(sources.c.library_id == library.library.id, sources.c.key.in_(keys))
        ).scalars()
        found = by_number(connection, list(numbers), with_text=False)
        held.sources.update({one.source.id: one.source for one in found.values()})
        words = func.substr(sources.c.text, passages.c.start + 1, passages.c.end - passages.c.start)
        rows = connection.execute(
            select(sources.c.key, passages.c.ordinal, passages.c.start, words)
            .join(sources, sources.c.id == passages.c.source_id)
            .where(sources.c.id.in_(list(found)), passages.c.ordinal.in_({ordinal for _, ordinal in wanted}))
        )
        for key, ordinal, start, text in rows:
            if (key, ordinal) in wanted:
                held.texts[key, ordinal] = (start, text)
