"""Simulated lives against the exact answers, against the readable twin, and against themselves on other workers."""

import math

import msgspec
import numpy as np
import pytest
from distributed import LocalCluster
from scipy import stats

from aitia.causes import lifecourse
from aitia.causes.errors import ModelError
from aitia.causes.lifecourse import Scenario, engine
from aitia.causes.lifecourse.cases import sample_cases
from aitia.causes.lifecourse.exact import Exact
from aitia.causes.lifecourse.fractions import remove
from aitia.causes.lifecourse.model import prepare
from aitia.causes.lifecourse.reference import live
from aitia.causes.lifecourse.simulate import Simulation, compare, simulate
from tests.causes.lifecourse import scenarios

PEOPLE = 400_000


def agree(simulation: Simulation, exact: Exact) -> None:
    """Cases and exits in every band, and cases in every combination of size, within 4 standard errors."""
    people = simulation.people
    cuts = [0, 20, 40, 50, 60, 70, 80, 90, 100]
    for band in exact.bands([float(cut) for cut in cuts]):
        found = int(simulation.chosen(None)[0][int(band.low) : int(band.high)].sum())
        assert abs(found - people * band.cases) <= 4 * math.sqrt(people * band.cases + 1), band
        years = simulation.person_years(int(band.low), int(band.high))
        # A person's years in a band vary by at most half its width.
        assert abs(years / people - band.person_years) <= 4 * (band.high - band.low) / 2 / math.sqrt(people)
    weight = exact.model.combinations.weight
    for row in np.flatnonzero(weight * people > 50):
        lives = int(simulation.counts[row, 1].sum())
        assert abs(lives - people * weight[row]) <= 4.5 * math.sqrt(people * weight[row])
        risk = exact.crude[row, -1]
        cases = int(simulation.counts[row, 0].sum())
        assert abs(cases - lives * risk) <= 4.5 * math.sqrt(lives * risk * (1 - risk) + 1)


@pytest.mark.parametrize("name", ["events", "inverse"])
def test_everything_that_steps_can_do(name: str) -> None:
    scenario = scenarios.rich()
    agree(simulate(scenario, PEOPLE, engine_name=name), lifecourse.solve(scenario))  # type: ignore[arg-type]


def test_frailty_lineages_and_hazard_ratios() -> None:
    simulation = simulate(scenarios.frail(), PEOPLE)
    assert simulation.engine == "inverse"
    agree(simulation, lifecourse.solve(scenarios.frail()))


def test_a_rare_disease_among_ten_million() -> None:
    exact = lifecourse.solve(scenarios.plain())
    for name in ("events", "inverse"):
        simulation = simulate(scenarios.plain(), 10_000_000, engine_name=name, seed=3)
        expected = 1e7 * exact.lifetime_risk()
        assert abs(simulation.cases() - expected) < 4 * math.sqrt(expected)
        record = simulation.summary()[0]
        assert abs(float(record["standard_errors_apart"] or 9)) < 4


def test_the_engine_agrees_with_the_readable_twin_life_by_life() -> None:
    for scenario in (scenarios.plain(), scenarios.rich()):
        model = prepare(scenario)
        packed = engine.pack(model, 11)
        code, onset, death = np.empty(400, dtype=np.int64), np.empty(400), np.empty(400)
        engine.draw_lives(packed, True, 1000, code, onset, death)
        twins = [live(model, 11, 1000 + number) for number in range(400)]
        assert [twin.combination for twin in twins] == code.tolist()
        np.testing.assert_allclose(onset, [twin.onset for twin in twins], rtol=1e-11)
        np.testing.assert_allclose(death, [twin.death for twin in twins], rtol=1e-11)


def test_workers_and_chunks_do_not_change_a_digit() -> None:
    scenario = scenarios.rich()
    alone = simulate(scenario, 100_000, seed=5)
    for jobs in (2, 3, 7):
        np.testing.assert_array_equal(simulate(scenario, 100_000, seed=5, jobs=jobs).counts, alone.counts)
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="inproc"
    ) as cluster:
        address = cluster.scheduler_address
        spread = simulate(scenario, 100_000, seed=5, jobs=2, cluster=address)
        np.testing.assert_array_equal(spread.counts, alone.counts)
    assert np.any(simulate(scenario, 100_000, seed=6).counts != alone.counts)


def test_more_people_begin_with_the_same_people() -> None:
    # A thousand lives and then a thousand more are the same as two thousand.
    packed = engine.pack(prepare(scenarios.rich()), 4)
    first, second = engine.count_lives(packed, True, 0, 1000), engine.count_lives(packed, True, 1000, 2000)
    np.testing.assert_array_equal(first + second, engine.count_lives(packed, True, 0, 2000))


def without(scenario: Scenario, name: str) -> Scenario:
    kept = tuple(
        msgspec.structs.replace(one, prevalence=0.0, prevalence_in={}) if one.name == name else one
        for one in scenario.exposures
    )
    return msgspec.structs.replace(scenario, exposures=kept)


def test_two_scenarios_differ_only_by_what_was_changed() -> None:
    scenario = scenarios.rich()
    same = compare(scenario, scenario, 50_000)
    assert int(same.changes[engine.BOTH]) == same.first.cases()
    assert same.changes[1:].tolist() == [0] * 6
    # A new exposure, which nobody has, moves no draw of anything else.
    more = msgspec.structs.replace(
        scenario,
        exposures=(
            *scenario.exposures,
            msgspec.structs.replace(scenario.exposures[1], name="new", prevalence=0.0),
        ),
    )
    assert compare(scenario, more, 50_000).changes[1:].tolist() == [0] * 6


def test_cases_prevented_and_delayed() -> None:
    # An exposure that nothing depends on and that does not kill.
    scenario = scenarios.rich()
    found = compare(scenario, without(scenario, "lead"), PEOPLE)
    assert found.changes[engine.ADDED] == 0
    assert found.changes[engine.HASTENED] == 0
    exact = remove(lifecourse.solve(scenario), ["lead"])
    prevented = int(found.changes[engine.PREVENTED])
    assert abs(prevented - PEOPLE * exact.prevented) < 4 * math.sqrt(PEOPLE * exact.prevented)
    # By steps only those who took the step while exposed are later; by quantiles all who were exposed.
    assert found.changes[engine.DELAYED] < PEOPLE * exact.delayed * 1.02
    years = int(found.changes[engine.YEARS_GAINED]) / engine.PARTS / PEOPLE
    assert years == pytest.approx(exact.years_gained, rel=0.05)
    records = {str(record["what"]): record["value"] for record in found.summary()}
    alike = float(records["its standard error, the same chance in both"] or 0)
    alone = float(records["its standard error, had each its own chance"] or 0)
    assert alike < alone / 2


def test_sampled_cases_are_the_cases_of_a_register() -> None:
    for scenario in (scenarios.rich(), scenarios.frail(), scenarios.plain()):
        exact = lifecourse.solve(scenario)
        cases = sample_cases(scenario, 40_000, seed=8)
        combos = exact.model.combinations
        share = combos.weight * exact.crude[:, -1]
        share /= share.sum()
        big = share > 1e-3
        counts = np.bincount(cases.combination, minlength=share.size)
        expected = 40_000 * share
        assert np.all(np.abs(counts - expected)[big] < 4.5 * np.sqrt(expected[big]))
        # Ages: the exact distribution at every tenth year.
        crude = exact.mean(exact.crude)
        ages = np.arange(20.0, 100.0, 10)
        law = np.interp(ages, exact.edges, crude) / crude[-1]
        found = np.array([np.mean(cases.age <= age) for age in ages])
        assert np.all(np.abs(found - law) < 4 * np.sqrt(law * (1 - law) / 40_000) + 1e-12)
        assert cases.lives_stood_for == pytest.approx(40_000 / exact.lifetime_risk(), rel=0.05)
    # Of a disease of 1 in 585, nearly every draw is a case.
    assert cases.drawn < 1.1 * 40_000
    assert cases.lives_stood_for > 300 * cases.drawn


def test_death_by_a_table_follows_the_table() -> None:
    text = """
format: 1
title: Mortal
onset: {steps: 1, rate: 1e-6}
mortality: {table: [[0, 0.01], [10, 0.0], [30, 0.02], [60.5, 0.3]]}
"""
    packed = engine.pack(prepare(lifecourse.scenario_of(text)), 1)
    code, onset, death = np.empty(100_000, dtype=np.int64), np.empty(100_000), np.empty(100_000)
    engine.draw_lives(packed, False, 0, code, onset, death)
    assert not np.any((death > 10) & (death < 30))
    for age, hazard in ((5, 0.05), (30, 0.1), (50, 0.5), (70, 0.1 + 0.61 + 2.85)):
        risk = -math.expm1(-hazard)
        assert abs(np.mean(death <= age) - risk) < 4 * math.sqrt(risk * (1 - risk) / 100_000)
    assert stats.kstest(death[death > 60.5] - 60.5, stats.expon(scale=1 / 0.3).cdf).pvalue > 1e-4


def test_memory_does_not_grow_with_the_number_of_people() -> None:
    few = simulate(scenarios.plain(), 1000)
    many = simulate(scenarios.plain(), 3_000_000, engine_name="inverse")
    assert few.counts.nbytes == many.counts.nbytes


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: simulate(scenarios.plain(), 0), "people: 0 is not a number from 1 to"),
        (lambda: simulate(scenarios.plain(), 10**13), "people: .* is not a number"),
        (lambda: simulate(scenarios.frail(), 10, engine_name="events"), "it has 1000 lineages"),
        (lambda: simulate(scenarios.plain(), 10, engine_name="both"), "no engine 'both'"),  # type: ignore[arg-type]
        (lambda: sample_cases(scenarios.plain(), 0), "cases: 0 is not a number"),
    ],
)
def test_impossible_requests_are_refused(call: object, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        call()  # type: ignore[operator]
