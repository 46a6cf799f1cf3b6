"""Onset as the last of n steps in order, whose rates change at given ages: exact, by matrix exponentials.

A lineage that has taken k steps takes the next at rate u_k(age) per year. Between two changes of rate the state
probabilities move by exp(Q·dt), computed as a Poisson mixture of powers of a matrix without negative entries
(uniformisation), then squared: nothing is ever subtracted, so that rates a million apart and chances of 10^-30 keep
their digits, where the closed form with differences of rates loses all.
Sources: Armitage and Doll 1954, doi 10.1038/bjc.1954.1; Jensen 1953 for uniformisation; Moler and Van Loan 2003,
doi 10.1137/S00361445024180, for scaling and squaring.
"""

import math

import numpy as np
from numpy.typing import NDArray

from aitia.causes.streams import compiled

Floats = NDArray[np.float64]
NODES = 4
"""Intervals between nodes in each cell of the age grid."""


def age_grid(horizon: float, changes: set[float]) -> Floats:
    """Ages at which everything is tabulated: whole years, ages where a rate changes, and NODES parts of each cell."""
    edges = {float(age) for age in range(math.ceil(horizon))} | {horizon}
    edges |= {age for age in changes if 0 < age < horizon}
    ends = np.array(sorted(edges))
    parts = np.arange(NODES) / NODES
    inner = ends[:-1, None] + np.diff(ends)[:, None] * parts[None, :]
    return np.append(inner.ravel(), horizon)


@compiled
def transition(rates: Floats, duration: float) -> Floats:
    """exp(Q·duration) of a chain that leaves state k at rates[k]; the last state is where it ends."""
    n = rates.size
    top = rates.max()
    halvings = 0
    x = top * duration
    while x > 0.5:
        x *= 0.5
        halvings += 1
    size = n + 1
    step = np.zeros((size, size))
    for k in range(n):
        step[k, k] = 1.0 - rates[k] / top if top > 0 else 1.0
        step[k, k + 1] = rates[k] / top if top > 0 else 0.0
    step[n, n] = 1.0
    power = np.eye(size)
    total = np.eye(size)
    weight = 1.0
    for order in range(1, max(24, size + 8)):
        power = _product(power, step)
        weight *= x / order
        total += weight * power
    total *= math.exp(-x)
    for _ in range(halvings):
        total = _product(total, total)
    return total


@compiled
def _product(left: Floats, right: Floats) -> Floats:
    # Both are upper triangular.
    size = left.shape[0]
    out = np.zeros((size, size))
    for i in range(size):
        for k in range(i, size):
            a = left[i, k]
            if a != 0.0:
                for j in range(k, size):
                    out[i, j] += a * right[k, j]
    return out


@compiled
def onset_table(ages: Floats, nodes: int, changes: Floats, rates: Floats) -> tuple[Floats, Floats, Floats]:
    """Of one lineage, at each age: the chance of onset so far, the cumulative hazard, and the hazard per year.

    rates[p, k] is the rate of step k from age changes[p] (the first is 0) until the next. At an age where a rate
    changes, the hazard is the one from that age on.
    """
    count = ages.size
    n = rates.shape[1]
    risk = np.zeros(count)
    cumulative = np.zeros(count)
    hazard = np.zeros(count)
    state = np.zeros(n)
    state[0] = 1.0
    log_survival = 0.0
    piece = 0
    matrix = np.eye(n + 1)
    last_piece = -1
    last_duration = -1.0
    for at in range(count):
        while piece + 1 < changes.size and changes[piece + 1] <= ages[at] + 1e-9:
            piece += 1
        hazard[at] = rates[piece, n - 1] * state[n - 1]
        cumulative[at] = -log_survival if risk[at] > 0.5 else -math.log1p(-risk[at])
        if at + 1 == count:
            break
        if at % nodes == 0 or piece != last_piece:
            duration = (ages[at - at % nodes + nodes] - ages[at - at % nodes]) / nodes
            if duration != last_duration or piece != last_piece:
                matrix = transition(rates[piece], duration)
                last_piece, last_duration = piece, duration
        moved = np.zeros(n)
        ended = 0.0
        for i in range(n):
            if state[i] != 0.0:
                ended += state[i] * matrix[i, n]
                for j in range(i, n):
                    moved[j] += state[i] * matrix[i, j]
        remaining = moved.sum()
        risk[at + 1] = risk[at] + math.exp(log_survival) * ended
        if remaining > 0.0:
            log_survival += math.log(remaining)
            state = moved / remaining
        else:
            log_survival = -math.inf
    return risk, cumulative, hazard
