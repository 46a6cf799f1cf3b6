"""The likelihood of band counts, and its maximum for a whole batch of data sets at once.

Cases in a band are Poisson with mean person-years x mean hazard over the band, (H(b) - H(a))/(b - a); or negative
binomial with variance mu + alpha mu^2. The maximum is found by Fisher scoring with Levenberg-Marquardt damping, which
needs first derivatives only and cannot be thrown by a flat direction. One fit is a batch of one; a bootstrap of 2,000
is a batch of 2,000.
"""

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma, xlogy

Array = NDArray[np.float64]
Mean = Callable[[Array], Array]
"""From coordinates (b x p) to expected cases in each band (b x m)."""

MOST_ROUNDS = 150
SCORING_ROUNDS = 12
"""After so many rounds of scoring, which crawls where a curve fits badly, Newton's method takes over."""
MOST_FOR_NEWTON = 5
"""With more coordinates the observed information costs more than it saves."""
DECREMENT = 1e-9
"""Twice the log-likelihood still to be gained, by its quadratic approximation, at which a fit counts as converged."""


class Problem(msgspec.Struct, frozen=True):
    """What is fitted: expected cases as a function of coordinates, and the coordinates' bounds (p x 2)."""

    mean: Mean
    bounds: Array
    dispersed: bool = False
    """Whether the last coordinate is the logarithm of the negative binomial's alpha."""


class Optimum(msgspec.Struct, frozen=True):
    """The best coordinates found for each row of a batch."""

    at: Array
    log_likelihood: Array
    converged: NDArray[np.bool_]


def log_likelihood(problem: Problem, at: Array, cases: Array) -> Array:
    """The log-likelihood of each row of coordinates, constants included; -inf where a mean is impossible."""
    model, alpha = _split(problem, at)
    return _log_likelihood(problem.mean(model), alpha, cases)


def _split(problem: Problem, at: Array) -> tuple[Array, Array | None]:
    return (at[:, :-1], np.exp(at[:, -1:])) if problem.dispersed else (at, None)


def _log_likelihood(mean: Array, alpha: Array | None, cases: Array) -> Array:
    usable = np.isfinite(mean) & (mean >= 0)
    mu = np.where(usable, mean, 0.0)
    if alpha is None:
        terms = xlogy(cases, mu) - mu - gammaln(cases + 1)
    else:
        size = 1 / alpha
        terms = (
            gammaln(cases + size)
            - gammaln(size)
            - gammaln(cases + 1)
            + xlogy(cases, alpha * mu)
            - (cases + size) * np.log1p(alpha * mu)
        )
    return np.asarray(np.where(usable.all(axis=1), terms.sum(axis=1), -np.inf))


def deviance(mean: Array, alpha: Array, cases: Array) -> Array:
    """Twice the log-likelihood lost against a mean of its own for each band; alpha 0 (b x 1) is Poisson."""
    safe = np.maximum(mean, 1e-300)
    positive = np.maximum(cases, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (cases + 1 / alpha) * np.log((1 + alpha * cases) / (1 + alpha * safe))
    rest = np.where(alpha > 0, spread, cases - mean)
    return np.asarray(np.maximum(2 * (xlogy(cases, positive / safe) - rest).sum(axis=1), 0.0))


def derivatives(problem: Problem, at: Array, cases: Array) -> tuple[Array, Array]:
    """The gradient (b x p) and the expected information (b x p x p) at some coordinates."""
    model, alpha = _split(problem, at)
    mean = problem.mean(model)
    slopes = _jacobian(problem.mean, model, problem.bounds)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = 1 / mean if alpha is None else 1 / (mean * (1 + alpha * mean))
    weight = np.where(mean > 0, weight, 0.0)
    gradient = np.einsum("bm,bmp->bp", (cases - mean) * weight, slopes)
    information = np.einsum("bm,bmp,bmq->bpq", weight, slopes, slopes)
    if alpha is None:
        return gradient, information
    size = 1 / alpha
    # With size = 1/alpha: the score of log alpha is -size times that of size; the two kinds are orthogonal.
    by_size = (
        digamma(cases + size) - digamma(size) + np.log(size / (size + mean)) + (mean - cases) / (size + mean)
    )
    second = (
        polygamma(1, cases + size)
        - polygamma(1, size)
        + mean / (size * (size + mean))
        + (cases - mean) / (size + mean) ** 2
    )
    score = -(size[:, 0]) * by_size.sum(axis=1)
    curvature = -(size[:, 0] ** 2) * second.sum(axis=1) - size[:, 0] * by_size.sum(axis=1)
    b, p = at.shape
    full = np.zeros((b, p, p))
    full[:, :-1, :-1] = information
    full[:, -1, -1] = np.maximum(curvature, np.maximum(0.1 * np.abs(score), 1e-6))
    return np.column_stack([gradient, score]), full


def _jacobian(mean: Mean, at: Array, bounds: Array) -> Array:
    """d mean / d coordinate (b x m x p), by central differences in one evaluation; one-sided on a bound."""
    b, p = at.shape
    moved = np.repeat(at[None], 2 * p, axis=0)
    for k in range(p):
        moved[2 * k, :, k] = np.maximum(at[:, k] - 1e-5, bounds[k, 0])
        moved[2 * k + 1, :, k] = np.minimum(at[:, k] + 1e-5, bounds[k, 1])
    values = mean(moved.reshape(2 * p * b, p)).reshape(p, 2, b, -1)
    width = np.stack([moved[2 * k + 1, :, k] - moved[2 * k, :, k] for k in range(p)])
    return np.moveaxis((values[:, 1] - values[:, 0]) / width[:, :, None], 0, -1)


def maximise(
    problem: Problem,
    start: Array,
    cases: Array,
    held: NDArray[np.bool_] | None = None,
    rounds: int = MOST_ROUNDS,
) -> Optimum:
    """The maximum of the likelihood from some start, for each row of a batch.

    `start` is b x p, `cases` b x m (or 1 x m for the same data in every row); coordinates that are `held` (b x p) stay
    where they start. A coordinate may come to rest on a bound. Rows that did not converge say so.
    """
    # A step too far meets numbers beyond range; it is not taken, so that there is nothing to warn of.
    with np.errstate(all="ignore"):
        return _maximise(problem, start, cases, held, rounds)


def _maximise(
    problem: Problem, start: Array, cases: Array, held: NDArray[np.bool_] | None, rounds: int
) -> Optimum:
    low, high = problem.bounds[:, 0], problem.bounds[:, 1]
    at = np.clip(np.array(start, np.float64), low, high)
    b, p = at.shape
    data = np.broadcast_to(np.asarray(cases, np.float64), (b, np.shape(cases)[-1]))
    fixed = np.zeros((b, p), bool) if held is None else held
    best = log_likelihood(problem, at, data)
    damping = np.full(b, 1e-3)
    done = ~np.isfinite(best)
    converged = np.zeros(b, bool)
    for turn in range(rounds):
        open_ = np.flatnonzero(~done)
        if open_.size == 0:
            break
        here = at[open_]
        gradient, information = derivatives(problem, here, data[open_])
        if turn >= SCORING_ROUNDS and p <= MOST_FOR_NEWTON:
            information = _observed(problem, here, data[open_], information)
        still = fixed[open_] | ((here <= low) & (gradient < 0)) | ((here >= high) & (gradient > 0))
        gradient = np.where(still, 0.0, gradient)
        information = np.where(still[:, :, None] | still[:, None, :], 0.0, information)
        diagonal = np.einsum("bpp->bp", information)
        lift = np.where(still, 1.0, 0.0)
        floor = 1e-12 * diagonal.max(axis=1, keepdims=True) + 1e-300
        step = _solve(information, lift + damping[open_, None] * diagonal + floor, gradient)
        plain = _solve(information, lift + 1e-10 * diagonal + floor, gradient)
        decrement = np.einsum("bp,bp->b", gradient, plain)
        finished = decrement < DECREMENT
        converged[open_[finished]] = True
        done[open_[finished]] = True
        step *= np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-300))
        trial = np.clip(here + step, low, high)
        reached = log_likelihood(problem, trial, data[open_])
        better = reached > best[open_]
        taken = open_[better & ~finished]
        at[taken] = trial[better & ~finished]
        best[taken] = reached[better & ~finished]
        damping[open_] = np.where(better, damping[open_] / 8, damping[open_] * 6)
        # No step, however short, gains anything: the end of what double precision can tell.
        stuck = ~better & (damping[open_] > 1e10)
        done[open_[stuck]] = True
        converged[open_[stuck & (decrement < 1e4 * DECREMENT)]] = True
    return Optimum(at, best, converged)


def _observed(problem: Problem, at: Array, cases: Array, expected: Array) -> Array:
    """The observed information, by differences of the gradient, made positive definite."""
    b, p = at.shape
    second = np.empty((b, p, p))
    for k in range(p):
        up, down = at.copy(), at.copy()
        up[:, k] = np.minimum(at[:, k] + 1e-4, problem.bounds[k, 1])
        down[:, k] = np.maximum(at[:, k] - 1e-4, problem.bounds[k, 0])
        width = (up[:, k] - down[:, k])[:, None]
        second[:, k] = (derivatives(problem, down, cases)[0] - derivatives(problem, up, cases)[0]) / width
    second = (second + second.transpose(0, 2, 1)) / 2
    usable = np.isfinite(second).all(axis=(1, 2))
    scale = np.sqrt(np.einsum("bpp->bp", expected))
    scale = np.maximum(scale, 1e-6 * scale.max(axis=1, keepdims=True) + 1e-100)
    outer = scale[usable][:, :, None] * scale[usable][:, None, :]
    values, vectors = np.linalg.eigh(second[usable] / outer)
    # Where the likelihood curves the wrong way, as on the saddle between two hills, step as if it curved the right way.
    upright = np.maximum(np.abs(values), 1e-6 * np.abs(values).max(axis=1, keepdims=True))
    found = expected.copy()
    found[usable] = np.einsum("bpk,bk,bqk->bpq", vectors, upright, vectors) * outer
    return found


def _solve(information: Array, lift: Array, gradient: Array) -> Array:
    matrix = information + lift[:, :, None] * np.eye(lift.shape[1])
    return np.asarray(np.linalg.solve(matrix, gradient[:, :, None])[:, :, 0])


def best_of(problem: Problem, starts: Array, cases: Array) -> Optimum:
    """The best of several starts for one data set, as a batch of one. Converged only if the best start did."""
    found = maximise(problem, starts, cases, rounds=25)
    if not found.converged.all():
        # Only the leaders are worth following to the end.
        leaders = np.argsort(-found.log_likelihood)[:2]
        found = maximise(problem, found.at[leaders], cases)
    usable = np.where(np.isfinite(found.log_likelihood), found.log_likelihood, -np.inf)
    # Of equally good ends prefer one that converged.
    rank = np.lexsort((~found.converged, -np.round(usable, 7)))[0]
    return Optimum(found.at[[rank]], found.log_likelihood[[rank]], found.converged[[rank]])
