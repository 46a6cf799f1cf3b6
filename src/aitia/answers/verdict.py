"""Weighs the evidence on one exposure, for the lead of an answer to "does this cause that?".

Only what the figures say is said: how many studies' ratios lie clearly above or below no effect. The certainty picks
the verb, an association is never called a cause, and no side is named unless most studies are on it. Reviews that
repeat a pooled estimate are not counted beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum

from aitia.answers.bullet import Bullet
from aitia.answers.holdings import Holdings
from aitia.evidence.estimates import base_and_part
from aitia.evidence.nouns import Certainty, Figure, Kind, Statement
from aitia.evidence.wording import with_certainty
from aitia.search.terms import mentions_stem, stems

_RATIOS = (
    "odds ratio",
    "relative risk",
    "hazard ratio",
    "rate ratio",
    "risk ratio",
    "incidence rate ratio",
)
_NOT_COUNTED = (
    Kind.MENDELIAN_RANDOMISATION,
    Kind.TRIAL,
    Kind.REVIEW,
    Kind.SYSTEMATIC_REVIEW,
    Kind.GUIDELINE,
    Kind.CONSENSUS,
)
_SEXES = ("men", "women", "all")
_TALLY = {
    "patient": "Of {counted} studies counted here, {listed}.",
    "clinician": "Of {counted} studies or pooled analyses in this library that give a ratio, {listed}.",
}
_TAIL = {
    "patient": "A link does not prove a cause.",
    "clinician": "An association does not prove a cause.",
}
_MOST = 2 / 3
"""The share of studies with an interval that must be on one side before the side is named."""


class _Finding(Enum):
    HIGHER = "a higher risk"
    LOWER = "a lower risk"
    UNCLEAR = "no clear difference"
    HIGHER_BARE = "a higher figure without a margin of error"
    LOWER_BARE = "a lower figure without a margin of error"


_OPPOSITE = {_Finding.HIGHER: _Finding.LOWER_BARE, _Finding.LOWER: _Finding.HIGHER_BARE}


def verdict(
    holdings: Holdings,
    places: Iterable[int],
    name: str,
    condition: str,
    exposure: Sequence[str],
    audience: str,
) -> Bullet | None:
    """What the ratios for an exposure add up to, or None if fewer than two studies give one with an interval.

    `name` is the exposure as the answer calls it, `exposure` the stems of its names.
    """
    found: dict[_Finding, list[int]] = defaultdict(list)
    figures: list[Figure] = []
    seen: set[str] = set()
    values: set[float] = set()
    for place in sorted(places, key=lambda place: (-holdings.standing_weight(place), place)):
        statement = holdings.statements[place]
        figure = main_ratio(statement, exposure)
        if (
            figure is None
            or figure.value in values
            or statement.source_id in seen
            or holdings.source_of(place).kind in _NOT_COUNTED
        ):
            continue
        seen.add(statement.source_id)
        values.add(figure.value)
        figures.append(figure)
        found[_finding(figure)].append(place)
    weighed = [finding for finding in (_Finding.HIGHER, _Finding.LOWER, _Finding.UNCLEAR) if found[finding]]
    counted = sum(len(found[finding]) for finding in weighed)
    if counted < 2:
        return None
    finding = max(weighed, key=lambda finding: len(found[finding]))
    against = _OPPOSITE.get(finding)
    agreed = len(found[finding]) >= _MOST * counted and not (against and found[against])
    certainty = max(
        (holdings.statements[place].certainty for place in found[finding]), key=lambda grade: grade.rank
    )
    if len(found[finding]) < counted:
        certainty = min(certainty, Certainty.LOW, key=lambda grade: grade.rank)
    reader = "patient" if audience == "patient" else "clinician"
    listed = _listed({finding: len(found[finding]) for finding in _Finding})
    parts = [
        _sentence(name, condition, certainty, finding if agreed else None),
        _TALLY[reader].format(counted=len(seen), listed=listed),
    ]
    if finding is not _Finding.UNCLEAR:
        parts.append(_TAIL[reader])
    return Bullet(
        " ".join(parts),
        tuple(place for finding in _Finding for place in found[finding]),
        certainty,
        tuple(figures),
        merged=True,
    )


def main_ratio(statement: Statement, exposure: Sequence[str]) -> Figure | None:
    """The statement's first ratio that is about the exposure, for everybody or for one sex."""
    for figure in statement.figures:
        base, part = base_and_part(figure.name)
        kind, _, name = base.partition(":")
        if kind not in _RATIOS or part not in ("", *_SEXES):
            continue
        words = frozenset(stems(name or statement.text))
        if any(all(mentions_stem(words, stem) for stem in one.split()) for one in exposure):
            return figure
    return None


def _finding(figure: Figure) -> _Finding:
    if not figure.has_margin or figure.low is None or figure.high is None:
        return _Finding.HIGHER_BARE if figure.value > 1 else _Finding.LOWER_BARE
    if figure.low > 1:
        return _Finding.HIGHER
    return _Finding.LOWER if figure.high < 1 else _Finding.UNCLEAR


def _sentence(name: str, condition: str, certainty: Certainty, finding: _Finding | None) -> str:
    if finding is None:
        return f"Studies disagree on whether {name} and {condition} are linked."
    if finding is _Finding.UNCLEAR:
        return f"Studies do not show a clear link between {name} and {condition}."
    side = "higher" if finding is _Finding.HIGHER else "lower"
    return with_certainty(f"There {{is}} a link between {name} and a {side} risk of {condition}.", certainty)


def _listed(numbers: dict[_Finding, int]) -> str:
    parts = [f"{number} found {finding.value}" for finding, number in numbers.items() if number]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
