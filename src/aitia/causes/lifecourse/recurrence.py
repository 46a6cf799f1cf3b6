"""Risk in relatives, and the familial share of cases, of a whole scenario: variants and polygenic liability together.

Of a pair of relatives, both affected: the sum over their genotypes (identity by descent) of the integral over what
their liabilities share, within which the two are independent. Exposures of relatives are independent given genes.
"""

from collections.abc import Iterator
from itertools import product

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse.combinations import allele_frequency
from aitia.causes.lifecourse.exact import Exact, frailties, net_risk, standard_normal_grid
from aitia.causes.lifecourse.model import Model, cumulative_mortality
from aitia.causes.lifecourse.scenario import Variant

Floats = NDArray[np.float64]
RELATIVES = ("parent", "child", "sibling", "identical_twin")
_SAMPLES = 1024


def relative_risk(exact: Exact, relative: str, age: float) -> float:
    """Chance that a relative of an affected person is affected by an age, over that of anyone, if nobody died.

    Exact but for quadrature. Raises ModelError for an unknown relative, an X-linked variant (whose pairs depend on the
    sexes), or no risk at all.
    """
    model = exact.model
    if relative not in RELATIVES:
        raise ModelError(f"there is no relative {relative!r}: choose from {', '.join(RELATIVES)}.")
    if any(variant.inheritance == "x_linked_dominant" for variant in model.scenario.variants):
        raise ModelError(
            "risk in relatives by formula does not cover X-linked variants; simulate families instead."
        )
    hazard = _hazard_at(model, age)
    both = alone = 0.0
    for share, groups in _groups(model):
        genotypes, pairs = _genotype_pairs(model, groups[0], relative)
        points, weights = standard_normal_grid(401)
        given = _risk_given_shared(model, hazard, groups[1], genotypes, _correlation(model, relative), points)
        both += share * float(weights @ np.einsum("gm,gh,hm->m", given, pairs, given))
        alone += share * float(weights @ (pairs.sum(axis=1) @ given))
    if alone <= 0:
        raise ModelError(
            f"nobody is affected by age {age:g} in this scenario, so there is no risk in relatives."
        )
    return both / alone**2


def _hazard_at(model: Model, age: float) -> Floats:
    table = np.array([np.interp(age, model.ages, row) for row in model.cumulative])
    return np.asarray(model.scale * table[model.profile])


def _groups(model: Model) -> Iterator[tuple[float, tuple[str | None, NDArray[np.bool_]]]]:
    groups = model.scenario.groups
    if not groups:
        yield 1.0, (None, np.ones(model.combinations.weight.size, dtype=bool))
    for group in groups:
        yield group.share, (group.name, model.combinations.where(group=group.name))


def _correlation(model: Model, relative: str) -> float:
    liability = model.scenario.liability
    if liability is None:
        return 0.0
    genes = liability.heritability * (1.0 if relative == "identical_twin" else 0.5)
    return genes + (liability.shared_environment if relative in ("sibling", "identical_twin") else 0.0)


def _genotype_pairs(model: Model, group: str | None, relative: str) -> tuple[list[tuple[int, ...]], Floats]:
    """The genotypes (at risk or not, by variant), and the chance of each pair of them in two relatives."""
    variants = model.scenario.variants
    genotypes = list(product((0, 1), repeat=len(variants)))
    pairs = np.ones((len(genotypes), len(genotypes)))
    for place, variant in enumerate(variants):
        table = at_risk_together(variant, allele_frequency(variant, group, 0.5), relative)
        level = np.array([genotype[place] for genotype in genotypes])
        pairs *= table[np.ix_(level, level)]
    return genotypes, pairs


def at_risk_together(variant: Variant, p: float, relative: str) -> Floats:
    """Chance that two relatives are (not, not), (not, at risk)... by one variant."""
    sharing = {
        "parent": (0, 1, 0),
        "child": (0, 1, 0),
        "sibling": (0.25, 0.5, 0.25),
        "identical_twin": (0, 0, 1),
    }
    if variant.inheritance == "recessive":
        at_risk = p * p
        both = (p**4, p**3, p**2)
    else:
        at_risk = p * (2 - p)
        # One allele in common: 1 - 2q² + q³, with q = 1 - p, written without differences.
        both = (at_risk**2, p * (1 + p * (1 - p)), at_risk)
    joint = sum(weight * chance for weight, chance in zip(sharing[relative], both, strict=True))
    return np.array([[1 - 2 * at_risk + joint, at_risk - joint], [at_risk - joint, joint]])


def _risk_given_shared(
    model: Model,
    hazard: Floats,
    rows: NDArray[np.bool_],
    genotypes: list[tuple[int, ...]],
    correlation: float,
    points: Floats,
) -> Floats:
    """[genotype, point] risk given the part of liability that is shared with the relative."""
    combos = model.combinations
    columns = [at for at, trait in enumerate(combos.traits) if trait.kind == "variant"]
    table = _risk_given_part(model, hazard, correlation, points)
    out = np.zeros((len(genotypes), points.size))
    for place, genotype in enumerate(genotypes):
        mine = rows & np.all(combos.level[:, columns] == np.array(genotype, dtype=np.int64), axis=1)
        weight = np.where(mine, combos.weight, 0.0)
        if weight.sum() > 0:
            out[place] = weight @ table / weight.sum()
    return out


def _risk_given_part(model: Model, hazard: Floats, share: float, points: Floats) -> Floats:
    """[combination, point] risk at a cumulative hazard, given a part of the liability with this share of variance."""
    liability = model.scenario.liability
    if liability is None or share == 0:
        return np.repeat(net_risk(hazard[:, None], liability), points.size, axis=1)
    known = np.sqrt(share) * points
    rest = np.sqrt(max(1 - share, 0.0))
    if liability.mapping == "threshold":
        with np.errstate(divide="ignore"):
            threshold = -ndtri(-np.expm1(-hazard))[:, None]
        if rest < 1e-7:
            return np.asarray((known[None, :] > threshold).astype(float))
        return np.asarray(ndtr((known[None, :] - threshold) / rest))
    others, weights = standard_normal_grid(61)
    total = np.zeros((hazard.size, points.size))
    for other, weight in zip(others, weights, strict=True):
        total -= weight * np.expm1(-hazard[:, None] * frailties(liability, known + rest * other)[None, :])
    return total


class FamilyHistory(msgspec.Struct, frozen=True):
    """The share of cases with an affected parent or sibling, in all and by the variant of the case."""

    familial_share: float
    by_variant: dict[str, tuple[float, float]]
    """For each variant (and for none): its share among familial cases, and among the others."""


def family_history(exact: Exact, siblings: int, parent_age: float) -> FamilyHistory:
    """Who among cases has a parent or sibling affected by the time of the case's own onset (with death counted).

    Parents are `parent_age` years older, siblings of the same age. Genotypes and polygenic values of the relatives are
    drawn given the case's, by a fixed quasi-random sequence (so that the answer is smooth in the scenario's numbers);
    their chances of being affected are exact given those. Groups are averaged over for relatives' exposures.
    Raises ModelError for X-linked variants or a liability that acts on hazards: simulate families instead.
    """
    model = exact.model
    scenario = model.scenario
    liability = scenario.liability
    if any(variant.inheritance == "x_linked_dominant" for variant in scenario.variants):
        raise ModelError(
            "familial share by formula does not cover X-linked variants; simulate families instead."
        )
    if liability is not None and liability.mapping == "hazard":
        raise ModelError("familial share by formula needs `mapping: threshold`; simulate families instead.")
    variants = scenario.variants
    genotypes = list(product((0, 1), repeat=len(variants)))
    combos = model.combinations
    columns = [at for at, trait in enumerate(combos.traits) if trait.kind == "variant"]
    member = np.array(
        [genotypes.index(tuple(int(x) for x in row[columns])) for row in combos.level], dtype=np.int64
    )
    cases = combos.weight[:, None] * np.diff(exact.crude, axis=1)
    by_genotype = np.array([cases[member == place].sum(axis=0) for place in range(len(genotypes))])
    genes = liability.heritability if liability else 0.0
    home = liability.shared_environment if liability else 0.0
    tables = (
        _crude_given_part(exact, member, len(genotypes), genes),
        _crude_given_part(exact, member, len(genotypes), genes + home),
    )
    random = qmc.Sobol(5 + siblings + len(variants) * (3 + 2 * siblings), rng=20).random(_SAMPLES)
    total = by_genotype.sum()
    familial = np.zeros(len(genotypes))
    for place, genotype in enumerate(genotypes):
        if by_genotype[place].sum() > 1e-9 * total:
            chance = _chance_of_history(
                exact, genotype, by_genotype[place], member == place, tables, random, siblings, parent_age
            )
            familial[place] = by_genotype[place].sum() / total * chance
    share = familial.sum()
    each = by_genotype.sum(axis=1) / total
    by_variant = {}
    for at, variant in enumerate(variants):
        rows = np.array([bool(genotype[at]) for genotype in genotypes])
        by_variant[variant.name] = (
            float(familial[rows].sum() / share) if share > 0 else 0.0,
            float((each - familial)[rows].sum() / (1 - share)) if share < 1 else 0.0,
        )
    return FamilyHistory(float(share), by_variant)


_PART = np.linspace(-6, 6, 97)


def _crude_given_part(exact: Exact, member: NDArray[np.int64], genotypes: int, share: float) -> Floats:
    """[genotype, standard normal part on _PART, edge] crude risk, given a part with this share of the liability."""
    model = exact.model
    out = np.zeros((genotypes, _PART.size, exact.edges.size))
    total = np.zeros(genotypes)
    for row in range(member.size):
        weight = model.combinations.weight[row]
        if weight == 0:
            continue
        net = exact.net[row]
        if share > 0:
            with np.errstate(divide="ignore"):
                threshold = -ndtri(net)
            rest = np.sqrt(max(1 - share, 1e-12))
            given = ndtr((np.sqrt(share) * _PART[:, None] - threshold[None, :]) / rest)
        else:
            given = np.repeat(net[None, :], _PART.size, axis=0)
        alive = _alive_between(model, row, exact.edges)
        crude = np.concatenate(
            [np.zeros((_PART.size, 1)), np.cumsum(np.diff(given, axis=1) * alive, axis=1)], axis=1
        )
        out[member[row]] += weight * crude
        total[member[row]] += weight
    return out / np.where(total > 0, total, 1.0)[:, None, None]


def _alive_between(model: Model, row: int, edges: Floats) -> Floats:
    middle = (edges[1:] + edges[:-1]) / 2
    mortality = cumulative_mortality(model.mortalities[model.kind[row]], middle)
    return np.asarray(np.exp(-model.mortality_ratio[row] * mortality))


def _chance_of_history(
    exact: Exact,
    genotype: tuple[int, ...],
    cases_by_age: Floats,
    rows: NDArray[np.bool_],
    tables: tuple[Floats, Floats],
    random: Floats,
    siblings: int,
    parent_age: float,
) -> float:
    scenario = exact.model.scenario
    heritability = scenario.liability.heritability if scenario.liability else 0.0
    home = scenario.liability.shared_environment if scenario.liability else 0.0
    draws = iter(np.clip(random, 1e-12, 1 - 1e-12).T)
    # Age at onset of the case, and its liability, which at onset equals the threshold of that age.
    upto = np.concatenate([[0.0], np.cumsum(cases_by_age)]) / cases_by_age.sum()
    age = np.interp(next(draws), upto, exact.edges)
    weight = exact.model.combinations.weight[rows] * exact.crude[rows, -1]
    net = weight @ exact.net[rows] / weight.sum()
    liability = -ndtri(np.interp(age, exact.edges, net))
    genes = np.sqrt(heritability) * liability + np.sqrt(1 - heritability) * ndtri(next(draws))
    others = max(1 - heritability, 1e-12)
    common = np.sqrt(home) * (liability - np.sqrt(heritability) * genes) / others
    common += np.sqrt(max(1 - home / others, 0.0)) * ndtri(next(draws))
    # The mean of the parents, given the child, has mean half the child's value and standard deviation one half.
    middle = genes / 2 + 0.5 * ndtri(next(draws))
    difference = np.sqrt(0.5) * ndtri(next(draws))
    values = [middle + difference, middle - difference]
    for _ in range(siblings):
        own = np.sqrt(heritability) * (middle + np.sqrt(0.5) * ndtri(next(draws)))
        values.append((own + np.sqrt(home) * common) / np.sqrt(max(heritability + home, 1e-12)))
    relatives = 2 + siblings
    indices = np.zeros((relatives, age.size), dtype=np.int64)
    for variant, level in zip(scenario.variants, genotype, strict=True):
        states = _relatives_at_risk(variant, allele_frequency(variant, None, 0.5), level, draws, siblings)
        indices = 2 * indices + states
    clean = np.ones(age.size)
    for relative in range(relatives):
        seen = age + parent_age if relative < 2 else age
        clean *= 1 - _looked_up(
            tables[int(relative >= 2)], indices[relative], values[relative], seen, exact.edges
        )
    return float(1 - clean.mean())


def _relatives_at_risk(
    variant: Variant, p: float, level: int, draws: Iterator[Floats], siblings: int
) -> NDArray[np.int64]:
    """[mother, father, siblings...] at risk or not, given whether the case is."""
    recessive = variant.inheritance == "recessive"
    u, other_mother, other_father = next(draws), next(draws) < p, next(draws) < p
    if recessive:
        # The case has two copies, or one or none: from the mother, from the father.
        if level:
            from_mother = from_father = np.ones(u.size, dtype=bool)
        else:
            one = p * (1 - p) / (1 - p * p) if p < 1 else 0.0
            from_mother, from_father = u < one, (u >= one) & (u < 2 * one)
    elif level:
        total = 1 - (1 - p) ** 2
        both, one = (p * p / total, p * (1 - p) / total) if total > 0 else (0.0, 0.5)
        from_mother = u < both + one
        from_father = (u < both) | (u >= both + one)
    else:
        from_mother = from_father = np.zeros(u.size, dtype=bool)

    def at_risk(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return one & two if recessive else one | two

    states = [at_risk(from_mother, other_mother), at_risk(from_father, other_father)]
    for _ in range(siblings):
        first, second = next(draws) < 0.5, next(draws) < 0.5
        states.append(
            at_risk(np.where(first, from_mother, other_mother), np.where(second, from_father, other_father))
        )
    return np.array(states, dtype=np.int64)


def _looked_up(
    tables: Floats, genotype: NDArray[np.int64], genes: Floats, age: Floats, edges: Floats
) -> Floats:
    x = np.clip((genes - _PART[0]) / (_PART[1] - _PART[0]), 0, _PART.size - 1.001)
    y = np.interp(np.minimum(age, edges[-1]), edges, np.arange(edges.size))
    y = np.minimum(y, edges.size - 1.001)
    i, j = x.astype(np.int64), y.astype(np.int64)
    a, b = x - i, y - j
    low = tables[genotype, i, j] * (1 - b) + tables[genotype, i, j + 1] * b
    high = tables[genotype, i + 1, j] * (1 - b) + tables[genotype, i + 1, j + 1] * b
    return np.asarray(low * (1 - a) + high * a)
