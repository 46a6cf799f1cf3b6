"""The lives of benchmarks/causes.py in starsim 3, which steps through time a year at a step.

Runs in an environment of its own that has starsim: python starsim_lives.py PEOPLE. Prints seconds and cases as JSON.
"""

import json
import sys
import time
from typing import Any

import numpy as np
import starsim as ss  # type: ignore[import-not-found]

RATES = np.array([0.0156, 0.0160, 0.0170, 0.0140, 0.0150, 0.0155])
AT_BIRTH, GROWTH, HORIZON = 3e-5, 0.1, 110


def step_chance(module: Any, uids: Any) -> Any:
    """Chance a year of each one's next step."""
    return -np.expm1(-RATES[module.taken[uids].astype(int)])


def death_chance(sim: Any) -> Any:
    """Chance a year of death at this age, which all share."""
    return -np.expm1(-AT_BIRTH * np.exp(GROWTH * sim.ti))


class Steps(ss.Module):  # type: ignore[misc]
    """Six steps in order, each with a chance a year; whoever takes the last, or dies, leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.define_states(ss.FloatArr("taken", default=0))
        self.chance = ss.bernoulli(p=step_chance)
        self.death = ss.bernoulli(p=death_chance)
        self.cases = 0

    def step(self) -> None:
        """One year."""
        alive = self.sim.people.auids
        moved = self.chance.filter(alive)
        self.taken[moved] += 1
        onset = moved[self.taken[moved] >= len(RATES)]
        self.cases += len(onset)
        died = self.death.filter(alive.remove(onset))
        self.sim.people.request_death(onset | died)


def main() -> None:
    """Run once to warm up, then once for the time."""
    people = int(sys.argv[1])
    for number in (1000, people):
        steps = Steps()
        sim = ss.Sim(
            n_agents=number, start=2000, dur=HORIZON, dt=1, demographics=steps, verbose=0, rand_seed=1
        )
        start = time.perf_counter()
        sim.run()
        seconds = time.perf_counter() - start
        module = (
            next(one for one in sim.modules if isinstance(one, Steps)) if hasattr(sim, "modules") else steps
        )
    print(
        json.dumps(
            {"seconds": seconds, "cases": int(module.cases), "people": people, "version": ss.__version__}
        )
    )


if __name__ == "__main__":
    main()
