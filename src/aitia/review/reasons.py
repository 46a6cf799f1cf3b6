"""Why an article must be looked at again: what its library says now that it did not say then, in sentences."""

from collections.abc import Callable, Iterable, Iterator

from aitia.evidence.article import Article, Reference
from aitia.evidence.nouns import KIND_LABELS, Source, Standing
from aitia.review.differences import Change, Difference, Part, differences
from aitia.review.wording_figures import compared, figure_departures

_LONGEST = 160
"""Characters of a statement that are told in a reason."""
_BECAME = {
    Standing.CURRENT: "stands again",
    Standing.CORRECTED: "was corrected",
    Standing.CONCERN: "is under an expression of concern",
    Standing.RETRACTED: "was retracted",
    Standing.SUPERSEDED: "was superseded",
}
_OF_EVIDENCE = frozenset({Change.STANDING, Change.CERTAINTY, Change.FIGURE})
"""What another version of Aitia alone cannot bring about."""


def reasons(
    base: Article, fresh: Article, source_of: Callable[[str], Source | None] | None = None
) -> tuple[str, ...]:
    """Why a fresh answer is not the one that was composed then, the gravest first; none if it says the same.

    source_of: finds a source of the library as it is now, to tell a source that was retracted from one that is only
    cited no more. Where the library is the same and Aitia is another, other words and another choice of statements
    are no reason: the evidence has not changed.
    """
    found = differences(base, fresh)
    if base.library == fresh.library and base.version != fresh.version:
        found = tuple(one for one in found if one.kind in _OF_EVIDENCE)
    return reasons_of(found, base, fresh, source_of)


def reasons_of(
    found: Iterable[Difference],
    base: Article,
    fresh: Article,
    source_of: Callable[[str], Source | None] | None = None,
) -> tuple[str, ...]:
    """The same, for differences that were found already."""
    told: dict[str, None] = {}
    found = tuple(found)
    if not found:
        return ()
    told.update(dict.fromkeys(_of_sources(found, base, fresh, source_of)))
    if base.answered and not fresh.answered:
        told[f"The library no longer answers the question: {_short(fresh.lead.text)}"] = None
        return tuple(told)
    told.update(dict.fromkeys(_of_statements(found, fresh)))
    return tuple(told)


def _of_sources(
    found: tuple[Difference, ...],
    base: Article,
    fresh: Article,
    source_of: Callable[[str], Source | None] | None,
) -> Iterator[str]:
    before = {reference.id: reference for reference in base.references}
    after = {reference.id: reference for reference in fresh.references}
    for one in found:
        if one.part is not Part.SOURCE:
            continue
        (name,) = one.source_ids
        if one.kind is Change.STANDING:
            yield f"Source {name} {_BECAME[Standing(one.new)]}: {_named(after[name])}."
        elif one.kind is Change.REMOVED and source_of is not None:
            source = source_of(name)
            if source is None:
                yield f"Source {name} is no longer in the library: {_named(before[name])}."
            elif source.standing != before[name].standing:
                yield f"Source {name} {_BECAME[source.standing]}: {_named(before[name])}."
        elif one.kind is Change.CHANGED:
            yield f"The record of source {name} changed: {_short(one.old)} → {_short(one.new)}."
    for one in found:
        if one.part is Part.SOURCE and one.kind is Change.ADDED:
            reference = after[one.source_ids[0]]
            yield f"A new {KIND_LABELS[reference.kind]} is cited: {_named(reference)}."


def _of_statements(found: tuple[Difference, ...], fresh: Article) -> Iterator[str]:
    titles = {reference.id: _named(reference) for reference in fresh.references}
    with_figures = {one.place_new for one in found if one.kind is Change.FIGURE}

    def source(one: Difference) -> str:
        name = next((name for name in one.source_ids if name in titles), None)
        return f" in {titles[name]}" if name else ""

    for one in found:
        match one.part, one.kind:
            case Part.STATEMENT, Change.FIGURE:
                was, now = one.old or "not given", one.new or "not given"
                yield f"A figure changed{source(one)}: {one.heading}, {was} → {now}."
            case Part.STATEMENT, Change.CERTAINTY:
                yield f"A certainty changed from {_grade(one.old)} to {_grade(one.new)}{source(one)}."
            case Part.STATEMENT, Change.CHANGED if one.place_new in with_figures:
                pass
            case (Part.STATEMENT | Part.LEAD, Change.CHANGED) if figures := _figures(one):
                yield f"A figure changed{source(one)}: {figures}"
            case Part.STATEMENT, Change.CHANGED:
                yield f"A statement was changed: {_short(one.old)} → {_short(one.new)}"
            case Part.STATEMENT, Change.ADDED:
                yield f"A statement was added: {_short(one.new)}"
            case Part.STATEMENT, Change.REMOVED:
                yield f"A statement was removed: {_short(one.old)}"
            case Part.STATEMENT, Change.SOURCES:
                yield f"A statement rests on other sources now: {_short(one.new)}."
            case Part.LEAD, Change.CHANGED:
                yield f"The answer in short was changed: {_short(one.new)}"
            case Part.LEAD, Change.SOURCES:
                yield f"The answer in short rests on other sources now: {_short(one.new)}."
            case Part.DISAGREEMENT, kind if kind in (Change.ADDED, Change.REMOVED, Change.CHANGED):
                yield f"A disagreement between sources was {kind}: {one.heading}."
            case Part.GAP, kind:
                yield f"A remark on what is missing was {kind}: {_short(one.new or one.old)}"
            case Part.NOTICE, kind:
                yield f"The notice before the answer was {kind}: {_short(one.new or one.old)}"
            case _:
                pass


def _figures(one: Difference) -> str:
    """How the figures in changed words differ, in sentences: those of documents and leads stand in the words alone."""
    found = figure_departures(one.old, one.new, (), compared(one.old, one.new))
    return " ".join(words for kind, words in found if kind == "figure-changed")


def _grade(certainty: str) -> str:
    return certainty.replace("-", " ") or "ungraded"


def _named(reference: Reference) -> str:
    year = f", {reference.year}" if reference.year else ""
    return f"“{_cut(reference.title)}”{year}"


def _short(text: str) -> str:
    return f"“{_cut(text)}”"


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return text[: _LONGEST - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
