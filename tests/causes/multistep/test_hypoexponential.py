"""The exact law of n steps, against closed forms, two rivals, and the numbers of the literature."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.special import gammaincc

from aitia.causes.errors import ModelError
from aitia.causes.multistep import hypoexponential as law
from tests.causes.multistep.exact import by_partial_fractions, by_scipy, random_rates

KINDS = ("free", "equal", "nearly equal", "far apart")
SIX = 0.0156540
"""The rate at which six equal steps in one lineage reach a lifetime risk of 1 in 400 by 85."""


@pytest.mark.parametrize("kind", KINDS)
def test_as_exact_as_hundreds_of_digits(kind: str) -> None:
    """250 vectors of each kind, early, in the middle, and far out in the tail, where S is about 1e-100."""
    random = np.random.default_rng(KINDS.index(kind))
    worst = 0.0
    for _ in range(250):
        rates = random_rates(kind, random)
        middle = sum(1 / rate for rate in rates)
        for age in (middle * 10 ** random.uniform(-2, 0.5), 230 / min(rates)):
            found = [float(one[0, 0]) for one in law.laws(rates, [age])]
            wanted = by_partial_fractions(rates, age)
            # A difference of logarithms is a relative error; where a logarithm nears 0, the number itself is near 1.
            worst = max(worst, *(abs(a - b) for a, b in zip(found, wanted, strict=True)))
            hazard = float(law.hazard(rates, [age])[0, 0])
            worst = max(worst, abs(hazard / math.exp(wanted[1] - wanted[0]) - 1))
    assert worst < 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_scipys_matrix_exponential(kind: str) -> None:
    """Hazard and survival to six digits on 250 vectors of each kind."""
    random = np.random.default_rng(10 + KINDS.index(kind))
    for _ in range(250):
        rates = random_rates(kind, random)
        age = sum(1 / rate for rate in rates) * 10 ** random.uniform(-1, 1)
        survival, density = by_scipy(rates, age)
        assert law.survival(rates, [age])[0, 0] == pytest.approx(survival, rel=1e-6)
        assert law.hazard(rates, [age])[0, 0] == pytest.approx(density / survival, rel=1e-6)


def test_where_scipys_short_cut_loses_digits_ours_keeps_them() -> None:
    rates, age = [1.0, 1 + 1e-9, 1 + 2e-9], 50.0
    exact = by_partial_fractions(rates, age)
    survival, _ = by_scipy(rates, age, triangular=True)
    assert abs(survival / math.exp(exact[0]) - 1) > 1e-11
    assert law.survival(rates, [age])[0, 0] == pytest.approx(math.exp(exact[0]), rel=1e-13)


@given(
    some.lists(some.floats(1e-6, 1e3), min_size=1, max_size=12),
    some.floats(0, 150),
    some.sampled_from([1.0, 1e3, 1e9]),
)
def test_it_is_a_law(rates: list[float], age: float, lineages: float) -> None:
    log_survival, log_density, log_onset = (float(one[0, 0]) for one in law.laws(rates, [age]))
    assert log_survival <= 1e-12
    assert log_onset <= 1e-12
    if log_onset > -30:
        assert math.exp(log_survival) + math.exp(log_onset) == pytest.approx(1, abs=1e-11)
    assert not math.isnan(log_density)
    summed = float(law.cumulative_hazard(rates, [age], lineages)[0, 0])
    assert summed >= 0
    assert math.isfinite(summed)
    reversed_order = law.laws(rates[::-1], [age])[0][0, 0]
    assert reversed_order == log_survival


def test_one_step_is_a_constant_hazard() -> None:
    assert law.hazard([0.02], [0.0, 1.0, 50.0, 1e5])[0] == pytest.approx([0.02] * 4, rel=1e-14)


@given(some.integers(1, 12), some.floats(1e-4, 10))
def test_early_on_the_approximation_is_exact(steps: int, rate: float) -> None:
    age = 1e-6 / rate
    exact = law.hazard([rate] * steps, [age])[0, 0]
    assert exact / law.armitage_doll([rate] * steps, age) == pytest.approx(1, rel=1e-5)


@given(some.lists(some.floats(0.01, 10), min_size=1, max_size=8), some.sampled_from([1.0, 1e4]))
def test_late_on_only_the_slowest_step_is_left(rates: list[float], lineages: float) -> None:
    age = 1e9
    late = law.hazard(rates, [age], lineages)[0, 0]
    assert late == pytest.approx(lineages * min(rates), rel=1e-4)


@given(some.integers(1, 20), some.floats(1e-3, 5), some.floats(0.1, 120))
def test_equal_rates_are_the_erlang_law(steps: int, rate: float, age: float) -> None:
    x = rate * age
    partial = [sum(x**i / math.factorial(i) for i in range(k)) for k in (steps, max(steps - 1, 0))]
    erlang = rate * x ** (steps - 1) / math.factorial(steps - 1) / partial[0]
    assert law.hazard([rate] * steps, [age])[0, 0] == pytest.approx(erlang, rel=1e-10)
    slope = steps - 1 - x * partial[1] / partial[0]
    assert law.local_slope([rate] * steps, age) == pytest.approx(slope, abs=1e-7 * (1 + steps + x))
    minus_log, log_density = law.equal_rates(steps, rate, age)
    log_survival, by_chain, _ = law.laws([rate] * steps, [age])
    assert minus_log == pytest.approx(-log_survival[0, 0], rel=1e-10)
    assert log_density == pytest.approx(by_chain[0, 0], abs=1e-10)


def test_many_lineages_multiply_the_hazard() -> None:
    rates, ages = [0.01, 0.02, 0.03], [40.0, 80.0]
    assert law.hazard(rates, ages, 1e6) == pytest.approx(1e6 * law.hazard(rates, ages), rel=1e-14)
    assert law.survival(rates, ages, 5) == pytest.approx(law.survival(rates, ages) ** 5, rel=1e-12)


@pytest.mark.parametrize("steps", [2.5, 6.0, 40.0])
def test_the_gamma_law_holds_where_its_tail_is_no_number(steps: float) -> None:
    near, far = 300 + 4 * steps - 1e-6, 300 + 4 * steps + 1e-6
    below, above = law.equal_rates(steps, 1.0, near)[0], law.equal_rates(steps, 1.0, far)[0]
    assert above == pytest.approx(float(below) + 2e-6, abs=1e-6)
    assert below == pytest.approx(-math.log(gammaincc(steps, near)), rel=1e-12)
    assert np.isfinite(law.equal_rates(steps, 1.0, 1e7)[0])


class TestNumbersOfTheNotes:
    """Six steps, one lineage, a lifetime risk of 1 in 400 by 85; ages 40 to 80 in ten-year bands for least squares."""

    AGES = np.array([45.0, 55.0, 65.0, 75.0])

    def line(self, rates: list[float], lineages: float = 1.0) -> float:
        hazard = law.hazard(rates, self.AGES, lineages)[0]
        return float(np.polyfit(np.log(self.AGES), np.log(hazard), 1)[0])

    def rate(self, steps: int, lineages: float, risk: float = 1 / 400, age: float = 85) -> float:
        from scipy.optimize import brentq

        def excess(logarithm: float) -> float:
            summed = law.cumulative_hazard([math.exp(logarithm)] * steps, [age], lineages)[0, 0]
            return float(summed + math.log1p(-risk))

        return math.exp(brentq(excess, math.log(1e-8), 0.0, xtol=1e-14))

    def test_rate_hazard_and_slope(self) -> None:
        assert self.rate(6, 1) == pytest.approx(SIX, rel=1e-6)
        assert law.hazard([SIX] * 6, [60])[0, 0] == pytest.approx(3.7291e-5, rel=2e-5)
        assert law.hazard([SIX] * 6, [60])[0, 0] / law.armitage_doll([SIX] * 6, 60.0) == pytest.approx(
            0.391, abs=5e-4
        )
        assert law.local_slope([SIX] * 6, 60) == pytest.approx(4.063, abs=5e-4)

    def test_a_slope_depends_on_lineages_and_fast_steps(self) -> None:
        assert self.line([SIX] * 6) == pytest.approx(4.1, abs=0.05)
        assert self.line([self.rate(7, 1)] * 7) == pytest.approx(4.77, abs=0.005)
        assert self.line([self.rate(6, 1e3)] * 6, 1e3) == pytest.approx(4.75, abs=0.005)
        assert self.line([self.rate(6, 1e5)] * 6, 1e5) == pytest.approx(4.89, abs=0.005)
        assert self.line([SIX] * 5 + [1.0]) == pytest.approx(3.2, abs=0.05)

    @pytest.mark.parametrize(
        ("penetrance", "of_carriers", "of_everyone"), [(0.24, 1.09, 0.77), (0.5, 0.82, 0.05)]
    )
    def test_a_penetrant_genotype_breaks_slope_plus_one(
        self, penetrance: float, of_carriers: float, of_everyone: float
    ) -> None:
        rates = [self.rate(3, 1, penetrance, 80)] * 3
        ages = np.arange(42.5, 80, 5)
        survival, density, _ = law.laws(rates, ages)
        carriers = np.polyfit(np.log(ages), (density - survival)[0], 1)[0]
        everyone = np.polyfit(np.log(ages), density[0], 1)[0]
        assert carriers == pytest.approx(of_carriers, abs=0.005)
        assert everyone == pytest.approx(of_everyone, abs=0.005)


@pytest.mark.parametrize(
    ("rates", "ages", "said"),
    [
        ([], [1], "from 1 to 50"),
        ([0.1] * 200, [1], "200 steps"),
        ([0.1, 0.0], [1], "above 0"),
        ([0.1, -1.0], [1], "above 0"),
        ([0.1, math.nan], [1], "above 0"),
        ([0.1], [-1], "0 or more"),
        ([0.1], [math.nan], "0 or more"),
    ],
)
def test_what_cannot_be_computed_is_told(rates: list[float], ages: list[float], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        law.laws(rates, ages)
