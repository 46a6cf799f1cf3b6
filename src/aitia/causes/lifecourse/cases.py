"""Cases only: of an outcome that befalls 1 in 400, every draw is a case, and none of the other 399 lives is drawn.

Given onset before the horizon, the combination has the odds weight · F(horizon), and the age at onset is found by
inverting F below F(horizon) (importance sampling by inversion, with the exact constant weight). Whoever would have
died first is then left out, each by an own draw of the age at death, which keeps the sample exact for crude onset.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse import engine
from aitia.causes.lifecourse.engine import Pack, age_at_onset
from aitia.causes.lifecourse.exact import net_risk
from aitia.causes.lifecourse.model import Model, prepare
from aitia.causes.lifecourse.scenario import Scenario
from aitia.causes.streams import compiled, exponential_at, stream_key, uniform_at

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST_CASES = 10**8


class Cases(msgspec.Struct, frozen=True):
    """Sampled cases, one a row."""

    model: Model
    seed: int
    combination: Integers
    age: Floats
    """Age at onset, years."""
    lives_stood_for: float
    """How many lives a plain simulation would need, on average, to meet as many cases."""
    drawn: int
    """Draws made, with those who would have died before onset."""

    def where(self, /, **levels: str | bool) -> NDArray[np.bool_]:
        """The cases with these levels."""
        return np.asarray(self.model.combinations.where(**levels)[self.combination])


@compiled
def draw_cases(
    p: Pack, class_key: np.uint64, upto: Floats, hazards: Floats, start: int, code: Integers, age: Floats
) -> int:
    """Fill code and age from draw number `start` until they are full; returns the number of draws used."""
    filled, draw = 0, start
    last = p.ages.size - 1
    while filled < age.size:
        life = np.uint64(draw)
        draw += 1
        row = min(int(np.searchsorted(upto, uniform_at(class_key, life), side="right")), upto.size - 1)
        most = -np.expm1(-hazards[row, last])
        reached = -np.log1p(-uniform_at(p.onset_key, life) * most)
        onset = age_at_onset(p.ages, hazards[row], min(reached, hazards[row, last] * (1 - 1e-15)))
        death = engine.age_at_death(
            p, p.kind[row], exponential_at(p.death_key, life) / p.mortality_ratio[row]
        )
        if onset < death:
            code[filled] = row
            age[filled] = onset
            filled += 1
    return draw - start


def sample_cases(scenario: Scenario, cases: int, *, seed: int = 1) -> Cases:
    """Draw cases of a scenario, as a register would meet them among all who are born.

    Raises ModelError if cases is not from 1 to 10^8, or if no case can occur.
    """
    if not 1 <= cases <= MOST_CASES:
        raise ModelError(f"cases: {cases} is not a number from 1 to {MOST_CASES:,}.")
    model = prepare(scenario)
    net = net_risk(model.scale[:, None] * model.cumulative[model.profile], scenario.liability)
    share = model.combinations.weight * net[:, -1]
    if share.sum() <= 0:
        raise ModelError("no case can occur in this scenario before its horizon.")
    code, age = np.empty(cases, dtype=np.int64), np.empty(cases)
    drawn = draw_cases(
        engine.pack(model, seed),
        stream_key(seed, "combination of a case"),
        np.cumsum(share) / share.sum(),
        -np.log1p(-np.minimum(net, 1 - 1e-16)),
        0,
        code,
        age,
    )
    return Cases(model, seed, code, age, drawn / float(share.sum()), drawn)
