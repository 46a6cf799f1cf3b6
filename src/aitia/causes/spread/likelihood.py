"""The likelihood of a cohort under a hypothesis, by patient.

Given what was seen first of a patient: the onset itself is taken as given, since which layer is noticed first
depends on the examination.

Patients recorded in full, without ties or intervals, have a closed form in two linear functions of the rates
for each sign (`Closed`). All others are programs for the engine on sets of places (`Programs`), which sums
over what was not seen.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np

from aitia.causes.errors import ModelError
from aitia.causes.parallel import in_order
from aitia.causes.spread.cohort import Cohort, Patient, Sign
from aitia.causes.spread.links import Array, Wiring
from aitia.causes.spread.subsets import EVOLVE, JUMP, RACE, REQUIRE, Ints, log_likelihoods

_SEED_FLOOR = 1e-9
_Step = tuple[int, int, float, tuple[int, ...]]
"""An operation, the open places, a duration, and units."""


class Closed(msgspec.Struct, frozen=True):
    """Signs of fully recorded patients: one row for each, and one for the time from the last to the end of
    the record."""

    patients: Ints
    """The patient of each row."""
    reached: Ints
    """The place reached, or -1."""
    first: Ints
    """The place where that patient's disease began."""
    ill: Array
    """1 for the places ill before the row, else 0."""
    waits: Array
    """Months since the sign before; empty if the cohort has only an order."""


class Programs(msgspec.Struct, frozen=True):
    """Programs for the compiled engine (see `subsets`), for the patients with anything unseen."""

    patients: Ints
    program: Ints
    """Which program each of these patients has: those seen alike share one."""
    steps: Ints
    durations: Array
    units: Ints
    bounds: Ints
    seeds: Ints


class Data(msgspec.Struct, frozen=True):
    """A cohort compiled for likelihoods under any hypothesis on its map."""

    size: int
    dated: bool
    closed: Closed
    programs: Programs
    jobs: int = 1
    """Cores for the programs; the numbers do not depend on it."""


class Design(msgspec.Struct, frozen=True):
    """A cohort with a hypothesis: each closed row's rate and total rate are linear in the rates theta."""

    data: Data
    wired: Wiring
    event: Array
    total: Array
    begins: Array
    groups: Ints
    """Sets of places from which the disease, once begun there, has the same rates from outside."""
    outside: Array
    """Those rates by parameter, group and place."""


def compile_cohort(cohort: Cohort, *, precision: float = 1.0, jobs: int = 1) -> Data:
    """The cohort as arrays.

    precision: to how many months dates are recorded; signs at one date are taken to have come in any order
    within so much time. Raises ModelError if precision is not above 0.
    """
    if not 0 < precision < 1e6:
        raise ModelError(f"precision: {precision:g} must be above 0 months.")
    size = len(cohort.chart.places)
    unexamined = ((1 << size) - 1) & ~cohort.examined
    closed: list[int] = []
    hidden: list[int] = []
    for number, patient in enumerate(cohort.patients):
        (closed if unexamined == 0 and _in_full(patient) else hidden).append(number)
    dated = cohort.clock == "months"
    return Data(
        len(cohort.patients),
        dated,
        _closed_rows(cohort, closed, dated),
        _programs(cohort, hidden, unexamined, dated, precision),
        jobs,
    )


def _in_full(patient: Patient) -> bool:
    return all(sign.places.bit_count() == 1 and sign.after is None for sign in patient.signs) and all(
        one.at < other.at for one, other in pairwise(patient.signs)
    )


def _closed_rows(cohort: Cohort, numbers: Sequence[int], dated: bool) -> Closed:
    size = len(cohort.chart.places)
    patients, reached, first, ill, waits = [], [], [], [], []
    for number in numbers:
        patient = cohort.patients[number]
        places = [sign.places.bit_length() - 1 for sign in patient.signs]
        times = [sign.at for sign in patient.signs]
        if dated and patient.followed is not None and patient.followed > times[-1]:
            places.append(-1)
            times.append(patient.followed)
        for position in range(1, len(places)):
            patients.append(number)
            reached.append(places[position])
            first.append(places[0])
            ill.append([float(place in places[:position]) for place in range(size)])
            waits.append(times[position] - times[position - 1])
    return Closed(
        np.array(patients, np.int64),
        np.array(reached, np.int64),
        np.array(first, np.int64),
        np.array(ill).reshape(len(patients), size),
        np.array(waits if dated else [], float),
    )


def _programs(
    cohort: Cohort, numbers: Sequence[int], unexamined: int, dated: bool, precision: float
) -> Programs:
    steps: list[tuple[int, int, int, int]] = []
    durations: list[float] = []
    units: list[int] = []
    bounds: list[tuple[int, int, int]] = []
    seeds: list[int] = []
    known: dict[tuple[tuple[Sign, ...], float | None], int] = {}
    program = []
    for number in numbers:
        patient = cohort.patients[number]
        key = (patient.signs, patient.followed)
        program.append(known.setdefault(key, len(known)))
        if program[-1] < len(bounds):
            continue
        onset, rest = (_dated if dated else _ordered)(patient, unexamined, precision)
        start = len(steps)
        for operation, open_, duration, concerned in (*onset, *rest):
            steps.append((operation, open_, len(units), len(units) + len(concerned)))
            durations.append(duration)
            units.extend(concerned)
        bounds.append((start, start + len(onset), len(steps)))
        seeds.append(onset[0][1])
    return Programs(
        np.array(numbers, np.int64),
        np.array(program, np.int64),
        np.array(steps, np.int64).reshape(-1, 4),
        np.array(durations, float),
        np.array(units, np.int64),
        np.array(bounds, np.int64).reshape(-1, 3),
        np.array(seeds, np.int64),
    )


def _free_until(signs: Sequence[Sign]) -> dict[int, float]:
    """For each place that signs cover, the time up to which it was surely not ill."""
    until: dict[int, float] = {}
    for sign in signs:
        time = sign.at if sign.after is None else sign.after
        for place in _bits(sign.places):
            until[place] = max(until.get(place, 0.0), time)
    return until


def _bits(places: int) -> list[int]:
    return [place for place in range(places.bit_length()) if places >> place & 1]


def _unit(sign: Sign, until: dict[int, float], now: float) -> int:
    """The places of a sign that may have been its cause: not those known to be free until later."""
    return sum(1 << place for place in _bits(sign.places) if until[place] <= now)


def _onset(signs: Sequence[Sign], until: dict[int, float], unexamined: int) -> list[_Step]:
    units = tuple(_unit(sign, until, 0.0) for sign in signs)
    open_ = unexamined
    for unit in units:
        open_ |= unit
    return [(RACE, open_, 0.0, units)]


def _ordered(patient: Patient, unexamined: int, _: float) -> tuple[list[_Step], list[_Step]]:
    until = _free_until(patient.signs)
    steps: list[_Step] = _onset([sign for sign in patient.signs if sign.at == 0.0], until, unexamined)
    for time in sorted({sign.at for sign in patient.signs} - {0.0}):
        units = tuple(_unit(sign, until, time) for sign in patient.signs if sign.at == time)
        open_ = steps[-1][1]
        for unit in units:
            open_ |= unit
        steps.append((RACE, open_, 0.0, units))
    return steps[:1], steps[1:]


def _dated(patient: Patient, unexamined: int, precision: float) -> tuple[list[_Step], list[_Step]]:
    onset_signs = [sign for sign in patient.signs if sign.at == 0.0]
    later = _with_windows([sign for sign in patient.signs if sign.at > 0.0], precision)
    until = _free_until([*onset_signs, *later])
    onset = _onset(onset_signs, until, unexamined)
    open_ = onset[0][1]
    rest: list[_Step] = []
    end = max([patient.followed or 0.0, *(sign.at for sign in later)])
    cuts = sorted(
        {0.0, end, *(sign.at for sign in later), *(sign.after for sign in later if sign.after is not None)}
    )
    for begin, stop in pairwise(cuts):
        for sign in later:
            if sign.after is not None and sign.after <= begin < sign.at:
                open_ |= _unit(sign, until, begin)
        rest.append((EVOLVE, open_, stop - begin, ()))
        for sign in later:
            if sign.at == stop:
                unit = _unit(sign, until, stop)
                rest.append((REQUIRE if sign.after is not None else JUMP, open_, 0.0, (unit,)))
                open_ |= unit
    return onset, rest


def _with_windows(signs: Sequence[Sign], precision: float) -> list[Sign]:
    """Signs that share an exact date get a window of the recording's precision around it, which meets no other date."""
    times = sorted(
        {0.0, *(sign.at for sign in signs), *(sign.after for sign in signs if sign.after is not None)}
    )
    result = []
    for sign in signs:
        tied = sum(other.at == sign.at for other in signs) > 1
        if sign.after is None and tied:
            before = max(time for time in times if time < sign.at)
            result.append(Sign(sign.places, sign.at, max(before, sign.at - precision)))
        else:
            result.append(sign)
    return result


def design(data: Data, wired: Wiring) -> Design:
    """The cohort with a hypothesis."""
    closed = data.closed
    rates, size = len(wired.rates), len(wired.places)
    event, total = np.zeros((len(closed.reached), rates)), np.zeros((len(closed.reached), rates))
    if len(closed.reached):
        for rate in range(rates):
            each = wired.outside[rate][closed.first] + closed.ill @ wired.contact[rate]
            total[:, rate] = (each * (1 - closed.ill)).sum(axis=1)
            event[:, rate] = np.where(
                closed.reached < 0, 0.0, each[np.arange(len(each)), closed.reached % size]
            )
    groups, outside = _beginnings(wired)
    return Design(data, wired, event, total, np.maximum(wired.begins, _SEED_FLOOR), groups, outside)


def _beginnings(wired: Wiring) -> tuple[Ints, Array]:
    """Joins the places that can be begun from together, so that the engine runs once for each set of them.

    What a place has from outside once it is ill itself plays no part, so only the rest of their rates must agree.
    """
    groups: list[int] = []
    rows: list[Array] = []
    for place in range(len(wired.places)):
        mine, bit = wired.outside[:, place], 1 << place
        for number, (group, row) in enumerate(zip(groups, rows, strict=True)):
            differ = np.flatnonzero((row != mine).any(axis=0))
            if all(other == place or group == 1 << other for other in differ):
                joined = row.copy()
                if group.bit_count() == 1:
                    joined[:, group.bit_length() - 1] = mine[:, group.bit_length() - 1]
                groups[number], rows[number] = group | bit, joined
                break
        else:
            groups.append(bit)
            rows.append(mine)
    return np.array(groups, np.int64), np.stack(rows, axis=1)


def by_patient(designed: Design, theta: Array) -> Array:
    """The log likelihood of each patient at rates theta."""
    data = designed.data
    result = np.zeros(data.size)
    reached = data.closed.reached >= 0
    event, total = designed.event @ theta, designed.total @ theta
    terms = np.where(reached, np.log(np.where(reached, event, 1.0)), 0.0)
    terms -= data.closed.waits * total if data.dated else np.log(total)
    np.add.at(result, data.closed.patients, terms)
    result[data.programs.patients] = hidden_by_patient(designed, theta)
    return result


def hidden_by_patient(designed: Design, theta: Array) -> Array:
    """The log likelihood of each patient that has a program."""
    programs, wired = designed.data.programs, designed.wired
    if not len(programs.patients):
        return np.zeros(0)
    common = (
        np.tensordot(theta, wired.contact, 1),
        designed.groups,
        np.tensordot(theta, designed.outside, 1),
        designed.begins,
        programs.steps,
        programs.durations,
        programs.units,
    )
    jobs, count = designed.data.jobs, len(programs.seeds)
    parts = 1 if jobs == 1 else min(count, 4 * jobs)
    cuts = [count * part // parts for part in range(parts + 1)]
    pieces = [
        (*common, programs.bounds[start:stop], programs.seeds[start:stop]) for start, stop in pairwise(cuts)
    ]
    found: Array = np.concatenate(list(in_order(log_likelihoods, pieces, jobs=jobs)))
    return found[programs.program]


def closed_gradient(designed: Design, theta: Array, weights: Array) -> Array:
    """The derivative of the weighted log likelihood of the closed rows with respect to the logs of the rates."""
    closed = designed.data.closed
    weight = weights[closed.patients]
    reached = closed.reached >= 0
    event, total = designed.event @ theta, designed.total @ theta
    up = (weight / np.where(reached, event, np.inf)) @ designed.event
    down = (weight * closed.waits if designed.data.dated else weight / total) @ designed.total
    gradient: Array = theta * (up - down)
    return gradient
