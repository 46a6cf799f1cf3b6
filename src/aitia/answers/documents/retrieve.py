"""From a question to the sentences that bear on it, with what speaks for each."""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, text

from aitia.answers.documents.asked import DEFINITION, Asked, asking, facet_asked, saying
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
_BESIDE = 0.25
"""What it counts if it stands in another sentence of the passage only."""
_TOLD = 0.6
"""Share of the subject that a sentence, its heading and its title must hold without the rest of the passage."""
_NAMED = 0.25
"""Share of the subject at which a heading and title are on it."""
_NAMED_ITSELF = 0.95
"""Share at which a sentence is, whatever stands over it."""
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
_BROKEN = re.compile(
    r"^(.{6,80}?)\s+\1\b|^Key Points\b|^[^:]*:\s+[-–•*]\s(?!.*\s[-–•*]\s)"
    r"|\b(?:table|list|figure|links?|section|box)s? (?:below|above)\b"
    r"|\b(?:following|this) (?:list|links?|table|resources?|web ?sites?)\b"
    r"|\bfrequency of (?:25/25|a sign)\b|https?://|\bwww\.|\bmore information (?:about|on)\b"
    r"|^(?:Whether|Having|Being)\b",
    re.IGNORECASE,
)
"""What cannot be read by itself: a heading run into its text, an item of a list, a pointer to a table or link."""
_LEADS_IN = re.compile(r":\s*(?:$|[-–•*·]\s)")
"""A sentence after which list items say only half: Tell your doctor if you: - Take warfarin."""
_LABELLED = re.compile(
    r"\b(type|stage|grade|class|phase|hepatitis|vitamin|ha?emophilia|influenza|trisomy|factor|omega|category)[\s-]+"
    r"([0-9]{1,2}|[ivx]{1,4}(?=[a-e]?\b)|[a-ek]\d{0,2}\b)",
    re.IGNORECASE,
)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
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
    standing_over: frozenset[str] = frozenset()
    """What the heading or title over it is on."""
    is_under_subject: bool = True
    """Whether the heading or title over it names the subject."""
    is_on_subject: bool = True
    """Whether it does, or it does so itself."""


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
    mended: str = ""
    """The question with its unknown words spelt as in the library's titles, if that can be done."""


def search(index: PassageIndex, asked: Asked, top: int) -> list[Entry]:
    """The entries nearest to a question."""
    fields = FIELDS if asked.question.endswith("?") or asked.facet is not None else FIELDS_OF_CLAIM
    return index.search([(term.stem, term.weight) for term in asked.terms], fields, top)


def retrieve(connection: Connection, index: PassageIndex, asked: Asked, audience: str) -> Retrieved:
    """The sentences that bear on a question, the best first, none from a retracted source."""
    entries = search(index, asked, ENTRIES)
    if not entries:
        return Retrieved((), {}, (), 0, 0.0)
    held = by_number(connection, list({entry.source for entry in entries}), with_text=False)
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
    titles = {number: _heading(stored.source.title) for number, stored in held.items()}
    wanted = _labels(asked.question)
    withdrawn: set[int] = set()
    for number, ordinal, section, page, start, words_of, sentences in _passages(connection, near):
        heading = _heading(section or "")
        title = titles[number]
        around = heading.stems | title.stems | frozenset(stems(words_of))
        share = _share(asked, around)
        coverage = max(coverage, share if number in usable else 0.0)
        if share < ENOUGH:
            continue
        if number not in usable:
            withdrawn.add(number)
            continue
        lines = [_line(words_of, first - start, last - start) for _, first, last in sentences]
        above = frozenset(name for name in (heading.facet, title.facet) if name)
        is_under_subject = _share(asked, heading.stems | title.stems) >= _NAMED
        in_list = False
        for place, ((statement, first, last), line) in enumerate(zip(sentences, lines, strict=True), start=1):
            is_item = in_list and line.is_item
            in_list = is_item or bool(_LEADS_IN.search(words_of[first - start : last - start]))
            if is_item or not _is_labelled(wanted, line.words, f"{usable[number].title} {section or ''}"):
                continue
            score = _score(asked, audience, usable[number], title, heading.stems | title.stems, around, line)
            if score is None:
                continue
            says = _says(asked, line.words, above)
            found.append(
                Candidate(
                    source=number,
                    statement=statement,
                    passage=ordinal,
                    sentence=place,
                    section=section,
                    page=page,
                    start=start + line.start,
                    end=start + line.end,
                    text=line.words,
                    stems=line.stems,
                    facets=above | {asked.facet.id} if says and asked.facet else above,
                    score=score
                    + 1.2 * scores[number, ordinal]
                    - 0.01 * min(place, 10)
                    + _on_facet(asked, says, above),
                    standing_over=above,
                    is_under_subject=is_under_subject,
                    is_on_subject=is_under_subject or _share(asked, line.stems) >= _NAMED_ITSELF,
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


@lru_cache(maxsize=20_000)
def _heading(text: str) -> _Heading:
    return _Heading(text)


def _labels(text: str) -> dict[str, set[str]]:
    """The labels that tell like from like, by the word before: type 1, hepatitis C."""
    found: dict[str, set[str]] = {}
    for word, label in _LABELLED.findall(text.lower()):
        found.setdefault(word, set()).add(_ROMAN.get(label, label))
    return found


def _is_labelled(wanted: dict[str, set[str]], words: str, over: str) -> bool:
    """Whether a sentence, or else what stands over it, is on the type or stage of the question."""
    if not wanted:
        return True
    own, above = _labels(words), _labels(over)
    return all(labels & own.get(word, above.get(word, set())) for word, labels in wanted.items())


def _share(asked: Asked, held: frozenset[str]) -> float:
    """How much of the subject some words hold, by rarity, 0 to 1."""
    subject = [term for term in asked.terms if term.is_subject]
    total = sum(term.rarity for term in subject) or 1.0
    return sum(term.rarity for term in subject if term.stem in held) / total


class _Line(Struct, frozen=True):
    """A sentence in its passage, without the mark of a list before it or a bracket that was opened elsewhere."""

    start: int
    """Characters into the passage."""
    end: int
    words: str
    stems: frozenset[str]
    is_item: bool
    """It has the mark of a list."""


def quotable(passage: str, start: int, end: int) -> tuple[int, int]:
    """The part of a sentence, as a span of its passage, that an answer quotes.

    That is all of it but the mark of a list before it, or a bracket at its end that was opened elsewhere.
    """
    mark = _LIST_MARK.match(passage[start:end])
    if mark:
        start += mark.end()
    words = passage[start:end]
    if words.endswith(".)") and words.count(")") > words.count("("):
        end -= 1
    return start, end


def _line(passage: str, start: int, end: int) -> _Line:
    first, last = quotable(passage, start, end)
    words = passage[first:last]
    return _Line(first, last, words, frozenset(stems(words)), first > start)


def _says(asked: Asked, words: str, above: frozenset[str]) -> bool:
    """Whether a sentence is on the facet by its own words, and not under a heading on quite another."""
    if asked.facet is None or not saying()[asked.facet.id].search(words):
        return False
    return not above or bool(above & {asked.facet.id, *asked.facet.near, DEFINITION})


def _score(
    asked: Asked,
    audience: str,
    source: Source,
    title: _Heading,
    over: frozenset[str],
    around: frozenset[str],
    line: _Line,
) -> float | None:
    """What speaks for a sentence, apart from its facet and its passage; None if it cannot stand in an answer.

    `over`: the stems of the heading and title over it. `around`: those of the whole passage too.
    """
    words, own = line.words, line.stems
    subject = [term for term in asked.terms if term.is_subject]
    total = sum(term.rarity for term in subject) or 1.0
    held = ((own, 1.0), (over, _IN_PASSAGE), (around, _BESIDE))
    coverage = (
        sum(term.rarity * next((share for some, share in held if term.stem in some), 0.0) for term in subject)
        / total
    )
    if coverage < ENOUGH * _IN_PASSAGE or _share(asked, own | over) < _TOLD:
        return None
    alone = 0.0 if _BROKEN.search(words) else readability_alone(words)
    if alone <= _UNREADABLE:
        return None
    score = 1.5 * coverage + 0.7 * alone + 0.3 * WEIGHT_OF_DESIGN[source.kind] + title.precision(asked)
    names = {term.stem for term in subject}
    if names <= own and names <= set(stems(" ".join(words.split()[: len(names) + _OPENING]))):
        score += 0.8
    # "Triggers" in a question on triggers is more than any other word for a cause.
    score += 0.4 * (
        asked.facet is not None
        and asked.facet.id != DEFINITION
        and bool(asking()[asked.facet.id].search(words))
    )
    if audience == "patient":
        score -= 0.02 * max(0, len(words.split()) - 20)
    score -= _DOUBT.get(source.standing, 0.0)
    if source.kind in (Kind.ANIMAL, Kind.IN_VITRO) and audience != "researcher":
        score -= 0.4
    return score


def _on_facet(asked: Asked, says: bool, above: frozenset[str]) -> float:
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
