"""Two stages with clonal expansion between them, by the three numbers that incidence identifies.

With initiation N nu0, division alpha, transformation nu1 and net proliferation gamma, ln S(t) depends only on
r = N nu0/alpha, q and a = q + g, where g = gamma - nu1 and q a = alpha nu1. Source: Moolgavkar SH, Venzon DJ (1979);
notation of the R package msce.
"""

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def _beyond_first_order(x: float) -> float:
    """e^x - 1 - x without loss of digits near 0."""
    if abs(x) >= 0.05:
        return float(np.expm1(x) - x)
    return x * x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7)))))


@njit(cache=True, error_model="numpy")
def _clonal(r: Array, a: Array, q: Array, ages: Array, found: Array) -> None:
    for row in range(found.shape[0]):
        low, high, total = q[row], a[row], a[row] + q[row]
        for column in range(found.shape[1]):
            age = ages[column]
            if high * age > 500:
                # e^{at} is too large for a number, and what is added to it too small to matter.
                found[row, column] = r[row] * (np.log(low) + high * age - np.log(total))
            else:
                grown = low * _beyond_first_order(high * age) + high * _beyond_first_order(-low * age)
                found[row, column] = r[row] * np.log1p(grown / total)


def cumulative_hazard(r: ArrayLike, a: ArrayLike, q: ArrayLike, ages: Array) -> Array:
    """H(t) = -r ln[(g + 2q)/(q e^{at} + a e^{-qt})] with a = g + q; a row for each r, a and q (b x m).

    Written so that small ages keep their digits, where the formula is a logarithm of nearly 1.
    """
    rows = np.broadcast_arrays(*(np.atleast_1d(np.asarray(one, float)).ravel() for one in (r, a, q)))
    found = np.empty((rows[0].size, ages.size))
    by_r, by_a, by_q = (np.ascontiguousarray(one) for one in rows)
    _clonal(by_r, by_a, by_q, ages, found)
    return found


def from_rates(
    initiation: float, division: float, net_growth: float, transformation: float
) -> tuple[float, float, float]:
    """(r, a, q) from N nu0, alpha, gamma and nu1, all per year."""
    g = net_growth - transformation
    q = (np.sqrt(g * g + 4 * division * transformation) - g) / 2
    if g > 0:
        # The difference above loses digits where it is small beside g.
        q = division * transformation / (q + g)
    return initiation / division, float(g + q), float(q)
