"""A scenario made ready: for each combination of traits, its onset and its mortality at every age of a grid."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.lifecourse.combinations import Combinations, combine
from aitia.causes.lifecourse.hazard import NODES, age_grid, onset_table
from aitia.causes.lifecourse.reading import check, steps_taken
from aitia.causes.lifecourse.scenario import Mortality, Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_LARGEST_HAZARD = 1e9


class Model(msgspec.Struct, frozen=True):
    """Tables of a scenario. C combinations, P onset profiles, K kinds of mortality, T ages, n steps."""

    scenario: Scenario
    combinations: Combinations
    ages: Floats
    """[T] years; every NODES-th is an edge of a cell, within which all rates are smooth."""
    changes: Floats
    """Ages from which a set of step rates holds; the first is 0."""
    rates: Floats
    """[P, changes, n] per year; 0 marks a step taken at birth."""
    profile: Integers
    """[C] the onset profile of each combination."""
    scale: Floats
    """[C] lineages times hazard ratios: what multiplies the cumulative hazard of one lineage."""
    cumulative: Floats
    """[P, T] cumulative hazard of one lineage."""
    hazard: Floats
    """[P, T] hazard of one lineage per year."""
    kind: Integers
    """[C] the kind of mortality of each combination."""
    mortality_ratio: Floats
    """[C]"""
    mortalities: tuple[Mortality, ...]
    death: Floats
    """[K, T] cumulative mortality."""

    @property
    def edges(self) -> Floats:
        """Ages at the edges of the cells: every whole year, and every age at which a rate changes."""
        return self.ages[::NODES]


def prepare(scenario: Scenario) -> Model:
    """The tables of a scenario.

    Raises ModelError if the scenario contradicts itself (as the reading of a file does).
    """
    check(scenario)
    combinations = combine(scenario)
    mortalities = [scenario.mortality]
    windows = {age for exposure in scenario.exposures for age in exposure.ages}
    changes = np.array(sorted({0.0, *(age for age in windows if age < scenario.horizon)}))
    rates, profile = _profiles(scenario, combinations, changes)
    scale = np.full(combinations.weight.size, float(scenario.onset.lineages))
    ratio = np.ones(combinations.weight.size)
    kind = np.zeros(combinations.weight.size, dtype=np.int64)
    for rows, part in _effects(scenario, combinations):
        scale[rows] *= getattr(part, "hazard_ratio", 1.0)
        ratio[rows] *= part.mortality_ratio
        own = getattr(part, "mortality", None)
        if own is not None:
            mortalities.append(own)
            kind[rows] = len(mortalities) - 1
    steps_in_tables = {age for mortality in mortalities for age, _ in mortality.table}
    ages = age_grid(scenario.horizon, windows | steps_in_tables)
    tables = [_onset(ages, changes, profile_rates) for profile_rates in rates]
    return Model(
        scenario=scenario,
        combinations=combinations,
        ages=ages,
        changes=changes,
        rates=rates,
        profile=profile,
        scale=scale,
        cumulative=np.minimum(np.array([cumulative for cumulative, _ in tables]), _LARGEST_HAZARD),
        hazard=np.array([hazard for _, hazard in tables]),
        kind=kind,
        mortality_ratio=ratio,
        mortalities=tuple(mortalities),
        death=np.array([cumulative_mortality(mortality, ages) for mortality in mortalities]),
    )


def _effects(scenario: Scenario, combinations: Combinations) -> list[tuple[NDArray[np.bool_], Any]]:
    """Who is concerned, and the part of the scenario that says how."""
    effects: list[tuple[NDArray[np.bool_], Any]] = []
    if scenario.sexes is not None:
        for sex in ("female", "male"):
            effects.append((combinations.where(sex=sex), getattr(scenario.sexes, sex)))
    effects += [(combinations.where(group=group.name), group) for group in scenario.groups]
    parts: tuple[Any, ...] = (*scenario.variants, *scenario.exposures)
    effects += [(combinations.where(**{part.name: True}), part) for part in parts]
    return effects


def _profiles(scenario: Scenario, combinations: Combinations, changes: Floats) -> tuple[Floats, Integers]:
    onset = scenario.onset
    base = np.array(onset.rates) if onset.rates else np.full(onset.steps, onset.rate, dtype=float)
    rates = np.tile(base, (combinations.weight.size, changes.size, 1))
    for rows, part in _effects(scenario, combinations):
        ages = getattr(part, "ages", (0.0, np.inf))
        times = [place for place, age in enumerate(changes) if ages[0] <= age < ages[1]]
        for speed in part.speeds:
            steps = slice(None) if speed.step == "all" else slice(speed.step - 1, speed.step)
            for place in times:
                rates[rows, place, steps] *= speed.times
        for step in steps_taken(part):
            rates[rows, :, step - 1] = 0.0
    shape = rates.shape
    distinct, profile = np.unique(rates.reshape(shape[0], -1), axis=0, return_inverse=True)
    return distinct.reshape(-1, *shape[1:]), profile.reshape(-1).astype(np.int64)


def _onset(ages: Floats, changes: Floats, rates: Floats) -> tuple[Floats, Floats]:
    left = rates[:, rates[0] > 0]
    _, cumulative, hazard = onset_table(ages, NODES, changes, np.ascontiguousarray(left))
    return cumulative, hazard


def cumulative_mortality(mortality: Mortality, ages: Floats) -> Floats:
    """The cumulative mortality at each age."""
    if mortality.gompertz is not None:
        law = mortality.gompertz
        return np.asarray(law.at_birth / law.growth * np.expm1(law.growth * ages))
    start = np.array([age for age, _ in mortality.table])
    rate = np.array([rate for _, rate in mortality.table])
    before = np.concatenate([[0.0], np.cumsum(rate[:-1] * np.diff(start))])
    row = np.searchsorted(start, ages, side="right") - 1
    return np.asarray(before[row] + rate[row] * (ages - start[row]))


def mortality_in_cells(mortality: Mortality, cells: Floats) -> Floats:
    """Mortality per year at the nodes of each cell, [cells, nodes]; in a table it is constant within a cell."""
    if mortality.gompertz is not None:
        return np.asarray(mortality.gompertz.at_birth * np.exp(mortality.gompertz.growth * cells))
    start = np.array([age for age, _ in mortality.table])
    rate = np.array([rate for _, rate in mortality.table])
    row = np.searchsorted(start, cells[:, 0] + 1e-9, side="right") - 1
    return np.repeat(rate[row][:, None], cells.shape[1], axis=1)
