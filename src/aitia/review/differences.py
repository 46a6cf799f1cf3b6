"""What differs between two articles: statement by statement, and word by word inside.

Dates, versions and the words around an article are passed over, and so are the numbers of citations, which follow
from what is cited.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from enum import StrEnum

from msgspec import Struct

from aitia.evidence.article import Article, ArticleDisagreement, Reference
from aitia.evidence.nouns import KIND_LABELS, Figure, Standing
from aitia.evidence.numbers import with_interval
from aitia.review.editing import LEAD, Placed, places
from aitia.review.words import changed_words, tokens

_REWORDED = 0.6
"""How alike two texts from one source must be (1: the same) to count as one statement in other words,"""
_ELSEWHERE = 0.9
"""and two texts from different sources."""


class Part(StrEnum):
    """Of what in an article."""

    NOTICE = "notice"
    LEAD = "lead"
    STATEMENT = "statement"
    DISAGREEMENT = "disagreement"
    GAP = "gap"
    SOURCE = "source"


class Change(StrEnum):
    """What became of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    """Other words; of a source: another title, year or identifier."""
    MOVED = "moved"
    """The same statement under another heading."""
    CERTAINTY = "certainty"
    FIGURE = "figure"
    SOURCES = "sources"
    """It cites other sources."""
    STANDING = "standing"
    """A source was corrected, retracted and so on."""


class Difference(Struct, frozen=True):
    """One thing that is not the same."""

    part: Part
    kind: Change
    place_old: str | None
    """"lead", "2.3", "d1", as in a review; None for what has no place, or is not there."""
    place_new: str | None
    heading: str
    """The section's heading, the matter of a disagreement, the title of a source, or a figure's name."""
    old: str
    new: str
    words: tuple[tuple[str, str], ...] = ()
    """For other words: runs of text, each "same", "removed" or "added"."""
    source_ids: tuple[str, ...] = ()
    """The sources that it rests on, or the source that it is."""


def differences(old: Article, new: Article) -> tuple[Difference, ...]:
    """Everything that a reader would find different in the new article, in the order of reading."""
    return tuple(_differences(old, new))


def summary(found: Iterable[Difference]) -> str:
    """What differs, counted: "2 statements changed, 1 source added"."""
    counted = Counter(_counted(one) for one in found)
    if not counted:
        return "nothing changed"
    return ", ".join(_plural(words, count) for words, count in counted.items())


def _counted(one: Difference) -> str:
    """What is counted, with a bar after the noun that takes the plural, or whole if there can only be one."""
    part = f"the {one.part}" if one.part in (Part.LEAD, Part.NOTICE) else f"{one.part}|"
    match one.kind:
        case Change.CERTAINTY:
            return "grade| of certainty changed"
        case Change.FIGURE:
            return "figure| changed"
        case Change.SOURCES:
            return f"{part} resting on other sources"
        case Change.STANDING:
            return f"source| {_BECAME[Standing(one.new)]}"
        case _:
            return f"{part} {one.kind}"


_BECAME = {
    Standing.CURRENT: "standing again",
    Standing.CORRECTED: "corrected",
    Standing.CONCERN: "under an expression of concern",
    Standing.RETRACTED: "retracted",
    Standing.SUPERSEDED: "superseded",
}


def _plural(words: str, count: int) -> str:
    noun, bar, rest = words.partition("|")
    return f"{count} {noun}{'s' if count > 1 else ''}{rest}" if bar else noun


def _differences(old: Article, new: Article) -> Iterator[Difference]:
    if old.notice != new.notice:
        yield _words(Part.NOTICE, None, None, "", old.notice or "", new.notice or "")
    if old.lead.text != new.lead.text:
        yield _words(Part.LEAD, LEAD, LEAD, "", old.lead.text, new.lead.text, new.lead.source_ids)
    elif set(old.lead.source_ids) != set(new.lead.source_ids):
        yield Difference(
            Part.LEAD, Change.SOURCES, LEAD, LEAD, "", _names(old, old.lead.source_ids),
            _names(new, new.lead.source_ids), (), new.lead.source_ids,
        )  # fmt: skip
    yield from _statements(old, new)
    yield from _disagreements(old, new)
    for gap in (one for one in old.gaps if one not in new.gaps):
        yield Difference(Part.GAP, Change.REMOVED, None, None, "", gap, "")
    for gap in (one for one in new.gaps if one not in old.gaps):
        yield Difference(Part.GAP, Change.ADDED, None, None, "", "", gap)
    yield from _references(old, new)


def _words(
    part: Part,
    place_old: str | None,
    place_new: str | None,
    heading: str,
    old: str,
    new: str,
    source_ids: tuple[str, ...] = (),
) -> Difference:
    """Other words; added or removed where one side has none."""
    kind = Change.ADDED if not old else Change.REMOVED if not new else Change.CHANGED
    words = changed_words(old, new)
    return Difference(part, kind, place_old, place_new, heading, old, new, words, source_ids)


def _statements(old: Article, new: Article) -> Iterator[Difference]:
    before = [placed for placed in places(old) if placed.place[0].isdigit()]
    after = [placed for placed in places(new) if placed.place[0].isdigit()]
    pairs = _aligned(before, after)
    gone = [one for one in before if one.place not in pairs.values()]
    by_place = {one.place: one for one in before}
    for here in after:
        was = by_place[pairs[here.place]] if here.place in pairs else None
        while gone and was is not None and before.index(gone[0]) < before.index(was):
            yield _removed(gone.pop(0))
        if was is None:
            yield _words(Part.STATEMENT, None, here.place, here.heading, "", here.text, here.source_ids)
        else:
            yield from _changes(was, here, old, new)
    for left in gone:
        yield _removed(left)


def _removed(was: Placed) -> Difference:
    return _words(Part.STATEMENT, was.place, None, was.heading, was.text, "", was.source_ids)


def _changes(was: Placed, here: Placed, old: Article, new: Article) -> Iterator[Difference]:
    """What differs in one statement."""

    def one(kind: Change, heading: str, before: str, after: str) -> Difference:
        return Difference(
            Part.STATEMENT, kind, was.place, here.place, heading, before, after, (), here.source_ids
        )

    if was.text != here.text:
        yield _words(
            Part.STATEMENT, was.place, here.place, here.heading, was.text, here.text, here.source_ids
        )
    if was.certainty != here.certainty:
        yield one(Change.CERTAINTY, here.heading, was.certainty or "", here.certainty or "")
    for name, before, after in _figures(was.figures, here.figures):
        yield one(Change.FIGURE, name, before, after)
    if set(was.source_ids) != set(here.source_ids):
        yield one(Change.SOURCES, here.heading, _names(old, was.source_ids), _names(new, here.source_ids))
    if was.heading != here.heading:
        yield one(Change.MOVED, here.heading, was.heading, here.heading)


def _figures(old: Iterable[Figure], new: Iterable[Figure]) -> Iterator[tuple[str, str, str]]:
    """The figures that are not the same, by name, with what they were and are; empty where there is none."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for table, figures in ((before, old), (after, new)):
        for figure in figures:
            table.setdefault(figure.name, []).append(with_interval(figure))
    for name in {**before, **after}:
        was, now = before.get(name, []), after.get(name, [])
        lost = list((Counter(was) - Counter(now)).elements())
        won = list((Counter(now) - Counter(was)).elements())
        for at in range(max(len(lost), len(won))):
            yield name, "".join(lost[at : at + 1]), "".join(won[at : at + 1])


def _aligned(old: list[Placed], new: list[Placed]) -> dict[str, str]:
    """The old place of each new one that is the same statement: by what it rests on, then by likeness."""
    pairs: dict[str, str] = {}
    left = list(old)

    def pair(here: Placed, was: Placed) -> None:
        pairs[here.place] = was.place
        left.remove(was)

    for is_same in (
        lambda here, was: (here.statement_ids, here.heading) == (was.statement_ids, was.heading),
        lambda here, was: here.statement_ids == was.statement_ids,
        lambda here, was: (here.text, here.source_ids) == (was.text, was.source_ids),
    ):
        for here in new:
            if here.place not in pairs:
                found = next((was for was in left if is_same(here, was)), None)
                if found is not None:
                    pair(here, found)
    for _, here, was in sorted(_alike(left, [one for one in new if one.place not in pairs]), key=_first):
        if here.place not in pairs and was in left:
            pair(here, was)
    return pairs


def _first(ranked: tuple[float, Placed, Placed]) -> float:
    return -ranked[0]


def _alike(old: list[Placed], new: list[Placed]) -> Iterator[tuple[float, Placed, Placed]]:
    """Pairs that may be one statement, with how alike they are."""
    for here in new:
        for was in old:
            shared = len(set(here.statement_ids) & set(was.statement_ids))
            if 2 * shared > max(len(here.statement_ids), len(was.statement_ids)):
                yield 1.0 + shared, here, was
                continue
            enough = _REWORDED if set(here.source_ids) & set(was.source_ids) else _ELSEWHERE
            matcher = SequenceMatcher(None, tokens(was.text)[:400], tokens(here.text)[:400], autojunk=False)
            if matcher.quick_ratio() >= enough and (likeness := matcher.ratio()) >= enough:
                yield likeness, here, was


def _disagreements(old: Article, new: Article) -> Iterator[Difference]:
    left = {f"d{at}": one for at, one in enumerate(old.disagreements, 1)}
    for at, here in enumerate(new.disagreements, 1):
        place = next((name for name, was in left.items() if _told_by(was) == _told_by(here)), None)
        place = place or next((name for name, was in left.items() if was.quantity == here.quantity), None)
        was = left.pop(place) if place else None
        before, after = _text(was) if was else "", _text(here)
        if before != after:
            yield _words(Part.DISAGREEMENT, place, f"d{at}", here.quantity, before, after, _sources_of(here))
    for place, was in left.items():
        yield _words(Part.DISAGREEMENT, place, None, was.quantity, _text(was), "", _sources_of(was))


def _told_by(one: ArticleDisagreement) -> frozenset[str]:
    return frozenset(name for member in one.members for name in member.statement_ids)


def _sources_of(one: ArticleDisagreement) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for member in one.members for name in member.source_ids))


def _text(one: ArticleDisagreement) -> str:
    """A disagreement as running text."""
    return f"{one.quantity}: {'; '.join(member.text for member in one.members)}. Why: {one.explanation}"


def _references(old: Article, new: Article) -> Iterator[Difference]:
    before = {reference.id: reference for reference in old.references}
    after = {reference.id: reference for reference in new.references}
    for name, was in before.items():
        here = after.get(name)
        if here is None:
            yield Difference(Part.SOURCE, Change.REMOVED, None, None, was.title, told(was), "", (), (name,))
            continue
        if was.standing != here.standing:
            yield Difference(
                Part.SOURCE, Change.STANDING, None, None, here.title, was.standing, here.standing, (), (name,)
            )
        if told(was) != told(here):
            yield _words(Part.SOURCE, None, None, here.title, told(was), told(here), (name,))
    for name, here in after.items():
        if name not in before:
            yield Difference(Part.SOURCE, Change.ADDED, None, None, here.title, "", told(here), (), (name,))


def told(reference: Reference) -> str:
    """A reference in a line: its title, kind and year, and what identifies it."""
    kind = KIND_LABELS[reference.kind]
    about = ", ".join([kind, *([str(reference.year)] if reference.year else [])])
    names = [f"doi:{reference.doi}"] if reference.doi else []
    names += [f"PMID {reference.pmid}"] if reference.pmid else []
    return " ".join([f"{reference.title} ({about})", *names])


def _names(article: Article, source_ids: Iterable[str]) -> str:
    """The titles of sources, as the article lists them."""
    titles = {reference.id: reference.title for reference in article.references}
    return "; ".join(titles.get(name, name) for name in source_ids)
