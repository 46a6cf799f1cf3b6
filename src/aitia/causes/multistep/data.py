"""Incidence by age: bands with cases and person-years, or rates, for one stratum or several."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from aitia.causes.errors import ModelError
from aitia.causes.tables import Row, nearest, read_csv

AGES = ("age_low", "age_high")
COUNTS = ("cases", "person_years", "rate_per_100000")
REMARKS = ("noted_slope", "source", "note", "notes")
"""Columns that are neither data nor strata: a slope stated elsewhere, to be shown beside ours, and remarks."""

OLDEST = 125
"""No band may begin after this age."""


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """New cases in an age band. Ages are completed years, so 40 to 49 ends on the 50th birthday."""

    low: float
    high: float | None
    """The last completed year of age; None if the band is open."""
    cases: float | None
    person_years: float | None
    rate: float
    """New cases per 100,000 person-years."""
    where: str = ""
    """File and line."""

    @property
    def end(self) -> float | None:
        """The exact age at which the band ends; None if it is open."""
        return None if self.high is None else self.high + 1

    @property
    def label(self) -> str:
        """The band as it is written: 40-49, or 85+."""
        return f"{self.low:g}+" if self.high is None else f"{self.low:g}-{self.high:g}"


class Stratum(msgspec.Struct, frozen=True, kw_only=True):
    """The bands of one group of people, youngest first, neither overlapping nor with a gap."""

    name: str
    bands: tuple[Band, ...]
    levels: dict[str, str] = {}
    """What defines the group, as {"sex": "men"}."""
    noted_slope: float | None = None
    """A least-squares slope that the data's author notes for the stratum."""

    @property
    def counted(self) -> bool:
        """Whether cases and person-years are known, not rates alone."""
        return all(band.cases is not None for band in self.bands)

    @property
    def cases(self) -> float | None:
        """All cases; None if only rates are known."""
        return math.fsum(band.cases or 0.0 for band in self.bands) if self.counted else None

    def within(self, youngest: float, oldest: float) -> "Stratum":
        """The stratum's bands that lie wholly within some completed years of age; the open band never does.

        Raises ModelError if none does.
        """
        inside = tuple(
            band
            for band in self.bands
            if band.low >= youngest and band.high is not None and band.high <= oldest
        )
        if not inside:
            raise ModelError(
                f"{self.name}: no closed age band lies within ages {youngest:g} to {oldest:g}; "
                f"the bands are {', '.join(band.label for band in self.bands)}."
            )
        return msgspec.structs.replace(self, bands=inside)


def stratum(
    name: str,
    age_low: Sequence[float],
    age_high: Sequence[float | None],
    cases: Sequence[float],
    person_years: Sequence[float],
) -> Stratum:
    """A stratum from columns. Ages are completed years; the last `age_high` may be None (open).

    Raises ModelError if the bands overlap, leave a gap, or hold impossible numbers.
    """
    if not len(age_low) == len(age_high) == len(cases) == len(person_years):
        raise ModelError(f"{name}: the columns must be equally long.")
    bands = []
    for at, (low, high, count, years) in enumerate(zip(age_low, age_high, cases, person_years, strict=True)):
        where = f"{name}, band {at + 1}"
        for field, number in (
            ("age_low", low),
            ("age_high", high),
            ("cases", count),
            ("person_years", years),
        ):
            if number is not None and not (math.isfinite(number) and number >= 0):
                raise ModelError(f"{where}, field {field!r}: {number} must be a number of at least 0.")
        bands.append(_band(low, high, count, years, None, where))
    return _checked(Stratum(name=name, bands=tuple(bands)), name)


def read(content: Path | str, by: Sequence[str] = (), *, name: str = "data") -> tuple[Stratum, ...]:
    """The strata of a CSV file (or of its text), one for each combination of the columns in `by`.

    Columns: `age_low` and `age_high` in completed years (an empty `age_high` opens the last band), and two of `cases`,
    `person_years` and `rate_per_100000`, or the rate alone. Any other column may define strata; those not in `by` are
    added together, which needs cases and person-years. Also read: `noted_slope`.

    Raises ModelError with the line and field of what is wrong.
    """
    rows = read_csv(content, required=AGES, optional=COUNTS, name=name)
    file = rows[0].file
    columns = list(rows[0].fields)
    groups = [one for one in columns if one not in (*AGES, *COUNTS, *REMARKS)]
    chosen = [one.strip().lower().replace(" ", "_").replace("-", "_") for one in by]
    for one in chosen:
        if one not in groups:
            can = (
                f"the columns that can be used are {', '.join(groups)}"
                if groups
                else "the file has no such columns"
            )
            raise ModelError(f"{file}: there is no column {one!r} to group by; {can}.{nearest(one, groups)}")
    bands = [(row, _read_band(row)) for row in rows]
    finest: dict[tuple[str, ...], list[tuple[Row, Band]]] = {}
    for row, band in bands:
        finest.setdefault(tuple(row.fields[one] for one in groups), []).append((row, band))
    joined: dict[tuple[str, ...], list[Stratum]] = {}
    for key, members in finest.items():
        levels = dict(zip(groups, key, strict=True))
        label = ", ".join(value for value in key if value) or "all"
        own = Stratum(
            name=label, bands=tuple(band for _, band in members), levels=levels, noted_slope=_noted(members)
        )
        joined.setdefault(tuple(levels[one] for one in chosen), []).append(_checked(own, f"{file}, {label}"))
    found = []
    for values, parts in joined.items():
        label = ", ".join(value or "not stated" for value in values) or "all"
        levels = dict(zip(chosen, values, strict=True))
        found.append(_pooled(label, levels, parts, file, groups))
    return tuple(found)


def _read_band(row: Row) -> Band:
    low = row.number("age_low", most=OLDEST)
    if low is None:
        raise row.error("age_low", "is empty. Give the youngest completed year of age of the band.")
    written = row.fields["age_high"]
    high = None if written in ("", "+") else row.number("age_high", most=OLDEST + 25)
    cases, years = row.number("cases"), row.number("person_years")
    rate = row.number("rate_per_100000")
    for field in COUNTS[:2]:
        if field in row.fields and row.fields[field] == "" and rate is None:
            raise row.error(field, "is empty. Give a number (0 if there was no case), or leave the band out.")
    return _band(low, high, cases, years, rate, f"{row.file}, line {row.line}")


def _band(
    low: float, high: float | None, cases: float | None, years: float | None, rate: float | None, where: str
) -> Band:
    if high is not None and high < low:
        raise ModelError(f"{where}, field 'age_high': {high:g} is below age_low, {low:g}.")
    if years == 0 and not cases:
        raise ModelError(
            f"{where}, field 'person_years': is 0. Leave out a band in which nobody was watched."
        )
    if cases is not None and years is not None:
        if cases > years:
            raise ModelError(
                f"{where}, field 'cases': {cases:g} cases in {years:g} person-years: more cases than people. "
                "Person-years are people times years of watching, not thousands of them."
            )
        own = 1e5 * cases / years
        # A printed rate is rounded; beyond that the three columns contradict one another.
        if rate is not None and abs(rate - own) > max(0.06, 0.02 * own):
            raise ModelError(
                f"{where}, field 'rate_per_100000': {rate:g}, but {cases:g} cases in {years:g} person-years "
                f"are {own:.4g} per 100,000."
            )
        rate = own
    elif rate is None:
        missing = "person_years" if cases is not None else "cases"
        raise ModelError(
            f"{where}: {missing} or rate_per_100000 is missing. Give cases and person_years, or rate_per_100000."
        )
    elif rate > 1e5:
        raise ModelError(f"{where}, field 'rate_per_100000': {rate:g} per 100,000: more cases than people.")
    elif years is not None:
        cases = rate / 1e5 * years
    elif cases is not None:
        if (rate == 0) != (cases == 0):
            raise ModelError(f"{where}: {cases:g} cases contradict a rate of {rate:g} per 100,000.")
        if cases == 0:
            raise ModelError(
                f"{where}, field 'person_years': with no case the rate does not tell how many were watched. "
                "Give person_years for this band."
            )
        years = cases / rate * 1e5
    return Band(low=low, high=high, cases=cases, person_years=years, rate=rate, where=where)


def _checked(one: Stratum, where: str) -> Stratum:
    """The stratum with its bands in order, if they are sound."""
    bands = sorted(one.bands, key=lambda band: band.low)
    for before, after in pairwise(bands):
        place = after.where or where
        if before.high is None:
            raise ModelError(
                f"{place}: the band {after.label} follows the open band {before.label}; only the last may be open."
            )
        if after.low <= before.high:
            halves = (
                f" Ages are completed years: write {before.low:g}-{after.low - 1:g}, then {after.label}."
                if after.low == before.high
                else ""
            )
            raise ModelError(
                f"{place}, field 'age_low': the bands {before.label} and {after.label} overlap.{halves}"
            )
        if after.low > before.high + 1:
            raise ModelError(
                f"{place}, field 'age_low': there is a gap between the bands {before.label} and {after.label}. "
                "Add the missing band (with 0 cases if there was none), or choose --ages beyond the gap."
            )
    if len({band.cases is None for band in bands}) > 1:
        bare = next(band for band in bands if band.cases is None)
        raise ModelError(
            f"{bare.where}: only a rate, where other bands have counts. Give person_years here too."
        )
    if len(bands) == 1:
        raise ModelError(
            f"{where}: there is one age band ({bands[0].label}); a slope needs at least two closed bands."
        )
    if all(band.rate == 0 for band in bands):
        raise ModelError(f"{where}: there are no cases in any band, so nothing can be fitted.")
    return msgspec.structs.replace(one, bands=tuple(bands))


def _pooled(
    label: str, levels: dict[str, str], parts: list[Stratum], file: str, groups: list[str]
) -> Stratum:
    """One stratum from several, by adding cases and person-years band by band."""
    first = parts[0]
    if len(parts) == 1:
        return msgspec.structs.replace(first, name=label, levels=levels)
    if not all(part.counted for part in parts):
        raise ModelError(
            f"{file}: rates alone cannot be added together over {len(parts)} groups. "
            f"Fit each by itself: --by {','.join(groups)}."
        )
    edges = [[(band.low, band.high) for band in part.bands] for part in parts]
    for part, own in zip(parts, edges, strict=True):
        if own != edges[0]:
            raise ModelError(
                f"{file}: {first.name} and {part.name} have different age bands and cannot be added together. "
                f"Fit each by itself: --by {','.join(groups)}."
            )
    bands = []
    for same in zip(*(part.bands for part in parts), strict=True):
        cases = math.fsum(band.cases or 0.0 for band in same)
        years = math.fsum(band.person_years or 0.0 for band in same)
        bands.append(
            Band(
                low=same[0].low, high=same[0].high, cases=cases, person_years=years, rate=1e5 * cases / years
            )
        )
    return Stratum(name=label, bands=tuple(bands), levels=levels)


def _noted(members: Iterable[tuple[Row, Band]]) -> float | None:
    numbers = {row.number("noted_slope", least=-100.0, most=100.0) for row, _ in members} - {None}
    return numbers.pop() if len(numbers) == 1 else None
