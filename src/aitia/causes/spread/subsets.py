"""The compiled engine: the likelihood of what was seen of a patient, summed over everything that was not.

What is known of a patient is a short program that moves mass (probability) over sets of places. A row of the
program has an operation, the places that may fall ill by its end (`open`), a duration, and the units that it
concerns; a unit is the set of places that one row of the cohort file covers. Only sets that can be reached
are visited: three for a region whose layer is not recorded, one for a place that is.
"""

import numpy as np
from numpy.typing import NDArray

from aitia.causes.spread.links import Array
from aitia.causes.streams import compiled

Ints = NDArray[np.int64]

RACE = 0
"""The units are the next to be reached, in any order among themselves; no clock."""
EVOLVE = 1
"""Time passes; only open places may fall ill."""
JUMP = 2
"""The unit is reached at this very moment."""
REQUIRE = 3
"""By now the units have been reached."""

_TAIL = 1e-11


@compiled
def _reached(state: int, units: Ints, start: int, stop: int) -> bool:
    missing = 0
    for unit in range(start, stop):
        missing += state & units[unit] == 0
    return missing == 0


@compiled
def _explore(
    contact: Array,
    open_: int,
    units: Ints,
    start: int,
    stop: int,
    stops: bool,
    states: Ints,
    count: int,
    slot: Ints,
    mass: Array,
    rates: Array,
    leaving: Array,
    edges: Ints,
    target: Ints,
    speed: Array,
) -> int:
    """Adds all sets that can be reached (with `stops`, no further than all units); the new count.

    rates[row] holds the rate of each place beside the set of that row; `leaving` gets their sum over places
    that are not ill, and target and speed from edges[row] to edges[row + 1] the ways onward.
    """
    size = contact.shape[0]
    row, edge = 0, 0
    while row < count:
        state = states[row]
        edges[row] = edge
        leaving[row] = 0.0
        final = stops and _reached(state, units, start, stop)
        for place in range(size):
            if state >> place & 1:
                continue
            leaving[row] += rates[row, place]
            if open_ >> place & 1 and not final and rates[row, place] > 0.0:
                further = state | (1 << place)
                if slot[further] < 0:
                    slot[further] = count
                    states[count] = further
                    mass[count] = 0.0
                    for other in range(size):
                        rates[count, other] = rates[row, other] + contact[place, other]
                    count += 1
                target[edge], speed[edge] = slot[further], rates[row, place]
                edge += 1
        row += 1
    edges[count] = edge
    return count


@compiled
def _bits(state: int) -> int:
    number = 0
    while state:
        state &= state - 1
        number += 1
    return number


@compiled
def _race(
    states: Ints, count: int, mass: Array, leaving: Array, edges: Ints, target: Ints, speed: Array, size: int
) -> None:
    # Sets of the same size cannot lead to each other, so by size each mass is complete before it moves on.
    fewest = size
    for row in range(count):
        if mass[row] > 0.0:
            fewest = min(fewest, _bits(states[row]))
    most = fewest
    for row in range(count):
        if edges[row] < edges[row + 1]:
            most = max(most, _bits(states[row]))
    for level in range(fewest, most + 1):
        for row in range(count):
            if edges[row] < edges[row + 1] and mass[row] > 0.0 and _bits(states[row]) == level:
                share = mass[row] / leaving[row]
                for edge in range(edges[row], edges[row + 1]):
                    mass[target[edge]] += share * speed[edge]
                mass[row] = 0.0


@compiled
def _evolve(
    duration: float,
    count: int,
    mass: Array,
    leaving: Array,
    edges: Ints,
    target: Ints,
    speed: Array,
    term: Array,
    onward: Array,
) -> None:
    fastest = leaving[:count].max()
    if fastest <= 0.0:
        return
    pieces = int(fastest * duration / 64.0) + 1
    mean = fastest * duration / pieces
    for _ in range(pieces):
        for row in range(count):
            term[row], mass[row], onward[row] = mass[row], 0.0, 0.0
        weight = np.exp(-mean)
        spent = 0.0
        for number in range(1, 500):
            spent += weight
            left = 0.0
            for row in range(count):
                here = term[row]
                if here > 0.0:
                    left += here
                    mass[row] += weight * here
                    part = here / fastest
                    onward[row] += here - part * leaving[row]
                    for edge in range(edges[row], edges[row + 1]):
                        onward[target[edge]] += part * speed[edge]
            if spent > 1.0 - _TAIL or left <= 0.0:
                break
            for row in range(count):
                term[row], onward[row] = onward[row], 0.0
            weight *= mean / number


@compiled
def _jump(
    contact: Array,
    unit: int,
    states: Ints,
    count: int,
    slot: Ints,
    mass: Array,
    rates: Array,
    states_after: Ints,
    mass_after: Array,
    rates_after: Array,
) -> int:
    size = rates.shape[1]
    after = 0
    for row in range(count):
        slot[states[row]] = -1
    for row in range(count):
        state = states[row]
        for place in range(size):
            if unit >> place & 1 and not state >> place & 1 and mass[row] > 0.0:
                further = state | (1 << place)
                if slot[further] < 0:
                    slot[further] = after
                    states_after[after] = further
                    mass_after[after] = 0.0
                    for other in range(size):
                        rates_after[after, other] = rates[row, other] + contact[place, other]
                    after += 1
                mass_after[slot[further]] += mass[row] * rates[row, place]
    for row in range(after):
        states[row], mass[row] = states_after[row], mass_after[row]
        for other in range(size):
            rates[row, other] = rates_after[row, other]
    return after


@compiled
def _keep(
    states: Ints, count: int, slot: Ints, mass: Array, rates: Array, units: Ints, start: int, stop: int
) -> int:
    """Drops the sets that lack a unit or have no mass; the new count."""
    kept = 0
    for row in range(count):
        state, here = states[row], mass[row]
        slot[state] = -1
        if here > 0.0 and _reached(state, units, start, stop):
            states[kept], mass[kept] = state, here
            if kept < row:
                for other in range(rates.shape[1]):
                    rates[kept, other] = rates[row, other]
            slot[state] = kept
            kept += 1
    return kept


@compiled
def log_likelihoods(
    contact: Array,
    groups: Ints,
    outside: Array,
    begins: Array,
    steps: Ints,
    durations: Array,
    units: Ints,
    bounds: Ints,
    seeds: Ints,
) -> Array:
    """The log likelihood of each patient, given what was seen first.

    groups: sets of places where the disease may begin that share their rates from outside; outside[g, j] is that of
    place j if it began in group g.
    steps[r] has a row's operation, its open places, and where its units start and stop. bounds[p] are the first row of
    patient p's program, the first after onset, and the end; seeds[p] the places where the disease may have
    begun. The rows up to onset give the likelihood of the onset itself, by which that of the whole is divided.
    """
    size = contact.shape[0]
    most = 1 << size
    states, states_after = np.empty(most, np.int64), np.empty(most, np.int64)
    slot = np.full(most, -1, np.int64)
    mass, mass_after, term, onward = np.empty(most), np.empty(most), np.empty(most), np.empty(most)
    rates, rates_after, leaving = np.empty((most, size)), np.empty((most, size)), np.empty(most)
    edges, target, speed = (
        np.empty(most + 1, np.int64),
        np.empty(most * size, np.int64),
        np.empty(most * size),
    )
    result = np.zeros(bounds.shape[0])
    for patient in range(bounds.shape[0]):
        onset, whole = 0.0, 0.0
        for group in range(groups.shape[0]):
            count = 0
            for seed in range(size):
                if groups[group] & seeds[patient] & (1 << seed):
                    states[count], mass[count] = 1 << seed, begins[seed]
                    rates[count] = outside[group] + contact[seed]
                    slot[states[count]] = count
                    count += 1
            if count == 0:
                continue
            for at in range(bounds[patient, 0], bounds[patient, 2]):
                operation, open_, start, stop = steps[at, 0], steps[at, 1], steps[at, 2], steps[at, 3]
                if operation == REQUIRE:
                    count = _keep(states, count, slot, mass, rates, units, start, stop)
                else:
                    count = _explore(
                        contact,
                        0 if operation == JUMP else open_,
                        units,
                        start,
                        stop,
                        operation == RACE,
                        states,
                        count,
                        slot,
                        mass,
                        rates,
                        leaving,
                        edges,
                        target,
                        speed,
                    )
                if operation == RACE:
                    _race(states, count, mass, leaving, edges, target, speed, size)
                    count = _keep(states, count, slot, mass, rates, units, start, stop)
                elif operation == EVOLVE and count:
                    _evolve(durations[at], count, mass, leaving, edges, target, speed, term, onward)
                elif operation == JUMP:
                    count = _jump(
                        contact,
                        units[start],
                        states,
                        count,
                        slot,
                        mass,
                        rates,
                        states_after,
                        mass_after,
                        rates_after,
                    )
                if at == bounds[patient, 1] - 1:
                    onset += mass[:count].sum()
            whole += mass[:count].sum()
            for row in range(count):
                slot[states[row]] = -1
        result[patient] = np.log(whole / onset) if whole > 0.0 else -np.inf
    return result
