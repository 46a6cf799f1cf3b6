"""Closed forms against the notes' calculations and their limits."""

import math

import numpy as np
import pytest
from scipy import stats

from aitia.causes import lifecourse
from aitia.causes.errors import ModelError
from aitia.causes.lifecourse import relatives
from aitia.causes.lifecourse.exposure import step_hazard_ratio
from aitia.causes.lifecourse.fractions import (
    attribution,
    average,
    joint,
    levin,
    miettinen,
    remove,
    sequential,
)
from tests.causes.lifecourse import scenarios


def test_hazard_ratio_by_step() -> None:
    found = [round(step_hazard_ratio(6, step, 2, (20, 40), 60), 3) for step in range(1, 7)]
    assert found == [1.128, 1.416, 1.580, 1.416, 1.128, 1.000]
    assert step_hazard_ratio(6, 6, 2, (20, 40), 30) == 2
    assert step_hazard_ratio(1, 1, 3, (0, 50), 20) == 3


@pytest.mark.parametrize("step", [1, 3, 5, 6])
def test_the_exact_model_tends_to_that_ratio(step: int) -> None:
    text = scenarios.PLAIN.replace("0.0156540", "1e-5") + (
        f"exposures: [{{name: x, prevalence: 0.5, ages: [20, 40], speeds: [{{step: {step}, times: 2}}]}}]"
    )
    model = lifecourse.solve(lifecourse.scenario_of(text)).model
    at = list(model.ages).index(60.0)
    exposed = model.profile[model.combinations.where(x=True)][0]
    ratio = model.hazard[exposed, at] / model.hazard[1 - exposed, at]
    assert ratio == pytest.approx(step_hazard_ratio(6, step, 2, (20, 40), 60), abs=1e-3)


@pytest.mark.parametrize(
    ("heritability", "first_degree", "twins"),
    [(0.43, 5.756, 21.24), (0.523, 7.861, 34.27), (0.61, 10.354, 51.93)],
)
def test_relative_risk_from_liability(heritability: float, first_degree: float, twins: float) -> None:
    found = (
        relatives.relative_risk(0.0025, heritability, 0.5),
        relatives.relative_risk(0.0025, heritability, 1),
    )
    assert found[0] == pytest.approx(first_degree, abs=6e-4)
    assert found[1] == pytest.approx(twins, abs=6e-3)
    assert relatives.relative_risk_approximate(0.0025, heritability, 0.5) == pytest.approx(
        first_degree, rel=2e-3
    )


def test_limits_of_relative_risk() -> None:
    assert relatives.relative_risk(0.01, 0, 0.5) == pytest.approx(1, rel=1e-10)
    assert relatives.relative_risk(0.01, 1, 1) == pytest.approx(100, rel=1e-10)
    cut = relatives.threshold(0.1)
    theirs = stats.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]]).cdf([-cut, -cut])
    assert relatives.both_above(cut, cut, 0.3) == pytest.approx(theirs, rel=1e-6)
    assert relatives.both_above(cut, -cut, -0.7) == pytest.approx(
        stats.multivariate_normal([0, 0], [[1, -0.7], [-0.7, 1]]).cdf([-cut, cut]), rel=1e-6
    )


@pytest.mark.parametrize("heritability", [0.2, 0.43, 0.61])
def test_estimators_recover_the_heritability(heritability: float) -> None:
    raised = 0.0025 * relatives.relative_risk(0.0025, heritability, 0.5)
    assert relatives.reich(0.0025, raised, 0.5) == pytest.approx(heritability, rel=2e-3)
    # Falconer's first formula leaves out the smaller variance among relatives, and so comes out low.
    assert 0.88 * heritability < relatives.falconer(0.0025, raised, 0.5) < heritability
    cut = relatives.threshold(0.1)
    both = relatives.both_above(cut, cut, heritability / 2)
    found = relatives.tetrachoric(1e6 * both, 1e6 * (0.1 - both), 1e6 * (0.1 - both), 1e6 * (0.8 + both))
    assert relatives.heritability_of(found.correlation, 0.5) == pytest.approx(heritability, rel=1e-6)


def test_the_tetrachoric_interval_covers() -> None:
    draw = np.random.default_rng(2)
    inside, errors, found = 0, [], []
    for _ in range(300):
        pairs = draw.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 3000) > 1.0
        both, first = int(np.sum(pairs.all(axis=1))), int(pairs[:, 0].sum())
        second = int(pairs[:, 1].sum())
        one = relatives.tetrachoric(both, first - both, second - both, 3000 - first - second + both)
        inside += one.low <= 0.4 <= one.high
        errors.append(one.standard_error)
        found.append(one.correlation)
    assert 0.91 < inside / 300 < 0.985
    assert np.mean(errors) == pytest.approx(np.std(found), rel=0.12)


def test_families_of_a_carrier() -> None:
    one = relatives.simplex_or_familial(1, 1)
    assert (one.unaffected, one.sporadic, one.familial) == (0, 0.5, 0.5)
    none = relatives.simplex_or_familial(0.3, 0)
    assert (none.unaffected, none.sporadic, none.familial) == pytest.approx((0.7, 0.3, 0))
    assert relatives.simplex_or_familial(0, 5).unaffected == 1
    assert relatives.risk_of_unaffected_child(0.936) == pytest.approx(0.060, abs=5e-4)
    assert relatives.risk_of_unaffected_child(0) == 0.5
    assert relatives.risk_of_unaffected_child(1) == 0


def test_attributable_fractions_of_the_notes() -> None:
    # P(C) = .3, P(E|C) = .6, P(E|not C) = .2, RR of E 2, of C 4.
    cells = {(e, c): (0.3 if c else 0.7) * abs((0.6 if c else 0.2) - (not e)) for e in (0, 1) for c in (0, 1)}
    risk = {(e, c): (2 if e else 1) * (4 if c else 1) for e in (0, 1) for c in (0, 1)}
    all_cases = sum(cells[key] * risk[key] for key in cells)
    truth = 1 - sum(cells[e, c] * risk[0, c] for e, c in cells) / all_cases
    exposed_cases = sum(cells[1, c] * risk[1, c] for c in (0, 1)) / all_cases
    assert truth == pytest.approx(0.31159, abs=5e-6)
    assert miettinen(exposed_cases, 2) == pytest.approx(truth, rel=1e-12)
    assert levin(cells[1, 0] + cells[1, 1], 2) == pytest.approx(0.24242, abs=5e-6)


def test_several_factors() -> None:
    alone = {"a": levin(0.2, 3), "b": levin(0.3, 2)}

    def fraction_of(members: frozenset[str]) -> float:
        return joint(alone[name] for name in members)

    together = joint(alone.values())
    shared = average(["a", "b"], fraction_of)
    assert together == pytest.approx(0.45055, abs=5e-6)
    assert shared["a"] == pytest.approx(0.25275, abs=5e-6)
    assert shared["b"] == pytest.approx(0.19780, abs=5e-6)
    assert sum(shared.values()) == pytest.approx(together, rel=1e-12)
    assert sum(alone.values()) == pytest.approx(0.51648, abs=5e-6)
    in_order = sequential(["a", "b"], fraction_of)
    assert in_order["a"] == pytest.approx(alone["a"], rel=1e-12)
    assert sum(in_order.values()) == pytest.approx(together, rel=1e-12)


def test_removal_in_a_scenario() -> None:
    exact = lifecourse.solve(scenarios.rich())
    gone = remove(exact, ["lead"])
    assert 0 < gone.fraction < 0.2
    assert gone.added == 0
    assert gone.prevented > 0
    assert gone.delayed > gone.prevented
    # Smoking kills too: without it people live to meet the disease, which an attributable fraction must count.
    smoke = remove(exact, ["smoke"])
    assert smoke.added > 0
    assert smoke.fraction == pytest.approx((smoke.prevented - smoke.added) / exact.lifetime_risk(), rel=1e-12)
    records = attribution(exact)
    assert sum(float(record["average_of_orders"] or 0) for record in records[:-1]) == pytest.approx(
        records[-1]["removed_alone"]
    )


def test_removal_of_an_independent_exposure_is_miettinen() -> None:
    text = (
        scenarios.PLAIN
        + "exposures: [{name: x, prevalence: 0.3, ages: [0, 110], speeds: [{step: 1, times: 4}]}]"
    )
    exact = lifecourse.solve(lifecourse.scenario_of(text))
    exposed = exact.where(x=True)
    ratio = exact.lifetime_risk(exposed) / exact.lifetime_risk(~exposed)
    assert remove(exact, ["x"]).fraction == pytest.approx(
        miettinen(exact.case_share(exposed), ratio), rel=1e-12
    )
    assert remove(exact, ["x"]).fraction == pytest.approx(levin(0.3, ratio), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: step_hazard_ratio(6, 7, 2, (20, 40), 60), "no step 7 of 6"),
        (lambda: step_hazard_ratio(6, 2, 2, (40, 20), 60), "ages must rise"),
        (lambda: levin(1.2, 2), "1.2 is not a share"),
        (lambda: levin(0.2, 0), "must be above 0"),
        (lambda: miettinen(math.nan, 2), "not a share"),
        (lambda: relatives.relative_risk(0, 0.5, 0.5), "risk: 0 must be above 0"),
        (lambda: relatives.relative_risk(0.01, 0.9, 1, 0.5), "correlation of relatives would be 1.4"),
        (lambda: relatives.tetrachoric(0, 3, 4, 100), "More pairs are needed"),
        (lambda: relatives.tetrachoric(5, 0, 0, 0), "everyone, or nobody, is affected"),
        (lambda: relatives.tetrachoric(-1, 2, 3, 4), "must be 0 or more"),
        (lambda: relatives.simplex_or_familial(1.5, 2), "penetrance: 1.5 must be from 0 to 1"),
        (lambda: relatives.reich(0.3, 1, 0.5), "risk: 1 must be above 0 and below 1"),
        (lambda: average([str(n) for n in range(13)], lambda _: 0.0), "the most is 12"),
    ],
)
def test_impossible_requests_are_refused(call: object, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        call()  # type: ignore[operator]
