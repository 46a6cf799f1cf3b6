"""Profile-likelihood intervals: where the likelihood, at its best over all else, has fallen too far.

The signed root of twice the fall is almost a straight line in the coordinate, so that each end is found in a few secant
steps. All ends of a fit are sought together, as one batch.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.multistep import likelihood
from aitia.causes.multistep.likelihood import Optimum, Problem

Array = NDArray[np.float64]

PRECISION = 1e-5
"""How near the root of the fall must be to its target, about 2."""
MOST_TRIES = 30


class Interval(msgspec.Struct, frozen=True):
    """An interval in coordinates. An end is None where the likelihood does not fall that far before the bound."""

    low: float | None
    high: float | None
    failed: bool = False
    """Whether an end is None because it was not found."""


class BetterError(Exception):
    """A profile rose above the supposed maximum; the fit has to start again from this point."""

    def __init__(self, at: Array) -> None:
        super().__init__()
        self.at = at


class _End(msgspec.Struct):
    """One end that is being sought, as distances from the optimum."""

    index: int
    side: float
    furthest: float
    distance: float
    others: Array
    """The coordinates at the last point that was tried."""
    direction: Array
    near: float = 0.0
    near_root: float = 0.0
    far: float = math.inf
    far_root: float = math.inf
    before: tuple[float, float] = (0.0, 0.0)
    found: float | None = None
    unlimited: bool = False
    lost: bool = False
    """Whether no search settles beyond some point short of the end."""


def intervals(
    problem: Problem, optimum: Optimum, cases: Array, threshold: float, which: list[int], anchors: Array
) -> list[Interval]:
    """For each coordinate in `which`, where the profile of twice the log-likelihood has fallen by `threshold`.

    `anchors` (a x p) are other places to start from, such as the best fits of simpler models nested in this one: where
    the likelihood has two hills the search must see both. Raises BetterError if a higher likelihood is met.
    """
    target = math.sqrt(threshold)
    centre, best = optimum.at[0], float(optimum.log_likelihood[0])
    ends = [_start(problem, optimum, cases, target, index, side) for index in which for side in (-1.0, 1.0)]
    for _ in range(MOST_TRIES):
        sought = [end for end in ends if end.found is None and not (end.unlimited or end.lost)]
        if not sought:
            break
        points, roots = _fall(problem, sought, centre, best, cases, anchors)
        for end, point, root in zip(sought, points, roots, strict=True):
            _step(end, point, root, target)
    at = [None if end.found is None else float(centre[end.index] + end.side * end.found) for end in ends]
    lost = [end.found is None and not end.unlimited for end in ends]
    return [Interval(at[2 * k], at[2 * k + 1], lost[2 * k] or lost[2 * k + 1]) for k in range(len(which))]


def _start(problem: Problem, optimum: Optimum, cases: Array, target: float, index: int, side: float) -> _End:
    centre = optimum.at[0]
    _, information = likelihood.derivatives(problem, optimum.at, cases)
    covariance = np.linalg.pinv(information[0], rcond=1e-10, hermitian=True)
    variance = max(float(covariance[index, index]), 1e-12)
    furthest = abs(float(problem.bounds[index, int(side > 0)] - centre[index]))
    return _End(
        index=index,
        side=side,
        furthest=furthest,
        distance=min(max(target * math.sqrt(variance), 1e-4), 1.0, furthest),
        others=centre,
        direction=np.clip(covariance[:, index] / variance, -20.0, 20.0),
        unlimited=furthest <= 1e-9,
    )


def _fall(
    problem: Problem, sought: list[_End], centre: Array, best: float, cases: Array, anchors: Array
) -> tuple[Array, list[float]]:
    """The best point at each end's distance, and the root of twice the fall there."""
    count, p = len(sought), centre.size
    held = np.zeros((count, p), bool)
    still, along = np.empty((2, count, p))
    for row, end in enumerate(sought):
        held[row, end.index] = True
        moved = end.side * end.distance + centre[end.index] - end.others[end.index]
        still[row] = end.others
        along[row] = end.others + end.direction * moved
        still[row, end.index] = along[row, end.index] = centre[end.index] + end.side * end.distance
    low, high = problem.bounds.T
    still, along = np.clip(still, low, high), np.clip(along, low, high)
    # Two guesses of where the others go: nowhere, or along the valley as it lay at the optimum.
    better = likelihood.log_likelihood(problem, along, cases) > likelihood.log_likelihood(
        problem, still, cases
    )
    starts = [np.where(better[:, None], along, still)]
    starts += [np.where(held, still, anchor) for anchor in anchors]
    found = likelihood.maximise(
        problem, np.concatenate(starts), cases, np.tile(held, (len(starts), 1)), rounds=40
    )
    drop = 2 * (best - found.log_likelihood)
    if (drop < -1e-6).any():
        raise BetterError(found.at[[int(np.argmin(drop))]])
    # A search that does not settle was led too far out, where nothing fits: infinitely far, for now.
    drop = np.where(found.converged, np.maximum(drop, 0.0), np.inf).reshape(len(starts), count)
    lowest = drop.argmin(axis=0)
    at = found.at.reshape(len(starts), count, p)[lowest, np.arange(count)]
    return at, [math.sqrt(one) for one in drop.min(axis=0)]


def _step(end: _End, point: Array, root: float, target: float) -> None:
    """Note what was found at the distance tried, and choose the next."""
    tried = end.distance
    if abs(root - target) < PRECISION:
        end.found = tried
        return
    if math.isinf(root):
        end.far, end.distance = tried, (end.near + tried) / 2
        end.lost = tried - end.near < 1e-3 * max(1.0, tried)
        return
    if root < target:
        if tried >= end.furthest:
            end.unlimited = True
            return
        end.near, end.near_root = tried, root
    else:
        end.far, end.far_root = tried, root
    rise = (root - end.before[1]) / (tried - end.before[0]) if tried != end.before[0] else 0.0
    end.before = (tried, root)
    guess = tried + (target - root) / rise if rise > 0 else math.inf
    if math.isinf(end.far):
        guess = min(max(guess, 1.1 * tried), 3.0 * tried)
    elif not end.near < guess < end.far:
        guess = (end.near + end.far) / 2 if math.isinf(end.far_root) else _between(end, target)
    end.distance, end.others = min(guess, end.furthest), point


def _between(end: _End, target: float) -> float:
    """Where a straight line between the nearer and the further point meets the target, kept off both."""
    share = (target - end.near_root) / (end.far_root - end.near_root)
    return end.near + min(max(share, 0.1), 0.9) * (end.far - end.near)
