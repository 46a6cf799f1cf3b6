"""Calibration: free numbers of a scenario moved until its exact answers meet published figures, and the tension left.

Residuals are on the log scale, in units of the standard error that each figure's 95% interval implies. A figure
without an interval is taken to be known to 20%, unless it says otherwise. Every target is then left out in turn and
predicted from the others (to first order around the fit, by its leverage): what the others contradict is in tension,
and is said so, not averaged away. Source of the deletion formulas: Cook 1977, doi 10.1080/00401706.1977.10489493.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import chi2

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse.exact import solve
from aitia.causes.lifecourse.quantities import Answers, name_of
from aitia.causes.lifecourse.scenario import FITTED, Calibration, Free, Scenario, Target
from aitia.causes.tables import Value

Floats = NDArray[np.float64]
_UNKNOWN_ERROR = 0.2
_FIELDS = ("hazard_ratio", "frequency", "carriers", "prevalence", "mortality_ratio", "times")


class _Fitted(NamedTuple):
    """Where the optimiser ended: logarithms of the free numbers, and what is known around them."""

    x: Floats
    jac: Floats
    active_mask: NDArray[np.int64]
    cost: float


class Calibrated(msgspec.Struct, frozen=True):
    """A calibrated scenario and how well it meets its targets."""

    scenario: Scenario
    parameters: list[dict[str, Value]]
    """Each free number: fitted, with its 95% interval, and whether it stopped at a bound."""
    targets: list[dict[str, Value]]
    """Each target: published, fitted, called for by the other targets alone, and how far those two are apart."""
    chi_square: float
    degrees_of_freedom: int
    probability: float | None
    """Chance of a misfit as great if all targets held together; None without degrees of freedom."""
    tension: list[dict[str, Value]]
    """By variant: the penetrance that follows from share of cases, lifetime risk and carriers, and as published."""
    words: list[str]
    """What can hold together and what cannot, in sentences."""

    def summary(self) -> list[dict[str, Value]]:
        """The targets, published and fitted."""
        return self.targets

    def plot(self, path: str) -> None:
        """The targets against the fit, as a file in the format of its ending."""
        from aitia.causes.lifecourse.plots import targets
        from aitia.causes.multistep.plots import save

        save(targets(self), path)


def fit(scenario: Scenario) -> Calibrated:
    """Calibrate a scenario to its own `calibration`.

    Raises ModelError if it has none, if a free number does not exist, if the targets do not determine the free numbers,
    or if the optimiser fails.
    """
    plan = scenario.calibration
    if plan is None:
        raise ModelError("the scenario has no `calibration`: name free numbers and targets there.")
    aimed = [target for target in plan.targets if target.fit]
    if not plan.free:
        raise ModelError("calibration.free: name at least one number that may change.")
    if len(aimed) < len(plan.free):
        raise ModelError(
            f"calibration: {len(plan.free)} free numbers and {len(aimed)} targets. The targets cannot determine them; "
            "free fewer, or add targets."
        )
    start = np.array([_start(scenario, free) for free in plan.free])
    best = _fitted(scenario, plan.free, aimed, start)
    _refuse_undetermined(best, plan.free)
    fitted = with_values(scenario, plan.free, np.exp(best.x))
    answers = Answers(solve(fitted))
    for place, target in enumerate(plan.targets):
        if answers.value(target) <= 0:
            raise ModelError(
                f"calibration.targets.{place + 1}, {name_of(target)}: has no value in this scenario, since nobody "
                "whom it is about lives or falls ill in it."
            )
    targets = _target_records(scenario, plan, best)
    total = float(2 * best.cost)
    freedom = len(aimed) - len(plan.free)
    tension = _arithmetic(scenario, plan.targets)
    return Calibrated(
        scenario=fitted,
        parameters=_parameter_records(best, plan.free),
        targets=targets,
        chi_square=total,
        degrees_of_freedom=freedom,
        probability=float(chi2.sf(total, freedom)) if freedom > 0 else None,
        tension=tension,
        words=_words(targets, tension, total, freedom),
    )


def with_values(scenario: Scenario, frees: Sequence[Free], values: Sequence[float] | Floats) -> Scenario:
    """The scenario with its free numbers set."""
    for free, value in zip(frees, values, strict=True):
        scenario = _with_value(scenario, free.what, float(value))
    return scenario


def _with_value(scenario: Scenario, what: str, value: float) -> Scenario:
    replace = msgspec.structs.replace
    name, _, field = what.rpartition(".")
    if what == "onset.rate" and scenario.onset.rate is not None:
        return replace(scenario, onset=replace(scenario.onset, rate=value, source=FITTED))
    if what == "onset.lineages":
        return replace(scenario, onset=replace(scenario.onset, lineages=value))
    if what == "liability.heritability" and scenario.liability is not None:
        return replace(scenario, liability=replace(scenario.liability, heritability=value))
    if name in ("female", "male") and scenario.sexes is not None and field == "hazard_ratio":
        part = replace(getattr(scenario.sexes, name), hazard_ratio=value)
        return replace(scenario, sexes=replace(scenario.sexes, **{name: part}))
    for kind in ("variants", "exposures", "groups"):
        parts = list(getattr(scenario, kind))
        for place, part in enumerate(parts):
            if part.name == name and field in _FIELDS and (hasattr(part, field) or field == "times"):
                if field == "times":
                    speeds = tuple(replace(speed, times=value) for speed in part.speeds)
                    parts[place] = replace(part, speeds=speeds)
                elif field == "carriers":
                    parts[place] = replace(part, carriers=value, frequency=None)
                elif field == "frequency":
                    parts[place] = replace(part, frequency=value, carriers=None)
                else:
                    parts[place] = replace(part, **{field: value})
                return replace(scenario, **{kind: tuple(parts)})
    raise ModelError(
        f"calibration.free: {what!r} is not a number that can be free. Write onset.rate (if one rate is "
        f"given), onset.lineages, liability.heritability, or NAME.field with a field of {', '.join(_FIELDS)}."
    )


def _start(scenario: Scenario, free: Free) -> float:
    """The logarithm of the scenario's own value, inside the bounds; their geometric mean if it has none."""
    _with_value(scenario, free.what, free.low)
    name, _, field = free.what.rpartition(".")
    named: tuple[Any, ...] = (*scenario.variants, *scenario.exposures, *scenario.groups)
    part: Any = next((one for one in named if one.name == name), None)
    if name in ("onset", "liability"):
        part = getattr(scenario, name)
    elif name in ("female", "male"):
        part = getattr(scenario.sexes, name)
    value = part.speeds[0].times if field == "times" else getattr(part, field)
    middle = math.sqrt(free.low * free.high)
    inside = value if value is not None and free.low < value < free.high else middle
    return math.log(inside)


def _standard_error(target: Target) -> float:
    """Of the logarithm of the published figure."""
    if target.low is None or target.high is None:
        return target.uncertainty or _UNKNOWN_ERROR
    return max(math.log(target.high / target.low) / (2 * 1.959964), 1e-6)


def _residual(target: Target, answer: float) -> float:
    return math.log(max(answer, 1e-300) / target.value) / _standard_error(target)


def _fitted(scenario: Scenario, frees: Sequence[Free], targets: Sequence[Target], start: Floats) -> _Fitted:
    low = np.log([free.low for free in frees])
    high = np.log([free.high for free in frees])

    def residuals(logs: Floats) -> Floats:
        answers = Answers(solve(with_values(scenario, frees, np.exp(logs))))
        return np.array([_residual(target, answers.value(target)) for target in targets])

    inside = np.clip(start, low + 1e-6 * (high - low), high - 1e-6 * (high - low))
    found = least_squares(
        residuals, inside, bounds=(low, high), diff_step=[1e-4], xtol=1e-7, ftol=1e-8, gtol=1e-8, max_nfev=60
    )
    if not found.success or not np.all(np.isfinite(found.fun)):
        raise ModelError(
            f"calibration failed: the optimiser gave up ({found.message}). No estimate is given."
        )
    return _Fitted(found.x, np.asarray(found.jac), found.active_mask, float(found.cost))


def _refuse_undetermined(found: _Fitted, frees: Sequence[Free]) -> None:
    free = np.flatnonzero(np.asarray(found.active_mask) == 0)
    if not free.size:
        return
    _, singular, directions = np.linalg.svd(np.asarray(found.jac)[:, free], full_matrices=False)
    if singular[-1] < 1e-5 * max(singular[0], 1e-300) or free.size > singular.size:
        loose = [frees[free[at]].what for at in np.flatnonzero(np.abs(directions[-1]) > 0.3)]
        raise ModelError(
            f"calibration: the targets do not determine {' and '.join(loose)}: other values would meet them as well. "
            "Fix one of them, or add a target that depends on it."
        )


def _target_records(scenario: Scenario, plan: Calibration, best: _Fitted) -> list[dict[str, Value]]:
    """Each target beside the fit, and beside what the other targets alone call for."""
    loose = np.flatnonzero(np.asarray(best.active_mask) == 0)
    step = 1e-4

    def residuals(logs: Floats) -> Floats:
        answers = Answers(solve(with_values(scenario, plan.free, np.exp(logs))))
        return np.array([_residual(target, answers.value(target)) for target in plan.targets])

    at_best = residuals(best.x)
    jacobian = np.zeros((at_best.size, loose.size))
    for column, place in enumerate(loose):
        moved = np.array(best.x)
        moved[place] += step
        jacobian[:, column] = (residuals(moved) - at_best) / step
    aimed = np.array([target.fit for target in plan.targets])
    covariance = np.linalg.pinv(jacobian[aimed].T @ jacobian[aimed])
    spread = np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian)
    records: list[dict[str, Value]] = []
    for target, residual, leverage in zip(plan.targets, at_best, spread, strict=True):
        error = _standard_error(target)
        others: float | None = None
        apart: float | None = None
        if not target.fit:
            others, apart = (
                float(target.value * math.exp(residual * error)),
                float(residual / math.sqrt(1 + leverage)),
            )
        elif leverage < 0.99:
            others = float(target.value * math.exp(min(residual * error / (1 - leverage), 600.0)))
            apart = float(residual / math.sqrt(1 - leverage))
        source = target.source if isinstance(target.source, str) else ", ".join(target.source)
        records.append(
            {
                "target": name_of(target),
                "published": target.value,
                "low": target.low,
                "high": target.high,
                "fitted": float(target.value * math.exp(residual * error)),
                "from_the_others": others,
                "standard_errors_apart": apart,
                "aimed_at": target.fit,
                "source": source,
            }
        )
    return records


def _parameter_records(found: _Fitted, frees: Sequence[Free]) -> list[dict[str, Value]]:
    jacobian = np.asarray(found.jac)
    covariance = np.linalg.pinv(jacobian.T @ jacobian)
    records: list[dict[str, Value]] = []
    for place, free in enumerate(frees):
        value, error = float(np.exp(found.x[place])), math.sqrt(max(covariance[place, place], 0.0))
        bound = int(found.active_mask[place])
        known = bound == 0
        records.append(
            {
                "free": free.what,
                "fitted": value,
                "low": value * math.exp(-1.959964 * error) if known else None,
                "high": value * math.exp(1.959964 * error) if known else None,
                "at_bound": {-1: "lowest allowed", 0: "no", 1: "highest allowed"}[bound],
            }
        )
    return records


def _arithmetic(scenario: Scenario, targets: Sequence[Target]) -> list[dict[str, Value]]:
    """Penetrance = share of cases · lifetime risk / carriers, from published figures alone."""

    def published(quantity: str, of: str | None, among: str = "all") -> Target | None:
        found = [one for one in targets if (one.quantity, one.of, one.among) == (quantity, of, among)]
        return found[0] if found else None

    risk, familial = published("lifetime_risk", None), published("familial_share", None)
    records: list[dict[str, Value]] = []
    for variant in scenario.variants:
        carriers, penetrance = published("carriers", variant.name), published("penetrance", variant.name)
        share = published("case_share", variant.name)
        parts = [published("case_share", variant.name, among) for among in ("familial", "others")]
        total, error = 0.0, 0.0
        if share is not None:
            total, error = share.value, _standard_error(share)
        elif familial is not None and parts[0] is not None and parts[1] is not None:
            one, other = familial.value * parts[0].value, (1 - familial.value) * parts[1].value
            total = one + other
            error = math.hypot(one * _standard_error(parts[0]), other * _standard_error(parts[1])) / total
        if not total or risk is None or carriers is None:
            continue
        follows = total * risk.value / carriers.value
        error = math.sqrt(error**2 + _standard_error(risk) ** 2 + _standard_error(carriers) ** 2)
        apart = None
        if penetrance is not None:
            apart = math.log(follows / penetrance.value) / math.hypot(error, _standard_error(penetrance))
        records.append(
            {
                "variant": variant.name,
                "share_of_cases": total,
                "lifetime_risk": risk.value,
                "carriers": carriers.value,
                "penetrance_that_follows": follows,
                "low": follows * math.exp(-1.959964 * error),
                "high": follows * math.exp(1.959964 * error),
                "penetrance_published": penetrance.value if penetrance is not None else None,
                "apart": apart,
            }
        )
    return records


def _shown(name: str, value: Value) -> str:
    assert isinstance(value, float)
    return f"1 in {1 / value:,.0f}" if name.startswith("carriers") else f"{value:.3g}"


def _words(
    targets: list[dict[str, Value]], tension: list[dict[str, Value]], total: float, freedom: int
) -> list[str]:
    words = []
    if freedom > 0:
        chance = float(chi2.sf(total, freedom))
        verdict = "can" if chance >= 0.05 else "cannot all"
        words.append(
            f"The targets aimed at {verdict} hold together in this model: misfit {total:.1f} on {freedom} degrees of "
            f"freedom (p = {chance:.2g})."
        )
    else:
        words.append(
            "There are as many free numbers as targets, so the fit cannot show whether they hold together."
        )
    for record in targets:
        apart = record["standard_errors_apart"]
        if isinstance(apart, float) and abs(apart) > 1.959964:
            way = "above" if apart > 0 else "below"
            name = str(record["target"])
            verb = "the other targets call for" if record["aimed_at"] else "the fit gives"
            words.append(
                f"{name[0].upper()}{name[1:]}: published {_shown(name, record['published'])}; {verb} "
                f"{_shown(name, record['from_the_others'])}, {abs(apart):.1f} standard errors {way}."
            )
    for record in tension:
        apart = record["apart"]
        if isinstance(apart, float) and abs(apart) > 1.959964:
            words.append(
                f"{record['variant']}: share of cases, lifetime risk and carrier frequency imply a penetrance of "
                f"{record['penetrance_that_follows']:.2g} ({record['low']:.2g} to {record['high']:.2g}); "
                f"published is {record['penetrance_published']:.2g}."
            )
    return words
