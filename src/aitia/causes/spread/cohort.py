"""Cohorts: which regions of which patients were found ill, in what order or after how many months.

A row of the CSV file is a *sign*: the first time that a region was found ill. A sign whose layer or side is
not recorded covers several places, and says that one of them fell ill then and none before. What no sign of a
patient covers was not ill by the end of his record; but a layer, region or side that no patient of the file
has is taken as not examined, and may be ill unseen.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from aitia.causes.errors import ModelError
from aitia.causes.spread.maps import Map, without_sides
from aitia.causes.tables import Row, nearest, read_csv

Clock = Literal["order", "months"]

_UNKNOWN = {"", "?", "unknown", "not recorded", "na", "n/a", "none"}
_BOTH = {"both", "bilateral", "all"}


class Sign(msgspec.Struct, frozen=True):
    """The places that a row covers, as bits, and when the first of them was found ill.

    at: its place in the order, or months since the patient's first sign. after: months at which it was still free, if
    that is known; else the date is taken as exact.
    """

    places: int
    at: float
    after: float | None = None


class Patient(msgspec.Struct, frozen=True):
    """A patient's signs in time order. `followed`: months from first sign to the end of the record, if known."""

    name: str
    signs: tuple[Sign, ...]
    followed: float | None = None


class Cohort(msgspec.Struct, frozen=True):
    """Patients, the map that their places refer to, and what could be said of the file while reading it."""

    chart: Map
    clock: Clock
    patients: tuple[Patient, ...]
    examined: int
    """The places that some sign of some patient covers."""
    notes: tuple[str, ...] = ()


def read_cohort(content: Path | str, chart: Map, name: str = "cohort") -> Cohort:
    """The cohort in a CSV file, or in its text: patient, region, and order or months; side, layer, after and
    followed besides.

    Raises ModelError, naming the line and field, for what cannot be used.
    """
    file = str(content) if isinstance(content, Path) else name
    rows = read_csv(
        content,
        required=("patient", "region"),
        optional=("side", "layer", "order", "months", "after", "followed"),
        name=name,
    )
    clock = _clock(rows, file)
    notes = []
    if chart.sides and all(row.fields.get("side", "").lower() in _UNKNOWN | _BOTH for row in rows):
        chart = without_sides(chart)
        notes.append("No row records one side, so the map is used without sides.")
    elif not chart.sides and any(row.fields.get("side", "").lower() not in _UNKNOWN | _BOTH for row in rows):
        notes.append("The map has no sides; the column 'side' is passed over.")
    words = _words(chart)
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        if not row.fields["patient"]:
            raise row.error("patient", "is empty. Give each patient a number or a code.")
        grouped.setdefault(row.fields["patient"], []).append(row)
    patients = tuple(_patient(name, lines, chart, clock, words) for name, lines in grouped.items())
    return as_cohort(chart, clock, patients, notes)


def as_cohort(chart: Map, clock: Clock, patients: Sequence[Patient], notes: Sequence[str] = ()) -> Cohort:
    """A cohort of patients that are already in memory, with notes on what no patient records.

    Raises ModelError if nothing in it tells of spread.
    """
    examined = 0
    for patient in patients:
        for sign in patient.signs:
            examined |= sign.places
    unseen = [str(place) for index, place in enumerate(chart.places) if not examined >> index & 1]
    remarks = list(notes)
    if unseen:
        remarks.append(
            f"No patient records {', '.join(unseen)}: taken as not examined, so possibly ill unseen."
        )
    if not any(_tells(patient) for patient in patients):
        raise ModelError(
            "the cohort tells nothing of spread: no patient has a second sign"
            + (" or a 'followed' time." if clock == "months" else ".")
        )
    single = sum(not _tells(patient) for patient in patients)
    if single:
        remarks.append(
            f"{single} of {len(patients)} patients have one sign and no more, and tell nothing of spread."
        )
    if clock == "months" and any(patient.followed is None for patient in patients):
        remarks.append(
            "Some patients have no 'followed' time: their record is taken to end at the last sign, which "
            "makes rates too high."
        )
    return Cohort(chart, clock, tuple(patients), examined, tuple(remarks))


def _tells(patient: Patient) -> bool:
    return len({sign.at for sign in patient.signs}) > 1 or bool(patient.followed)


def _clock(rows: Sequence[Row], file: str) -> Clock:
    filled = [field for field in ("order", "months") if any(row.fields.get(field) for row in rows)]
    if len(filled) == 2:
        raise ModelError(f"{file}: both 'order' and 'months' are filled in. Keep one of the two columns.")
    if not filled:
        raise ModelError(
            f"{file}: needs a column 'months' (months of each sign since the first) or 'order' (1, 2, 3 ...)."
        )
    clock: Clock = "months" if filled[0] == "months" else "order"
    for row in rows:
        if not row.fields.get(clock):
            raise row.error(clock, "is empty. Give it, or leave the row out if the region was not ill.")
        if clock == "order" and (row.fields.get("after") or row.fields.get("followed")):
            raise row.error(
                "followed" if row.fields.get("followed") else "after", "needs 'months', not 'order'."
            )
    return clock


def _words(chart: Map) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    for field, members in (("region", chart.regions), ("layer", chart.layers), ("side", chart.sides)):
        words[field] = {word.lower(): name for name, one in members.items() for word in (name, *one.also)}
    return words


def _parts(row: Row, field: str, members: Sequence[str], words: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The members that each sign of a row covers: one sign covering all if unknown, one sign each if "both"."""
    word = row.fields.get(field, "").lower()
    if not members:
        return [("",)]
    if word in _UNKNOWN and field != "region":
        return [tuple(members)]
    if word in _BOTH and field != "region":
        return [(one,) for one in members]
    if word not in words:
        said = "is empty." if not word else f"{row.fields[field]!r} is not on the map ({', '.join(members)})."
        raise row.error(field, f"{said}{nearest(word, words) if word else ''}")
    return [(words[word],)]


def _patient(
    name: str, rows: Sequence[Row], chart: Map, clock: Clock, words: Mapping[str, Mapping[str, str]]
) -> Patient:
    index = {place: number for number, place in enumerate(chart.places)}
    found: list[tuple[Row, Sign]] = []
    for row in rows:
        at = row.number(clock)
        after = row.number("after")
        assert at is not None
        if after is not None and after > at:
            raise row.error("after", f"{after:g} comes later than months, {at:g}.")
        for regions in _parts(row, "region", tuple(chart.regions), words["region"]):
            for layers in _parts(row, "layer", tuple(chart.layers), words["layer"]):
                for sides in _parts(row, "side", tuple(chart.sides), words["side"]):
                    places = sum(
                        1 << index[place]
                        for place in chart.places
                        if place.region in regions and place.layer in layers and place.side in sides
                    )
                    found.append((row, Sign(places, at, after if after != at else None)))
    found.sort(key=lambda pair: pair[1].at)
    _refuse_contradictions(name, found)
    start = found[0][1].at
    signs = tuple(
        Sign(
            sign.places,
            sign.at - start,
            None if sign.after is None or sign.at == start else max(0.0, sign.after - start),
        )
        for _, sign in found
    )
    return Patient(name, signs, _followed(name, rows, start, found[-1][1].at))


def _refuse_contradictions(name: str, found: Sequence[tuple[Row, Sign]]) -> None:
    for number, (row, sign) in enumerate(found):
        for earlier_row, earlier in found[:number]:
            if sign.places == earlier.places:
                raise row.error(
                    "region",
                    f"patient {name} already has this place ill on line {earlier_row.line}. Keep its first time.",
                )
            if sign.places & earlier.places == earlier.places and sign.at > earlier.at:
                raise row.error(
                    "region",
                    f"patient {name} already has part of this region ill on line {earlier_row.line}; a row "
                    "without layer or "
                    "side tells of the region's first sign. Name the layer and side, or leave the row out.",
                )
    for row, sign in found:
        free = 0
        for _, other in found:
            if (other.at if other.after is None else other.after) > sign.at:
                free |= other.places
        if sign.places & ~free == 0:
            raise row.error(
                "region",
                f"patient {name} has this region ill here, but other rows have every part of it free until later.",
            )


def _followed(name: str, rows: Sequence[Row], start: float, last: float) -> float | None:
    told = {row.fields["followed"]: row for row in rows if row.fields.get("followed")}
    if not told:
        return None
    row = next(iter(told.values()))
    if len(told) > 1:
        raise row.error("followed", f"patient {name} has several values ({', '.join(told)}). Give one.")
    followed = row.number("followed")
    assert followed is not None
    if followed < last:
        raise row.error(
            "followed", f"{followed:g} is before the last sign of patient {name}, at {last:g} months."
        )
    return followed - start
