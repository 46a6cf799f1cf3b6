"""The time to pass n steps one after another, each at a constant rate, in one of N lineages.

With steps at rates u_1..u_n per year the time is hypoexponential (a phase-type law): S(t) = a exp(Qt) 1 with Q
bidiagonal. The closed form, a sum of exponentials over products of differences of rates, loses every digit when rates
are equal, nearly so, or far apart. Here exp(Qt) is built from sums of products of numbers that are never negative, so
that each entry keeps its relative precision: uniformisation over a short time, then repeated squaring in which the
diagonal is set to its exact value each time.

Sources: Frank SA, Dynamics of Cancer (2007), chapter 6; Webster AJ (2018), arXiv 1811.09101; Jensen A (1953) for
uniformisation; Xue J, Ye Q (2013) on entrywise accurate exponentials of such matrices.
"""

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaincc, gammaln, xlogy

from aitia.causes.errors import ModelError

Array = NDArray[np.float64]

MOST_STEPS = 50
"""More steps than this are refused: no incidence curve could tell them apart."""


@njit(cache=True, error_model="numpy")
def _exponential(rates: Array, shift: float, time: float, squared: Array, scratch: Array) -> None:
    """exp((Q + shift I) time) into `squared`, where Q leaves state i at rates[i] for state i + 1."""
    n = rates.shape[0]
    fastest = 0.0
    for i in range(n):
        fastest = max(fastest, rates[i])
    halvings = 0
    step = time
    while step * fastest > 1.0:
        step *= 0.5
        halvings += 1
    # Uniformisation: exp(Q step) = exp(-x) sum_k x^k/k! P^k with x = fastest step and P = I + Q/fastest >= 0.
    x = fastest * step
    for first in range(n):
        for j in range(n):
            squared[first, j] = 0.0
            scratch[0, j] = 0.0
        scratch[0, first] = 1.0
        weight = np.exp(-x)
        for k in range(n + 30):
            for j in range(first, n):
                squared[first, j] += weight * scratch[0, j]
            for j in range(n - 1, first - 1, -1):
                came = scratch[0, j - 1] * (rates[j - 1] / fastest) if j > first else 0.0
                scratch[0, j] = scratch[0, j] * (1.0 - rates[j] / fastest) + came
            weight *= x / (k + 1)
    for i in range(n):
        for j in range(i + 1, n):
            squared[i, j] *= np.exp(shift * step)
        squared[i, i] = np.exp((shift - rates[i]) * step)
    for _ in range(halvings):
        step *= 2.0
        for i in range(n):
            for j in range(i, n):
                total = 0.0
                for k in range(i, j + 1):
                    total += squared[i, k] * squared[k, j]
                scratch[i, j] = total
        for i in range(n):
            for j in range(i + 1, n):
                squared[i, j] = scratch[i, j]
            squared[i, i] = np.exp((shift - rates[i]) * step)


@njit(cache=True, error_model="numpy")
def _laws(rates: Array, ages: Array, log_survival: Array, log_density: Array, log_onset: Array) -> None:
    """For each row of rates and each age: log S, log f and log F of one lineage."""
    n = rates.shape[1]
    squared = np.zeros((n + 1, n + 1))
    scratch = np.zeros((n + 1, n + 1))
    with_end = np.zeros(n + 1)
    for b in range(rates.shape[0]):
        own = rates[b]
        slowest = own.min()
        with_end[:n] = own
        for a in range(ages.shape[0]):
            time = ages[a]
            if time <= 0.0:
                log_survival[b, a] = 0.0
                log_onset[b, a] = -np.inf
                log_density[b, a] = np.log(own[0]) if n == 1 else -np.inf
                continue
            # With the slowest rate taken out nothing sinks below the smallest number, however late the age.
            _exponential(own, slowest, time, squared, scratch)
            total = 0.0
            for j in range(n):
                total += squared[0, j]
            log_survival[b, a] = np.log(total) - slowest * time
            log_density[b, a] = np.log(squared[0, n - 1] * own[n - 1]) - slowest * time
            if log_survival[b, a] < -0.7:
                log_onset[b, a] = np.log(-np.expm1(log_survival[b, a]))
            else:
                # Early on, 1 - S would lose its digits: follow those who have arrived instead.
                _exponential(with_end, 0.0, time, squared, scratch)
                log_onset[b, a] = np.log(squared[0, n])


def laws(rates: ArrayLike, ages: ArrayLike) -> tuple[Array, Array, Array]:
    """Logarithms of the survival, the density and the probability of onset of one lineage at each age.

    `rates` are per year, one vector of n steps or a batch of them (b x n); `ages` are years. Each result has a row for
    each vector of rates and a column for each age. Relative precision is about 1e-12 at any age.

    Raises ModelError if the number of steps is not from 1 to 50, a rate is not above 0, or an age is below 0.
    """
    per_year = np.atleast_2d(np.asarray(rates, np.float64))
    years = np.atleast_1d(np.asarray(ages, np.float64))
    if not 1 <= per_year.shape[1] <= MOST_STEPS:
        raise ModelError(f"{per_year.shape[1]} steps: the number of steps must be from 1 to {MOST_STEPS}.")
    if not (np.isfinite(per_year) & (per_year > 0)).all():
        raise ModelError("every step must have a rate above 0 per year.")
    if not (np.isfinite(years) & (years >= 0)).all():
        raise ModelError("ages must be 0 or more.")
    shape = (per_year.shape[0], years.shape[0])
    survival, density, onset = np.empty(shape), np.empty(shape), np.empty(shape)
    # Rates in ascending order: the law does not depend on the order, and the result then does not either.
    _laws(np.sort(per_year, axis=1), years, survival, density, onset)
    return survival, density, onset


def cumulative_hazard(rates: ArrayLike, ages: ArrayLike, lineages: float = 1.0) -> Array:
    """H(t) = -N log S(t) for a person with N independent lineages; 0 at birth."""
    survival, _, onset = laws(rates, ages)
    return lineages * _minus_log_survival(survival, onset)


def hazard(rates: ArrayLike, ages: ArrayLike, lineages: float = 1.0) -> Array:
    """h(t) = N f(t)/S(t) per year for a person with N independent lineages."""
    survival, density, _ = laws(rates, ages)
    return lineages * np.exp(density - survival)


def survival(rates: ArrayLike, ages: ArrayLike, lineages: float = 1.0) -> Array:
    """The share of people without onset at each age, S(t)^N."""
    return np.exp(-cumulative_hazard(rates, ages, lineages))


def _minus_log_survival(log_survival: Array, log_onset: Array) -> Array:
    small = log_onset < -0.7
    return np.where(small, -np.log1p(-np.exp(np.where(small, log_onset, -1.0))), -log_survival)


def equal_rates(steps: ArrayLike, rate: ArrayLike, ages: ArrayLike) -> tuple[Array, Array]:
    """-log S(t) and log f(t) of one lineage whose steps all have one rate (the Erlang law).

    `steps` may lie between whole numbers (then it is the gamma law); arguments are broadcast.
    """
    n, u, t = np.broadcast_arrays(np.asarray(steps, float), np.asarray(rate, float), np.asarray(ages, float))
    x = u * t
    onset = gammainc(n, x)
    late = x > 300 + 4 * n
    kept = np.where(late, 0.5, gammaincc(n, x))
    minus_log = np.where(onset < 0.5, -np.log1p(-np.minimum(onset, 0.5)), -np.log(kept))
    if late.any():
        minus_log = np.where(late, -_log_upper_tail(n, np.where(late, x, 1e4)), minus_log)
    return minus_log, np.log(u) + xlogy(n - 1, x) - x - gammaln(n)


def _log_upper_tail(n: Array, x: Array) -> Array:
    """log Q(n, x) far out, where Q itself is too small for a number: the asymptotic series in 1/x."""
    term, series = np.ones_like(x), np.ones_like(x)
    for k in range(1, 40):
        term = term * (n - k) / x
        series += term
    return -x + (n - 1) * np.log(x) - gammaln(n) + np.log(series)


def armitage_doll(rates: ArrayLike, ages: ArrayLike, lineages: float = 1.0) -> Array:
    """The Armitage-Doll approximation h(t) = N u_1...u_n t^(n-1)/(n-1)!, good only while every u t is far below 1."""
    per_year = np.asarray(rates, float)
    n = per_year.shape[-1]
    with np.errstate(divide="ignore"):
        power = (n - 1) * np.log(np.asarray(ages, float)) if n > 1 else np.zeros_like(np.asarray(ages, float))
    logarithm = np.log(lineages) + np.log(per_year).sum() + power - gammaln(n)
    return np.asarray(np.exp(logarithm))


def local_slope(rates: ArrayLike, age: float) -> float:
    """d log h / d log t at an age ("log-log acceleration"): n - 1 under Armitage-Doll, less in truth; any N."""
    per_year = np.sort(np.atleast_1d(np.asarray(rates, float)))
    n = per_year.size
    log_survival, log_density, _ = laws(per_year, [age])
    if n == 1:
        return 0.0
    # h'/h = f'/f + h, and f' = u_n (f of the first n - 1 steps) - u_n f.
    one = float(np.exp(log_density - log_survival)[0, 0])
    _, before, _ = laws(per_year[:-1], [age])
    last = per_year[-1]
    return float(age * (np.exp(before - log_density)[0, 0] * last - last + one))
