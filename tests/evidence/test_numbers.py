"""Numbers in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitia.evidence.nouns import Figure
from aitia.evidence.numbers import digits_in, occurs, with_interval, words_in, written


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("47.7% of familial and 5.2% of sporadic ALS", [47.7, 5.2]),
        ("13,146 cases in 825 million person-years", [13146, 825e6]),
        ("odds ratio 1.81 (95% CI 1.39 to 2.35)", [1.81, 1.39, 2.35]),
        ("1.75 per 100,000 person-years", [1.75]),
        ("1 in 350 men and 1 in 472 women", [350, 472]),
        ("3.1 in 100,000 people fell ill", [3.1]),
        ("a change of -4.6%, or −3.2%", [-4.6, -3.2]),
        ("SOD1, C9orf72, TDP-43, p.D40G, omega-3 and interleukin-2", []),
        ("on chromosome 21 and in exon 5", []),
        ("ages 80-84, above the 90th percentile", [80, 84, 90]),
        ("P = 1.08e-6", [1.08e-6]),
        ("a 17-fold risk, 3x as often", [17, 3]),
    ],
)
def test_figures_are_found_and_names_are_not(text: str, numbers: list[float]) -> None:
    assert digits_in(text) == pytest.approx(numbers)


def test_given_names_are_passed_over() -> None:
    assert digits_in("ubiquilin 2 in 5 people", ["ubiquilin 2"]) == [5]


def test_small_words_count() -> None:
    assert words_in("Two of eleven families, none of them twice") == [2, 11, 0, 2]


@given(st.floats(min_value=1e-3, max_value=1e9, allow_nan=False))
def test_what_is_written_can_be_read_back(value: float) -> None:
    value = float(f"{value:.5g}")
    assert occurs(value, digits_in(f"It was {written(value)} in all."))


def test_intervals_are_written_with_their_kind() -> None:
    figure = Figure("share", 4.6, "%", 3.9, 5.5, "95% CI")
    assert with_interval(figure) == "4.6% (95% CI 3.9 to 5.5)"
    assert with_interval(Figure("delay", 14, "months")) == "14 months"
    assert with_interval(Figure("ratio", 2, "1", 1, 3, "mean plus or minus SD")) == "2 (1 to 3)"


def test_small_chances_are_told_apart() -> None:
    assert occurs(2.53e-14, [2.53e-14])
    assert not occurs(2.53e-14, [2.57e-14])
    assert occurs(0.0, [0.0])
    assert not occurs(0.0, [1e-12])
