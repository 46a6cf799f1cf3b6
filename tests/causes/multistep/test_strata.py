"""Strata compared: the test's size, its power, and the differences' intervals."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from aitia.causes import multistep
from aitia.causes.errors import ModelError
from aitia.causes.multistep import fitting, likelihood, models
from tests.causes.multistep.registers import edges, expected, register, steps_of

AGES = edges(40, 80, 5)


def two(
    random: np.random.Generator, steps: tuple[float, float], cases: float = 150
) -> list[multistep.Stratum]:
    found = []
    for name, n in zip(("men", "women"), steps, strict=True):
        mean, years = expected("armitage-doll", (n, 3.0), AGES, cases)
        found.append(register(name, AGES, random.poisson(mean), years))
    return found


def test_equal_strata_are_rejected_one_time_in_twenty() -> None:
    random = np.random.default_rng(1)
    values = [
        multistep.compare([multistep.fit(one) for one in two(random, (6.0, 6.0))]).p_value for _ in range(150)
    ]
    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_different_strata_are_told_apart_and_the_interval_covers() -> None:
    random = np.random.default_rng(2)
    rejected = covered = 0
    for _ in range(100):
        found = multistep.compare([multistep.fit(one) for one in two(random, (7.0, 4.0))])
        rejected += found.p_value < 0.05
        one = found.differences[0]
        covered += (one.low or -math.inf) <= -3.0 <= (one.high or math.inf)
    assert rejected > 85
    assert covered >= 88


def test_the_numbers_are_those_of_the_two_profiles() -> None:
    strata = two(np.random.default_rng(4), (6.0, 5.0))
    fits = [multistep.fit(one) for one in strata]
    found = multistep.compare(fits)

    def profile(one: multistep.Stratum, steps: float) -> float:
        bands = fitting.bands_of(one)
        shape = bands.exposure * np.diff(AGES**steps) / np.diff(AGES)
        mean = shape * bands.cases.sum() / shape.sum()
        return float(np.sum(stats.poisson.logpmf(bands.cases, mean)))

    own = sum(profile(one, steps_of(fit).value or 0) for one, fit in zip(strata, fits, strict=True))
    best = minimize_scalar(
        lambda n: -sum(profile(one, n) for one in strata), bounds=(2, 12), method="bounded"
    )
    assert found.common.value == pytest.approx(float(best.x), abs=1e-3)
    assert found.statistic == pytest.approx(2 * (own + float(best.fun)), abs=1e-6)
    assert found.p_value == pytest.approx(float(stats.chi2.sf(found.statistic, 1)))
    difference = found.differences[0]
    assert difference.steps == pytest.approx((steps_of(fits[1]).value or 0) - (steps_of(fits[0]).value or 0))
    for end in (difference.low, difference.high):
        assert end is not None
        away = minimize_scalar(
            lambda n, end=end: -profile(strata[0], n) - profile(strata[1], n + end),
            bounds=(2, 12),
            method="bounded",
        )
        assert 2 * (own + float(away.fun)) == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-3)


def test_exact_steps_are_compared_too() -> None:
    found = multistep.compare(
        [multistep.fit(one, "erlang") for one in two(np.random.default_rng(5), (6.0, 6.0))]
    )
    assert found.model == "erlang"
    assert found.common.value is not None
    assert found.common.value > 6.5


def rates(factors: list[float], name: str) -> multistep.Stratum:
    ages = edges(40, 40 + 5 * len(factors), 5)
    rate = np.diff(ages**6) / 5e8 * np.array(factors)
    rows = "\n".join(
        f"{low:g},{high - 1:g},{one!r}"
        for low, high, one in zip(ages[:-1], ages[1:], rate.tolist(), strict=True)
    )
    return multistep.read("age_low,age_high,rate_per_100000\n" + rows, name=name)[0]


def test_rates_alone_are_compared_by_their_scatter() -> None:
    one = rates([1, 1.1, 0.9, 1.1, 0.95, 1.05, 1, 0.97], "a")
    other = rates([4, 2.8, 2.1, 1.9, 1.5, 1.2, 1.05, 0.9], "b")
    found = multistep.compare([multistep.fit(one), multistep.fit(other)])
    assert found.test == "F, quasi-likelihood"
    assert found.degrees_of_freedom == (1, 12)
    assert found.p_value < 0.001
    # Ten times the rates, as in a register of another size, change nothing.
    tenfold = [multistep.fit(one), multistep.fit(rates([40, 28, 21, 19, 15, 12, 10.5, 9], "b"))]
    assert multistep.compare(tenfold).statistic == pytest.approx(found.statistic, rel=1e-4)


def test_what_cannot_be_compared_is_told() -> None:
    strata = two(np.random.default_rng(6), (6.0, 6.0))
    plain = [multistep.fit(one) for one in strata]
    for fits, said in (
        (plain[:1], "at least two"),
        ([plain[0], multistep.fit(strata[1], "erlang")], "in the same way"),
        ([multistep.fit(one, "gompertz") for one in strata], "does not estimate a number of steps"),
        ([multistep.fit(one, "armitage-doll+frailty") for one in strata], "does not estimate"),
        ([multistep.fit(one, likelihood="negative-binomial") for one in strata], "Poisson"),
        ([multistep.fit(rates([1, 1.2, 1], name)) for name in "ab"], "do not tell how much they scatter"),
    ):
        with pytest.raises(ModelError, match=said):
            multistep.compare(fits)


def test_a_stratum_of_one_is_the_stratum() -> None:
    """The common fit of identical strata is the fit of each."""
    one = two(np.random.default_rng(8), (6.0, 6.0))[0]
    fit = multistep.fit(one)
    found = multistep.compare([fit, fit])
    assert found.common.value == pytest.approx(steps_of(fit).value, rel=1e-5)
    assert found.statistic == pytest.approx(0, abs=1e-6)
    assert models.named("armitage-doll").counts_steps
    assert likelihood.DECREMENT < 1e-6
