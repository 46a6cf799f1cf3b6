"""Which published figures on spread can a hypothesis reproduce, and which not, whatever its rates?"""

from pathlib import Path

import msgspec
import numpy as np
from scipy.optimize import OptimizeResult, minimize

from aitia.causes.errors import ModelError
from aitia.causes.spread.links import Array, set_rates, wiring
from aitia.causes.spread.maps import BACKGROUND, Map, load_yaml
from aitia.causes.spread.simulate import simulate_months
from aitia.causes.tables import Record

_SEARCH, _POLISH, _FINAL = 5_000, 20_000, 200_000


class MonthsToSecond(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Published months from onset in a region to the second region."""

    onset: str
    mean: float
    sd: float
    patients: int
    source: str


class SecondRegion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Published count of patients whose second region after an onset was this one."""

    onset: str
    second: str
    patients: int
    among: int
    source: str


class Sideways(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Published ratio of spread to the other side to spread along the axis, after onset on one side."""

    ratio: float
    relative_error: float
    source: str


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Published figures: of which layer and regions, and from which sources."""

    layer: str
    regions: tuple[str, ...]
    sources: dict[str, str]
    months_to_second_region: tuple[MonthsToSecond, ...]
    second_region: tuple[SecondRegion, ...]
    sideways_to_axis: Sideways


class Target(msgspec.Struct, frozen=True):
    """A published figure beside what the calibrated hypothesis gives. z: the difference in the published
    standard errors."""

    quantity: str
    published: float
    standard_error: float | None
    model: float
    z: float | None
    source: str


class Calibration(msgspec.Struct, frozen=True):
    """A hypothesis with the rates that come nearest to all published figures together.

    misfit: the sum of z squared, to set beside the number of figures; said: in words, what cannot be had.
    """

    hypothesis: str
    rates: dict[str, float]
    targets: tuple[Target, ...]
    misfit: float
    said: str

    def summary(self) -> list[Record]:
        """One record for each published figure."""
        return [{"hypothesis": self.hypothesis, **msgspec.structs.asdict(target)} for target in self.targets]


def published() -> Published:
    """The published figures that come with Aitia."""
    return msgspec.convert(load_yaml(Path(__file__).with_name("published.yaml")), Published)


def calibrate(chart: Map, hypothesis: str, figures: Published, *, seed: int = 1) -> Calibration:
    """Seeks the rates of a hypothesis that come nearest to published figures, by simulation with common random numbers.

    Raises ModelError if the map lacks the sides, layer or regions that the figures speak of.
    """
    if not chart.sides or figures.layer not in chart.layers or not set(figures.regions) <= set(chart.regions):
        raise ModelError(
            f"the map {chart.name!r} lacks the sides, layer or regions of the published figures."
        )
    wired = wiring(chart, hypothesis)

    def targets(logs: Array, number: int) -> list[Target]:
        model = set_rates(wired, np.exp(logs).tolist())
        return _targets(chart, figures, simulate_months(model, number, seed))

    def search(start: Array, number: int, tries: int) -> OptimizeResult:
        def loss(logs: Array) -> float:
            return sum(target.z**2 for target in targets(logs, number) if target.z is not None)

        return minimize(
            loss,
            start,
            method="Nelder-Mead",
            bounds=[(float(np.log(1e-6)), float(np.log(10)))] * len(wired.rates),
            options={"maxfev": tries, "xatol": 0.01, "fatol": 0.05},
        )

    # The misfit has several valleys: start with each rate in turn above the others.
    starts = [
        np.log([0.2 if rate == ahead else 0.005 if rate == BACKGROUND else 0.03 for rate in wired.rates])
        for ahead in wired.rates
    ]
    found = min((search(start, _SEARCH, 250) for start in starts), key=lambda one: float(one.fun))
    found = search(found.x, _POLISH, 150)
    final = targets(found.x, _FINAL)
    missed = [target for target in final if target.z is not None and abs(target.z) > 1.96]
    said = (
        f"{hypothesis} cannot have all {len(final)} figures together: off are "
        + "; ".join(f"{one.quantity} ({one.model:.3g} against {one.published:.3g})" for one in missed)
        + "."
        if missed
        else f"{hypothesis} can have all the published figures together."
    )
    return Calibration(
        hypothesis,
        dict(zip(wired.rates, np.exp(found.x).tolist(), strict=True)),
        tuple(final),
        sum(target.z**2 for target in final if target.z is not None),
        said,
    )


def _targets(chart: Map, figures: Published, months: Array) -> list[Target]:
    places = chart.places
    columns = {
        region: [
            at for at, place in enumerate(places) if (place.layer, place.region) == (figures.layer, region)
        ]
        for region in figures.regions
    }
    by_region = np.stack([months[:, columns[region]].min(axis=1) for region in figures.regions], axis=1)
    order = np.argsort(by_region, axis=1, kind="stable")
    waits = np.take_along_axis(by_region, order[:, 1:2], 1)[:, 0] - by_region.min(axis=1)
    usable = np.isfinite(waits)
    index = {region: number for number, region in enumerate(figures.regions)}
    found = []
    for one in figures.months_to_second_region:
        mine = waits[usable & (order[:, 0] == index[one.onset])]
        mean, sd = (float(mine.mean()), float(mine.std())) if len(mine) > 1 else (0.0, 0.0)
        source = figures.sources[one.source]
        name = f"months to second region, {one.onset} onset"
        found.append(_target(name, one.mean, one.sd / one.patients**0.5, mean, source))
        found.append(Target(f"SD of {name}", one.sd, None, sd, None, source))
    for share in figures.second_region:
        mine = usable & (order[:, 0] == index[share.onset])
        to = float((order[mine, 1] == index[share.second]).mean()) if mine.any() else 0.0
        part = share.patients / share.among
        error = (part * (1 - part) / share.among) ** 0.5
        name = f"share {share.onset} onset, {share.second} second"
        found.append(_target(name, part, error, to, figures.sources[share.source]))
    ratio = _sideways(chart, figures, months, columns)
    sideways = figures.sideways_to_axis
    error = sideways.ratio * sideways.relative_error
    name = "sideways for each spread along the axis, limb onset"
    found.append(_target(name, sideways.ratio, error, ratio, figures.sources[sideways.source]))
    return found


def _sideways(chart: Map, figures: Published, months: Array, columns: dict[str, list[int]]) -> float:
    """Of onsets in a limb on one side: spreads to the other side for each spread to another region, next in time."""
    limbs = [region for region in figures.regions if region != next(iter(chart.regions))]
    every = [column for region in figures.regions for column in columns[region]]
    order = np.argsort(months[:, every], axis=1, kind="stable")[:, :2]
    first, second = np.array(every)[order[:, 0]], np.array(every)[order[:, 1]]
    region = np.array([list(chart.regions).index(place.region) for place in chart.places])
    limb = np.isin(first, [column for name in limbs for column in columns[name]])
    across = float((limb & (region[first] == region[second])).sum())
    along = float((limb & (region[first] != region[second])).sum())
    return across / max(along, 0.5)


def _target(name: str, value: float, error: float, model: float, source: str) -> Target:
    return Target(name, value, error, model, (model - value) / error, source)
