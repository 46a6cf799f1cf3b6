"""The three bundled scenarios: every figure has its source, and they give what the documentation says."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from scipy.integrate import quad

from aitia.causes import lifecourse
from aitia.causes.lifecourse.calibrate import fit
from aitia.causes.lifecourse.pedigree import simulate_families
from aitia.causes.lifecourse.relatives import simplex_or_familial
from aitia.causes.lifecourse.scenario import ASSUMED, FITTED, Gompertz, Scenario, citations

FOLDER = Path(str(files("aitia") / "causes" / "examples"))
NAMES = ("als-europe", "c9orf72-families", "smoking-and-lead")


@pytest.fixture(scope="module", params=NAMES)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return lifecourse.read_scenario(FOLDER / f"{request.param}.yaml")


def parts_with_numbers(scenario: Scenario) -> list[Any]:
    parts: list[Any] = [scenario.onset, scenario.mortality, *scenario.variants, *scenario.exposures]
    if scenario.sexes is not None:
        sexes = (scenario.sexes.female, scenario.sexes.male)
        parts += [*sexes, *(one.mortality for one in sexes if one.mortality is not None)]
    if scenario.liability is not None:
        parts.append(scenario.liability)
    if scenario.families.note:
        parts.append(scenario.families)
    assert scenario.calibration is not None
    return parts + list(scenario.calibration.targets)


def test_every_figure_has_its_source(scenario: Scenario) -> None:
    used = set()
    for part in parts_with_numbers(scenario):
        keys = citations(part)
        assert keys, part
        used |= set(keys)
        if ASSUMED in keys or FITTED in keys:
            assert part.note, part
    assert used - {ASSUMED, FITTED} == set(scenario.sources)
    for key, source in scenario.sources.items():
        assert source.doi or source.pmid or source.pmc or source.url, key
        assert not source.doi or re.fullmatch(r"10\.\d{4,}/\S+", source.doi)


def test_published_targets_are_not_fitted_ones(scenario: Scenario) -> None:
    assert scenario.calibration is not None
    for target in scenario.calibration.targets:
        assert not {ASSUMED, FITTED} & set(citations(target))


def life_expectancy(law: Gompertz, age: float) -> float:
    from math import exp

    return float(
        quad(
            lambda t: exp(-law.at_birth / law.growth * (exp(law.growth * t) - exp(law.growth * age))),
            age,
            130,
        )[0]
    )


def test_mortality_gives_the_published_life_expectancies(scenario: Scenario) -> None:
    laws = [(scenario.mortality.gompertz, 80.9, 19.6)]
    if scenario.sexes is not None:
        for sex, at_birth, at_65 in ((scenario.sexes.female, 82.8, 20.9), (scenario.sexes.male, 79.0, 18.3)):
            assert sex.mortality is not None
            laws.append((sex.mortality.gompertz, at_birth, at_65))
    for law, at_birth, at_65 in laws:
        assert law is not None
        assert life_expectancy(law, 0) == pytest.approx(at_birth, abs=0.005)
        assert life_expectancy(law, 65) == pytest.approx(at_65, abs=0.005)


def test_the_numbers_in_the_file_are_the_fitted_ones(scenario: Scenario) -> None:
    found = fit(scenario)
    given = lifecourse.solve(scenario)
    refitted = lifecourse.solve(found.scenario)
    assert given.lifetime_risk() == pytest.approx(refitted.lifetime_risk(), rel=0.01)
    for variant in scenario.variants:
        assert given.penetrance(80, given.where(**{variant.name: True})) == pytest.approx(
            refitted.penetrance(80, refitted.where(**{variant.name: True})), rel=0.02
        )
    msgspec.json.encode(found)


def test_als_in_europe_cannot_meet_everything() -> None:
    found = fit(lifecourse.read_scenario(FOLDER / "als-europe.yaml"))
    targets = {str(record["target"]): record for record in found.targets}
    # Holds: lifetime risk, familial share, relatives, shares of C9orf72 and SOD1.
    for name in (
        "lifetime risk",
        "familial share",
        "relative risk of siblings",
        "relative risk of children",
        "relative risk of identical twins",
        "case share of C9orf72 among familial cases",
        "case share of C9orf72 among other cases",
        "case share of SOD1 among familial cases",
        "case share of SOD1 among other cases",
        "penetrance of SOD1 (net) by 85",
    ):
        record = next(one for one in found.targets if one["target"] == name)
        assert abs(float(record["standard_errors_apart"] or 0)) < 2, name
    # Does not: six steps in one lineage are too flat and come too late, and C9orf72 and FUS have too many carriers.
    for name, sign in (
        ("log-log slope at 45 to 75", -1),
        ("mean age at onset", 1),
        ("carriers of C9orf72", -1),
        ("carriers of FUS", -1),
        ("penetrance of C9orf72 (net) by 85", -1),
    ):
        assert sign * float(targets[name]["standard_errors_apart"] or 0) > 2, name
    assert found.probability is not None
    assert found.probability < 1e-6
    # Steps already taken explain C9orf72 and SOD1 without any further hazard ratio.
    ratios = {str(record["free"]): record for record in found.parameters}
    for name in ("C9orf72.hazard_ratio", "SOD1.hazard_ratio"):
        assert float(ratios[name]["low"] or 9) < 1 < float(ratios[name]["high"] or 0)


@pytest.mark.parametrize(
    ("steps", "lineages", "rate", "misfit", "slope", "c9orf72", "sod1"),
    [(6, 1e5, 0.002, 107, 4.3, 0.003, 0.0004), (8, 1.0, 0.025, 95, 4.6, 0.37, 0.42)],
)
def test_other_readings_of_the_steps(
    steps: int, lineages: float, rate: float, misfit: float, slope: float, c9orf72: float, sod1: float
) -> None:
    # Carriers have the same number of steps left as in the file; only how many went before, or the lineages, differ.
    scenario = lifecourse.read_scenario(FOLDER / "als-europe.yaml")
    plan = scenario.calibration
    assert plan is not None
    replace = msgspec.structs.replace
    wide = tuple(
        replace(free, low=1e-12, high=1e8)
        if free.what.endswith("hazard_ratio") and "male" not in free.what
        else free
        for free in plan.free
    )
    variants = tuple(
        replace(
            one,
            steps_taken=one.steps_taken + steps - 6 if one.steps_taken else 0,  # type: ignore[operator]
            hazard_ratio=1.0 if lineages == 1 else 0.01,
        )
        for one in scenario.variants
    )
    onset = replace(scenario.onset, steps=steps, lineages=lineages, rate=rate)
    found = fit(replace(scenario, onset=onset, variants=variants, calibration=replace(plan, free=wide)))
    assert found.chi_square == pytest.approx(misfit, rel=0.02)
    fitted = {str(record["target"]): float(record["fitted"] or 0) for record in found.targets}
    assert fitted["log-log slope at 45 to 75"] == pytest.approx(slope, abs=0.05)
    ratios = {str(record["free"]): float(record["fitted"] or 0) for record in found.parameters}
    assert ratios["C9orf72.hazard_ratio"] == pytest.approx(c9orf72, rel=0.1)
    assert ratios["SOD1.hazard_ratio"] == pytest.approx(sod1, rel=0.1)


def test_c9orf72_families_against_the_closed_form() -> None:
    scenario = lifecourse.read_scenario(FOLDER / "c9orf72-families.yaml")
    exact = lifecourse.solve(scenario)
    penetrance = exact.lifetime_risk(exact.where(C9orf72=True))
    found = simulate_families(scenario, 200_000)
    formula = simplex_or_familial(penetrance, 2)
    # The shared liability makes more families with two cases, and more with none, than one penetrance for all.
    assert found.sizes[0] / 200_000 > formula.unaffected
    assert found.sizes[2:].sum() / 200_000 > formula.familial


def test_few_susceptible_people_with_many_steps_fit_the_ages_better() -> None:
    def misfit(steps: int) -> tuple[float, dict[str, float]]:
        # Whoever is not susceptible is ten times slower at each step: with 20 steps, never ill.
        found = fit(
            lifecourse.scenario_of(f"""
format: 1
title: Susceptible
onset: {{steps: {steps}, rate: {steps / 800}}}
mortality: {{gompertz: {{at_birth: 2.918814e-5, growth: 0.09254868}}}}
variants: [{{name: S, carriers: 0.005, speeds: [{{step: all, times: 10}}]}}]
calibration:
  free:
    - {{what: onset.rate, low: 1.0e-4, high: 1}}
    - {{what: S.carriers, low: 1.0e-3, high: 0.9}}
  targets:
    - {{quantity: lifetime_risk, value: 0.0026}}
    - {{quantity: incidence, value: 7.5, low: 6.98, high: 8.17, ages: [71.6, 77.4]}}
    - {{quantity: log_log_slope, value: 4.8, low: 4.5, high: 5.0, ages: [45, 75]}}
    - {{quantity: mean_age_at_onset, value: 65.7, uncertainty: 0.02}}
    - {{quantity: incidence, value: 2.16, low: 2.0, high: 2.3, fit: false}}
""")
        )
        return found.chi_square, {
            str(record["target"]): float(record["fitted"] or 0) for record in found.targets
        }

    six, _ = misfit(6)
    many, fitted = misfit(30)
    assert many < 10 < 60 < six
    assert fitted["mean age at onset"] == pytest.approx(68.3, abs=0.3)
    assert 4.5 < fitted["log-log slope at 45 to 75"] < 5
    assert 2.0 < fitted["incidence"] < 2.3
    # Incidence as published then means a lifetime risk of 0.18%, not 0.26%.
    assert fitted["lifetime risk"] == pytest.approx(0.0018, abs=1e-4)
