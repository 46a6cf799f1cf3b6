"""Network diffusion: load that flows along links (Raj, Kuceyeski and Weiner, Neuron 2012;73:1204), may grow,
and may saturate.

Weights[i, j] is the link from place i to place j. Load x follows dx/dt = -beta L x + alpha x, or with
saturation (Fisher, Kolmogorov, Petrovsky and Piskunov) dx/dt = -beta L x + alpha x (1 - x). beta and time
trade off: without dates only their product can be known.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy.sparse.linalg import expm_multiply

from aitia.causes.errors import ModelError
from aitia.causes.spread.links import Array

Laplacian = Literal["combinatorial", "random-walk", "symmetric"]
LAPLACIANS: tuple[Laplacian, ...] = ("combinatorial", "random-walk", "symmetric")


def laplacian(weights: Array, kind: Laplacian) -> Array:
    """The Laplacian of a network; which one is for the caller to say, since they answer differently.

    combinatorial: out-degree minus transposed weights; load flows at the weight of each link, and none is lost.
    random-walk: each place sends out one unit a time unit, shared over its links; none is lost.
    symmetric: D^-1/2 (D - W) D^-1/2, for symmetric weights; load is not conserved, and settles at the root of
    the degree.

    Raises ModelError for weights that are not a square of finite numbers from 0 up, without links from a
    place to itself.
    """
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or weights.shape[0] < 2:
        raise ModelError("weights: need a square matrix of two or more places.")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ModelError("weights: each must be a finite number from 0 up.")
    if weights.diagonal().any():
        raise ModelError("weights: a place has no link to itself; set the diagonal to 0.")
    out = weights.sum(axis=1)
    result: Array
    if kind == "combinatorial":
        result = np.diag(out) - weights.T
    elif kind == "random-walk":
        share = np.divide(weights, out[:, None], out=np.zeros_like(weights), where=out[:, None] > 0)
        result = np.diag((out > 0).astype(float)) - share.T
    elif kind == "symmetric":
        if not tells_direction(weights):
            root = np.sqrt(np.divide(1.0, out, out=np.zeros_like(out), where=out > 0))
            result = np.diag((out > 0).astype(float)) - root[:, None] * weights * root
        else:
            raise ModelError(
                "laplacian: 'symmetric' needs links that are the same both ways; use combinatorial or random-walk."
            )
    else:
        raise ModelError(f"laplacian: {kind!r} is not one of {', '.join(LAPLACIANS)}.")
    return result


def tells_direction(weights: Array) -> bool:
    """Whether any link differs from its way back. If none does, diffusion cannot tell forward from back."""
    return not np.allclose(weights, weights.T, rtol=1e-12, atol=0)


def diffuse(
    weights: Array, start: Array, times: Sequence[float], *, kind: Laplacian, beta: float, growth: float = 0.0
) -> Array:
    """Load by time (rows) and place (columns) without saturation: x(t) = exp((growth - beta L) t) x(0).

    By one eigendecomposition where L is symmetric, else by the exponential's action on the start (Al-Mohy and Higham).
    """
    moments = _times(times)
    _check(start, len(weights), beta, growth)
    matrix = laplacian(weights, kind)
    if np.allclose(matrix, matrix.T, rtol=1e-13, atol=0):
        values, vectors = np.linalg.eigh(matrix)
        modes = np.exp(-beta * np.outer(moments, values)) * (vectors.T @ start)
        return np.exp(growth * moments)[:, None] * (modes @ vectors.T)  # type: ignore[no-any-return]
    rows, now, clock = [], np.array(start, float), 0.0
    for moment in moments:
        now = expm_multiply((growth * np.eye(len(matrix)) - beta * matrix) * (moment - clock), now)
        clock = float(moment)
        rows.append(now)
    return np.array(rows)


def saturating(
    weights: Array,
    start: Array,
    times: Sequence[float],
    *,
    kind: Laplacian,
    rho: float,
    alpha: float,
    step: float | None = None,
) -> Array:
    """Load by time and place with growth to a ceiling of 1 (FKPP).

    Splits each step into half a step of growth (exact), one of diffusion (exact), and half of growth: an
    error of second order in the step (Strang, SIAM J Numer Anal 1968;5:506). Without a step given, it is
    halved until loads move by less than 1e-8.
    """
    moments = _times(times)
    _check(start, len(weights), rho, alpha)
    if (np.array(start) > 1).any():
        raise ModelError("start: with saturation no load is above 1.")
    matrix = laplacian(weights, kind)
    if step is not None:
        if not step > 0:
            raise ModelError(f"step: {step:g} must be above 0.")
        return _strang(matrix, start, moments, rho, alpha, step)
    step = max(float(moments.max()), 1e-9) / 64
    coarse = _strang(matrix, start, moments, rho, alpha, step)
    for _ in range(14):
        step /= 2
        fine = _strang(matrix, start, moments, rho, alpha, step)
        # The error of the finer is a third of the change.
        if np.abs(fine - coarse).max() < 3e-8:
            return fine
        coarse = fine
    raise ModelError("saturation: the loads do not settle as the time step shrinks; check the rates.")


def _strang(matrix: Array, start: Array, moments: Array, rho: float, alpha: float, step: float) -> Array:
    rows, now, clock = [], np.array(start, float), 0.0
    flows: dict[float, Array] = {}
    for moment in moments:
        number = int(np.ceil((moment - clock) / step - 1e-9))
        if number:
            part = float(moment - clock) / number
            flow = flows.setdefault(round(part, 14), exponential(-rho * part * matrix))
            half = np.exp(alpha * part / 2)
            for _ in range(number):
                now = now * half / (1 + now * (half - 1))
                now = flow @ now
                now = now * half / (1 + now * (half - 1))
        clock = float(moment)
        rows.append(now)
    return np.array(rows)


def exponential(matrix: Array) -> Array:
    """The matrix exponential of a small matrix, by scaling and squaring a Taylor series of order 14.

    LAPACK's threads, which scipy's would use, cost more than they save at this size.
    """
    squarings = max(0, int(np.ceil(np.log2(max(float(np.abs(matrix).sum(axis=0).max()), 1e-300)))) + 2)
    small = matrix / 2.0**squarings
    term = result = np.eye(len(matrix))
    for order in range(1, 15):
        term = term @ small / order
        result = result + term
    for _ in range(squarings):
        result = result @ result
    return result


def relaxation_rate(weights: Array, kind: Laplacian, beta: float) -> float:
    """The rate at which differences between places die out: beta times the second smallest eigenvalue (its
    real part)."""
    return beta * float(np.sort(np.linalg.eigvals(laplacian(weights, kind)).real)[1])


def arrival_times(load: Array, times: Sequence[float], threshold: float) -> list[float | None]:
    """When each place's load first reaches a threshold, by straight lines between the times; None if it does not."""
    found: list[float | None] = []
    for column in load.T:
        above = np.flatnonzero(column >= threshold)
        if not len(above):
            found.append(None)
            continue
        at = int(above[0])
        if at == 0:
            found.append(float(times[0]))
            continue
        part = (threshold - column[at - 1]) / (column[at] - column[at - 1])
        found.append(float(times[at - 1] + part * (times[at] - times[at - 1])))
    return found


def _times(times: Sequence[float]) -> Array:
    moments = np.array(times, float)
    if not len(moments) or not np.isfinite(moments).all() or moments[0] < 0 or (np.diff(moments) < 0).any():
        raise ModelError("times: give finite times from 0 up, in order.")
    return moments


def _check(start: Array, size: int, rate: float, growth: float) -> None:
    if np.shape(start) != (size,) or not np.isfinite(start).all() or (np.array(start) < 0).any():
        raise ModelError(f"start: give one load from 0 up for each of the {size} places.")
    if not 0 <= rate < np.inf or not np.isfinite(growth):
        raise ModelError("rates: beta (rho) must be from 0 up and growth (alpha) a finite number.")


def rewired(weights: Array, distances: Array, seed: int, *, both_ways: bool) -> Array:
    """A null network: weights shuffled among pairs of places at the same distance, so that what distance
    explains stays.

    both_ways: shuffle unordered pairs, which keeps a symmetric network symmetric; else a link may also turn around.
    """
    if weights.shape != distances.shape:
        raise ModelError("distances: need the shape of the weights.")
    if both_ways and tells_direction(weights):
        raise ModelError("both_ways: these links differ by direction; shuffle them with both_ways=False.")
    generator = np.random.default_rng(seed)
    size = len(weights)
    result = np.zeros_like(weights)
    rows, columns = np.triu_indices(size, 1) if both_ways else np.nonzero(~np.eye(size, dtype=bool))
    bins = np.round(distances[rows, columns], 9)
    for distance in np.unique(bins):
        members = np.flatnonzero(bins == distance)
        shuffled = generator.permutation(members)
        result[rows[members], columns[members]] = weights[rows[shuffled], columns[shuffled]]
    return result + result.T if both_ways else result
