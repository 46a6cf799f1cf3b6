"""Cases only: of an outcome that befalls 1 in 400, every draw is a case, and none of the other 399 lives is drawn.

The combination and the year of age are drawn with the odds weight · (rise of F in that year) · (survival to its
start), and the age within the year by inverting F (importance sampling by inversion, of one weight for all). Whoever
would have died within that year before onset is left out, which keeps the sample exact.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse import engine
from aitia.causes.lifecourse.engine import Pack, age_at_onset
from aitia.causes.lifecourse.exact import net_risk
from aitia.causes.lifecourse.hazard import NODES
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
    p: Pack,
    keys: NDArray[np.uint64],
    rows_upto: Floats,
    cells_upto: Floats,
    risk: Floats,
    hazard: Floats,
    death: Floats,
    code: Integers,
    age: Floats,
) -> int:
    """Fill code and age with cases; returns the number of draws used."""
    filled, draw = 0, 0
    while filled < age.size:
        life = np.uint64(draw)
        draw += 1
        row = min(
            int(np.searchsorted(rows_upto, uniform_at(keys[0], life), side="right")), rows_upto.size - 1
        )
        upto = cells_upto[row]
        cell = min(int(np.searchsorted(upto, uniform_at(keys[1], life), side="right")), upto.size - 1)
        low, high = risk[row, cell * NODES], risk[row, (cell + 1) * NODES]
        reached = -np.log1p(-(low + uniform_at(p.onset_key, life) * (high - low)))
        onset = age_at_onset(p.ages, hazard[row], reached)
        spared = exponential_at(p.death_key, life) / p.mortality_ratio[row]
        if onset < engine.age_at_death(p, p.kind[row], death[p.kind[row], cell * NODES] + spared):
            code[filled] = row
            age[filled] = onset
            filled += 1
    return draw


def sample_cases(scenario: Scenario, cases: int, *, seed: int = 1) -> Cases:
    """Draw cases of a scenario, as a register would meet them among all who are born.

    Raises ModelError if cases is not from 1 to 10^8, or if no case can occur.
    """
    if not 1 <= cases <= MOST_CASES:
        raise ModelError(f"cases: {cases} is not a number from 1 to {MOST_CASES:,}.")
    model = prepare(scenario)
    net = np.minimum(
        net_risk(model.scale[:, None] * model.cumulative[model.profile], scenario.liability), 1 - 1e-16
    )
    alive = np.exp(-model.mortality_ratio[:, None] * model.death[model.kind, ::NODES][:, :-1])
    odds = model.combinations.weight[:, None] * np.diff(net[:, ::NODES], axis=1) * alive
    by_row = odds.sum(axis=1)
    if by_row.sum() <= 0:
        raise ModelError("no case can occur in this scenario before its horizon.")
    code, age = np.empty(cases, dtype=np.int64), np.empty(cases)
    purposes = ("combination of a case", "year of a case")
    drawn = draw_cases(
        engine.pack(model, seed),
        np.array([stream_key(seed, purpose) for purpose in purposes], dtype=np.uint64),
        np.cumsum(by_row) / by_row.sum(),
        np.cumsum(odds, axis=1) / np.where(by_row > 0, by_row, 1.0)[:, None],
        net,
        -np.log1p(-net),
        model.death,
        code,
        age,
    )
    return Cases(model, seed, code, age, drawn / float(by_row.sum()), drawn)
