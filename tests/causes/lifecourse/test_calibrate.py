"""Calibration: what is known is found again, what is contradictory is said, what is undetermined is refused."""

from pathlib import Path

import msgspec
import pytest

from aitia.causes import lifecourse
from aitia.causes.errors import ModelError
from aitia.causes.lifecourse.calibrate import fit
from aitia.causes.lifecourse.quantities import Answers, name_of
from aitia.causes.lifecourse.scenario import Calibration, Free, Scenario, Target

BASE = """
format: 1
title: Known
onset: {steps: 6, rate: 0.0156}
mortality: {gompertz: {at_birth: 3e-5, growth: 0.09}}
sexes: {female: {share: 0.5}, male: {share: 0.5, hazard_ratio: 1.4}}
variants:
  - {name: G, carriers: 0.002, steps_taken: 3, hazard_ratio: 1.5}
  - {name: H, carriers: 0.01, hazard_ratio: 4}
exposures: [{name: x, prevalence: 0.3, ages: [20, 60], speeds: [{step: 3, times: 2}]}]
liability: {heritability: 0.4, mapping: threshold}
"""
TARGETS = (
    Target(quantity="lifetime_risk", value=1),
    Target(quantity="sex_ratio", value=1),
    Target(quantity="penetrance", of="G", by=80, value=1),
    Target(quantity="case_share", of="G", value=1),
    Target(quantity="relative_risk", relative="child", by=80, value=1),
    Target(quantity="rate_ratio", of="x", value=1),
    Target(quantity="familial_share", value=1),
    Target(quantity="log_log_slope", ages=(40, 75), value=1),
    Target(quantity="mean_age_at_onset", value=1),
    Target(quantity="incidence", ages=(60, 70), of="male", value=1),
    Target(quantity="carriers", of="G", value=1),
    Target(quantity="attributable_fraction", of="x", value=1),
    Target(quantity="case_share", of="G", among="familial", value=1),
)
FREE = (
    Free(what="onset.rate", low=0.005, high=0.05),
    Free(what="male.hazard_ratio", low=0.2, high=5),
    Free(what="G.hazard_ratio", low=0.1, high=20),
    Free(what="G.carriers", low=1e-4, high=0.05),
    Free(what="liability.heritability", low=0.05, high=0.95),
    Free(what="x.times", low=1.01, high=20),
)


def truthful(targets: tuple[Target, ...] = TARGETS, free: tuple[Free, ...] = FREE) -> Scenario:
    """The scenario with its own answers as targets."""
    scenario = lifecourse.scenario_of(BASE)
    answers = Answers(lifecourse.solve(scenario))
    filled = tuple(
        msgspec.structs.replace(target, value=answers.value(target), uncertainty=0.05) for target in targets
    )
    return msgspec.structs.replace(scenario, calibration=Calibration(free=free, targets=filled))


def test_numbers_are_found_again_from_afar() -> None:
    scenario = truthful()
    assert scenario.liability is not None
    away = msgspec.structs.replace(
        scenario,
        onset=msgspec.structs.replace(scenario.onset, rate=0.02),
        liability=msgspec.structs.replace(scenario.liability, heritability=0.2),
        variants=(
            msgspec.structs.replace(scenario.variants[0], hazard_ratio=5, carriers=0.01),
            scenario.variants[1],
        ),
    )
    found = fit(away)
    truth = (0.0156, 1.4, 1.5, 0.002, 0.4, 2)
    for record, value in zip(found.parameters, truth, strict=True):
        assert record["fitted"] == pytest.approx(value, rel=2e-3), record
        assert record["at_bound"] == "no"
        assert float(record["low"] or 9) < value < float(record["high"] or 0)
    assert found.chi_square < 1e-3
    assert found.probability == pytest.approx(1, abs=1e-6)
    assert "can hold together" in found.words[0]
    assert len(found.words) == 1


def test_the_one_false_figure_is_found() -> None:
    scenario = truthful()
    plan = scenario.calibration
    assert plan is not None
    # The share of cases with the variant, doubled: carriers, penetrance and lifetime risk say otherwise.
    wrong = tuple(
        msgspec.structs.replace(target, value=target.value * 2)
        if name_of(target) == "case share of G"
        else target
        for target in plan.targets
    )
    found = fit(msgspec.structs.replace(scenario, calibration=msgspec.structs.replace(plan, targets=wrong)))
    apart = {
        str(record["target"]): abs(float(record["standard_errors_apart"] or 0)) for record in found.targets
    }
    assert max(apart, key=lambda name: apart[name]) == "case share of G"
    assert "cannot all hold together" in found.words[0]
    assert any(line.startswith("Case share of G: published") for line in found.words)
    told = next(record for record in found.targets if record["target"] == "case share of G")
    assert float(told["from_the_others"] or 0) == pytest.approx(float(told["published"] or 0) / 2, rel=0.1)
    # And from arithmetic alone: penetrance = share · lifetime risk / carriers.
    (line,) = found.tension
    assert float(line["penetrance_that_follows"] or 0) > 1.8 * float(line["penetrance_published"] or 0)


def test_undetermined_numbers_are_refused() -> None:
    # How many carry a variant says nothing of what it does.
    free = (Free(what="G.hazard_ratio", low=0.1, high=20), Free(what="G.carriers", low=1e-4, high=0.2))
    targets = (TARGETS[10], Target(quantity="carriers", of="H", value=1))
    with pytest.raises(ModelError, match=r"targets do not determine G\.hazard_ratio"):
        fit(truthful(targets, free))
    with pytest.raises(ModelError, match="6 free numbers and 2 targets"):
        fit(truthful(targets))
    with pytest.raises(ModelError, match="no `calibration`"):
        fit(lifecourse.scenario_of(BASE))
    with pytest.raises(ModelError, match="name at least one number"):
        fit(truthful(TARGETS, ()))


@pytest.mark.parametrize(
    "what", ["onset.speed", "G.colour", "Z.carriers", "rate", "female.share", "onset.steps"]
)
def test_free_numbers_must_exist(what: str) -> None:
    with pytest.raises(ModelError, match="is not a number that can be free"):
        fit(truthful(TARGETS, (Free(what=what, low=0.1, high=1),)))


def test_a_number_at_its_bound_is_said() -> None:
    found = fit(truthful(TARGETS, (Free(what="onset.rate", low=0.02, high=0.05), *FREE[1:])))
    assert found.parameters[0]["at_bound"] == "lowest allowed"
    assert found.parameters[0]["low"] is None


@pytest.mark.parametrize(
    "quantity", ["case_share", "penetrance", "log_log_slope", "mean_age_at_onset", "incidence"]
)
def test_a_target_about_a_variant_that_nobody_has(quantity: str) -> None:
    text = BASE.replace("carriers: 0.01", "carriers: 0")
    targets = (TARGETS[0], Target(quantity=quantity, of="H", value=0.5))  # type: ignore[arg-type]
    scenario = msgspec.structs.replace(
        lifecourse.scenario_of(text), calibration=Calibration(free=FREE[:1], targets=targets)
    )
    with pytest.raises(ModelError, match=r"calibration\.targets\.2.*has no value in this scenario"):
        fit(scenario)


def test_the_targets_are_drawn(tmp_path: Path) -> None:
    fit(truthful()).plot(str(tmp_path / "targets.png"))
    assert (tmp_path / "targets.png").read_bytes().startswith(b"\x89PNG")


def test_targets_about_nobody() -> None:
    target = (Target(quantity="incidence", of="nobody", value=1, uncertainty=0.1),)
    scenario = msgspec.structs.replace(
        lifecourse.scenario_of(BASE), calibration=Calibration(free=FREE[:1], targets=target)
    )
    with pytest.raises(ModelError, match="no sex, group, variant or exposure"):
        fit(scenario)
