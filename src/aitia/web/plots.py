"""What of an article is worth looking at: estimates by source with their intervals, and evidence over time."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from markupsafe import Markup
from msgspec import Struct

from aitia.evidence.article import Article, Reference
from aitia.evidence.estimates import base_and_part
from aitia.evidence.nouns import KIND_LABELS, Contents, Figure, Kind, Standing, Statement
from aitia.evidence.numbers import with_interval, with_unit, written
from aitia.search.terms import content_stems, stems
from aitia.web.svg import Interval, Moment, interval_plot, time_plot

_RATIOS = (
    "odds ratio",
    "relative risk",
    "risk ratio",
    "rate ratio",
    "hazard ratio",
    "standardised incidence ratio",
)
_HEARSAY = frozenset({"often quoted"})
"""What a source tells as said by others is no estimate of its own."""
_NINETY_FIVE = "95% CI "
"""Said once, in the caption."""
_MOST_PLOTS = 2
_MOST_ROWS = 14
_FEWEST_YEARS = 6
"""References with a year that make a timeline worth its room."""
_GUIDANCE = frozenset({Kind.GUIDELINE, Kind.CONSENSUS})
_SYNTHESIS = frozenset({Kind.SYSTEMATIC_REVIEW, Kind.META_ANALYSIS, Kind.REVIEW})
_EXPERIMENT = frozenset({Kind.TRIAL, Kind.MENDELIAN_RANDOMISATION})


class Plot(Struct, frozen=True):
    """A drawing with the table that says the same."""

    title: str
    svg: Markup
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class _Estimate(Struct, frozen=True):
    """One source's figure, or the two ends of the range that it gives."""

    reference: Reference
    part: str
    value: float
    low: float | None
    high: float | None
    words: str


def plots(article: Article, contents: Contents | None) -> tuple[Plot, ...]:
    """The plots of an article; `contents` is what its library holds, None for a library of documents.

    An interval is drawn only where it bounds the estimate (a 95% interval, not a spread of ages).
    """
    drawn: list[Plot] = []
    if contents is not None:
        for title, unit, found in _groups(article, contents)[:_MOST_PLOTS]:
            drawn.append(_intervals(title, unit, found))
    if (timeline := _timeline(article)) is not None:
        drawn.append(timeline)
    return tuple(drawn)


def _groups(article: Article, contents: Contents) -> list[tuple[str, str, list[tuple[str, _Estimate]]]]:
    """Title, unit and labelled estimates of each matter on which two sources or more give a figure; most first."""
    references = {reference.id: reference for reference in article.references}
    quantities = {quantity.name: quantity for quantity in contents.quantities}
    by_matter: dict[tuple[str, str], list[tuple[str, _Estimate]]] = defaultdict(list)
    for statement in _cited(article, contents):
        reference = references.get(statement.source_id)
        if reference is None or reference.standing is Standing.RETRACTED:
            continue
        for base, figure, upper in _figures(statement):
            kind, _, exposure = base.partition(": ")
            name, part = exposure, base_and_part(figure.name)[1]
            if part in _HEARSAY:
                continue
            if kind in _RATIOS and exposure and float(figure.value) > 0:
                if figure.has_margin:
                    by_matter[(kind, figure.unit)].append((name, _estimate(reference, part, figure, upper)))
            elif base in quantities:
                by_matter[(base, figure.unit)].append(("", _estimate(reference, part, figure, upper)))
    found = []
    for (matter, unit), given in by_matter.items():
        estimates = list(
            {
                (label, one.reference.number, one.part): (label, one)
                for label, one in _on_the_question(article.question, given)
            }.values()
        )
        if len({one.reference.number for _, one in estimates}) < 2:
            continue
        quantity = quantities.get(matter)
        if quantity is not None:
            title = (quantity.plain if article.audience == "patient" else quantity.label).rstrip(",")
        else:
            title = (
                "How risk differs with exposure, by study"
                if article.audience == "patient"
                else f"{matter[:1].upper()}{matter[1:]}s with 95% intervals, by exposure"
            )
        found.append((title, unit, estimates))
    found.sort(key=lambda group: -len({one.reference.number for _, one in group[2]}))
    return found


def _on_the_question(question: str, estimates: list[tuple[str, _Estimate]]) -> list[tuple[str, _Estimate]]:
    """Of ratios on many exposures, those on the exposure that the question names, if any are."""
    asked = set(stems(question))
    named = [(name, one) for name, one in estimates if asked & set(content_stems(name.partition(",")[0]))]
    return named or estimates


def _cited(article: Article, contents: Contents) -> list[Statement]:
    """The library's statements that the article rests on, in the article's order."""
    named = [*article.lead.statement_ids]
    for section in article.sections:
        named += [name for bullet in section.statements for name in bullet.statement_ids]
    wanted = set(named)
    held = {statement.id: statement for statement in contents.statements if statement.id in wanted}
    return [held[name] for name in dict.fromkeys(named) if name in held]


def _figures(statement: Statement) -> Iterable[tuple[str, Figure, Figure | None]]:
    """Each figure with its base name, and the upper end where a range is given as two figures."""
    uppers = {}
    for figure in statement.figures:
        base, part = base_and_part(figure.name)
        if part.endswith("upper"):
            uppers[(base, part.removesuffix("upper").rstrip(", "))] = figure
    for figure in statement.figures:
        base, part = base_and_part(figure.name)
        if part.endswith("lower"):
            yield base, figure, uppers.get((base, part.removesuffix("lower").rstrip(", ")))
        elif not part.endswith("upper"):
            yield base, figure, None


def _estimate(reference: Reference, part: str, figure: Figure, upper: Figure | None) -> _Estimate:
    part = part.removesuffix("lower").rstrip(", ")
    if upper is not None:
        low, high = float(figure.value), float(upper.value)
        words = f"{written(low)} to {with_unit(high, figure.unit)}"
        return _Estimate(reference, part, (low + high) / 2, low, high, words)
    low_, high_ = (figure.low, figure.high) if figure.has_margin else (None, None)
    return _Estimate(
        reference,
        part,
        float(figure.value),
        float(low_) if low_ is not None else None,
        float(high_) if high_ is not None else None,
        with_interval(figure),
    )


def _intervals(title: str, unit: str, found: Sequence[tuple[str, _Estimate]]) -> Plot:
    is_ratio = any(label for label, _ in found)
    # Where there is no room for all, whole populations and figures with an interval go first, whatever their value.
    first = sorted(found, key=lambda one: (one[1].part != "", one[1].low is None, one[1].reference.number))
    shown = sorted(first[:_MOST_ROWS], key=lambda one: (one[0], one[1].value))
    marks = [
        Interval(
            label=_label(name, one),
            words=one.words.replace(_NINETY_FIVE, ""),
            value=one.value,
            low=one.low,
            high=one.high,
            is_range=one.low is not None and "to" in one.words and "(" not in one.words,
        )
        for name, one in shown
    ]
    caption = (
        "Left of the line at 1: lower risk in the exposed; right of it: higher. A bar that crosses the line is "
        "compatible with no difference. An association does not prove a cause."
        if is_ratio
        else "A dot is a source's estimate, a bar its interval; a bar without a dot is a range that the source gives."
    )
    if any(_NINETY_FIVE in one.words for _, one in shown):
        caption += " In brackets: 95% intervals."
    if len(found) > len(shown):
        caption += f" Shown: {len(shown)} of {len(found)} estimates, those of whole populations first."
    svg = interval_plot(title, marks, unit="" if is_ratio else unit, is_ratio=is_ratio)
    columns = ("Source", "Of", "Estimate") if is_ratio else ("Source", "Group", "Estimate")
    rows = tuple((_source(one.reference), name if is_ratio else one.part, one.words) for name, one in shown)
    return Plot(title, svg, caption, columns, rows)


def _label(name: str, estimate: _Estimate) -> str:
    parts = [name, estimate.part] if name else [estimate.part]
    said = ", ".join(part for part in parts if part)
    source = _source(estimate.reference)
    return f"{source}: {said}" if said else source


def _source(reference: Reference) -> str:
    """ "Kim 2024 [3]"."""
    author = reference.title[:24].rstrip()
    if reference.authors:
        author = re.sub(r" [A-Z-]{1,4}$", "", reference.authors[0])
    return (
        f"{author} {reference.year} [{reference.number}]"
        if reference.year
        else f"{author} [{reference.number}]"
    )


def _timeline(article: Article) -> Plot | None:
    dated = [reference for reference in article.references if reference.year is not None]
    if len(dated) < _FEWEST_YEARS:
        return None
    rows = (
        "guidance",
        "reviews and meta-analyses",
        "trials and genetic tests of cause",
        "single studies and others",
    )
    moments = [
        Moment(reference.year or 0, _row(reference.kind), f"[{reference.number}]") for reference in dated
    ]
    title = "When the evidence was published"
    table = tuple(
        (str(reference.year), KIND_LABELS[reference.kind], _source(reference))
        for reference in sorted(dated, key=lambda one: (-(one.year or 0), one.number))
    )
    years = [moment.year for moment in moments]
    undated = len(article.references) - len(dated)
    caption = f"Each dot is a source: {len(dated)} sources, from {min(years)} to {max(years)}."
    if undated:
        caption += f" {undated} more give no year."
    return Plot(title, time_plot(title, rows, moments), caption, ("Year", "Kind", "Source"), table)


def _row(kind: Kind) -> int:
    for row, kinds in enumerate((_GUIDANCE, _SYNTHESIS, _EXPERIMENT)):
        if kind in kinds:
            return row
    return 3
