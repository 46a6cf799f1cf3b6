"""One life at a time in plain Python: the readable twin of the compiled engine, which must agree with it life by life.

Slow on purpose (about ten thousand lives a second). Nothing here is shared with `engine` but the model and the keys.
"""

import math
from typing import NamedTuple

import numpy as np

from aitia.causes.lifecourse.model import Model
from aitia.causes.lifecourse.scenario import Mortality
from aitia.causes.streams import stream_key

_WORD = (1 << 64) - 1


class Life(NamedTuple):
    """A life: its combination of traits, its ages at onset and at death from other causes."""

    combination: int
    onset: float
    death: float


def uniform(seed: int, purpose: str, life: int) -> float:
    """The uniform number of a life for a purpose (SplitMix64)."""
    z = (int(stream_key(seed, purpose)) + (life + 1) * 0x9E3779B97F4A7C15) & _WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
    z ^= z >> 31
    return ((z >> 12) + 0.5) / 2**52


def live(model: Model, seed: int, life: int) -> Life:
    """The life of a number, with every step drawn.

    Only for scenarios that the engine `events` can run.
    """
    combination = 0
    for trait, chances in zip(model.combinations.traits, model.combinations.chances, strict=True):
        u = uniform(seed, trait.purpose, life)
        upto = np.cumsum(chances[combination])
        level = min(int(np.searchsorted(upto, u, side="right")), len(trait.levels) - 1)
        combination = combination * len(trait.levels) + level
    rates = model.rates[model.profile[combination]]
    age = 0.0
    for step in range(rates.shape[1]):
        if rates[0, step] > 0:
            wait = -math.log(uniform(seed, f"step {step + 1}", life))
            age = _after(wait, age, model.changes, rates[:, step])
    hazard = -math.log(uniform(seed, "death", life)) / model.mortality_ratio[combination]
    return Life(combination, age, _death(hazard, model.mortalities[model.kind[combination]]))


def _after(wait: float, age: float, changes: np.ndarray, rates: np.ndarray) -> float:
    """The age at which a step is taken, whose rate is rates[p] from age changes[p] on, if waited for from `age`."""
    while True:
        piece = int(np.searchsorted(changes, age, side="right")) - 1
        end = changes[piece + 1] if piece + 1 < len(changes) else math.inf
        if age + wait / rates[piece] <= end:
            return float(age + wait / rates[piece])
        wait -= (end - age) * rates[piece]
        age = float(end)


def _death(hazard: float, mortality: Mortality) -> float:
    """The age by which the cumulative mortality reaches `hazard`."""
    if mortality.gompertz is not None:
        law = mortality.gompertz
        return math.log1p(hazard * law.growth / law.at_birth) / law.growth
    ends = [age for age, _ in mortality.table[1:]] + [math.inf]
    for (start, rate), end in zip(mortality.table, ends, strict=True):
        if rate > 0 and hazard <= rate * (end - start):
            return start + hazard / rate
        hazard -= rate * (end - start) if end < math.inf else 0.0
    raise AssertionError("the last rate of a table is above 0")
