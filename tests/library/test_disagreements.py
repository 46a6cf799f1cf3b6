"""Disagreements that no editor wrote are found by comparing figures."""

import msgspec
import pytest

from aitia import Library
from aitia.evidence.nouns import (
    Certainty,
    Conflict,
    Contents,
    Figure,
    Kind,
    Quantity,
    Source,
    Standing,
    Statement,
)
from aitia.library.disagreements import detect


def contents(*figures: Figure, retracted: int | None = None) -> Contents:
    """A library in which each figure is given by a source of its own."""
    return Contents(
        name="x",
        title="X",
        version="1",
        updated="2026-01-01",
        conditions=(),
        topics=(),
        sources=tuple(
            Source(
                id=f"s{number}",
                title="S",
                kind=Kind.COHORT,
                year=2000 + number,
                standing=Standing.RETRACTED if number == retracted else Standing.CURRENT,
            )
            for number in range(len(figures))
        ),
        statements=tuple(
            Statement(
                id=f"s{number}.1",
                source_id=f"s{number}",
                text="S.",
                topics=("t",),
                certainty=Certainty.LOW,
                figures=(figure,),
            )
            for number, figure in enumerate(figures)
        ),
        quantities=(
            Quantity("share", "The share", "The share"),
            Quantity("odds ratio: x", "The odds", "The odds"),
        ),
    )


def share(value: float, low: float | None = None, high: float | None = None, part: str = "") -> Figure:
    return Figure(f"share{part}", value, "%", low, high)


def odds(value: float, low: float, high: float) -> Figure:
    return Figure("odds ratio: x", value, "1", low, high)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (share(5, 4, 6), share(11, 9, 13), True),  # the intervals do not meet
        (share(5, 4, 6), share(5.5, 5, 7), False),  # they do
        (share(5), share(5.3), False),  # no intervals, hardly a difference
        (share(5), share(10), True),
        (share(5, 4, 6), share(9), True),  # one interval, which leaves the other out
        (share(5, 4, 6), share(5.9), False),
        (share(12, part=" (lower)"), share(9), True),
        (share(5, part=" (men)"), share(50, part=" (men)"), True),  # the same part of the population
        (odds(1.2, 1.05, 1.4), odds(1.1, 0.9, 1.3), True),  # one excludes no effect, the other does not
        (odds(1.2, 1.05, 1.4), odds(1.1, 1.02, 1.3), False),
        (
            odds(6.5, 2.1, 15),
            odds(1.9, 1.3, 2.7),
            True,
        ),  # they meet, yet each leaves out the other's estimate
    ],
)
def test_what_clashes(one: Figure, other: Figure, clash: bool) -> None:
    assert bool(detect(contents(one, other))) is clash


def test_figures_that_are_not_comparable_are_left_alone() -> None:
    assert detect(contents(Figure("people", 5, "people"), Figure("people", 500, "people"))) == ()


def test_a_retracted_source_disagrees_with_nobody() -> None:
    assert detect(contents(share(5), share(10), retracted=1)) == ()


def test_members_cite_their_statements_and_give_their_figures() -> None:
    (found,) = detect(contents(share(5, 4, 6), share(11, 9, 13)))
    assert found.detected
    assert found.kind is Conflict.FIGURES
    assert [member.statement for member in found.members] == ["s0.1", "s1.1"]
    assert found.members[0].says.startswith("5% (4 to 6)")


def test_most_of_the_editors_disagreements_on_figures_would_be_found(starter: Library) -> None:
    bare = msgspec.structs.replace(starter.contents, disagreements=())
    found = detect(bare)
    written = [
        disagreement
        for disagreement in starter.contents.disagreements
        if disagreement.kind is Conflict.FIGURES and not disagreement.detected
    ]
    hits = [
        disagreement
        for disagreement in written
        if any(
            len({m.source for m in disagreement.members} & {m.source for m in other.members}) > 1
            for other in found
        )
    ]
    assert len(hits) / len(written) >= 0.7
