"""Families: transmission, recurrence against formula, estimators of heritability."""

import math

import numpy as np
import pytest

from aitia.causes import lifecourse
from aitia.causes.errors import ModelError
from aitia.causes.lifecourse import relatives
from aitia.causes.lifecourse.pedigree import simulate_families
from aitia.causes.lifecourse.recurrence import at_risk_together, family_history, relative_risk
from aitia.causes.lifecourse.scenario import Variant

COMMON = """
format: 1
title: Common
onset: {steps: 6, rate: 0.03}
mortality: {gompertz: {at_birth: 3e-5, growth: 0.1}}
sexes: {female: {share: 0.5}, male: {share: 0.5}}
"""
TWINS = """
families:
  members:
    - {name: grandmother, sex: female}
    - {name: grandfather, sex: male}
    - {name: mother, sex: female, mother: grandmother, father: grandfather}
    - {name: father, sex: male}
    - {name: first, mother: mother, father: father}
    - {name: second, mother: mother, father: father}
    - {name: twin of first, identical_to: first}
"""
POLYGENIC = "liability: {heritability: 0.5, mapping: threshold}\n"
HOME = "liability: {heritability: 0.4, shared_environment: 0.2, mapping: threshold}\n"
MENDELIAN = """
variants:
  - {name: D, frequency: 0.02, steps_taken: 4}
  - {name: R, frequency: 0.2, inheritance: recessive, steps_taken: 3}
"""
EXPOSED = "exposures: [{name: x, prevalence: 0.3, ages: [20, 60], speeds: [{step: 3, times: 3}]}]\n"


@pytest.mark.parametrize("extra", [POLYGENIC, HOME, MENDELIAN, MENDELIAN + HOME + EXPOSED])
def test_simulated_recurrence_is_the_formula(extra: str) -> None:
    scenario = lifecourse.scenario_of(COMMON + extra + TWINS)
    exact = lifecourse.solve(scenario)
    found = simulate_families(scenario, 300_000, seed=2)
    risk = exact.penetrance(85)
    for member in range(len(found.members)):
        assert abs(found.risk(member) - risk) < 4.5 * math.sqrt(risk / 300_000)
    for relation in ("child", "sibling", "identical twin"):
        both, first, second, neither = found.pooled(relation)
        pairs = both + first + second + neither
        expected = pairs * risk**2 * relative_risk(exact, relation.replace(" ", "_"), 85)
        # Pairs of one family depend on each other; twice the variance of independent ones covers it.
        assert abs(both - expected) < 4 * math.sqrt(2 * expected), relation


def test_estimators_on_simulated_families() -> None:
    found = simulate_families(lifecourse.scenario_of(COMMON + POLYGENIC + TWINS), 400_000)
    for record in found.summary():
        low, high = float(record["low"] or 0), float(record["high"] or 0)
        middle, error = (low + high) / 2, (high - low) / 4
        assert abs(middle - 0.5) < 5 * error
        assert float(record["reich"] or 0) == pytest.approx(0.5, abs=6 * error)
        assert float(record["falconer"] or 0) < float(record["reich"] or 0)


def test_a_home_in_common_is_taken_for_genes_by_siblings_alone() -> None:
    found = {
        record["relation"]: record
        for record in simulate_families(lifecourse.scenario_of(COMMON + HOME + TWINS), 300_000).summary()
    }
    assert float(found["child"]["tetrachoric"] or 0) == pytest.approx(0.4, abs=0.04)
    assert float(found["sibling"]["tetrachoric"] or 0) == pytest.approx(0.8, abs=0.05)
    assert float(found["identical twin"]["tetrachoric"] or 0) == pytest.approx(0.6, abs=0.04)


def test_frailty_halves_the_tetrachoric_correlation() -> None:
    # The trap of the notes: all of a log-normal frailty is genetic, and identical twins correlate far below 1.
    text = COMMON + "liability: {heritability: 1.0, mapping: hazard, log_hazard_sd: 1.0}\n" + TWINS
    scenario = lifecourse.scenario_of(text)
    found = {record["relation"]: record for record in simulate_families(scenario, 200_000).summary()}
    assert 0.1 < float(found["identical twin"]["tetrachoric"] or 0) < 0.7
    exact = lifecourse.solve(scenario)
    both = simulate_families(scenario, 200_000, seed=4).pooled("identical twin")[0]
    expected = 200_000 * exact.penetrance(85) ** 2 * relative_risk(exact, "identical_twin", 85)
    assert abs(both - expected) < 4 * math.sqrt(expected)


@pytest.mark.parametrize("inheritance", ["dominant", "recessive"])
def test_pairs_of_genotypes_by_counting_every_family(inheritance: str) -> None:
    from itertools import product

    p = 0.3
    variant = Variant(name="G", frequency=p, inheritance=inheritance)  # type: ignore[arg-type]
    together = {"parent": 0.0, "sibling": 0.0, "identical_twin": 0.0}
    for mother, father in product(product((0, 1), repeat=2), repeat=2):
        chance = math.prod(p if allele else 1 - p for allele in (*mother, *father))
        for a, b, c, d in product((0, 1), repeat=4):
            one, two = (mother[a], father[b]), (mother[c], father[d])
            risks = [all(x) if inheritance == "recessive" else any(x) for x in (one, two, mother)]
            together["sibling"] += chance / 16 * (risks[0] and risks[1])
            together["parent"] += chance / 16 * (risks[0] and risks[2])
            together["identical_twin"] += chance / 16 * risks[0]
    for relative, both in together.items():
        table = at_risk_together(variant, p, relative)
        assert table[1, 1] == pytest.approx(both, rel=1e-12)
        assert table.sum() == pytest.approx(1, rel=1e-12)
        assert table[0, 1] == table[1, 0]


def test_mendel() -> None:
    # A carrier mother: half of her children carry, and look as the closed form for families says.
    text = """
format: 1
title: Carrier
onset: {steps: 2, rate: 1e-6}
mortality: {gompertz: {at_birth: 1e-9, growth: 0.01}}
variants: [{name: G, frequency: 1e-9, hazard_ratio: 1e6}]
families:
  members:
    - {name: mother, sex: female, carries: [G]}
    - {name: father, sex: male}
    - {name: one, mother: mother, father: father}
    - {name: two, mother: mother, father: father}
    - {name: three, mother: mother, father: father}
  seen_at: 110
"""
    scenario = lifecourse.scenario_of(text)
    exact = lifecourse.solve(scenario)
    penetrance = exact.lifetime_risk(exact.where(G=True))
    found = simulate_families(scenario, 100_000)
    expected = relatives.simplex_or_familial(penetrance, 3)
    shares = found.sizes / found.families
    for share, law in (
        (shares[0], expected.unaffected),
        (shares[1], expected.sporadic),
        (shares[2:].sum(), expected.familial),
    ):
        assert abs(share - law) < 4 * math.sqrt(law * (1 - law) / 100_000)


def test_an_x_linked_variant_passes_from_father_to_daughters_only() -> None:
    text = (
        COMMON
        + """
variants: [{name: X, frequency: 1e-9, inheritance: x_linked_dominant, steps_taken: 5}]
families:
  members:
    - {name: mother, sex: female}
    - {name: father, sex: male, carries: [X]}
    - {name: daughter, sex: female, mother: mother, father: father}
    - {name: son, sex: male, mother: mother, father: father}
"""
    )
    found = simulate_families(lifecourse.scenario_of(text), 20_000)
    risk = {name: found.risk(place) for place, name in enumerate(found.members)}
    assert risk["daughter"] > 0.9
    assert risk["father"] > 0.9
    assert risk["son"] < 0.1
    assert risk["mother"] < 0.1


def test_identical_twins_share_genes_and_nothing_else() -> None:
    text = COMMON + "liability: {heritability: 1.0, mapping: threshold}\n" + TWINS
    found = simulate_families(lifecourse.scenario_of(text), 50_000)
    both, first, second, _ = found.pooled("identical twin")
    assert both > 0
    assert (first, second) == (0, 0)


@pytest.mark.parametrize("extra", [POLYGENIC, HOME, MENDELIAN, MENDELIAN + POLYGENIC])
def test_the_familial_share_by_formula_is_that_of_simulated_families(extra: str) -> None:
    from aitia.causes.lifecourse import engine
    from aitia.causes.lifecourse.kinship import in_order_of_birth, members_of
    from aitia.causes.lifecourse.model import prepare
    from aitia.causes.lifecourse.pedigree import draw_families, kin_of

    scenario = lifecourse.scenario_of(COMMON + extra)
    model = prepare(scenario)
    members = in_order_of_birth(members_of(scenario.families))
    packed, kin = engine.pack(model, 3), kin_of(scenario, model, members, 3)
    n = 200_000
    code, onset, death = np.empty(4 * n, dtype=np.int64), np.empty(4 * n), np.empty(4 * n)
    draw_families(packed, kin, False, 0, code, onset, death)
    seen = np.where(onset < np.minimum(death, 110), onset, np.inf).reshape(n, 4)
    own = seen[:, 2]
    case = np.isfinite(own)
    familial = case & ((seen[:, 0] < own + 30) | (seen[:, 1] < own + 30) | (seen[:, 3] < own))
    share = familial.sum() / case.sum()
    formula = family_history(lifecourse.solve(scenario), 1, 30).familial_share
    assert abs(share - formula) < 4 * math.sqrt(share * (1 - share) / case.sum()) + 0.004


def test_workers_do_not_change_a_digit() -> None:
    scenario = lifecourse.scenario_of(COMMON + MENDELIAN + HOME + TWINS)
    alone = simulate_families(scenario, 20_000, seed=9)
    spread = simulate_families(scenario, 20_000, seed=9, jobs=3)
    for one, other in (
        (alone.pairs, spread.pairs),
        (alone.sizes, spread.sizes),
        (alone.probands, spread.probands),
    ):
        np.testing.assert_array_equal(one, other)


def test_what_formulas_do_not_cover_is_said() -> None:
    text = COMMON + "variants: [{name: X, frequency: 0.01, inheritance: x_linked_dominant, steps_taken: 3}]\n"
    exact = lifecourse.solve(lifecourse.scenario_of(text))
    with pytest.raises(ModelError, match="simulate families instead"):
        relative_risk(exact, "sibling", 80)
    with pytest.raises(ModelError, match="simulate families instead"):
        family_history(exact, 1, 30)
    with pytest.raises(ModelError, match="no relative 'cousin'"):
        relative_risk(exact, "cousin", 80)
    with pytest.raises(ModelError, match="families: 0 is not a number"):
        simulate_families(lifecourse.scenario_of(COMMON), 0)
    with pytest.raises(ModelError, match="no pair of this kind"):
        simulate_families(lifecourse.scenario_of(COMMON), 256).pooled("identical twin")
