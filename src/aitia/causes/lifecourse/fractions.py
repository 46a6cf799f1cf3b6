"""Attributable fractions: what share of cases an exposure accounts for, alone and among others.

Sources: Levin 1953; Miettinen, American Journal of Epidemiology 1974, 99: 325; Eide and Gefeller, Journal of Clinical
Epidemiology 1995, 48: 645, for sequential and average fractions; Greenland and Robins 1988,
doi 10.1093/oxfordjournals.aje.a115073, for why an attributable fraction does not count the cases that exposure
merely brings forward.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import msgspec
import numpy as np

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse.exact import Exact, onset_and_death
from aitia.causes.tables import Value

MOST_FACTORS = 12


def levin(prevalence: float, relative_risk: float) -> float:
    """p·(RR - 1) / (1 + p·(RR - 1)), p being the prevalence in the population.

    Biased when something else raises both exposure and risk, even with an adjusted relative risk: then use `miettinen`.
    """
    _check(prevalence, relative_risk)
    excess = prevalence * (relative_risk - 1)
    return excess / (1 + excess)


def miettinen(prevalence_in_cases: float, relative_risk: float) -> float:
    """p_d·(1 - 1/RR), p_d being the share of cases exposed; right under confounding too, with an adjusted RR."""
    _check(prevalence_in_cases, relative_risk)
    return prevalence_in_cases * (1 - 1 / relative_risk)


def joint(fractions: Iterable[float]) -> float:
    """1 - prod(1 - fraction): the fraction of several independent factors that multiply risks."""
    return 1 - math.prod(1 - fraction for fraction in fractions)


def sequential(names: Sequence[str], fraction_of: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """What each factor adds when they are removed in the order given; fraction_of is the joint fraction of a set."""
    added: dict[str, float] = {}
    removed: frozenset[str] = frozenset()
    for name in names:
        added[name] = fraction_of(removed | {name}) - fraction_of(removed)
        removed |= {name}
    return added


def average(names: Sequence[str], fraction_of: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """What each factor adds on average over all orders of removal (Shapley value); they sum to the joint fraction.

    Raises ModelError for more than 12 factors.
    """
    if len(names) > MOST_FACTORS:
        raise ModelError(
            f"average fractions of {len(names)} factors take too long; the most is {MOST_FACTORS}."
        )
    known: dict[frozenset[str], float] = {}

    def value(members: frozenset[str]) -> float:
        if members not in known:
            known[members] = fraction_of(members)
        return known[members]

    n = len(names)
    shares = {}
    for name in names:
        others = [other for other in names if other != name]
        total = 0.0
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for chosen in combinations(others, size):
                total += weight * (value(frozenset(chosen) | {name}) - value(frozenset(chosen)))
        shares[name] = total
    return shares


class Removal(msgspec.Struct, frozen=True):
    """What removing exposures does, per person born, to the horizon."""

    removed: tuple[str, ...]
    prevented: float
    """Cases that would not occur before death."""
    delayed: float
    """Cases that would occur nonetheless, but later."""
    added: float
    """Cases that occur only because people live longer, where the exposure also kills."""
    fraction: float
    """Attributable fraction: prevented less added, over all cases."""
    years_gained: float
    """Years free of the disease, per person born."""


def remove(exact: Exact, exposures: Sequence[str]) -> Removal:
    """Compare lives with and without some exposures, everything else of each life being the same.

    Cases prevented follow from the risks alone. Cases delayed do not: here an exposed person's onset is the same
    quantile of its distribution with and without the exposure, so that every remaining case is later. `compare` with
    the engine `events` moves only those who took the step while exposed, and so counts fewer; no data can tell which.
    Raises ModelError for an unknown exposure.
    """
    combos = exact.model.combinations
    level = combos.level.copy()
    for name in exposures:
        columns = [
            at for at, trait in enumerate(combos.traits) if trait.name == name and trait.kind == "exposure"
        ]
        if not columns:
            raise ModelError(f"there is no exposure {name!r} in the scenario.")
        level[:, columns[0]] = 0
    other = np.zeros(level.shape[0], dtype=np.int64)
    for column, trait in enumerate(combos.traits):
        other = other * len(trait.levels) + level[:, column]
    changed = (other != np.arange(other.size)) & (combos.weight > 0)
    risk = exact.crude[:, -1]
    # Onset as if unexposed, death as if exposed: what tells cases prevented from cases that longer lives add.
    between = risk[other].copy()
    for row in np.flatnonzero(changed & (exact.model.mortality_ratio != exact.model.mortality_ratio[other])):
        between[row] = onset_and_death(exact.model, int(other[row]), int(row))
    weight = combos.weight
    total = float(weight @ risk)
    prevented = float(weight @ (risk - between))
    added = float(weight @ (risk[other] - between))
    return Removal(
        removed=tuple(exposures),
        prevented=prevented,
        delayed=float(weight[changed] @ between[changed]),
        added=added,
        fraction=(prevented - added) / total if total > 0 else 0.0,
        years_gained=float(weight @ (exact.person_years[other, -1] - exact.person_years[:, -1])),
    )


def attribution(exact: Exact) -> list[dict[str, Value]]:
    """The attributable fraction of each exposure: alone, in the file's order, and on average of orders; and jointly."""
    names = [exposure.name for exposure in exact.model.scenario.exposures]
    if not names or exact.lifetime_risk() == 0:
        return []

    def fraction_of(members: frozenset[str]) -> float:
        return remove(exact, sorted(members)).fraction

    in_order = sequential(names, fraction_of)
    shared = average(names, fraction_of) if len(names) <= MOST_FACTORS else dict.fromkeys(names)
    records: list[dict[str, Value]] = []
    for name in names:
        rows = exact.where(**{name: True})
        alone = remove(exact, [name])
        records.append(
            {
                "exposure": name,
                "prevalence": float(exact.model.combinations.weight[rows].sum()),
                "share_of_cases": exact.case_share(rows),
                "removed_alone": alone.fraction,
                "in_order_of_file": in_order[name],
                "average_of_orders": shared[name],
                "prevented_per_100000": 1e5 * alone.prevented,
                "delayed_per_100000": 1e5 * alone.delayed,
                "added_per_100000": 1e5 * alone.added,
            }
        )
    if len(names) > 1:
        all_of_them = remove(exact, names)
        records.append(
            {
                "exposure": "all together",
                "prevalence": None,
                "share_of_cases": None,
                "removed_alone": all_of_them.fraction,
                "in_order_of_file": sum(in_order.values()),
                "average_of_orders": all_of_them.fraction,
                "prevented_per_100000": 1e5 * all_of_them.prevented,
                "delayed_per_100000": 1e5 * all_of_them.delayed,
                "added_per_100000": 1e5 * all_of_them.added,
            }
        )
    return records


def _check(share: float, relative_risk: float) -> None:
    if not 0 <= share <= 1:
        raise ModelError(f"{share:g} is not a share from 0 to 1.")
    if not relative_risk > 0:
        raise ModelError(f"relative risk: {relative_risk:g} must be above 0.")
