"""Lives, a block at a time, compiled: onset and death of each, and what is counted of them.

Two engines give the same distribution. `events` draws the wait for every step and adds them up; `inverse` draws one
uniform number a life and reads the age at onset from the tabulated cumulative hazard. All counts are whole numbers,
and years are counted in whole parts of 2^-20 year, so that sums do not depend on their order.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aitia.causes.lifecourse.model import Model
from aitia.causes.streams import compiled, exponential_at, log_of, normal_at, stream_key, uniform_at

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Keys = NDArray[np.uint64]
BLOCK = 1024
PARTS = 2.0**20
"""Parts of a year in which time at risk is counted."""


class Pack(NamedTuple):
    """A model as flat arrays, with the keys of its streams."""

    trait_keys: Keys
    trait_levels: Integers
    trait_starts: Integers
    """Where each trait's cumulative chances start in `chances`."""
    chances: Floats
    step_keys: Keys
    onset_key: np.uint64
    death_key: np.uint64
    liability_key: np.uint64
    waits: Floats
    """[P, n] mean wait for each step without exposure, in years; 0 for a step taken at birth."""
    windowed: NDArray[np.bool_]
    """[P] whether rates change with age."""
    changes: Floats
    rates: Floats
    profile: Integers
    scale: Floats
    kind: Integers
    mortality_ratio: Floats
    gompertz: Floats
    """[K, 2] mortality at birth and its growth; a growth of 0 marks a table."""
    table_starts: Integers
    table: Floats
    """[rows, 3] age, rate, and cumulative mortality up to that age, of all tables."""
    ages: Floats
    cumulative: Floats
    log_hazard_sd: float
    horizon: float


def pack(model: Model, seed: int) -> Pack:
    """The model made ready for the compiled engines, with the streams of a seed."""
    traits = model.combinations.traits
    flat = [np.cumsum(table, axis=1).ravel() for table in model.combinations.chances]
    starts = np.cumsum([0, *(part.size for part in flat)])[: len(flat)]
    rows: list[tuple[float, float, float]] = []
    table_starts = []
    gompertz = []
    for mortality in model.mortalities:
        table_starts.append(len(rows))
        if mortality.gompertz is not None:
            gompertz.append((mortality.gompertz.at_birth, mortality.gompertz.growth))
            continue
        gompertz.append((0.0, 0.0))
        passed = 0.0
        for place, (age, rate) in enumerate(mortality.table):
            if place:
                passed += mortality.table[place - 1][1] * (age - mortality.table[place - 1][0])
            rows.append((age, rate, passed))
    table_starts.append(len(rows))
    first = model.rates[:, 0, :]
    liability = model.scenario.liability
    return Pack(
        trait_keys=np.array([stream_key(seed, trait.purpose) for trait in traits], dtype=np.uint64),
        trait_levels=np.array([len(trait.levels) for trait in traits], dtype=np.int64),
        trait_starts=np.array(starts, dtype=np.int64),
        chances=np.concatenate(flat) if flat else np.zeros(0),
        step_keys=np.array(
            [stream_key(seed, f"step {k + 1}") for k in range(first.shape[1])], dtype=np.uint64
        ),
        onset_key=stream_key(seed, "onset"),
        death_key=stream_key(seed, "death"),
        liability_key=stream_key(seed, "liability"),
        waits=np.divide(1.0, first, out=np.zeros_like(first), where=first > 0),
        windowed=np.array([bool(np.any(rates != rates[0])) for rates in model.rates]),
        changes=model.changes,
        rates=model.rates,
        profile=model.profile,
        scale=model.scale,
        kind=model.kind,
        mortality_ratio=model.mortality_ratio,
        gompertz=np.array(gompertz),
        table_starts=np.array(table_starts, dtype=np.int64),
        table=np.array(rows) if rows else np.zeros((0, 3)),
        ages=model.ages,
        cumulative=model.cumulative,
        log_hazard_sd=(liability.log_hazard_sd or 0.0) if liability else 0.0,
        horizon=model.scenario.horizon,
    )


@compiled
def draw_combinations(p: Pack, start: int, code: Integers) -> None:
    """The combination of traits of each life from number `start`."""
    for j in range(code.size):
        code[j] = 0
    for trait in range(p.trait_keys.size):
        key, levels, base = p.trait_keys[trait], p.trait_levels[trait], p.trait_starts[trait]
        for j in range(code.size):
            u = uniform_at(key, np.uint64(start + j))
            row = base + code[j] * levels
            if levels == 2:
                code[j] = 2 * code[j] + int(u >= p.chances[row])
                continue
            level = 0
            while level + 1 < levels and u >= p.chances[row + level]:
                level += 1
            code[j] = code[j] * levels + level


@compiled
def draw_deaths(p: Pack, start: int, code: Integers, death: Floats) -> None:
    """The age at death from other causes of each life."""
    if p.profile.size == 1 and p.gompertz[0, 1] > 0:
        growth = p.gompertz[0, 1]
        factor = growth / (p.gompertz[0, 0] * p.mortality_ratio[0])
        one_over = 1.0 / growth
        for j in range(death.size):
            u = uniform_at(p.death_key, np.uint64(start + j))
            death[j] = log_of(1.0 - factor * log_of(u)) * one_over
        return
    for j in range(death.size):
        death[j] = exponential_at(p.death_key, np.uint64(start + j)) / p.mortality_ratio[code[j]]
    if p.table.shape[0] == 0:
        for j in range(death.size):
            kind = p.kind[code[j]]
            growth = p.gompertz[kind, 1]
            death[j] = log_of(1.0 + death[j] * growth / p.gompertz[kind, 0]) / growth
        return
    for j in range(death.size):
        death[j] = age_at_death(p, p.kind[code[j]], death[j])


@compiled
def age_at_death(p: Pack, kind: int, hazard: float) -> float:
    """The age by which the cumulative mortality of a kind reaches `hazard`."""
    growth = p.gompertz[kind, 1]
    if growth > 0:
        return float(log_of(1.0 + hazard * growth / p.gompertz[kind, 0]) / growth)
    row = p.table_starts[kind]
    while row + 1 < p.table_starts[kind + 1] and p.table[row + 1, 2] <= hazard:
        row += 1
    # Rates of 0 are passed over: the loop ends in a row whose cumulative mortality still rises.
    return p.table[row, 0] + (hazard - p.table[row, 2]) / p.table[row, 1]  # type: ignore[no-any-return]


@compiled
def onsets_by_events(p: Pack, start: int, code: Integers, onset: Floats) -> None:
    """The age at onset of each life: its waits for the steps, added up."""
    steps = p.step_keys.size
    for j in range(onset.size):
        onset[j] = 0.0
    if p.waits.shape[0] == 1:
        for k in range(steps):
            key, wait = p.step_keys[k], p.waits[0, k]
            for j in range(onset.size):
                onset[j] += exponential_at(key, np.uint64(start + j)) * wait
    else:
        for k in range(steps):
            key = p.step_keys[k]
            for j in range(onset.size):
                onset[j] += exponential_at(key, np.uint64(start + j)) * p.waits[p.profile[code[j]], k]
    if p.changes.size > 1:
        for j in range(onset.size):
            if p.windowed[p.profile[code[j]]]:
                onset[j] = _onset_with_exposures(p, p.rates[p.profile[code[j]]], np.uint64(start + j))


@compiled
def _onset_with_exposures(p: Pack, rates: Floats, life: np.uint64) -> float:
    age = 0.0
    piece = 0
    for k in range(p.step_keys.size):
        if rates[0, k] == 0.0:
            continue
        left = exponential_at(p.step_keys[k], life)
        while True:
            end = p.changes[piece + 1] if piece + 1 < p.changes.size else np.inf
            used = (end - age) * rates[piece, k]
            if used >= left:
                age += left / rates[piece, k]
                break
            left -= used
            age = end
            piece += 1
    return age


@compiled
def onsets_by_inversion(p: Pack, start: int, code: Integers, onset: Floats) -> None:
    """The age at onset of each life, read from the cumulative hazard; infinite if not by the horizon."""
    last = p.ages.size - 1
    for j in range(onset.size):
        onset[j] = exponential_at(p.onset_key, np.uint64(start + j))
    if p.log_hazard_sd > 0.0:
        sd = p.log_hazard_sd
        for j in range(onset.size):
            frailty = np.exp(sd * normal_at(p.liability_key, np.uint64(start + j)) - 0.5 * sd * sd)
            onset[j] /= frailty
    for j in range(onset.size):
        row = p.profile[code[j]]
        reached = onset[j] / p.scale[code[j]]
        onset[j] = (
            np.inf if reached >= p.cumulative[row, last] else age_at_onset(p.ages, p.cumulative[row], reached)
        )


@compiled
def age_at_onset(ages: Floats, cumulative: Floats, reached: float) -> float:
    """The age at which a tabulated cumulative hazard reaches a value below its last."""
    low, high = 0, ages.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if cumulative[middle] <= reached:
            low = middle
        else:
            high = middle
    share = (reached - cumulative[low]) / (cumulative[high] - cumulative[low])
    return ages[low] + share * (ages[high] - ages[low])  # type: ignore[no-any-return]


@compiled
def draw_lives(p: Pack, by_events: bool, start: int, code: Integers, onset: Floats, death: Floats) -> None:
    """Combination, age at onset and age at death of the lives from number `start`."""
    draw_combinations(p, start, code)
    if by_events:
        onsets_by_events(p, start, code, onset)
    else:
        onsets_by_inversion(p, start, code, onset)
    draw_deaths(p, start, code, death)


@compiled
def count_lives(p: Pack, by_events: bool, start: int, stop: int) -> Integers:
    """Counts of the lives from `start` to `stop`, by combination and year of age: [C, 3, years + 1].

    The three are cases, lives that leave observation (by onset, death or the horizon), and the parts of that year
    that they lived, 2^-20 year each.
    """
    years = int(np.ceil(p.horizon))
    counts = np.zeros((p.profile.size, 3, years + 1), dtype=np.int64)
    code = np.empty(BLOCK, dtype=np.int64)
    onset, death = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(start, stop, BLOCK):
        size = min(BLOCK, stop - first)
        draw_lives(p, by_events, first, code[:size], onset[:size], death[:size])
        for j in range(size):
            end = min(death[j], p.horizon)
            row = code[j]
            if onset[j] < end:
                end = onset[j]
                counts[row, 0, int(end)] += 1
            year = int(end)
            counts[row, 1, year] += 1
            counts[row, 2, year] += int((end - year) * PARTS)
    return counts


UNCHANGED = 1e-6
"""Years within which two onsets are the same; sums of waits in another order differ in their last digits."""
BOTH, PREVENTED, ADDED, DELAYED, HASTENED, YEARS_DELAYED, YEARS_GAINED = range(7)


@compiled
def count_pairs(
    a: Pack, a_events: bool, b: Pack, b_events: bool, start: int, stop: int
) -> tuple[Integers, Integers, Integers]:
    """Counts of the same lives in two scenarios, and of what differs: cases in both, prevented, added, delayed,
    hastened; parts of a year by which cases are delayed, and gained free of the disease."""
    counts_a = np.zeros((a.profile.size, 3, int(np.ceil(a.horizon)) + 1), dtype=np.int64)
    counts_b = np.zeros((b.profile.size, 3, int(np.ceil(b.horizon)) + 1), dtype=np.int64)
    changes = np.zeros(7, dtype=np.int64)
    code_a, code_b = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK, dtype=np.int64)
    onset_a, onset_b = np.empty(BLOCK), np.empty(BLOCK)
    death_a, death_b = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(start, stop, BLOCK):
        size = min(BLOCK, stop - first)
        draw_lives(a, a_events, first, code_a[:size], onset_a[:size], death_a[:size])
        draw_lives(b, b_events, first, code_b[:size], onset_b[:size], death_b[:size])
        for j in range(size):
            end_a, end_b = min(death_a[j], a.horizon), min(death_b[j], b.horizon)
            case_a, case_b = onset_a[j] < end_a, onset_b[j] < end_b
            if case_a:
                end_a = onset_a[j]
                counts_a[code_a[j], 0, int(end_a)] += 1
            if case_b:
                end_b = onset_b[j]
                counts_b[code_b[j], 0, int(end_b)] += 1
            counts_a[code_a[j], 1, int(end_a)] += 1
            counts_a[code_a[j], 2, int(end_a)] += int((end_a - int(end_a)) * PARTS)
            counts_b[code_b[j], 1, int(end_b)] += 1
            counts_b[code_b[j], 2, int(end_b)] += int((end_b - int(end_b)) * PARTS)
            changes[YEARS_GAINED] += int(end_b * PARTS) - int(end_a * PARTS)
            if case_a and case_b:
                changes[BOTH] += 1
                if end_b > end_a + UNCHANGED:
                    changes[DELAYED] += 1
                    changes[YEARS_DELAYED] += int((end_b - end_a) * PARTS)
                elif end_b < end_a - UNCHANGED:
                    changes[HASTENED] += 1
            elif case_a:
                changes[PREVENTED] += 1
            elif case_b:
                changes[ADDED] += 1
    return counts_a, counts_b, changes
