"""The exact answers against theory, against the notes' calculations, and against other programs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, special, stats
from scipy.integrate import quad

from aitia.causes import lifecourse
from aitia.causes.lifecourse.hazard import NODES, age_grid, onset_table, transition
from aitia.causes.lifecourse.model import prepare
from tests.causes.lifecourse import scenarios


def generator_of(rates: np.ndarray) -> np.ndarray:
    n = rates.size
    q = np.zeros((n + 1, n + 1))
    q[np.arange(n), np.arange(n)] = -rates
    q[np.arange(n), np.arange(1, n + 1)] = rates
    return q


def dense_exponential(matrix: np.ndarray) -> np.ndarray:
    # States in another order: scipy's own way for triangular matrices keeps only six digits where rates are equal.
    order = np.roll(np.arange(len(matrix)), len(matrix) // 2)
    back = np.argsort(order)
    return np.asarray(linalg.expm(matrix[np.ix_(order, order)])[np.ix_(back, back)])


def test_transition_is_the_matrix_exponential_on_1000_rate_vectors() -> None:
    draw = np.random.default_rng(5)
    for case in range(1000):
        n = int(draw.integers(1, 9))
        rates = 10.0 ** draw.uniform(-3, 3, n)
        if case % 4 == 0:
            rates[:] = rates[0]
        elif case % 4 == 1:
            rates = rates[0] * (1 + 1e-9 * draw.random(n))
        elif case % 4 == 2 and n > 1:
            rates[0], rates[-1] = 1e-3, 1e3
        duration = 10.0 ** draw.uniform(-2, 1)
        ours = transition(rates, duration)
        theirs = dense_exponential(generator_of(rates) * duration)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-13)
        np.testing.assert_allclose(ours.sum(axis=1), 1, rtol=1e-9)


def test_tiny_chances_keep_their_digits() -> None:
    # All six steps within a week: (ut)^6/6!, far below what a difference of exponentials can show.
    moved = transition(np.full(6, 1e-4), 0.02)
    assert moved[0, 6] == pytest.approx(stats.gamma.cdf(0.02, 6, scale=1e4), rel=1e-12)
    assert moved[0, 6] < 1e-35


def test_rates_a_million_apart_agree_with_quadruple_precision() -> None:
    from decimal import Decimal, getcontext

    getcontext().prec = 60
    rates = [1e-3, 1e3, 0.5, 2e-3]
    closed = Decimal(0)
    t = Decimal(70)
    exact = [Decimal(rate) for rate in rates]
    for i, one in enumerate(exact):
        weight = Decimal(1)
        for j, other in enumerate(exact):
            if i != j:
                weight *= other / (other - one)
        closed += weight * (-one * t).exp()
    survival = 1 - transition(np.array(rates), 70.0)[0, 4]
    assert survival == pytest.approx(float(closed), rel=1e-7)


def test_equal_rates_are_erlang() -> None:
    ages = age_grid(110, set())
    u, n = 0.0156540, 6
    risk, cumulative, hazard = onset_table(ages, NODES, np.zeros(1), np.full((1, n), u))
    law = stats.gamma(n, scale=1 / u)
    np.testing.assert_allclose(risk[1:], law.cdf(ages[1:]), rtol=1e-11)
    np.testing.assert_allclose(cumulative[1:], -law.logsf(ages[1:]), rtol=1e-9)
    np.testing.assert_allclose(hazard[1:], law.pdf(ages[1:]) / law.sf(ages[1:]), rtol=1e-10)


def test_the_notes_values_for_one_lineage() -> None:
    exact = lifecourse.solve(scenarios.plain())
    model = exact.model
    at = list(model.ages).index(60.0)
    assert exact.penetrance(85) == pytest.approx(1 / 400, rel=1e-5)
    assert model.hazard[0, at] == pytest.approx(3.7291e-5, rel=2e-5)
    armitage_doll = 0.0156540**6 * 60**5 / special.factorial(5)
    assert model.hazard[0, at] / armitage_doll == pytest.approx(0.391, abs=5e-4)
    step = np.log(model.hazard[0, at + 1] / model.hazard[0, at - 1]) / np.log(
        model.ages[at + 1] / model.ages[at - 1]
    )
    assert step == pytest.approx(4.063, abs=1e-3)
    assert exact.log_log_slope(40, 80) == pytest.approx(4.1, abs=0.05)


@pytest.mark.parametrize(("lineages", "slope"), [(1e3, 4.75), (1e5, 4.89)])
def test_the_notes_values_for_many_lineages(lineages: float, slope: float) -> None:
    # The rate that gives 1/400 by 85 with N lineages.
    from scipy.optimize import brentq

    def risk(u: float) -> float:
        return float(-np.expm1(lineages * stats.gamma.logsf(85, 6, scale=1 / u)) - 1 / 400)

    u = brentq(risk, 1e-5, 0.05, xtol=1e-15)
    text = scenarios.PLAIN.replace("rate: 0.0156540", f"rate: {u!r}, lineages: {lineages}")
    exact = lifecourse.solve(lifecourse.scenario_of(text))
    assert exact.penetrance(85) == pytest.approx(1 / 400, rel=1e-9)
    # The notes read the slope at 60; ordinary least squares over 40 to 80 comes to the same two digits.
    model = exact.model
    at = list(model.ages).index(60.0)
    local = np.log(model.hazard[0, at + 1] / model.hazard[0, at - 1]) / np.log(
        model.ages[at + 1] / model.ages[at - 1]
    )
    assert local == pytest.approx(slope, abs=0.02)


@pytest.mark.parametrize(("penetrance", "own", "everyone"), [(0.24, 1.09, 0.77), (0.5, 0.82, 0.05)])
def test_penetrant_genotypes_break_slope_plus_one(penetrance: float, own: float, everyone: float) -> None:
    u = stats.gamma.ppf(penetrance, 3) / 80
    ages = age_grid(110, set())
    risk, _, hazard = onset_table(ages, NODES, np.zeros(1), np.full((1, 3), u))
    rows = [list(ages).index(age) for age in (42.5, 47.5, 52.5, 57.5, 62.5, 67.5, 72.5, 77.5)]
    x = np.log(ages[rows])
    assert np.polyfit(x, np.log(hazard[rows]), 1)[0] == pytest.approx(own, abs=0.03)
    density = hazard[rows] * (1 - risk[rows])
    assert np.polyfit(x, np.log(density), 1)[0] == pytest.approx(everyone, abs=0.03)


def test_limits_of_the_hazard() -> None:
    ages = age_grid(150, set())
    _, _, one = onset_table(ages, NODES, np.zeros(1), np.array([[0.3]]))
    np.testing.assert_allclose(one, 0.3, rtol=1e-12)
    _, _, many = onset_table(ages, NODES, np.zeros(1), np.array([[0.5, 0.2, 0.9]]))
    assert many[-1] == pytest.approx(0.2, rel=1e-3)
    early = onset_table(ages, NODES, np.zeros(1), np.array([[1e-4, 2e-4, 3e-4]]))[2]
    at = list(ages).index(1.0)
    assert early[at] == pytest.approx(1e-4 * 2e-4 * 3e-4 / 2, rel=1e-3)


def test_crude_risk_and_person_years_are_their_integrals() -> None:
    exact = lifecourse.solve(scenarios.plain())
    u = 0.0156540

    def alive(t: float) -> float:
        return float(np.exp(-3e-5 / 0.1 * np.expm1(0.1 * t)))

    crude = quad(lambda t: stats.gamma.pdf(t, 6, scale=1 / u) * alive(t), 0, 110, epsabs=0, epsrel=1e-12)[0]
    years = quad(lambda t: stats.gamma.sf(t, 6, scale=1 / u) * alive(t), 0, 110, epsabs=0, epsrel=1e-12)[0]
    assert exact.lifetime_risk() == pytest.approx(crude, rel=1e-9)
    assert exact.mean(exact.person_years)[-1] == pytest.approx(years, rel=1e-9)


def test_mortality_cancels_from_the_rate_but_not_from_the_risk() -> None:
    mild = lifecourse.solve(scenarios.plain())
    harsh = lifecourse.solve(lifecourse.scenario_of(scenarios.PLAIN.replace("3e-5", "3e-4")))
    assert harsh.incidence(60, 60.25) == pytest.approx(mild.incidence(60, 60.25), rel=1e-3)
    assert harsh.lifetime_risk() < 0.5 * mild.lifetime_risk()
    assert harsh.penetrance(80) == mild.penetrance(80)


def test_windows_change_rates_only_inside() -> None:
    text = (
        scenarios.PLAIN
        + "exposures: [{name: x, prevalence: 0.5, ages: [20, 40], speeds: [{step: 3, times: 2}]}]"
    )
    exact = lifecourse.solve(lifecourse.scenario_of(text))
    exposed, others = exact.where(x=True), exact.where(x=False)
    assert exact.penetrance(20, exposed) == pytest.approx(exact.penetrance(20, others), rel=1e-12)
    # Against a matrix exponential of its own for each of three pieces.
    u = np.full(6, 0.0156540)
    fast = u.copy()
    fast[2] *= 2
    moved = (
        linalg.expm(generator_of(u) * 20)
        @ linalg.expm(generator_of(fast) * 20)
        @ linalg.expm(generator_of(u) * 20)
    )
    assert exact.penetrance(60, exposed) == pytest.approx(moved[0, 6], rel=1e-9)


def test_dependence_keeps_the_prevalences() -> None:
    exact = lifecourse.solve(scenarios.rich())
    combos = exact.model.combinations
    share = combos.weight

    def of(**levels: str | bool) -> float:
        return float(share[combos.where(**levels)].sum())

    assert share.sum() == pytest.approx(1, rel=1e-12)
    assert of(smoke=True, sex="male") / of(sex="male") == pytest.approx(0.5, rel=1e-10)
    assert of(smoke=True, sex="female") / of(sex="female") == pytest.approx(0.25, rel=1e-10)
    assert of(lead=True) == pytest.approx(0.2, rel=1e-10)
    assert of(G=True, group="north") / of(group="north") == pytest.approx(0.1, rel=1e-10)
    assert of(G=True, group="south") / of(group="south") == pytest.approx(1 - 0.8**2, rel=1e-10)
    assert of(R=True) == pytest.approx(0.09, rel=1e-10)
    for carrier in (True, False):
        odds = [
            of(lead=True, smoke=smoke, G=carrier) / of(lead=False, smoke=smoke, G=carrier)
            for smoke in (True, False)
        ]
        assert odds[0] / odds[1] == pytest.approx(3, rel=1e-9)


def test_frailty_lowers_the_risk_of_all() -> None:
    frail = lifecourse.solve(scenarios.frail())
    text = scenarios.FRAIL.replace("mapping: hazard, log_hazard_sd: 1.2", "mapping: threshold")
    usual = lifecourse.solve(lifecourse.scenario_of(text))
    assert frail.penetrance(100) < usual.penetrance(100)
    assert frail.penetrance(20) == pytest.approx(usual.penetrance(20), rel=2e-2)
    row = int(np.flatnonzero(frail.where(G=True))[0])
    hazard = frail.model.scale[row] * frail.model.cumulative[frail.model.profile[row], -1]
    averaged = quad(
        lambda x: stats.norm.pdf(x) * -np.expm1(-hazard * np.exp(1.2 * x - 0.72)),
        -9,
        9,
        epsabs=0,
        epsrel=1e-11,
    )[0]
    assert frail.net[row, -1] == pytest.approx(averaged, rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(
    rates=st.lists(st.floats(1e-3, 0.5), min_size=1, max_size=7),
    times=st.floats(0.1, 10),
    start=st.floats(0, 60),
    length=st.floats(0.5, 40),
)
def test_risks_are_probabilities_that_rise_with_age(
    rates: list[float], times: float, start: float, length: float
) -> None:
    text = f"""
format: 1
title: Any
onset: {{steps: {len(rates)}, rates: {rates}}}
mortality: {{gompertz: {{at_birth: 1e-4, growth: 0.08}}}}
exposures: [{{name: x, prevalence: 0.5, ages: [{start}, {start + length}], speeds: [{{step: 1, times: {times}}}]}}]
"""
    exact = lifecourse.solve(lifecourse.scenario_of(text))
    for table in (exact.net, exact.crude):
        assert np.all((table >= 0) & (table <= 1))
        assert np.all(np.diff(table, axis=1) >= -1e-8)
    assert np.all(exact.crude <= exact.net + 1e-12)
    exposed, others = exact.where(x=True), exact.where(x=False)
    more = exact.penetrance(100, exposed) - exact.penetrance(100, others)
    assert more >= -1e-12 if times >= 1 else more <= 1e-12


def test_fast_steps_do_not_break_the_tables() -> None:
    text = scenarios.PLAIN.replace("rate: 0.0156540", "rates: [1e5, 1e-2, 1e4, 1e-2, 1e6, 3]")
    exact = lifecourse.solve(lifecourse.scenario_of(text))
    assert exact.penetrance(70) == pytest.approx(stats.gamma.cdf(70, 2, scale=100), rel=0.01)
    assert prepare(exact.model.scenario).cumulative.max() < np.inf
