"""How many patients does a study need to tell the hypotheses apart? By simulation."""

from collections.abc import Mapping, Sequence
from math import sqrt

import msgspec
from scipy.stats import beta

from aitia.causes.errors import ModelError
from aitia.causes.parallel import in_order
from aitia.causes.spread.compare import compare_pair
from aitia.causes.spread.estimate import fit_design
from aitia.causes.spread.likelihood import compile_cohort, design
from aitia.causes.spread.links import set_rates, wiring
from aitia.causes.spread.maps import Map
from aitia.causes.spread.simulate import Record, check_record, record_cohort, simulate_months
from aitia.causes.tables import Record as TableRecord


class Share(msgspec.Struct, frozen=True):
    """A share of simulated studies, with its exact 95% interval (Clopper and Pearson)."""

    value: float
    low: float
    high: float


class Size(msgspec.Struct, frozen=True):
    """What became of simulated studies with so many patients.

    best: the truth has the lowest AIC. told: it is told apart from every rival. misled: a rival is best and
    told apart from the truth. against: the truth is told apart from this rival.
    """

    patients: int
    best: Share
    told: Share
    misled: Share
    against: dict[str, Share]


class Power(msgspec.Struct, frozen=True):
    """Power by number of patients.

    needed: patients at which 80% of studies tell the truth from every rival, interpolated in the square root
    of the number; None if no size tried reaches it.
    """

    truth: str
    rates: dict[str, float]
    rivals: tuple[str, ...]
    studies: int
    sizes: tuple[Size, ...]
    needed: int | None

    def summary(self) -> list[TableRecord]:
        """One record for each number of patients."""
        return [
            {
                "patients": size.patients,
                "truth_best": size.best.value,
                "told_from_all": size.told.value,
                "told_from_all_low": size.told.low,
                "told_from_all_high": size.told.high,
                "misled": size.misled.value,
                **{f"told_from_{rival}": share.value for rival, share in size.against.items()},
            }
            for size in self.sizes
        ]


def power(
    chart: Map,
    truth: str,
    rates: Mapping[str, float],
    *,
    rivals: Sequence[str] = (),
    sizes: Sequence[int] = (25, 50, 100, 200),
    studies: int = 100,
    record: Record | None = None,
    seed: int = 1,
    jobs: int = 1,
    cluster: str | None = None,
) -> Power:
    """Simulates studies under one hypothesis and fits all; the share that find the truth, by number of patients.

    rivals: hypotheses to tell it from, by default all others of the map. Raises ModelError for what cannot be
    simulated.
    """
    if not 1 <= studies <= 100_000:
        raise ModelError(f"studies: {studies} is not a number from 1 to 100,000.")
    if not sizes or not all(2 <= size <= 100_000 for size in sizes):
        raise ModelError("patients: give numbers of patients from 2 to 100,000, such as 25,50,100.")
    check_record(record or Record())
    set_rates(wiring(chart, truth), rates)
    others = tuple(name for name in (rivals or chart.hypotheses) if name != truth)
    if not others:
        raise ModelError("hypotheses: name at least one besides the truth.")
    ordered = sorted(set(sizes))
    pieces = [
        (chart, truth, dict(rates), others, ordered, record or Record(), seed, study)
        for study in range(studies)
    ]
    counts = [{"best": 0, "told": 0, "misled": 0, **dict.fromkeys(others, 0)} for _ in ordered]
    for results in in_order(_study, pieces, jobs=jobs, cluster=cluster, processes=True):
        for count, result in zip(counts, results, strict=True):
            for name in result:
                count[name] += 1
    found = tuple(
        Size(
            size,
            _share(count["best"], studies),
            _share(count["told"], studies),
            _share(count["misled"], studies),
            {name: _share(count[name], studies) for name in others},
        )
        for size, count in zip(ordered, counts, strict=True)
    )
    return Power(truth, dict(rates), others, studies, found, _needed(found))


def _study(
    chart: Map,
    truth: str,
    rates: dict[str, float],
    rivals: tuple[str, ...],
    sizes: Sequence[int],
    record: Record,
    seed: int,
    study: int,
) -> list[list[str]]:
    """For each size, what this study found: "best", "told", "misled", and the rivals that the truth was told from."""
    model = set_rates(wiring(chart, truth), rates)
    # The smaller studies are the first patients of the larger ones.
    months = simulate_months(model, sizes[-1], seed, start=study * sizes[-1])
    results = []
    for size in sizes:
        cohort = record_cohort(chart, months[:size], record, seed * 100_003 + study)
        data = compile_cohort(cohort)
        wires = {name: wiring(cohort.chart, name) for name in (truth, *rivals)}
        fits = {name: fit_design(design(data, wired)) for name, wired in wires.items()}
        best = min(fits, key=lambda name: fits[name].aic)
        said = []
        if best == truth:
            said.append("best")
        for rival in rivals:
            pair = compare_pair(fits[truth], fits[rival], wires[truth], wires[rival])
            if pair.said == "told apart":
                said.append(rival)
        if len([name for name in said if name in rivals]) == len(rivals):
            said.append("told")
        if best != truth:
            pair = compare_pair(fits[best], fits[truth], wires[best], wires[truth])
            if pair.said == "told apart":
                said.append("misled")
        results.append(said)
    return results


def _share(number: int, among: int) -> Share:
    low = float(beta.ppf(0.025, number, among - number + 1)) if number else 0.0
    high = float(beta.ppf(0.975, number + 1, among - number)) if number < among else 1.0
    return Share(number / among, low, high)


def _needed(sizes: Sequence[Size], aim: float = 0.8) -> int | None:
    for number, size in enumerate(sizes):
        if size.told.value >= aim:
            if number == 0:
                return size.patients
            before = sizes[number - 1]
            part = (aim - before.told.value) / (size.told.value - before.told.value)
            root = sqrt(before.patients) + part * (sqrt(size.patients) - sqrt(before.patients))
            return int(root**2 + 0.999999)
    return None
