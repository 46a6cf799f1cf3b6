"""Simulates people: counts by age and combination, from a thousand lives to a thousand million in the same memory."""

import math
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse import engine
from aitia.causes.lifecourse.exact import Exact, solve_model
from aitia.causes.lifecourse.model import Model, prepare
from aitia.causes.lifecourse.scenario import Scenario
from aitia.causes.parallel import check_jobs, in_order
from aitia.causes.tables import Value

Integers = NDArray[np.int64]
Engine = Literal["auto", "events", "inverse"]
MOST_PEOPLE = 10**12
_CHUNK = 1 << 24


class Simulation(msgspec.Struct, frozen=True):
    """Counts of simulated people."""

    model: Model
    people: int
    seed: int
    engine: str
    counts: Integers
    """[combination, 3, year of age]: cases, exits from observation, parts of the exit year lived (2^-20 year)."""

    def where(self, /, **levels: str | bool) -> NDArray[np.bool_]:
        """The combinations with these levels."""
        return self.model.combinations.where(**levels)

    def chosen(self, rows: NDArray[np.bool_] | None) -> Integers:
        """[3, year] summed over some combinations (all, if none are named)."""
        return np.asarray(self.counts.sum(axis=0) if rows is None else self.counts[rows].sum(axis=0))

    def cases(self, rows: NDArray[np.bool_] | None = None) -> int:
        """People with onset before death and the horizon."""
        return int(self.chosen(rows)[0].sum())

    def lives(self, rows: NDArray[np.bool_] | None = None) -> int:
        """People born."""
        return int(self.chosen(rows)[1].sum())

    def person_years(self, low: int, high: int, rows: NDArray[np.bool_] | None = None) -> float:
        """Years lived free of the disease between two whole ages."""
        exits, parts = self.chosen(rows)[1:]
        present = exits.sum() - np.concatenate([[0], np.cumsum(exits)])
        # Who is still there at the end of a year lived all of it; who left in it lived a part.
        return float(present[low + 1 : high + 1].sum() + parts[low:high].sum() / engine.PARTS)

    def lifetime_risk(self, rows: NDArray[np.bool_] | None = None) -> float:
        """Share of people with onset before death and the horizon."""
        return self.cases(rows) / self.lives(rows)

    def incidence(self, low: int, high: int, rows: NDArray[np.bool_] | None = None) -> float:
        """New cases per 100,000 person-years between two whole ages."""
        years = self.person_years(low, high, rows)
        if years == 0:
            raise ModelError(f"nobody of those simulated was free of the disease between {low} and {high}.")
        return 1e5 * float(self.chosen(rows)[0][low:high].sum()) / years

    def summary(self) -> list[dict[str, Value]]:
        """Simulated against exact, for all and for each level of each trait, with the distance in standard errors."""
        exact = solve_model(self.model)
        people = self.model.combinations.people()
        return [_against_exact(self, exact, name, rows) for name, rows in people if self.lives(rows)]

    def plot(self, path: str) -> None:
        """Simulated incidence by age over the exact curve, as a file in the format of its ending."""
        from aitia.causes.lifecourse.plots import plot_exact

        plot_exact(solve_model(self.model), path, simulation=self)


def _against_exact(
    simulation: Simulation, exact: Exact, name: str, rows: NDArray[np.bool_] | None
) -> dict[str, Value]:
    lives, cases = simulation.lives(rows), simulation.cases(rows)
    risk = exact.lifetime_risk(rows)
    error = math.sqrt(risk * (1 - risk) / lives)
    return {
        "people": name,
        "lives": lives,
        "cases": cases,
        "simulated_risk": cases / lives,
        "exact_risk": risk,
        "standard_errors_apart": (cases / lives - risk) / error if error > 0 else None,
    }


def simulate(
    scenario: Scenario,
    people: int,
    *,
    seed: int = 1,
    engine_name: Engine = "auto",
    jobs: int = 1,
    cluster: str | None = None,
) -> Simulation:
    """Simulate people of a scenario.

    engine: `events` draws every step of every life; `inverse` draws the age at onset at once; `auto` takes events where
    it can. jobs and cluster: see `aitia.causes.parallel.in_order`; they do not change a digit.

    Raises ModelError if people is not from 1 to 10^12, or the engine cannot run the scenario.
    """
    _check_people(people)
    check_jobs(jobs)
    model = prepare(scenario)
    by_events = chosen_engine(scenario, engine_name)
    return Simulation(model, people, seed, by_events, _counted(model, people, seed, by_events, jobs, cluster))


def _counted(model: Model, people: int, seed: int, name: str, jobs: int, cluster: str | None) -> Integers:
    packed = engine.pack(model, seed)
    pieces = [(packed, name == "events", start, stop) for start, stop in _chunks(people, jobs)]
    total: Integers | None = None
    for counts in in_order(_count, pieces, jobs=jobs, cluster=cluster):
        total = counts if total is None else total + counts
    assert total is not None
    return total


def _count(packed: engine.Pack, by_events: bool, start: int, stop: int) -> Integers:
    return engine.count_lives(packed, by_events, start, stop)


def _chunks(people: int, jobs: int) -> list[tuple[int, int]]:
    # Whole blocks, so that each life is computed in the same way wherever the chunks end.
    size = min(_CHUNK, max(engine.BLOCK, -(-people // (4 * jobs) // engine.BLOCK) * engine.BLOCK))
    return [(start, min(start + size, people)) for start in range(0, people, size)]


def _check_people(people: int) -> None:
    if not 1 <= people <= MOST_PEOPLE:
        raise ModelError(f"people: {people} is not a number from 1 to {MOST_PEOPLE:,}.")


def chosen_engine(scenario: Scenario, wanted: Engine) -> Literal["events", "inverse"]:
    """The engine that can run a scenario.

    Raises ModelError if `events` is wanted and something in the scenario has no steps that could be drawn one by one.
    """
    reason = _why_not_events(scenario)
    if wanted == "events" and reason:
        raise ModelError(f"the engine `events` cannot run this scenario: {reason}. Use `inverse`, or `auto`.")
    if wanted not in ("auto", "events", "inverse"):
        raise ModelError(f"there is no engine {wanted!r}: choose from auto, events, inverse.")
    return "events" if wanted != "inverse" and not reason else "inverse"


def _why_not_events(scenario: Scenario) -> str:
    if scenario.onset.lineages != 1:
        return f"it has {scenario.onset.lineages:g} lineages, and each would need its own draws"
    sexes: tuple[Any, ...] = (scenario.sexes.female, scenario.sexes.male) if scenario.sexes else ()
    if any(part.hazard_ratio != 1 for part in (*sexes, *scenario.groups, *scenario.variants)):
        return "a hazard ratio acts on the hazard as a whole, not on a step"
    if scenario.liability is not None:
        return "a liability acts on the age at onset as a whole"
    return ""


class Comparison(msgspec.Struct, frozen=True):
    """The same people in two scenarios, with the same chance in everything that was not changed."""

    first: Simulation
    second: Simulation
    changes: Integers

    def summary(self) -> list[dict[str, Value]]:
        """What the second scenario changes, with the standard error that common random numbers leave."""
        counts = [int(number) for number in self.changes]
        people = self.first.people
        prevented, added = counts[engine.PREVENTED], counts[engine.ADDED]
        cases = self.first.cases()
        spread = math.sqrt(max(prevented + added - (prevented - added) ** 2 / people, 0.0))
        alone = math.sqrt(sum(one.cases() * (1 - one.cases() / people) for one in (self.first, self.second)))
        delayed = counts[engine.DELAYED]
        return [
            {"what": "people", "value": people},
            {"what": "cases in the first scenario", "value": cases},
            {"what": "cases in the second scenario", "value": self.second.cases()},
            {"what": "cases prevented", "value": prevented},
            {"what": "cases added", "value": added},
            {"what": "cases delayed", "value": delayed},
            {"what": "cases hastened", "value": counts[engine.HASTENED]},
            {
                "what": "mean delay of those delayed, years",
                "value": counts[engine.YEARS_DELAYED] / engine.PARTS / delayed if delayed else None,
            },
            {
                "what": "years free of the disease gained per 100,000 born",
                "value": 1e5 * counts[engine.YEARS_GAINED] / engine.PARTS / people,
            },
            {"what": "change in cases, second less first", "value": added - prevented},
            {"what": "its standard error, the same chance in both", "value": spread},
            {"what": "its standard error, had each its own chance", "value": alone},
            {
                "what": "fraction of the first scenario's cases that go away",
                "value": (prevented - added) / cases if cases else None,
            },
        ]


def compare(
    first: Scenario,
    second: Scenario,
    people: int,
    *,
    seed: int = 1,
    jobs: int = 1,
    cluster: str | None = None,
) -> Comparison:
    """Simulate the same people in two scenarios.

    Every draw belongs to a life and a purpose (a step, an exposure by its name, death), so that two lives differ only
    by what the scenarios say differently. Both use the same engine: events, where both can.
    Raises ModelError as `simulate` does.
    """
    _check_people(people)
    check_jobs(jobs)
    models = prepare(first), prepare(second)
    both = {chosen_engine(scenario, "auto") for scenario in (first, second)}
    name = "inverse" if "inverse" in both else "events"
    packs = [engine.pack(model, seed) for model in models]
    by_events = name == "events"
    pieces = [
        (packs[0], by_events, packs[1], by_events, start, stop) for start, stop in _chunks(people, jobs)
    ]
    sums: list[Integers] = []
    for counts in in_order(_count_pairs, pieces, jobs=jobs, cluster=cluster):
        sums = [one + other for one, other in zip(sums, counts, strict=True)] if sums else list(counts)
    simulations = [
        Simulation(model, people, seed, name, counted) for model, counted in zip(models, sums, strict=False)
    ]
    return Comparison(simulations[0], simulations[1], sums[2])


def _count_pairs(
    a: engine.Pack, a_events: bool, b: engine.Pack, b_events: bool, start: int, stop: int
) -> tuple[Integers, Integers, Integers]:
    return engine.count_pairs(a, a_events, b, b_events, start, stop)
