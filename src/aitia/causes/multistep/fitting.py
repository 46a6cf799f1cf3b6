"""One model fitted to one stratum: estimates with profile intervals, and how well they fit."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from aitia.causes.errors import ModelError
from aitia.causes.multistep import likelihood, models, profile
from aitia.causes.multistep.data import Stratum
from aitia.causes.multistep.fitted import Estimate, Fit, GoodnessOfFit, shape
from aitia.causes.multistep.likelihood import Optimum, Problem
from aitia.causes.multistep.models import Model
from aitia.causes.multistep.profile import Interval
from aitia.causes.tables import nearest

Array = NDArray[np.float64]

LIKELIHOODS = ("poisson", "negative-binomial")
ALPHA = models.Parameter(
    "over-dispersion",
    "",
    "alpha: the variance of a count is mu + alpha mu^2",
    "log",
    1e-7,
    1e3,
    (0.0, "The over-dispersion came to rest at 0: the counts vary no more than Poisson counts."),
)


class Bands(msgspec.Struct, frozen=True):
    """The closed bands of a stratum as arrays."""

    edges: Array
    exposure: Array
    """Person-years; for rates alone the band's width, in units that make cases the rate times the width."""
    cases: Array
    counted: bool


def bands_of(stratum: Stratum) -> Bands:
    """The closed bands, for fitting.

    With rates alone the population is taken to be equally large at every age, and its size to be unknown.
    Raises ModelError if fewer than two bands are closed or no closed band has a case.
    """
    closed = [band for band in stratum.bands if band.high is not None]
    if len(closed) < 2:
        raise ModelError(f"{stratum.name}: one closed age band; a slope needs at least two.")
    if all(band.rate == 0 for band in closed):
        raise ModelError(
            f"{stratum.name}: there are no cases in any closed age band, so nothing can be fitted."
        )
    edges = np.array([closed[0].low, *(band.end for band in closed)], float)
    if stratum.counted:
        exposure = np.array([band.person_years for band in closed], float)
        cases = np.array([band.cases for band in closed], float)
    else:
        exposure = np.diff(edges) * 1e5
        cases = np.array([band.rate for band in closed]) * np.diff(edges)
    return Bands(edges, exposure, cases, stratum.counted)


def problem_of(model: Model, bands: Bands, *, dispersed: bool = False) -> Problem:
    """The likelihood of a model on some bands."""
    per_year = bands.exposure / np.diff(bands.edges)

    def mean(at: Array) -> Array:
        return np.asarray(per_year * np.diff(model.cumulative_hazard(at, bands.edges), axis=1))

    bounds = [one.bounds for one in model.parameters] + ([ALPHA.bounds] if dispersed else [])
    return Problem(mean, np.array(bounds), dispersed)


def straight_line(bands: Bands) -> tuple[float, float]:
    """A first guess of the slope, and of the hazard at 60 per 100,000, from the rates of the bands."""
    rates = (bands.cases + 0.2 * bands.cases.sum() / bands.cases.size / 10) / bands.exposure * 1e5
    middle = (bands.edges[:-1] + bands.edges[1:]) / 2
    x, weight = np.log(middle / models.REFERENCE_AGE), np.sqrt(bands.cases + 0.1)
    slope, level = np.polyfit(x, np.log(rates), 1, w=weight)
    return float(np.clip(slope, -0.5, 15.0)), float(np.exp(np.clip(level, -20.0, 20.0)))


def fit(
    stratum: Stratum,
    model: str = "armitage-doll",
    *,
    steps: int | None = None,
    lineages: float = 1.0,
    likelihood: str = "poisson",
    level: float = 0.95,
) -> Fit:
    """Fit a model to the closed bands of a stratum by maximum likelihood.

    `steps` is the number of steps of the model `hypoexponential`, `lineages` is N of the two exact models; neither can
    be estimated together with what is fitted. Where a stratum has rates alone the fit is by quasi-likelihood: every
    age is taken to have equally many people, and intervals come from the scatter about the curve.

    Raises ModelError if the model needs more bands than there are, or if the optimiser does not converge.
    """
    chosen = models.named(model, steps=steps, lineages=lineages)
    check_request(likelihood, level)
    bands = bands_of(stratum)
    dispersed = likelihood == "negative-binomial"
    if dispersed and not bands.counted:
        raise ModelError(
            f"{stratum.name}: the negative binomial likelihood needs counts, and only rates are known. "
            "Give person_years."
        )
    problem = problem_of(chosen, bands, dispersed=dispersed)
    parameters = (*chosen.parameters, ALPHA) if dispersed else chosen.parameters
    free = len(parameters)
    if bands.cases.size < free:
        raise ModelError(
            f"{stratum.name}: {chosen.title} has {free} parameters and there are {bands.cases.size} closed bands: "
            "it cannot be identified. Choose a smaller model, or finer bands."
        )
    optimum = _optimum(chosen, problem, bands, stratum.name)
    degrees = bands.cases.size - free
    goodness = _goodness(problem, optimum, bands, degrees)
    allowed = threshold(goodness, bands, level, dispersed)
    ends: list[Interval] | None = None
    if allowed is not None and chosen.steps is None:
        optimum, ends = _intervals(
            problem, parameters, optimum, bands, allowed, f"{stratum.name}: {chosen.title}"
        )
        goodness = _goodness(problem, optimum, bands, degrees)
    curve = optimum.at[:, : len(chosen.parameters)]
    estimates, notes = _estimates(chosen, parameters, problem, optimum, ends, bands, allowed)
    slope, peak = shape(chosen, curve)
    known = bands.counted
    value = float(optimum.log_likelihood[0])
    expected = problem.mean(curve)[0]
    return Fit(
        stratum=stratum,
        model=chosen.name,
        title=chosen.title,
        likelihood=likelihood if known else "quasi-poisson",
        level=level,
        estimates=estimates,
        log_likelihood=value if known else None,
        aic=2 * free - 2 * value if known else None,
        goodness=goodness,
        expected=tuple(float(one) for one in (expected if known else expected / np.diff(bands.edges))),
        local_slope=slope,
        peak_age=peak,
        lineages=chosen.lineages,
        coordinates=tuple(float(one) for one in optimum.at[0]),
        steps_given=chosen.steps,
        notes=tuple(notes),
    )


def check_request(likelihood: str, level: float) -> None:
    """Raises ModelError for an unknown likelihood, or a confidence level that is not from 0.5 to 0.9999."""
    if likelihood not in LIKELIHOODS:
        raise ModelError(
            f"there is no likelihood {likelihood!r}: choose from {', '.join(LIKELIHOODS)}."
            f"{nearest(likelihood, LIKELIHOODS)}"
        )
    if not 0.5 <= level <= 0.9999:
        raise ModelError(
            f"a confidence level of {level:g} cannot be used: give one from 0.5 to 0.9999, such as 0.95."
        )


def _intervals(
    problem: Problem,
    parameters: tuple[models.Parameter, ...],
    optimum: Optimum,
    bands: Bands,
    threshold: float,
    name: str,
) -> tuple[Optimum, list[Interval]]:
    """The optimum, or a better one met on the way, and its intervals."""
    cases = bands.cases[None, :]
    every = list(range(len(parameters)))
    resting = [k for k in every if parameters[k].rests is not None]
    for _ in range(5):
        anchors = np.empty((0, len(parameters)))
        if resting:
            held = np.eye(len(parameters), dtype=bool)[resting]
            simpler = np.where(held, problem.bounds[:, 0], optimum.at)
            anchors = likelihood.maximise(problem, simpler, cases, held, rounds=36).at
        try:
            return optimum, profile.intervals(problem, optimum, cases, threshold, every, anchors)
        except profile.BetterError as better:
            optimum = likelihood.maximise(problem, better.at, cases)
    raise _not_converged(name)


def _optimum(model: Model, problem: Problem, bands: Bands, name: str) -> Optimum:
    guesses = [
        [parameter.coordinate(value) for parameter, value in zip(model.parameters, start, strict=True)]
        + ([math.log(0.02)] if problem.dispersed else [])
        for start in model.starts(*straight_line(bands))
    ]
    found = likelihood.best_of(problem, np.array(guesses), bands.cases[None, :])
    if not (found.converged[0] and np.isfinite(found.log_likelihood[0])):
        raise _not_converged(f"{name}: {model.title}")
    return found


def _not_converged(what: str) -> ModelError:
    return ModelError(
        f"{what}: the optimiser did not converge, so there is no estimate. "
        "The data may be too few for this model: choose one with fewer parameters."
    )


def _goodness(problem: Problem, optimum: Optimum, bands: Bands, degrees: int) -> GoodnessOfFit:
    curve = optimum.at[:, :-1] if problem.dispersed else optimum.at
    mu, cases = problem.mean(curve)[0], bands.cases
    alpha = float(np.exp(optimum.at[0, -1])) if problem.dispersed else 0.0
    safe = np.maximum(mu, 1e-300)
    deviance = float(likelihood.deviance(mu[None, :], np.array([[alpha]]), cases[None, :])[0])
    pearson = float(((cases - mu) ** 2 / (safe * (1 + alpha * safe)))[(mu > 0) | (cases > 0)].sum())
    yardstick = bands.counted and degrees > 0
    return GoodnessOfFit(
        deviance=deviance,
        deviance_p=float(stats.chi2.sf(deviance, degrees)) if yardstick else None,
        pearson=pearson,
        pearson_p=float(stats.chi2.sf(pearson, degrees)) if yardstick else None,
        degrees_of_freedom=degrees,
        dispersion=pearson / degrees if degrees > 0 else None,
    )


def threshold(goodness: GoodnessOfFit, bands: Bands, level: float, dispersed: bool) -> float | None:
    """How far twice the log-likelihood falls at an interval's end; None if there is nothing to measure it by."""
    if bands.counted and not dispersed:
        return float(stats.chi2.ppf(level, 1))
    if bands.counted:
        # The scatter too is estimated, from as many bands as there are; with chi-squared 95% intervals held the truth
        # in 91% of registers, with this in 95% (docs/validation.md).
        return float(stats.f.ppf(level, 1, bands.cases.size))
    degrees = goodness.degrees_of_freedom
    if degrees <= 0 or not goodness.dispersion:
        return None
    return float(stats.f.ppf(level, 1, degrees)) * goodness.dispersion


def _estimates(
    model: Model,
    parameters: tuple[models.Parameter, ...],
    problem: Problem,
    optimum: Optimum,
    ends: list[Interval] | None,
    bands: Bands,
    threshold: float | None,
) -> tuple[tuple[Estimate, ...], list[str]]:
    notes: list[str] = []
    if model.steps is not None:
        return _rates(model, problem, optimum, bands, threshold, notes), notes
    if ends is None:
        notes.append(
            "No intervals: with as many parameters as bands, rates alone leave no scatter to measure by."
        )
    found = []
    for k, parameter in enumerate(parameters):
        at = float(optimum.at[0, k])
        bottom, top = parameter.bounds
        rests = parameter.rests
        on_bound = at <= bottom + 1e-6 or at >= top - 1e-6
        own = ends[k] if ends is not None else None
        unknown = own is not None and own.low is None and own.high is None and not own.failed
        if own is not None and own.failed:
            notes.append(
                f"An end of the interval was not found (the optimiser did not converge): {parameter.meaning}."
            )
        if rests is not None and at <= bottom + 1e-6:
            value: float | None = rests[0]
            notes.append(rests[1])
        elif on_bound or unknown:
            value = None
            notes.append(f"Not identified by these data: {parameter.meaning}.")
        else:
            value = parameter.value(at)
        sides = [None, None] if own is None or value is None else [own.low, own.high]
        limits = [None if side is None else parameter.value(side) for side in sides]
        if rests is not None and own is not None and own.low is None and not own.failed:
            limits[0] = rests[0]
        if parameter.scale == "share":
            limits.reverse()
        found.append(
            Estimate(
                name=parameter.name,
                value=value,
                low=limits[0],
                high=limits[1],
                unit=parameter.unit,
                meaning=parameter.meaning,
            )
        )
    return tuple(found), notes


def _rates(
    model: Model, problem: Problem, optimum: Optimum, bands: Bands, threshold: float | None, notes: list[str]
) -> tuple[Estimate, ...]:
    """The rates of each step, slowest first, where the data tell them apart; else none of them."""
    _, information = likelihood.derivatives(problem, optimum.at, bands.cases[None, :])
    n = len(model.parameters)
    core = information[0][:n, :n]
    values = np.linalg.eigvalsh(core)
    # Every rate must be known at least to a factor of e in either direction, whatever the others do.
    identified = threshold is not None and values[0] > 0 and math.sqrt(threshold / values[0]) < 1.0
    order = np.argsort(optimum.at[0, :n])
    spread = (
        np.sqrt(np.diag(np.linalg.inv(core))) * math.sqrt(threshold or 0.0) if identified else np.zeros(n)
    )
    if not identified:
        notes.append(
            f"The {n} rates are not identified one by one: other sets of rates fit as well, so none is reported. "
            "The curve, its slope and its fit are what the data determine."
        )
    return tuple(
        Estimate(
            name=parameter.name,
            value=float(np.exp(optimum.at[0, k])) if identified else None,
            low=float(np.exp(optimum.at[0, k] - spread[k])) if identified else None,
            high=float(np.exp(optimum.at[0, k] + spread[k])) if identified else None,
            unit=parameter.unit,
            meaning=parameter.meaning,
        )
        for parameter, k in zip(model.parameters, order, strict=True)
    )
