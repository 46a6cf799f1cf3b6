"""Simulated patients, and the cohort files that would be written of them."""

import csv
import io
from collections.abc import Sequence

import msgspec
import numpy as np

from aitia.causes.errors import ModelError
from aitia.causes.spread.cohort import Clock, Cohort, Patient, Sign, as_cohort
from aitia.causes.spread.links import Array, Model
from aitia.causes.spread.maps import Map, without_sides
from aitia.causes.streams import compiled, exponential_at, stream_key, uniform_at
from aitia.causes.tables import nearest


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How a study records its patients.

    clock: "months" or "order". follow: months from onset to the end of each record; None for until every
    place is ill. visits: months between visits, at which new signs are found (signs then tie); 0 for exact
    dates. layer, side: the share of regions in which layer and side are written down; in the others only the
    region's first sign is. late: for a layer, months by which its signs are found later than the place falls ill.
    """

    clock: Clock = "months"
    follow: float | None = 36.0
    visits: float = 0.0
    layer: float = 1.0
    side: float = 1.0
    late: dict[str, float] = {}


def check_record(record: Record) -> None:
    """Raises ModelError for shares outside 0 to 1 and times below 0."""
    for name in ("layer", "side"):
        share = getattr(record, name)
        if not 0 <= share <= 1:
            raise ModelError(f"{name} recorded: {share:g} is not a share from 0 to 1.")
    if record.follow is not None and not 0 < record.follow < 1e6:
        raise ModelError(f"follow: {record.follow:g} must be above 0 months.")
    for layer, delay in record.late.items():
        if not 0 <= delay < 1e6:
            raise ModelError(f"late: {delay:g} months for {layer!r} must be 0 or more.")
    if not 0 <= record.visits < 1e6:
        raise ModelError(f"visits: {record.visits:g} must be 0 (exact dates) or months between visits.")


@compiled
def _patients(
    contact: Array,
    outside: Array,
    begins: Array,
    begin_key: np.uint64,
    wait_key: np.uint64,
    place_key: np.uint64,
    start: int,
    months: Array,
) -> None:
    size = contact.shape[0]
    rates = np.empty(size)
    for row in range(months.shape[0]):
        patient = start + row
        months[row] = np.inf
        aim = uniform_at(begin_key, np.uint64(patient)) * begins.sum()
        first = 0
        for place in range(size):
            if begins[place] > 0.0:
                first = place
                aim -= begins[place]
                if aim < 0.0:
                    break
        months[row, first] = 0.0
        rates[:] = outside[first] + contact[first]
        rates[first] = 0.0
        clock = 0.0
        for event in range(size - 1):
            total = 0.0
            for place in range(size):
                total += rates[place]
            if total <= 0.0:
                break
            draw = np.uint64(patient * size + event)
            clock += exponential_at(wait_key, draw) / total
            aim = uniform_at(place_key, draw) * total
            reached = -1
            for place in range(size):
                if rates[place] > 0.0:
                    reached = place
                    aim -= rates[place]
                    if aim < 0.0:
                        break
            months[row, reached] = clock
            rates[reached] = 0.0
            for place in range(size):
                if months[row, place] == np.inf:
                    rates[place] += contact[reached, place]


def simulate_months(
    model: Model, number: int, seed: int, *, begins: Sequence[float] | None = None, start: int = 0
) -> Array:
    """Months at which each place of each patient falls ill (rows are patients; 0 where it began, inf for never).

    begins: weights of the places where the disease may begin; by default the hypothesis's layers, evenly.
    Patient i is the same whatever the number of patients, and whichever machine draws him. Raises ModelError
    if number is not 1 to 10 million or no place can be first.
    """
    if not 1 <= number <= 10_000_000:
        raise ModelError(f"patients: {number} is not a number from 1 to 10,000,000.")
    weights = model.begins if begins is None else np.array(begins, float)
    if weights.shape != model.begins.shape or not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
        raise ModelError("begins: give one weight from 0 up for each place of the map, not all 0.")
    months = np.empty((number, len(model.places)))
    _patients(
        model.contact,
        model.outside,
        weights,
        stream_key(seed, "spread: where it begins"),
        stream_key(seed, "spread: waits"),
        stream_key(seed, "spread: next place"),
        start,
        months,
    )
    return months


def record_cohort(chart: Map, months: Array, record: Record, seed: int) -> Cohort:
    """What a study of these patients would write down. Raises ModelError for a record that cannot be."""
    check_record(record)
    if chart.sides and record.side == 0:
        plain = without_sides(chart)
        return record_cohort(plain, _joined_sides(chart, plain, months), record, seed)
    for layer in record.late:
        if layer not in chart.layers:
            raise ModelError(
                f"late: {layer!r} is not a layer of the map ({', '.join(chart.layers)}).{nearest(layer, chart.layers)}"
            )
    places = chart.places
    # Months are counted from the first sign, not from the unseen beginning.
    months = months + np.array([record.late.get(place.layer, 0.0) for place in places])
    months = months - months.min(axis=1, keepdims=True)
    layers, sides = _together(chart, "layer"), _together(chart, "side")
    regions = list(chart.regions)
    number = len(months)
    drawn = _draws(seed, number * len(regions)).reshape(number, len(regions), 2)
    patients = []
    for row in range(number):
        times = months[row]
        end = record.follow if record.follow is not None else np.inf
        signs: dict[int, float] = {}
        for place in np.argsort(times, kind="stable"):
            at = float(times[place])
            if record.visits and at > 0:
                at = float(np.ceil(at / record.visits) * record.visits)
            if not at <= end:
                continue
            unit = 1 << int(place)
            layer_draw, side_draw = drawn[row, regions.index(places[place].region)]
            if layer_draw >= record.layer:
                unit = _spread_over(unit, layers)
            if side_draw >= record.side:
                unit = _spread_over(unit, sides)
            # A coarse row tells of the first sign that it covers.
            if unit not in signs:
                signs[unit] = at
        patients.append(_as_patient(str(row + 1), signs, record))
    return as_cohort(chart, record.clock, patients)


def _joined_sides(chart: Map, plain: Map, months: Array) -> Array:
    """Months at which each place falls ill on either side."""
    columns = [
        [
            at
            for at, other in enumerate(chart.places)
            if (other.layer, other.region) == (place.layer, place.region)
        ]
        for place in plain.places
    ]
    return np.stack([months[:, sides].min(axis=1) for sides in columns], axis=1)


def _together(chart: Map, part: str) -> list[int]:
    """For each place, the set of places that differ from it in this part only."""
    others = [field for field in ("layer", "region", "side") if field != part]
    return [
        sum(
            1 << index
            for index, other in enumerate(chart.places)
            if all(getattr(other, field) == getattr(place, field) for field in others)
        )
        for place in chart.places
    ]


def _spread_over(unit: int, together: Sequence[int]) -> int:
    covered = 0
    for place, group in enumerate(together):
        if unit >> place & 1:
            covered |= group
    return covered


def _as_patient(name: str, signs: dict[int, float], record: Record) -> Patient:
    if record.clock == "order":
        ranks = {at: rank for rank, at in enumerate(sorted(set(signs.values())))}
        return Patient(name, tuple(Sign(unit, float(ranks[at])) for unit, at in signs.items()))
    found = tuple(
        Sign(unit, at, at - record.visits if record.visits and at > 0 else None) for unit, at in signs.items()
    )
    return Patient(name, found, record.follow)


@compiled
def _fill(key: np.uint64, out: Array) -> None:
    for index in range(out.shape[0]):
        out[index] = uniform_at(key, np.uint64(index))


def _draws(seed: int, number: int) -> Array:
    out = np.empty(2 * number)
    _fill(stream_key(seed, "spread: what is recorded"), out)
    return out


def cohort_csv(cohort: Cohort, *remarks: str) -> str:
    """The cohort as a CSV file that `read_cohort` reads, with remarks at its head."""
    chart = cohort.chart
    after = any(sign.after is not None for patient in cohort.patients for sign in patient.signs)
    followed = any(patient.followed is not None for patient in cohort.patients)
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    sheet.writelines(f"# {remark}\n" for remark in remarks)
    fields = ["patient", "region", *(["side"] if chart.sides else []), "layer", cohort.clock]
    writer.writerow([*fields, *(["after"] if after else []), *(["followed"] if followed else [])])
    for patient in cohort.patients:
        for sign in patient.signs:
            covered = [place for index, place in enumerate(chart.places) if sign.places >> index & 1]
            region, layers = covered[0].region, {place.layer for place in covered}
            sides = {place.side for place in covered}
            row = [patient.name, region]
            if chart.sides:
                row.append(min(sides) if len(sides) == 1 else "")
            row.append(min(layers) if len(layers) == 1 else "")
            row.append(_number(sign.at + 1 if cohort.clock == "order" else sign.at))
            if after:
                row.append("" if sign.after is None else _number(sign.after))
            if followed:
                row.append("" if patient.followed is None else _number(patient.followed))
            writer.writerow(row)
    return sheet.getvalue()


def _number(value: float) -> str:
    return f"{value:.6g}"
