"""Estimates: the figures that several sources give for one quantity."""

import re
from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from aitia.evidence.nouns import Contents, Figure

_BRACKETS = re.compile(r"\s*\(([^()]*)\)$")


class Estimate(Struct, frozen=True):
    """One source's figure for a quantity, or a range if it gives a lower and an upper end."""

    place: int
    """Where its statement stands in the library."""
    source_id: str
    figure: Figure
    """The figure, or the lower end."""
    part: str
    """What the brackets of the figure's name say: a place, a sex, an age; empty for the whole."""
    upper: Figure | None = None
    """The upper end."""

    @property
    def least(self) -> float:
        """The value, or the lower end."""
        return float(self.figure.value)

    @property
    def most(self) -> float:
        """The value, or the upper end."""
        return float(self.upper.value if self.upper else self.figure.value)


def base_and_part(name: str) -> tuple[str, str]:
    """ "heritability (twins)" -> ("heritability", "twins")."""
    match = _BRACKETS.search(name)
    return (name[: match.start()], match[1]) if match else (name, "")


def estimates(contents: Contents, places: Iterable[int]) -> dict[str, list[Estimate]]:
    """Every estimate of each comparable quantity among the statements at some places."""
    comparable = {quantity.name for quantity in contents.quantities}
    table: dict[str, list[Estimate]] = defaultdict(list)
    for place in places:
        statement = contents.statements[place]
        for figure in statement.figures:
            base, part = base_and_part(figure.name)
            if base in comparable:
                _add(table[base], Estimate(place, statement.source_id, figure, part))
    return dict(table)


def one_a_source(found: Iterable[Estimate]) -> list[Estimate]:
    """One estimate a source: for the whole population if it gives one. The whole ones alone if two sources do."""
    by_source: dict[str, Estimate] = {}
    for estimate in found:
        other = by_source.get(estimate.source_id)
        if other is None or (other.part and not estimate.part):
            by_source[estimate.source_id] = estimate
    whole = [estimate for estimate in by_source.values() if not estimate.part]
    return whole if len(whole) > 1 else list(by_source.values())


def _add(found: list[Estimate], new: Estimate) -> None:
    """Add an estimate, or complete the one whose upper end it is."""
    rest, end = _end(new.part)
    if end == "upper":
        for index, other in enumerate(found):
            if (other.place, other.part, other.upper) == (new.place, rest, None):
                found[index] = Estimate(other.place, other.source_id, other.figure, rest, new.figure)
                return
    if end == "lower":
        new = Estimate(new.place, new.source_id, new.figure, rest)
    found.append(new)


def _end(part: str) -> tuple[str, str]:
    """ "men, lower" -> ("men", "lower")."""
    for end in ("lower", "upper"):
        if part == end or part.endswith(f", {end}"):
            return part.removesuffix(end).rstrip(", "), end
    return part, ""
