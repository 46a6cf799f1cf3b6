"""Finds disagreements that no editor has written down: estimates of one quantity that cannot both be right.

Two estimates clash if their intervals do not meet; where one has no interval, if the other's leaves it out; where
neither has one, if the greater exceeds the lesser by more than a fifth. Intervals that meet clash all the same if
one of them leaves out the other's estimate, which is a quarter greater or less; and so do two ratios of which one
excludes "no effect" and the other does not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from aitia.evidence.estimates import Estimate, estimates, one_a_source
from aitia.evidence.nouns import (
    KIND_LABELS,
    Conflict,
    Contents,
    Disagreement,
    Member,
    Quantity,
    Source,
    Standing,
)
from aitia.evidence.numbers import with_interval, with_unit, written

_FIFTH, _QUARTER = 1.2, 1.25
_MOST_MEMBERS = 8


def detect(contents: Contents) -> tuple[Disagreement, ...]:
    """The disagreements in a library that its own list does not cover."""
    sources = {source.id: source for source in contents.sources}
    places = [
        place
        for place, statement in enumerate(contents.statements)
        if sources[statement.source_id].standing is not Standing.RETRACTED
    ]
    quantities = {quantity.name: quantity for quantity in contents.quantities}
    found = []
    for name, given in estimates(contents, places).items():
        for part, group in _groups(given):
            if len({estimate.figure.unit for estimate in group}) != 1 or not _clash(name, group):
                continue
            members = sorted(group, key=lambda estimate: (estimate.least, estimate.most))[:_MOST_MEMBERS]
            if not _covered(contents, members):
                found.append(_disagreement(contents, sources, quantities[name], part, members))
    return tuple(found)


def _groups(given: Sequence[Estimate]) -> Iterator[tuple[str, list[Estimate]]]:
    """Estimates that may be held against each other: for the whole population, then for the same part of it."""
    whole = one_a_source(given)
    yield "", whole
    for part in dict.fromkeys(estimate.part for estimate in given if estimate.part):
        same = one_a_source(estimate for estimate in given if estimate.part == part)
        if len(same) > 1 and not all(estimate in whole for estimate in same):
            yield part, same


def _disagreement(
    contents: Contents,
    sources: Mapping[str, Source],
    quantity: Quantity,
    part: str,
    group: Sequence[Estimate],
) -> Disagreement:
    topics = Counter(topic for estimate in group for topic in contents.statements[estimate.place].topics)
    most = max(topics.values())
    named = f" ({part})" if part else ""
    words = "".join(
        letter if letter.isalnum() else " " for letter in f"{quantity.name} {part}".lower()
    ).split()
    return Disagreement(
        id="detected-" + "-".join(words)[:100].strip("-"),
        quantity=_without_article(quantity.label) + named,
        plain_quantity=_without_article(quantity.plain).rstrip(",") + named,
        kind=Conflict.FIGURES,
        topics=tuple(topic for topic, count in topics.items() if count == most)[:3],
        members=tuple(_member(contents, estimate, sources[estimate.source_id]) for estimate in group),
        explanation=_explanation([sources[estimate.source_id] for estimate in group]),
        plain_explanation="The studies looked at different people, in different ways or at different times. "
        "This library does not say which of these is the reason.",
        detected=True,
    )


def _clash(name: str, group: Sequence[Estimate]) -> bool:
    is_ratio = "ratio" in name or "relative risk" in name
    return any(
        _differ(one, other) or (is_ratio and _opposed(one, other))
        for index, one in enumerate(group)
        for other in group[:index]
        if one.source_id != other.source_id
    )


def _differ(one: Estimate, other: Estimate) -> bool:
    (low, high), (other_low, other_high) = _extent(one), _extent(other)
    if high < other_low or other_high < low:
        least, most = (high, other_low) if high < other_low else (other_high, low)
        return _has_interval(one) or _has_interval(other) or _times(least, most) > _FIFTH
    value, other_value = float(one.figure.value), float(other.figure.value)
    left_out = not low <= other_value <= high or not other_low <= value <= other_high
    return _has_interval(one) and _has_interval(other) and left_out and _times(value, other_value) > _QUARTER


def _opposed(one: Estimate, other: Estimate) -> bool:
    """Whether one ratio excludes "no effect" and the other does not."""
    if not _has_interval(one) or not _has_interval(other):
        return False
    clear = [low > 1 or high < 1 for low, high in (_extent(one), _extent(other))]
    return clear[0] != clear[1]


def _times(one: float, other: float) -> float:
    """How many times the lesser of two values the greater is."""
    least, most = sorted((one, other))
    return most / least if least > 0 else float("inf")


def _extent(estimate: Estimate) -> tuple[float, float]:
    figure = estimate.figure
    if estimate.upper is None and figure.has_margin and figure.low is not None and figure.high is not None:
        return float(figure.low), float(figure.high)
    return estimate.least, estimate.most


def _has_interval(estimate: Estimate) -> bool:
    return estimate.upper is None and estimate.figure.has_margin


def _covered(contents: Contents, group: Sequence[Estimate]) -> bool:
    """Whether an editor's disagreement on figures already shows two of these statements."""
    statements = {contents.statements[estimate.place].id for estimate in group}
    return any(
        disagreement.kind is Conflict.FIGURES
        and len({member.statement for member in disagreement.members} & statements) > 1
        for disagreement in contents.disagreements
    )


def _member(contents: Contents, estimate: Estimate, source: Source) -> Member:
    figure = estimate.figure
    if estimate.upper is not None:
        per = "%" if figure.unit == "%" else ""
        plain = says = f"{written(figure.value)}{per} to {with_unit(estimate.upper.value, figure.unit)}"
    else:
        says, plain = with_interval(figure), with_unit(figure.value, figure.unit)
    part = f", {estimate.part}" if estimate.part else ""
    year = f", {source.year}" if source.year else ""
    return Member(
        source=source.id,
        statement=contents.statements[estimate.place].id,
        says=f"{says}{part}, {KIND_LABELS[source.kind]}{year}",
        plain=f"{plain}{part}{year}",
    )


def _explanation(sources: Sequence[Source]) -> str:
    """In what the sources differ, as far as their records tell."""
    differences = []
    if len(designs := {KIND_LABELS[source.kind] for source in sources}) > 1:
        differences.append(f"design ({', '.join(sorted(designs))})")
    if len({source.population for source in sources}) > 1:
        differences.append("population")
    years = sorted({source.year for source in sources if source.year})
    if len(years) > 1:
        differences.append(f"year ({years[0]} to {years[-1]})")
    if not differences:
        return (
            "The library gives no reason, and the records of the sources tell of no difference between them."
        )
    listed = (
        differences[0] if len(differences) == 1 else ", ".join(differences[:-1]) + f" and {differences[-1]}"
    )
    return f"The library gives no reason. The sources differ in {listed}."


def _without_article(label: str) -> str:
    for article in ("The ", "A ", "An "):
        if label.startswith(article):
            rest = label.removeprefix(article)
            return rest[:1].upper() + rest[1:]
    return label
