"""From a question to the sentences that bear on it, with what speaks for each."""

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, text

from aitia.answers.documents.asked import Asked, facet_asked, saying
from aitia.answers.holdings import WEIGHT_OF_DESIGN
from aitia.evidence.nouns import Kind, Source, Standing
from aitia.library.standalone import readability_alone
from aitia.library.store.reading import by_number
from aitia.search.passages import FIELDS, FIELDS_OF_CLAIM, Entry, PassageIndex
from aitia.search.terms import content_stems, stems

ENTRIES = 50
"""Index entries whose sentences compete."""
ENOUGH = 0.72
"""Share of the subject, by rarity, that a sentence with its heading and title must hold to bear on the question."""
_IN_PASSAGE = 0.6
"""What a word of the subject counts that stands in the passage, the heading or the title, but not in the sentence."""
_OPENING = 3
"""A sentence that names the subject this many words, besides its own, from its beginning is about it."""
_UNREADABLE = 0.2
"""The readability of a sentence by itself, at most, that is never shown."""
_WANTED = "WITH wanted (source, first, last) AS (VALUES {wanted}) "
_PASSAGES = (
    _WANTED
    + """
SELECT passages.source_id, passages.ordinal, passages.section, passages.page, passages.start,
       substr(sources.text, passages.start + 1, passages."end" - passages.start)
FROM wanted
JOIN passages ON passages.source_id = wanted.source AND passages.ordinal BETWEEN wanted.first AND wanted.last
JOIN sources ON sources.id = passages.source_id
"""
)
_SENTENCES = (
    _WANTED
    + """
SELECT statements.source_id, statements.passage, statements.ordinal, statements.start, statements."end"
FROM wanted
JOIN statements ON statements.source_id = wanted.source
     AND statements.passage BETWEEN wanted.first AND wanted.last
ORDER BY statements.source_id, statements.ordinal
"""
)
_LIST_MARK = re.compile(r"[-–•*·]\s+")
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
    fields = FIELDS if asked.question.endswith("?") or asked.facet is not None else FIELDS_OF_CLAIM
    return index.search([(term.stem, term.weight) for term in asked.terms], fields, top)


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
    near = [entry for entry in entries if entry.source in held and entry.last]
    scores = {}
    for entry in near:
        for ordinal in range(entry.first, entry.last + 1):
            scores[entry.source, ordinal] = entry.score / best
    found: list[Candidate] = []
    coverage = 0.0
    titles = {number: _Heading(stored.source.title) for number, stored in held.items()}
    withdrawn: set[int] = set()
    headings: dict[str, _Heading] = {}
    for number, ordinal, section, page, start, words_of, sentences in _passages(connection, near):
        heading = headings.setdefault(section or "", _Heading(section or ""))
        title = titles[number]
        lines = [_line(words_of, first - start, last - start) for _, first, last in sentences]
        around = frozenset().union(heading.stems, title.stems, *(own for _, _, own in lines))
        share = _share(asked, around)
        coverage = max(coverage, share if number in usable else 0.0)
        if share < ENOUGH:
            continue
        if number not in usable:
            withdrawn.add(number)
            continue
        for place, ((statement, _, last), (offset, words, own)) in enumerate(
            zip(sentences, lines, strict=True), start=1
        ):
            score = _score(asked, audience, usable[number], title, around, words, own)
            if score is None:
                continue
            above = {name for name in (heading.facet, title.facet) if name}
            says = asked.facet is not None and bool(saying()[asked.facet.id].search(words))
            score += 1.2 * scores[number, ordinal] - 0.01 * min(place, 10) + _on_facet(asked, says, above)
            facets = frozenset(above | {asked.facet.id}) if says and asked.facet else frozenset(above)
            found.append(
                Candidate(
                    number,
                    statement,
                    ordinal,
                    place,
                    section,
                    page,
                    start + offset,
                    last,
                    words,
                    own,
                    facets,
                    score,
                )
            )
    found.sort(key=lambda one: (-one.score, one.source, one.statement))
    return Retrieved(
        tuple(found),
        usable,
        tuple(entries),
        len(withdrawn),
        coverage,
    )


class _Heading:
    """A title or a heading: its stems and what it is on."""

    def __init__(self, text: str) -> None:
        self.stems = frozenset(stems(text))
        facet, spans = facet_asked(text)
        self.facet = facet.id if facet else None
        for start, end in reversed(spans):
            text = f"{text[:start]} {text[end:]}"
        self._matter = frozenset(content_stems(text))

    def precision(self, asked: Asked) -> float:
        """How much of what it is about is the subject of the question: 1 for "What causes X?" and a question on X,
        less for "X with Y", another disease than X."""
        subject = {term.stem for term in asked.terms if term.is_subject}
        return len(self._matter & subject) / len(self._matter) if self._matter else 0.0


def _share(asked: Asked, held: frozenset[str]) -> float:
    """How much of the subject some words hold, by rarity, 0 to 1."""
    subject = [term for term in asked.terms if term.is_subject]
    total = sum(term.rarity for term in subject) or 1.0
    return sum(term.rarity for term in subject if term.stem in held) / total


def _line(passage: str, start: int, end: int) -> tuple[int, str, frozenset[str]]:
    """A sentence without the mark of a list before it: where it begins, its words, its stems."""
    words = passage[start:end]
    if mark := _LIST_MARK.match(words):
        start += mark.end()
        words = words[mark.end() :]
    return start, words, frozenset(stems(words))


def _score(
    asked: Asked,
    audience: str,
    source: Source,
    title: _Heading,
    around: frozenset[str],
    words: str,
    own: frozenset[str],
) -> float | None:
    """What speaks for a sentence, apart from its facet and its passage; None if it cannot stand in an answer."""
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
    alone = readability_alone(words)
    if alone <= _UNREADABLE:
        return None
    score = 1.5 * coverage + 0.7 * alone + 0.3 * WEIGHT_OF_DESIGN[source.kind] + title.precision(asked)
    names = {term.stem for term in subject}
    if names <= own and names <= set(stems(" ".join(words.split()[: len(names) + _OPENING]))):
        score += 0.8
    # "Triggers" in a question on triggers is more than any other word for a cause.
    score += 0.4 * any(term.stem in own for term in asked.terms if not term.is_subject)
    if audience == "patient":
        score -= 0.02 * max(0, len(words.split()) - 20)
    score -= _DOUBT.get(source.standing, 0.0)
    if source.kind in (Kind.ANIMAL, Kind.IN_VITRO) and audience != "researcher":
        score -= 0.4
    return score


def _on_facet(asked: Asked, says: bool, above: set[str]) -> float:
    """What a sentence gains by being on the facet that was asked for: by its own words, by what stands over it."""
    if asked.facet is None:
        return 0.0
    score = 0.8 * says + 0.7 * (asked.facet.id in above)
    if above and asked.facet.id not in above and not above & set(asked.facet.near):
        score -= 0.3
    return score


def with_all_facets(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with every facet that their words are on, not only the one that was asked for."""
    return tuple(
        replace(
            one,
            facets=one.facets.union(name for name, pattern in saying().items() if pattern.search(one.text)),
        )
        for one in candidates
    )


_Row = tuple[int, int, str | None, int | None, int, str, list[tuple[int, int, int]]]


def _passages(connection: Connection, entries: Sequence[Entry]) -> list[_Row]:
    """The passages of some entries with their words and the spans of their sentences."""
    if not entries:
        return []
    # Whole numbers only, and hundreds of them: written out, since binding each costs more than the query.
    wanted = ", ".join(f"({entry.source}, {entry.first}, {entry.last})" for entry in entries)
    rows = connection.execute(text(_PASSAGES.format(wanted=wanted))).all()
    sentences: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for number, passage, ordinal, start, end in connection.execute(text(_SENTENCES.format(wanted=wanted))):
        sentences.setdefault((number, passage), []).append((ordinal, start, end))
    return [(*row, sentences.get((row[0], row[1]), [])) for row in rows]
