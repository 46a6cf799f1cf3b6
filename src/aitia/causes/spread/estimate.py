"""Maximum likelihood for one hypothesis."""

from collections.abc import Sequence

import msgspec
import numpy as np
from scipy.optimize import minimize

from aitia.causes.errors import ModelError
from aitia.causes.spread.likelihood import Design, by_patient, closed_gradient, hidden_by_patient
from aitia.causes.spread.links import Array

LOWEST, HIGHEST = 1e-7, 1e3
"""Rates are sought between these bounds, per month; for an order, relative to the first rate."""
_STEP = 1e-6


class Fit(msgspec.Struct, frozen=True):
    """A hypothesis fitted to a cohort.

    rates: per month for dated cohorts; for an order, relative to the first rate, which is then 1 and not free.
    at_bound: rates that the data drive to nothing, or beyond any bound.
    """

    hypothesis: str
    rates: dict[str, float]
    free: int
    """How many rates were free."""
    log_likelihood: float
    aic: float
    by_patient: tuple[float, ...]
    at_bound: tuple[str, ...]


def fit_design(
    designed: Design, *, weights: Array | None = None, start: Sequence[float] | None = None
) -> Fit:
    """The rates that make the cohort likeliest, each patient counted with his weight (1 by default).

    Raises ModelError, never an estimate, if the optimiser does not arrive.
    """
    wired, data = designed.wired, designed.data
    used = np.ones(data.size) if weights is None else weights
    fixed = 0 if data.dated else 1
    free = len(wired.rates) - fixed
    low, high = float(np.log(LOWEST)), float(np.log(HIGHEST))
    if start is None:
        guess = np.full(len(wired.rates), _total_rate(designed, used) if data.dated else 0.0)
        guess[-1] -= 3.0 if len(wired.rates) > 1 else 0.0
    else:
        guess = np.log(np.clip(np.array(start), LOWEST, HIGHEST))

    def objective(logs: Array) -> tuple[float, Array]:
        theta = np.exp(np.concatenate([np.zeros(fixed), logs]))
        each = by_patient(designed, theta)
        value = float(used @ each)
        gradient = _gradient(designed, theta, used, each[data.programs.patients])[fixed:]
        scale = max(1.0, float(used.sum()))
        return -value / scale, -gradient / scale

    logs = np.clip(guess[fixed:] - (0.0 if data.dated else guess[0]), low, high)
    if free:
        found = minimize(
            objective,
            logs,
            jac=True,
            method="L-BFGS-B",
            bounds=[(low, high)] * free,
            options={"maxiter": 500, "ftol": 1e-11, "gtol": 1e-6},
        )
        if not np.isfinite(found.fun) or (not found.success and not _settled(objective, found.x, low, high)):
            raise ModelError(
                f"{wired.hypothesis}: the optimiser did not arrive ({found.message}). "
                "Try fewer hypotheses' rates or more patients; no estimate is given."
            )
        logs = found.x
    theta = np.exp(np.concatenate([np.zeros(fixed), logs]))
    each = by_patient(designed, theta)
    if not np.isfinite(each).all():
        number = int(np.flatnonzero(~np.isfinite(each))[0]) + 1
        raise ModelError(f"{wired.hypothesis}: patient number {number} of the file is impossible under it.")
    total = float(used @ each)
    bound = tuple(
        name
        for name, log in zip(wired.rates[fixed:], logs, strict=True)
        if log < low + 0.5 or log > high - 0.5
    )
    return Fit(
        wired.hypothesis,
        dict(zip(wired.rates, theta.tolist(), strict=True)),
        free,
        total,
        2 * free - 2 * total,
        tuple(each.tolist()),
        bound,
    )


def _settled(objective: object, logs: Array, low: float, high: float) -> bool:
    # A line search can stall on rounding at the optimum itself; there the slope is nothing.
    assert callable(objective)
    _, slope = objective(logs)
    inside = ~(((logs <= low) & (slope > 0)) | ((logs >= high) & (slope < 0)))
    return bool(np.abs(slope[inside]).max(initial=0.0) < 1e-4)


def _total_rate(designed: Design, weights: Array) -> float:
    """The log of a first guess at a rate: signs over months lived by ill places."""
    closed = designed.data.closed
    if len(closed.reached):
        signs = float(weights[closed.patients] @ (closed.reached >= 0))
        months = float(weights[closed.patients] @ (closed.waits * designed.total[:, :-1].sum(axis=1)))
        if signs and months:
            return float(np.log(signs / months))
    return float(np.log(0.02))


def _gradient(designed: Design, theta: Array, weights: Array, hidden: Array) -> Array:
    """The derivative with respect to the logs of the rates; by forward difference from `hidden` for patients
    with a program."""
    gradient = closed_gradient(designed, theta, weights)
    patients = designed.data.programs.patients
    if len(patients):
        for rate in range(len(theta)):
            moved = theta.copy()
            moved[rate] *= np.exp(_STEP)
            change = hidden_by_patient(designed, moved) - hidden
            gradient[rate] += float(weights[patients] @ change) / _STEP
    return gradient


class RateInterval(msgspec.Struct, frozen=True):
    """A rate with its 95% interval, from the curvature of the log likelihood in the log of the rate; a note
    where there is none."""

    rate: str
    value: float | None
    low: float | None
    high: float | None
    note: str = ""


def rate_intervals(designed: Design, fitted: Fit) -> tuple[RateInterval, ...]:
    """The interval of each rate; value and interval are None, with a note, where the data do not identify the rate."""
    names = list(fitted.rates)
    fixed = [] if designed.data.dated else [names[0]]
    free = [at for at, name in enumerate(names) if name not in fixed and name not in fitted.at_bound]
    theta = np.array(list(fitted.rates.values()))
    spread = _standard_errors(designed, theta, free)
    result = []
    for at, (name, value) in enumerate(fitted.rates.items()):
        if name in fixed:
            result.append(RateInterval(name, 1.0, None, None, "the unit: an order has no clock"))
        elif name in fitted.at_bound:
            low = value < 1
            result.append(
                RateInterval(
                    name,
                    0.0 if low else None,
                    None,
                    None,
                    "at its lower bound: not needed to explain these data"
                    if low
                    else "beyond any bound: not identified",
                )
            )
        elif spread is None or not spread[free.index(at)] < 5:
            result.append(RateInterval(name, None, None, None, "not identified by these data"))
        else:
            factor = float(np.exp(1.959963984540054 * spread[free.index(at)]))
            result.append(RateInterval(name, value, value / factor, value * factor))
    return tuple(result)


def _standard_errors(designed: Design, theta: Array, free: Sequence[int]) -> Array | None:
    """Standard errors of the logs of the free rates; None if the curvature does not define them."""
    if not free:
        return np.zeros(0)
    weights = np.ones(designed.data.size)
    step = 1e-3
    curvature = np.empty((len(free), len(free)))
    for row, rate in enumerate(free):
        slopes = []
        for sign in (1, -1):
            moved = theta.copy()
            moved[rate] *= np.exp(sign * step)
            slopes.append(_gradient(designed, moved, weights, hidden_by_patient(designed, moved))[list(free)])
        curvature[row] = -(slopes[0] - slopes[1]) / (2 * step)
    curvature = (curvature + curvature.T) / 2
    values, vectors = np.linalg.eigh(curvature)
    usable = values > 1e-6 * max(1.0, float(values.max()))
    if not usable.any():
        return None
    # A direction without curvature is not identified; the rates that share in it get no interval.
    variance = (vectors[:, usable] ** 2 / values[usable]).sum(axis=1)
    lost = (vectors[:, ~usable] ** 2).sum(axis=1) > 1e-3
    errors: Array = np.where(lost, np.inf, np.sqrt(variance))
    return errors
