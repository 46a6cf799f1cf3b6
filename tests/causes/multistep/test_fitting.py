"""Fits: the likelihood's maximum against a rival optimiser, intervals against the likelihood itself, and coverage."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from aitia.causes import multistep
from aitia.causes.errors import ModelError
from aitia.causes.multistep import fitting, likelihood, models
from tests.causes.multistep.registers import edges, expected, register, steps_of

AGES = edges(35, 80, 5)
TRUTHS = {
    "armitage-doll": (6.0, 3.0),
    "erlang": (6.0, 0.0157),
    "gompertz": (3.0, 0.08),
    "clonal": (3.0, 0.12, 4e-5),
    "armitage-doll+frailty": (7.0, 5.0, 500.0),
    "armitage-doll+susceptible": (7.0, 900.0, 0.006),
    "erlang+susceptible": (8.0, 0.09, 0.006),
    "gompertz+frailty": (5.0, 0.12, 700.0),
}


def drawn(model: str, cases: float, seed: int = 1) -> multistep.Stratum:
    mean, years = expected(model, TRUTHS[model], AGES, cases)
    return register(model, AGES, np.random.default_rng(seed).poisson(mean), years)


@pytest.mark.parametrize("model", TRUTHS)
def test_a_large_register_gives_back_its_truth(model: str) -> None:
    mean, years = expected(model, TRUTHS[model], AGES, 3e6)
    # The scale of person-years sets the level, so the exposure is scaled with the cases.
    found = multistep.fit(register(model, AGES, mean, years), model)
    for estimate, truth in zip(found.estimates, TRUTHS[model], strict=True):
        assert estimate.value == pytest.approx(truth, rel=2e-3), estimate
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.low < truth < estimate.high
    assert found.goodness.deviance == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("model", TRUTHS)
def test_no_rival_optimiser_finds_more(model: str) -> None:
    data = drawn(model, 300)
    found = multistep.fit(data, model)
    bands = fitting.bands_of(data)
    problem = fitting.problem_of(models.named(model), bands)

    def worse(at: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        value = float(likelihood.log_likelihood(problem, at[None, :], bands.cases[None, :])[0])
        return -value if math.isfinite(value) else 1e10

    assert found.log_likelihood is not None
    rival = minimize(
        worse, np.array(found.coordinates) + 0.3, method="Nelder-Mead", bounds=problem.bounds.tolist(),
        options={"maxiter": 4000, "xatol": 1e-8, "fatol": 1e-10},
    )  # fmt: skip
    assert found.log_likelihood >= -float(rival.fun) - 1e-6
    # And the likelihood is that of independent Poisson counts.
    assert found.log_likelihood == pytest.approx(
        float(np.sum(stats.poisson.logpmf(bands.cases, np.array(found.expected)))), abs=1e-8
    )
    assert found.aic == pytest.approx(2 * len(found.coordinates) - 2 * found.log_likelihood)


def test_the_power_law_obeys_its_equations() -> None:
    """At the maximum expected and observed totals agree, and so do the sums weighted by d log(mean)/dn."""
    data = drawn("armitage-doll", 200)
    found = multistep.fit(data)
    assert found.steps is not None
    assert found.steps.value is not None
    mean, cases = np.array(found.expected), fitting.bands_of(data).cases
    n = found.steps.value
    low, high = AGES[:-1], AGES[1:]
    assert mean.sum() == pytest.approx(cases.sum(), rel=1e-5)
    weight = (high**n * np.log(high) - low**n * np.log(low)) / (high**n - low**n)
    assert mean @ weight == pytest.approx(cases @ weight, rel=1e-5)
    assert mean == pytest.approx(
        (years := fitting.bands_of(data).exposure) * mean.sum() * (high**n - low**n) / (high - low)
        / (years @ ((high**n - low**n) / (high - low)))
    )  # fmt: skip


@pytest.mark.parametrize("model", TRUTHS)
def test_intervals_end_where_the_profile_has_fallen(model: str) -> None:
    """At each end the best over all other coordinates lies 1.92 below the maximum, by a rival optimiser."""
    data = drawn(model, 300, seed=2)
    found = multistep.fit(data, model)
    bands = fitting.bands_of(data)
    chosen = models.named(model)
    problem = fitting.problem_of(chosen, bands)
    checked = 0
    for k, (parameter, estimate) in enumerate(zip(chosen.parameters, found.estimates, strict=True)):
        for end in (estimate.low, estimate.high):
            if end is None or (parameter.rests is not None and end == parameter.rests[0]):
                continue
            held = parameter.coordinate(end)

            def worse(others: np.ndarray, k: int = k, held: float = held) -> float:
                at = np.insert(others, k, held)[None, :]
                value = float(likelihood.log_likelihood(problem, at, bands.cases[None, :])[0])
                return -value if math.isfinite(value) else 1e10

            starts = [np.delete(np.array(found.coordinates), k)]
            starts += [
                np.delete([p.coordinate(v) for p, v in zip(chosen.parameters, one, strict=True)], k)
                for one in chosen.starts(4.0, 3.0)
            ]
            bounds = np.delete(problem.bounds, k, axis=0).tolist()
            best = min(
                float(minimize(worse, start, method="Nelder-Mead", bounds=bounds,
                               options={"maxiter": 1500, "xatol": 1e-7, "fatol": 1e-9}).fun)
                for start in starts
            )  # fmt: skip
            assert found.log_likelihood is not None
            assert 2 * (found.log_likelihood + best) == pytest.approx(stats.chi2.ppf(0.95, 1), abs=2e-3), (
                parameter
            )
            checked += 1
    assert checked >= 3


@pytest.mark.parametrize("model", ["armitage-doll", "erlang", "gompertz"])
def test_intervals_cover(model: str) -> None:
    """Of 400 registers with 100 cases, 95% within 3 standard errors; docs/validation.md has the 2,000."""
    mean, years = expected(model, TRUTHS[model], AGES, 100)
    random = np.random.default_rng(7)
    # The reparameterised truth: person-years were scaled to 100 cases, so that levels stay as they are.
    covered = 0
    for _ in range(400):
        found = multistep.fit(register("x", AGES, random.poisson(mean), years), model)
        one = found.estimates[1 if model == "gompertz" else 0]
        truth = TRUTHS[model][1 if model == "gompertz" else 0]
        covered += (one.low or 0.0) <= truth <= (one.high or math.inf)
    assert abs(covered / 400 - 0.95) < 3 * math.sqrt(0.95 * 0.05 / 400)


def test_least_squares_against_likelihood() -> None:
    """74 cases, slope 2, ten-year bands from 30 to 80: least squares scatters by about 0.59, the likelihood by 0.52."""
    ages = edges(30, 80, 10)
    mean = np.diff(ages**3) / (80**3 - 30**3) * 74
    years = np.full(5, 1e6)
    random = np.random.default_rng(3)
    lines, fits = [], []
    for _ in range(400):
        data = register("x", ages, random.poisson(mean), years)
        lines.append(multistep.least_squares(data).slope)
        fits.append(steps_of(multistep.fit(data)).value or math.nan)
    assert np.std(lines) == pytest.approx(0.59, abs=0.06)
    assert np.std(fits) == pytest.approx(0.52, abs=0.06)
    assert np.std(fits) < np.std(lines)


class TestLeastSquares:
    def test_an_exact_power_of_five_reads_4_95_in_ten_year_bands(self) -> None:
        ages = edges(40, 80, 10)
        data = register("x", ages, 1e3 * np.diff(ages**6) / np.diff(ages**6).sum(), np.diff(ages) * 1e6)
        assert multistep.least_squares(data).slope == pytest.approx(4.95, abs=0.005)
        assert steps_of(multistep.fit(data)).value == pytest.approx(6, abs=1e-6)

    def test_it_is_ordinary_least_squares(self) -> None:
        data = drawn("armitage-doll", 300)
        found = multistep.least_squares(data)
        x = np.log([(band.low + (band.end or 0)) / 2 for band in data.bands])
        rival = stats.linregress(x, np.log([band.rate for band in data.bands]))
        assert found.slope == pytest.approx(rival.slope)
        assert found.r_squared == pytest.approx(rival.rvalue**2)
        assert found.high == pytest.approx(rival.slope + stats.t.ppf(0.975, len(x) - 2) * rival.stderr)
        assert found.steps == found.slope + 1

    def test_it_drops_bands_without_a_case_and_the_likelihood_does_not(self) -> None:
        data = register("x", edges(30, 80, 10), [0, 1, 4, 20, 50], [1e6] * 5)
        found = multistep.least_squares(data)
        assert (found.bands, found.dropped) == (4, 1)
        assert len(multistep.fit(data).expected) == 5

    def test_one_band_with_a_case_is_no_line(self) -> None:
        with pytest.raises(ModelError, match="two closed bands with a case, and there is one"):
            multistep.least_squares(register("x", edges(50, 80, 10), [0, 0, 5], [1e6] * 3))


def test_two_bands_fit_exactly() -> None:
    found = multistep.fit(register("x", edges(50, 70, 10), [10, 30], [1e6, 1e6]))
    assert found.goodness.deviance == pytest.approx(0, abs=1e-8)
    assert found.goodness.deviance_p is None
    assert found.steps is not None
    assert found.steps.low is not None


class TestNegativeBinomial:
    def test_it_widens_with_the_scatter(self) -> None:
        mean, years = expected("armitage-doll", (6.0, 3.0), AGES, 2000)
        random = np.random.default_rng(5)
        data = register("x", AGES, random.poisson(random.gamma(6.0, mean / 6.0)), years)
        plain, wide = multistep.fit(data), multistep.fit(data, likelihood="negative-binomial")
        assert plain.goodness.pearson_p is not None
        assert plain.goodness.pearson_p < 1e-6
        assert wide.goodness.dispersion is not None
        assert wide.goodness.dispersion < 3
        assert wide.aic is not None
        assert plain.aic is not None
        assert wide.aic < plain.aic - 10
        alpha = wide.estimates[-1]
        assert alpha.name == "over-dispersion"
        assert alpha.value is not None
        assert alpha.value == pytest.approx(1 / 6, rel=0.8)
        width = [steps_of(one) for one in (plain, wide)]
        assert (width[1].high or 0) - (width[1].low or 0) > 2 * ((width[0].high or 0) - (width[0].low or 0))
        size = 1 / alpha.value
        mu = np.array(wide.expected)
        by_scipy = np.sum(stats.nbinom.logpmf(fitting.bands_of(data).cases, size, size / (size + mu)))
        assert wide.log_likelihood == pytest.approx(float(by_scipy), abs=1e-7)

    def test_poisson_counts_leave_nothing_for_it(self) -> None:
        mean, years = expected("armitage-doll", (6.0, 3.0), AGES, 2000)
        found = multistep.fit(register("x", AGES, np.round(mean), years), likelihood="negative-binomial")
        assert found.estimates[-1].value == 0.0
        assert found.estimates[-1].low == 0.0
        assert "vary no more than Poisson" in " ".join(found.notes)


class TestRatesAlone:
    def rates(self, factors: list[float]) -> multistep.Stratum:
        ages = edges(40, 40 + 5 * len(factors), 5)
        rate = np.diff(ages**6) / np.diff(ages) / 1e8 * np.array(factors)
        rows = [
            f"{low:g},{high - 1:g},{one!r}"
            for low, high, one in zip(ages[:-1], ages[1:], rate.tolist(), strict=True)
        ]
        return multistep.read("age_low,age_high,rate_per_100000\n" + "\n".join(rows))[0]

    def test_the_scatter_is_the_yardstick(self) -> None:
        calm = multistep.fit(self.rates([1, 1.02, 0.99, 1.01, 0.98, 1.02, 1]))
        wild = multistep.fit(self.rates([1, 1.6, 0.7, 1.4, 0.6, 1.5, 1]))
        for one in (calm, wild):
            assert one.likelihood == "quasi-poisson"
            assert one.aic is None
            assert one.log_likelihood is None
            assert one.goodness.deviance_p is None
            assert one.steps is not None
            assert one.steps.value == pytest.approx(6, abs=1)
        assert calm.steps is not None
        assert wild.steps is not None
        assert (wild.steps.high or 0) - (wild.steps.low or 0) > 10 * (
            (calm.steps.high or 0) - (calm.steps.low or 0)
        )

    def test_as_many_parameters_as_bands_leave_no_scatter(self) -> None:
        found = multistep.fit(self.rates([1, 1.3]))
        assert found.steps is not None
        assert (found.steps.low, found.steps.high) == (None, None)
        assert "no scatter" in " ".join(found.notes)

    @pytest.mark.parametrize(
        ("ask", "said"),
        [
            (lambda one: multistep.fit(one, likelihood="negative-binomial"), "needs counts"),
            (lambda one: multistep.bootstrap(multistep.fit(one)), "only rates are known"),
        ],
    )
    def test_what_needs_counts_says_so(self, ask: Callable[[multistep.Stratum], object], said: str) -> None:
        with pytest.raises(ModelError, match=said):
            ask(self.rates([1, 1, 1, 1]))


class TestFreeRates:
    def test_they_are_not_reported_unless_identified(self) -> None:
        found = multistep.fit(drawn("erlang", 500), "hypoexponential", steps=8)
        assert all(one.value is None and one.low is None for one in found.estimates)
        assert "not identified one by one" in " ".join(found.notes)
        assert found.local_slope == pytest.approx(4.1, abs=0.5)

    def test_more_steps_than_the_slope_needs_fit_as_well(self) -> None:
        data = drawn("erlang", 500)
        exact = multistep.fit(data, "erlang").log_likelihood
        assert exact is not None
        for steps in (7, 9):
            free = multistep.fit(data, "hypoexponential", steps=steps).log_likelihood
            assert free is not None
            assert free > exact - 1.0
        too_few = multistep.fit(data, "hypoexponential", steps=3).log_likelihood
        assert too_few is not None
        assert too_few < exact - 10

    def test_two_rates_far_apart_in_a_common_disease_are_identified(self) -> None:
        mean, years = expected("hypoexponential", (0.01, 0.2), edges(0, 90, 5), 2e6, steps=2)
        found = multistep.fit(register("x", edges(0, 90, 5), mean, years), "hypoexponential", steps=2)
        assert [one.value for one in found.estimates] == pytest.approx([0.01, 0.2], rel=1e-2)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda one: multistep.fit(one, likelihood="poison"), "Did you mean 'poisson'"),
        (lambda one: multistep.fit(one, level=95), "0.95"),
        (lambda one: multistep.fit(one, "clonal"), "3 parameters and there are 2 closed bands"),
        (lambda one: multistep.fit(one, "hypoexponential", steps=6), "6 parameters"),
        (lambda one: multistep.bootstrap(multistep.fit(one), 5), "from 20 to"),
    ],
)
def test_requests_that_cannot_be_met_are_told(ask: Callable[[multistep.Stratum], object], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        ask(register("x", edges(50, 70, 10), [10, 30], [1e6, 1e6]))


def test_one_closed_band_or_no_case_in_a_closed_band_is_told() -> None:
    with pytest.raises(ModelError, match="one closed age band"):
        multistep.fit(multistep.stratum("x", [40, 50], [49, None], [1, 2], [1e5, 1e5]))
    with pytest.raises(ModelError, match="no cases in any closed age band"):
        multistep.fit(multistep.stratum("x", [40, 50, 60], [49, 59, None], [0, 0, 2], [1e5] * 3))


def test_a_failed_search_is_no_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likelihood, "DECREMENT", -1.0)
    with pytest.raises(ModelError, match="did not converge, so there is no estimate"):
        multistep.fit(drawn("armitage-doll", 100))


class TestBootstrap:
    def test_it_agrees_with_the_profile_interval(self) -> None:
        found = multistep.fit(drawn("armitage-doll", 500))
        own = multistep.bootstrap(found, 2000, seed=3)
        assert found.steps is not None
        assert own.parameters[0].low == pytest.approx(found.steps.low, abs=0.15)
        assert own.parameters[0].high == pytest.approx(found.steps.high, abs=0.15)
        assert own.failed == 0
        assert found.goodness.deviance_p == pytest.approx(own.deviance_p, abs=0.06)

    def test_the_seed_fixes_it(self) -> None:
        found = multistep.fit(drawn("erlang", 100))
        assert multistep.bootstrap(found, 200, seed=3) == multistep.bootstrap(found, 200, seed=3)
        assert multistep.bootstrap(found, 200, seed=3) != multistep.bootstrap(found, 200, seed=4)

    def test_negative_binomial_registers_scatter_more(self) -> None:
        mean, years = expected("armitage-doll", (6.0, 3.0), AGES, 2000)
        random = np.random.default_rng(5)
        data = register("x", AGES, random.poisson(random.gamma(6.0, mean / 6.0)), years)
        narrow = multistep.bootstrap(multistep.fit(data), 300).parameters[0]
        wide = multistep.bootstrap(multistep.fit(data, likelihood="negative-binomial"), 300).parameters[0]
        assert wide.standard_deviation > 2 * narrow.standard_deviation

    def test_free_rates_are_refused(self) -> None:
        with pytest.raises(ModelError, match="Bootstrap erlang"):
            multistep.bootstrap(multistep.fit(drawn("erlang", 100), "hypoexponential", steps=3))
