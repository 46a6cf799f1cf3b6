"""Strata together: is one number of steps enough for all, and how far apart are they?"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from aitia.causes.errors import ModelError
from aitia.causes.multistep import likelihood, profile
from aitia.causes.multistep.fitted import Estimate, Fit
from aitia.causes.multistep.fitting import Bands, bands_of
from aitia.causes.multistep.likelihood import Optimum, Problem
from aitia.causes.multistep.models import STEPS, Model, named
from aitia.causes.tables import Record

Array = NDArray[np.float64]

_DIFFERENCE = 60.0

LEAST_FREEDOM = 5
"""Fewer degrees of freedom than this do not tell how much rates scatter."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Steps in one stratum less steps in the reference, with a profile interval (not adjusted for many comparisons)."""

    stratum: str
    reference: str
    steps: float
    low: float | None
    high: float | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A model with one number of steps for all strata, each with a level of its own, against one number for each."""

    model: str
    title: str
    level: float
    strata: tuple[str, ...]
    common: Estimate
    """The number of steps if it is the same in all."""
    test: str
    statistic: float
    degrees_of_freedom: tuple[int, ...]
    p_value: float
    differences: tuple[Difference, ...]

    def summary(self) -> list[Record]:
        """A record for each difference."""
        return [dict(msgspec.structs.asdict(one)) for one in self.differences]


def compare(fits: Sequence[Fit]) -> Comparison:
    """Test whether strata, each fitted with the same model, share one number of steps.

    The model must count steps (armitage-doll or erlang, without heterogeneity) and use the Poisson likelihood or rates
    alone. The first fit is the reference of the differences. With rates alone each stratum's scatter about its own
    curve is its yardstick, and the test is an F test; that takes at least seven closed bands in each (`comparable`).

    Raises ModelError if the fits cannot be compared or the optimiser does not converge.
    """
    if len(fits) < 2:
        raise ModelError("a comparison needs at least two strata.")
    first = fits[0]
    same = {(one.model, one.likelihood, one.lineages, one.level) for one in fits}
    if len(same) > 1:
        raise ModelError("strata can be compared only if all were fitted in the same way.")
    model = named(first.model, steps=first.steps_given, lineages=first.lineages)
    if not model.counts_steps or model.heterogeneity:
        raise ModelError(
            f"{model.title} does not estimate a number of steps alone, so strata cannot be compared by it."
        )
    if first.likelihood == "negative-binomial":
        raise ModelError("strata are compared by Poisson likelihood; fit them with --likelihood poisson.")
    counted = first.stratum.counted
    bands = [_scaled(one) for one in fits]
    own = sum(_log_likelihood(model, band, one) for band, one in zip(bands, fits, strict=True))
    freedom = sum(one.goodness.degrees_of_freedom for one in fits)
    threshold = float(stats.chi2.ppf(first.level, 1) if counted else stats.f.ppf(first.level, 1, freedom))
    everyone, cases = _common(model, bands)
    start = np.array(
        [
            float(np.mean([one.coordinates[0] for one in fits])),
            *(one.coordinates[1] for one in fits),
        ]
    )
    optimum = likelihood.maximise(everyone, start[None, :], cases)
    if not optimum.converged[0]:
        raise ModelError(
            "the optimiser did not converge for one number of steps in all strata; no test is given."
        )
    interval = profile.intervals(everyone, optimum, cases, threshold, [0], np.empty((0, start.size)))[0]
    statistic = max(0.0, 2 * (own - float(optimum.log_likelihood[0])))
    many = len(fits) - 1
    if counted:
        test = "likelihood ratio, chi-squared"
        degrees: tuple[int, ...] = (many,)
        p_value = float(stats.chi2.sf(statistic, many))
    else:
        test, degrees = "F, quasi-likelihood", (many, freedom)
        statistic /= many
        p_value = float(stats.f.sf(statistic, many, freedom))
    return Comparison(
        model=model.name,
        title=model.title,
        level=first.level,
        strata=tuple(one.stratum.name for one in fits),
        common=Estimate(
            name="steps",
            value=STEPS.value(float(optimum.at[0, 0])),
            low=None if interval.low is None else STEPS.value(interval.low),
            high=None if interval.high is None else STEPS.value(interval.high),
            unit="steps",
            meaning="number of steps if it is the same in all strata",
        ),
        test=test,
        statistic=statistic,
        degrees_of_freedom=degrees,
        p_value=p_value,
        differences=tuple(
            _difference(model, (bands[0], bands[k]), (first, fits[k]), threshold) for k in range(1, len(fits))
        ),
    )


def comparable(fit: Fit) -> bool:
    """Whether a fit can take part in a comparison: counts, or rates in enough bands to know their scatter."""
    known = bool(fit.goodness.dispersion) and fit.goodness.degrees_of_freedom >= LEAST_FREEDOM
    return fit.stratum.counted or known


def _scaled(fit: Fit) -> Bands:
    """The bands, with rates alone as counts whose scatter is that of Poisson counts."""
    bands = bands_of(fit.stratum)
    if bands.counted:
        return bands
    scatter = fit.goodness.dispersion
    if not scatter or not comparable(fit):
        raise ModelError(
            f"{fit.stratum.name}: rates alone in {bands.cases.size} bands do not tell how much they scatter, so this "
            "stratum cannot be compared with others. Give person_years or cases, or leave it out."
        )
    return Bands(bands.edges, bands.exposure / scatter, bands.cases / scatter, True)


def _expected(model: Model, bands: Bands, at: Array) -> Array:
    return np.asarray(
        bands.exposure / np.diff(bands.edges) * np.diff(model.cumulative_hazard(at, bands.edges), axis=1)
    )


def _log_likelihood(model: Model, bands: Bands, fit: Fit) -> float:
    problem = Problem(
        lambda at: _expected(model, bands, at), np.array([one.bounds for one in model.parameters])
    )
    return float(likelihood.log_likelihood(problem, np.array([fit.coordinates]), bands.cases[None, :])[0])


def _common(model: Model, bands: Sequence[Bands]) -> tuple[Problem, Array]:
    """Coordinates: the logarithm of the steps of all, then each stratum's own level."""

    def mean(at: Array) -> Array:
        return np.concatenate(
            [_expected(model, own, at[:, [0, k + 1]]) for k, own in enumerate(bands)], axis=1
        )

    bounds = [model.parameters[0].bounds] + [model.parameters[1].bounds] * len(bands)
    return Problem(mean, np.array(bounds)), np.concatenate([own.cases for own in bands])[None, :]


def _difference(
    model: Model, bands: tuple[Bands, Bands], fits: tuple[Fit, Fit], threshold: float
) -> Difference:
    """Coordinates: the difference, the logarithm of the reference's steps, and the two levels."""
    least, most = STEPS.bounds

    def mean(at: Array) -> Array:
        steps = np.exp(at[:, 1:2])
        other = np.clip(np.log(np.maximum(steps + at[:, 0:1], 1e-6)), least, most)
        return np.concatenate(
            [
                _expected(model, bands[0], at[:, [1, 2]]),
                _expected(model, bands[1], np.column_stack([other, at[:, 3:4]])),
            ],
            axis=1,
        )

    level = model.parameters[1].bounds
    problem = Problem(mean, np.array([(-_DIFFERENCE, _DIFFERENCE), STEPS.bounds, level, level]))
    cases = np.concatenate([own.cases for own in bands])[None, :]
    steps = [float(np.exp(one.coordinates[0])) for one in fits]
    at = np.array(
        [[steps[1] - steps[0], fits[0].coordinates[0], fits[0].coordinates[1], fits[1].coordinates[1]]]
    )
    optimum = Optimum(at, likelihood.log_likelihood(problem, at, cases), np.array([True]))
    names = {"stratum": fits[1].stratum.name, "reference": fits[0].stratum.name}
    try:
        found = profile.intervals(problem, optimum, cases, threshold, [0], np.empty((0, 4)))[0]
    except profile.BetterError:
        raise ModelError(
            f"{names['stratum']} against {names['reference']}: the optimiser did not converge; no difference is given."
        ) from None
    return Difference(**names, steps=float(at[0, 0]), low=found.low, high=found.high)
