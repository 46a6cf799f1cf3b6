"""Figures side by side: several sources' estimates of one quantity in one bullet.

The wording follows the certainty of the best estimate, one grade lower where the estimates lie far apart (GRADE
lowers certainty for inconsistency; Guyatt et al., J Clin Epidemiol 2011;64:1294).
"""

from collections.abc import Sequence

from aitia.answers.bullet import Bullet
from aitia.answers.holdings import Holdings
from aitia.evidence.estimates import Estimate, one_a_source
from aitia.evidence.nouns import KIND_LABELS, Certainty
from aitia.evidence.numbers import with_interval, with_unit, written
from aitia.evidence.wording import with_certainty
from aitia.search.terms import content_stems

_SHOWN = {"short": 3, "standard": 5, "full": 8}
_FAR_APART = 2.0
"""How many times the least estimate the greatest may be before certainty is lowered."""
_LOWER = {
    Certainty.HIGH: Certainty.MODERATE,
    Certainty.MODERATE: Certainty.LOW,
    Certainty.LOW: Certainty.VERY_LOW,
    Certainty.VERY_LOW: Certainty.VERY_LOW,
}


def best_quantity(holdings: Holdings, topics: Sequence[str], about: str) -> str | None:
    """The quantity that most sources on these topics give, among those nearest to a text; None if none has two."""
    wanted = frozenset(content_stems(about))
    ranked = []
    for name, estimates in holdings.estimates.items():
        sources = {
            estimate.source_id
            for estimate in estimates
            if any(topic in holdings.statements[estimate.place].topics for topic in topics)
        }
        if len(sources) > 1:
            words = frozenset(content_stems(name))
            ranked.append((len(words & wanted) / (1 + len(words)), len(sources), name))
    if not ranked:
        return None
    return max(ranked)[2]


def compared(
    holdings: Holdings, quantity: str, audience: str, length: str, *, with_members: bool = True
) -> Bullet | None:
    """The bullet for a quantity, or None if fewer than two sources give it.

    The extent is that of all estimates; the best-founded few are listed.
    """
    estimates = one_a_source(holdings.estimates.get(quantity, ()))
    if len(estimates) < 2 or len({estimate.figure.unit for estimate in estimates}) > 1:
        return None
    names = holdings.quantities[quantity]
    label = names.plain if audience == "patient" else names.label
    low = min(estimate.least for estimate in estimates)
    high = max(estimate.most for estimate in estimates)
    unit = _unit(estimates[0].figure.unit, audience)
    grades = [holdings.statements[estimate.place].certainty for estimate in estimates]
    certainty = max(grades, key=lambda grade: grade.rank)
    if low <= 0 or high / low > _FAR_APART:
        certainty = _LOWER[certainty]
    per = "%" if unit == "%" else ""
    extent = (
        f"about {with_unit(low, unit)}"
        if low == high
        else f"between {written(low)}{per} and {with_unit(high, unit)}"
    )
    text = with_certainty(f"{label} {{is}} {extent}", certainty)
    if with_members:
        best = sorted(estimates, key=lambda one: (-holdings.standing_weight(one.place), one.place))
        shown = sorted(best[: _SHOWN[length]], key=lambda one: (one.least, one.most))
        text += ", by source: " if len(shown) == len(estimates) else ", for example: "
        text += "; ".join(_member(holdings, one, audience) for one in shown)
    else:
        sources = "in {} studies" if audience == "patient" else "by {} sources"
        text += f", {sources.format(len(estimates))}" + _margins(estimates, low, high, audience)
    return Bullet(
        text + ".",
        tuple(dict.fromkeys(estimate.place for estimate in estimates)),
        certainty,
        tuple(
            figure
            for estimate in estimates
            for figure in (estimate.figure, estimate.upper)
            if figure is not None
        ),
        merged=True,
    )


def _unit(unit: str, audience: str) -> str:
    """A unit as the audience reads it: person-years are people each year where a rate is small and steady."""
    return unit.replace(" person-years", " people each year") if audience == "patient" else unit


def _margins(estimates: Sequence[Estimate], low: float, high: float, audience: str) -> str:
    """How far the intervals reach beyond the estimates themselves."""
    lows = [float(one.figure.low or 0) for one in estimates if one.figure.has_margin]
    highs = [float(one.figure.high or 0) for one in estimates if one.figure.has_margin]
    if not lows or not highs or (min(lows) >= low and max(highs) <= high):
        return ""
    least, most = written(min(lows)), with_unit(max(highs), _unit(estimates[0].figure.unit, audience))
    if audience == "patient":
        return f"; with their margins of error, from {least} to {most}"
    return f"; their intervals, where given, reach from {least} to {most}"


def _member(holdings: Holdings, estimate: Estimate, audience: str) -> str:
    figure = estimate.figure
    if estimate.upper is not None:
        end = with_unit(estimate.upper.value, figure.unit)
        text = f"{written(figure.value)}{'%' if figure.unit == '%' else ''} to {end}"
    elif estimate.part == "upper":
        text = f"up to {with_unit(figure.value, figure.unit)}"
    else:
        text = with_unit(figure.value, figure.unit) if audience == "patient" else with_interval(figure)
    source = holdings.source_of(estimate.place)
    said = [estimate.part] if estimate.part not in ("", "upper") else []
    if audience != "patient":
        said.append(KIND_LABELS[source.kind])
    if source.year:
        said.append(str(source.year))
    return f"{text}, {', '.join(said)}" if said else text
