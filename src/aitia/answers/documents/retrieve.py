"""From a question to the sentences that bear on it, with what speaks for each."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import BigInteger, Connection, Integer, column, func, select, values

from aitia.answers.documents.asked import Asked, facet_asked, saying
from aitia.answers.holdings import WEIGHT_OF_DESIGN
from aitia.evidence.nouns import Kind, Source, Standing
from aitia.library.standalone import readability_alone
from aitia.library.store.reading import by_number
from aitia.library.store.tables import passages, sources, statements
from aitia.search.passages import Entry, PassageIndex
from aitia.search.terms import stems

ENTRIES = 60
"""Index entries whose sentences compete."""
ENOUGH = 0.72
"""Share of the subject, by rarity, that a sentence with its heading and title must hold to bear on the question."""
_IN_PASSAGE = 0.6
"""What a word of the subject counts that stands in the passage, the heading or the title, but not in the sentence."""
_DOUBT = {Standing.CONCERN: 0.4, Standing.SUPERSEDED: 0.4, Standing.CORRECTED: 0.1}


class Candidate(Struct, frozen=True):
    """A sentence that may stand in the answer."""

    source: int
    statement: int
    """Its ordinal in the source."""
    passage: int
    sentence: int
    """Its place in the passage, from 1."""
    section: str | None
    page: int | None
    start: int
    end: int
    text: str
    stems: frozenset[str]
    facets: frozenset[str]
    """What the sentence, or the heading or title over it, is on."""
    score: float


class Retrieved(Struct, frozen=True):
    """What was found for a question."""

    candidates: tuple[Candidate, ...]
    """The best first."""
    sources: dict[int, Source]
    entries: tuple[Entry, ...]
    withdrawn: int
    """How many retracted sources matched and were left out."""
    coverage: float
    """The greatest share of the subject that any passage holds, 0 to 1."""


def search(index: PassageIndex, asked: Asked, top: int) -> list[Entry]:
    """The entries nearest to a question."""
    return index.search([(term.stem, term.weight) for term in asked.terms], top)


def retrieve(connection: Connection, index: PassageIndex, asked: Asked, audience: str) -> Retrieved:
    """The sentences that bear on a question, the best first, none from a retracted source."""
    entries = search(index, asked, ENTRIES)
    if not entries:
        return Retrieved((), {}, (), 0, 0.0)
    held = by_number(connection, list({entry.source for entry in entries}), with_spans=False)
    usable = {
        number: stored.source
        for number, stored in held.items()
        if stored.source.standing is not Standing.RETRACTED
    }
    best = entries[0].score or 1.0
    near = [entry for entry in entries if entry.source in usable and entry.last]
    scores = {}
    for entry in near:
        for ordinal in range(entry.first, entry.last + 1):
            scores[entry.source, ordinal] = entry.score / best
    found: list[Candidate] = []
    coverage = 0.0
    titles = {number: _Heading(source.title) for number, source in usable.items()}
    headings: dict[str, _Heading] = {}
    for number, ordinal, section, page, start, text, sentences in _passages(connection, near):
        heading = headings.setdefault(section or "", _Heading(section or ""))
        title = titles[number]
        around = frozenset(stems(text)) | heading.stems | title.stems
        share = _share(asked, around)
        coverage = max(coverage, share)
        if share < ENOUGH:
            continue
        for place, (statement, first, last) in enumerate(sentences, start=1):
            words = text[first - start : last - start]
            candidate = _candidate(
                asked, audience, usable[number], heading, title, around, words, scores[number, ordinal]
            )
            if candidate is not None:
                score, own, facets = candidate
                found.append(
                    Candidate(
                        number,
                        statement,
                        ordinal,
                        place,
                        section,
                        page,
                        first,
                        last,
                        words,
                        own,
                        facets,
                        score - 0.01 * min(place, 10),
                    )
                )
    found.sort(key=lambda one: (-one.score, one.source, one.statement))
    return Retrieved(
        tuple(found),
        {number: usable[number] for number in usable},
        tuple(entries),
        len(held) - len(usable),
        coverage,
    )


class _Heading:
    """A title or a heading: its stems and what it is on."""

    def __init__(self, text: str) -> None:
        self.stems = frozenset(stems(text))
        facet, _ = facet_asked(text)
        self.facet = facet.id if facet else None


def _share(asked: Asked, held: frozenset[str]) -> float:
    """How much of the subject some words hold, by rarity, 0 to 1."""
    subject = [term for term in asked.terms if term.is_subject]
    total = sum(term.rarity for term in subject) or 1.0
    return sum(term.rarity for term in subject if term.stem in held) / total


def _candidate(
    asked: Asked,
    audience: str,
    source: Source,
    heading: _Heading,
    title: _Heading,
    around: frozenset[str],
    text: str,
    nearness: float,
) -> tuple[float, frozenset[str], frozenset[str]] | None:
    """Score, stems and facets of a sentence; None if it cannot stand in an answer."""
    alone = readability_alone(text)
    if alone <= 0.2:
        return None
    own = frozenset(stems(text))
    subject = [term for term in asked.terms if term.is_subject]
    total = sum(term.rarity for term in subject) or 1.0
    coverage = (
        sum(
            term.rarity * (1.0 if term.stem in own else _IN_PASSAGE if term.stem in around else 0.0)
            for term in subject
        )
        / total
    )
    if coverage < ENOUGH * _IN_PASSAGE:
        return None
    facets = {name for name, pattern in saying().items() if pattern.search(text)}
    above = {heading.facet, title.facet} - {None}
    score = 1.2 * nearness + 1.5 * coverage + 0.7 * alone + 0.3 * WEIGHT_OF_DESIGN[source.kind]
    if asked.facet is not None:
        score += 0.8 * (asked.facet.id in facets) + 0.7 * (asked.facet.id in above)
        if above and asked.facet.id not in above:
            score -= 0.3
    if audience == "patient":
        score -= 0.02 * max(0, len(text.split()) - 20)
    score -= _DOUBT.get(source.standing, 0.0)
    if source.kind in (Kind.ANIMAL, Kind.IN_VITRO) and audience != "researcher":
        score -= 0.4
    return score, own, frozenset(facets) | frozenset(name for name in above if name)


_Row = tuple[int, int, str | None, int | None, int, str, list[tuple[int, int, int]]]


def _passages(connection: Connection, entries: Sequence[Entry]) -> list[_Row]:
    """The passages of some entries with their words and the spans of their sentences."""
    if not entries:
        return []
    wanted = (
        values(column("s", BigInteger), column("f", Integer), column("l", Integer), name="wanted")
        .data([(entry.source, entry.first, entry.last) for entry in entries])
        .cte()
    )
    length = passages.c.end - passages.c.start
    query = (
        select(
            passages.c.source_id,
            passages.c.ordinal,
            passages.c.section,
            passages.c.page,
            passages.c.start,
            func.substr(sources.c.text, passages.c.start + 1, length),
        )
        .select_from(wanted)
        .join(
            passages,
            (passages.c.source_id == wanted.c.s) & passages.c.ordinal.between(wanted.c.f, wanted.c.l),
        )
        .join(sources, sources.c.id == passages.c.source_id)
    )
    rows = connection.execute(query).all()
    sentences: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    lines = (
        select(
            statements.c.source_id,
            statements.c.passage,
            statements.c.ordinal,
            statements.c.start,
            statements.c.end,
        )
        .select_from(wanted)
        .join(
            statements,
            (statements.c.source_id == wanted.c.s) & statements.c.passage.between(wanted.c.f, wanted.c.l),
        )
        .order_by(statements.c.source_id, statements.c.ordinal)
    )
    for number, passage, ordinal, start, end in connection.execute(lines):
        sentences.setdefault((number, passage), []).append((ordinal, start, end))
    return [(*row, sentences.get((row[0], row[1]), [])) for row in rows]
