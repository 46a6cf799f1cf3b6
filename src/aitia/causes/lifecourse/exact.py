"""Exact answers of a scenario: risks net and crude, incidence by age, person-years.

Net is as if nobody died of anything else: 1 - exp(-H). Crude lets people die first: the integral of h·S·S_mortality
(the cumulative incidence). A table of rates by age needs neither, since mortality that ignores the steps cancels.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.lifecourse.hazard import NODES
from aitia.causes.lifecourse.model import Model, mortality_in_cells, prepare
from aitia.causes.lifecourse.scenario import Liability, Scenario
from aitia.causes.tables import Value

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
_SIMPSON = np.array([1.0, 4.0, 2.0, 4.0, 1.0]) / 12.0


class Band(msgspec.Struct, frozen=True):
    """Cases and person-years between two ages, per person born."""

    low: float
    high: float
    cases: float
    person_years: float

    @property
    def per_100000(self) -> float:
        """New cases per 100,000 person-years."""
        return 1e5 * self.cases / self.person_years


class Exact(msgspec.Struct, frozen=True):
    """The exact answers, per combination of traits (rows) and at the edges of the age cells (columns)."""

    model: Model
    edges: Floats
    net: Floats
    """Chance of onset by an age, if nobody died of anything else."""
    crude: Floats
    """Chance of onset by an age and before death."""
    person_years: Floats
    """Years lived by an age, free of the disease."""

    def where(self, /, **levels: str | bool) -> Rows:
        """The combinations with these levels, as in where(sex="male", smoking=True)."""
        return self.model.combinations.where(**levels)

    def mean(self, table: Floats, rows: Rows | None = None) -> Floats:
        """The mean of a table over the people in some combinations (all, if none are named)."""
        weight = self.model.combinations.weight
        weight = weight if rows is None else np.where(rows, weight, 0.0)
        total = weight.sum()
        if total == 0:
            return np.zeros(table.shape[1])
        return np.asarray(weight @ table / total)

    def lifetime_risk(self, rows: Rows | None = None) -> float:
        """Chance of onset before death, to the horizon."""
        return float(self.mean(self.crude, rows)[-1])

    def penetrance(self, age: float, rows: Rows | None = None, *, crude: bool = False) -> float:
        """Chance of onset by an age: net, or crude."""
        return float(np.interp(age, self.edges, self.mean(self.crude if crude else self.net, rows)))

    def bands(self, cuts: Sequence[float], rows: Rows | None = None) -> list[Band]:
        """Cases and person-years between successive ages."""
        cases = np.interp(cuts, self.edges, self.mean(self.crude, rows))
        years = np.interp(cuts, self.edges, self.mean(self.person_years, rows))
        return [
            Band(low, high, float(case), float(lived))
            for low, high, case, lived in zip(
                cuts[:-1], cuts[1:], np.diff(cases), np.diff(years), strict=True
            )
        ]

    def incidence(self, low: float, high: float, rows: Rows | None = None) -> float:
        """New cases per 100,000 person-years between two ages, in a population of constant births."""
        return self.bands([low, high], rows)[0].per_100000

    def age_at_onset(self, rows: Rows | None = None) -> tuple[float, float]:
        """Mean and standard deviation of the age at onset of cases."""
        cases = np.diff(self.mean(self.crude, rows))
        middle = (self.edges[1:] + self.edges[:-1]) / 2
        width = np.diff(self.edges)
        mean = cases @ middle / cases.sum()
        return float(mean), float(np.sqrt(cases @ ((middle - mean) ** 2 + width**2 / 12) / cases.sum()))

    def case_share(self, rows: Rows) -> float:
        """Share of all cases who are in these combinations."""
        cases = self.model.combinations.weight * self.crude[:, -1]
        return float(cases[rows].sum() / cases.sum())

    def log_log_slope(
        self,
        low: float,
        high: float,
        width: float = 5.0,
        rows: Rows | None = None,
        *,
        per_everyone: bool = False,
    ) -> float:
        """Least-squares slope of log incidence on log mid-age over bands of some width: what most papers report.

        per_everyone: cases of these combinations per person-year of everyone, as a register counts carriers' cases.
        """
        cuts = list(np.arange(low, high + width / 2, width))
        cases = self.bands(cuts, rows)
        years = self.bands(cuts) if per_everyone else cases
        middles = [np.log((band.low + band.high) / 2) for band in cases]
        rates = [np.log(case.cases / lived.person_years) for case, lived in zip(cases, years, strict=True)]
        return float(np.polyfit(middles, rates, 1)[0])

    def summary(self) -> list[dict[str, Value]]:
        """The main answers, for all and for each level of each trait."""
        records: list[dict[str, Value]] = []
        for name, rows in self.model.combinations.people():
            share = 1.0 if rows is None else float(self.model.combinations.weight[rows].sum())
            if share == 0:
                continue
            some = self.lifetime_risk(rows) > 0
            records.append(
                {
                    "people": name,
                    "share_at_birth": share,
                    "lifetime_risk": self.lifetime_risk(rows),
                    "net_risk_by_80": self.penetrance(80, rows) if self.edges[-1] >= 80 else None,
                    "crude_risk_by_80": self.penetrance(80, rows, crude=True)
                    if self.edges[-1] >= 80
                    else None,
                    "share_of_cases": 1.0
                    if rows is None
                    else self.case_share(rows)
                    if self.lifetime_risk() > 0
                    else None,
                    "mean_age_at_onset": self.age_at_onset(rows)[0] if some else None,
                    "per_100000_person_years": self.incidence(0, float(self.edges[-1]), rows),
                }
            )
        return records

    def plot(self, path: str) -> None:
        """Incidence by age and cumulative risk, net and crude, as a file in the format of its ending."""
        from aitia.causes.lifecourse.plots import plot_exact

        plot_exact(self, path)


def solve(scenario: Scenario) -> Exact:
    """The exact answers of a scenario.

    Raises ModelError if the scenario contradicts itself.
    """
    return solve_model(prepare(scenario))


def solve_model(model: Model) -> Exact:
    """The exact answers of a scenario that is already prepared."""
    net = net_risk(model.scale[:, None] * model.cumulative[model.profile], model.scenario.liability)
    death = model.mortality_ratio[:, None] * model.death[model.kind]
    alive = np.exp(-death)
    nodes, width = _cells(model)
    crude = np.empty((net.shape[0], width.size + 1))
    years = np.empty_like(crude)
    for row in range(net.shape[0]):
        crude[row] = _crude(model, net[row], row)
        years[row] = _summed(((1 - net[row]) * alive[row])[nodes] @ _SIMPSON * width)
    return Exact(model, model.edges, net[:, ::NODES], crude, years)


def onset_and_death(model: Model, onset: int, death: int) -> float:
    """Chance of onset before death and the horizon, with the onset of one combination and the mortality of another."""
    hazard = model.scale[onset] * model.cumulative[model.profile[onset]]
    return float(_crude(model, net_risk(hazard, model.scenario.liability), death)[-1])


def _cells(model: Model) -> tuple[NDArray[np.int64], Floats]:
    width = np.diff(model.edges)
    return np.arange(width.size)[:, None] * NODES + np.arange(NODES + 1)[None, :], width


def _crude(model: Model, net: Floats, death: int) -> Floats:
    nodes, width = _cells(model)
    kind, ratio = model.kind[death], model.mortality_ratio[death]
    present = net * np.exp(-ratio * model.death[kind])
    # By parts, so that only sums of positive numbers occur: dF·S = d(F·S) + F·S·mortality.
    lost = present[nodes] * mortality_in_cells(model.mortalities[kind], model.ages[nodes]) * ratio
    return np.asarray(present[::NODES] + _summed(lost @ _SIMPSON * width))


def _summed(parts: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(parts)])


def net_risk(cumulative: Floats, liability: Liability | None) -> Floats:
    """1 - exp(-H), averaged over the frailty of a liability that acts on hazards."""
    if liability is None or liability.mapping == "threshold":
        return np.asarray(-np.expm1(-cumulative))
    points, weights = standard_normal_grid()
    total = np.zeros_like(cumulative)
    for frailty, weight in zip(frailties(liability, points), weights, strict=True):
        total -= weight * np.expm1(-cumulative * frailty)
    return total


def frailties(liability: Liability, points: Floats) -> Floats:
    """exp(sd·L - sd²/2), of mean 1."""
    sd = liability.log_hazard_sd or 0.0
    return np.asarray(np.exp(sd * points - sd * sd / 2))


def standard_normal_grid(points: int = 161, reach: float = 9.0) -> tuple[Floats, Floats]:
    """Points and weights of the trapezoid rule for a standard normal, which converges fastest of all for it."""
    at = np.linspace(-reach, reach, points)
    weight = np.exp(-at * at / 2)
    return at, weight / weight.sum()
