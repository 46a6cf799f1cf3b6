"""Weighs the evidence on one factor, for the lead of an answer to "does this cause that?".

Only what the figures say is said: how many estimates lie clearly above or below no effect. The certainty picks
the verb, and an association is never called a cause.
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
    "standardised incidence ratio",
    "standardised mortality ratio",
    "incidence rate ratio",
)
_CAUSAL = (Kind.MENDELIAN_RANDOMISATION, Kind.TRIAL)
_TALLY = {
    "patient": "Of {counted} studies here that give a figure, {listed}. A link does not prove a cause.",
    "clinician": "Of {counted} observational studies in this library that give a ratio, {listed}. "
    "An association does not prove a cause.",
}
_MOSTLY = 0.75
"""The share of studies that must agree for the certainty of the best to stand."""


class _Finding(Enum):
    HIGHER = "a higher risk"
    LOWER = "a lower risk"
    UNCLEAR = "no clear difference"
    NO_INTERVAL = "a difference whose interval is not recorded"


def verdict(
    holdings: Holdings, places: Iterable[int], name: str, condition: str, named: Sequence[str], audience: str
) -> Bullet | None:
    """What the ratios for a factor add up to, or None if fewer than two studies give one with an interval.

    `name` is the factor as the answer calls it, `named` the stems of its names.
    """
    found: dict[_Finding, list[int]] = defaultdict(list)
    figures: list[Figure] = []
    seen: set[str] = set()
    for place in sorted(places, key=lambda place: -holdings.standing_weight(place)):
        statement = holdings.statements[place]
        figure = main_ratio(statement, named)
        if holdings.source_of(place).kind in _CAUSAL or statement.source_id in seen or figure is None:
            continue
        seen.add(statement.source_id)
        figures.append(figure)
        found[_finding(figure)].append(place)
    weighed = [found[finding] for finding in (_Finding.HIGHER, _Finding.LOWER, _Finding.UNCLEAR)]
    if sum(map(len, weighed)) < 2:
        return None
    finding = max(found, key=lambda finding: (finding is not _Finding.NO_INTERVAL, len(found[finding])))
    agreeing = found[finding]
    certainty = max(
        (holdings.statements[place].certainty for place in agreeing), key=lambda grade: grade.rank
    )
    if len(agreeing) < _MOSTLY * len(seen):
        certainty = min(certainty, Certainty.LOW, key=lambda grade: grade.rank)
    tally = _TALLY["patient" if audience == "patient" else "clinician"].format(
        counted=len(seen), listed=_listed({finding: len(found[finding]) for finding in _Finding})
    )
    return Bullet(
        f"{_sentence(name, condition, certainty, finding)} {tally}",
        tuple(place for finding in _Finding for place in found[finding]),
        certainty,
        tuple(figures),
        merged=True,
    )


def main_ratio(statement: Statement, named: Sequence[str]) -> Figure | None:
    """The statement's first ratio that is about the factor, for everybody exposed (nothing in brackets)."""
    for figure in statement.figures:
        base, part = base_and_part(figure.name)
        kind, _, exposure = base.partition(":")
        if kind not in _RATIOS or part:
            continue
        words = frozenset(stems(exposure or statement.text))
        if any(all(mentions_stem(words, stem) for stem in name.split()) for name in named):
            return figure
    return None


def _finding(figure: Figure) -> _Finding:
    if figure.low is None or figure.high is None:
        return _Finding.NO_INTERVAL
    if figure.low > 1:
        return _Finding.HIGHER
    return _Finding.LOWER if figure.high < 1 else _Finding.UNCLEAR


def _sentence(name: str, condition: str, certainty: Certainty, finding: _Finding) -> str:
    if finding in (_Finding.HIGHER, _Finding.LOWER):
        side = "higher" if finding is _Finding.HIGHER else "lower"
        return with_certainty(
            f"There {{is}} a link between {name} and a {side} risk of {condition}.", certainty
        )
    return f"Studies do not show a clear link between {name} and {condition}."


def _listed(numbers: dict[_Finding, int]) -> str:
    parts = [f"{number} found {finding.value}" for finding, number in numbers.items() if number]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
