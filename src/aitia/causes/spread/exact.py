"""Competing exponentials on sets of places, exactly: the readable reference beside the compiled engine.

A set of places is an integer whose bit j is place j. While the places of set S are ill and the disease began
at place s, place j outside S falls ill at rate outside[s, j] + sum over i in S of contact[i, j]; a place once
ill stays ill. So the next place is j with probability rate_j / sum of rates, after an exponential wait of
mean 1 / sum of rates.
"""

from collections.abc import Sequence
from functools import cache
from math import inf, sqrt

import msgspec
import numpy as np
from scipy.stats import poisson

from aitia.causes.errors import ModelError
from aitia.causes.spread.links import Array, Model


class Next(msgspec.Struct, frozen=True):
    """What comes next: the probability of each group, and the wait in the clock's units (the SD beside its mean)."""

    probability: tuple[float, ...]
    mean_wait: float
    sd_wait: float


def rates_from(model: Model, first: int, ill: int) -> Array:
    """The rate at which each place falls ill; 0 for those that are."""
    members = [place for place in range(len(model.places)) if ill >> place & 1]
    rates: Array = model.outside[first] + model.contact[members].sum(axis=0)
    rates[members] = 0.0
    return rates


def next_place(model: Model, first: int, ill: int) -> Next:
    """The next place to fall ill, when those in `ill` are. Raises ModelError if nothing can follow."""
    rates = rates_from(model, first, ill)
    total = float(rates.sum())
    if total == 0:
        raise ModelError(
            "nothing can follow: no link with a rate above 0 leads from the places that are ill."
        )
    return Next(tuple((rates / total).tolist()), 1 / total, 1 / total)


def order_probability(model: Model, order: Sequence[int]) -> float:
    """The probability of this order of places, given the first: the product of rate_j / sum of rates."""
    ill, probability = 1 << order[0], 1.0
    for place in order[1:]:
        rates = rates_from(model, order[0], ill)
        if rates[place] == 0:
            return 0.0
        probability *= float(rates[place] / rates.sum())
        ill |= 1 << place
    return probability


def next_group(model: Model, first: int, groups: Sequence[int]) -> Next:
    """Which of several groups of places is reached first from one ill place, and the wait until then.

    Places in no group may fall ill unseen on the way: a recursion over their sets, for the probabilities and for the
    first two moments of the wait. `groups` are disjoint sets of places without the first. Raises ModelError
    if some path ends before any group is reached.
    """
    seen = sum(groups)

    @cache
    def ahead(ill: int) -> tuple[tuple[float, ...], float, float]:
        rates = rates_from(model, first, ill)
        total = float(rates.sum())
        if total == 0:
            raise ModelError("the groups cannot always be reached: no link with a rate above 0 leads there.")
        reached = [
            sum(float(rate) for place, rate in enumerate(rates) if group >> place & 1) for group in groups
        ]
        probability = [rate / total for rate in reached]
        mean, square = 1 / total, 2 / total**2
        for place, rate in enumerate(rates):
            if rate > 0 and not seen >> place & 1:
                onward, later_mean, later_square = ahead(ill | 1 << place)
                share = float(rate) / total
                probability = [one + share * other for one, other in zip(probability, onward, strict=True)]
                mean += share * later_mean
                square += share * (later_square + 2 * later_mean / total)
        return tuple(probability), mean, square

    probability, mean, square = ahead(1 << first)
    return Next(probability, mean, sqrt(max(0.0, square - mean**2)))


def involvement(model: Model, first: int, times: Sequence[float]) -> Array:
    """The probability that each place is ill by each time, one row a time, if the disease began at `first`.

    By uniformisation over all sets of places, to an error below 1e-12.
    """
    if any(not 0 <= time < inf for time in times):
        raise ModelError("times: give finite times from 0 up.")
    size = len(model.places)
    states = np.arange(2**size)
    members = ((states[:, None] >> np.arange(size)) & 1).astype(float)
    rates = (model.outside[first] + members @ model.contact) * (1 - members)
    fastest = float(rates.sum(axis=1).max())
    if fastest == 0 or not times:
        return np.tile(np.eye(size)[first], (len(times), 1))
    longest = fastest * max(times)
    shares, staying = rates / fastest, 1 - rates.sum(axis=1) / fastest
    mass = np.zeros(2**size)
    mass[1 << first] = 1.0
    # The chances after 0, 1, 2, ... jumps of a clock that ticks at the fastest rate; the ticks are Poisson.
    after = []
    for _ in range(int(longest + 12 * sqrt(longest) + 40)):
        after.append(mass @ members)
        mass = _ticked(mass, shares, staying)
    weights = poisson.pmf(np.arange(len(after)), fastest * np.array(times)[:, None])
    # Rounding can leave a chance a hair above 1.
    return np.minimum(weights @ np.array(after), 1.0)


def _ticked(mass: Array, shares: Array, staying: Array) -> Array:
    onward: Array = mass * staying
    for place in range(shares.shape[1]):
        # Sets without the place beside the same sets with it.
        shape = (-1, 2, 1 << place)
        flow = (mass * shares[:, place]).reshape(shape)[:, 0]
        onward.reshape(shape)[:, 1] += flow
    return onward
