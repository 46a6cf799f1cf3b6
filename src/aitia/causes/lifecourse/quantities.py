"""The published quantities that a calibration can aim at, as a solved scenario gives them."""

import math

import numpy as np
from numpy.typing import NDArray

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse.exact import Exact
from aitia.causes.lifecourse.fractions import remove
from aitia.causes.lifecourse.recurrence import FamilyHistory, family_history, relative_risk
from aitia.causes.lifecourse.scenario import Target


class Answers:
    """The quantities of a solved scenario, the family history being worked out once."""

    def __init__(self, exact: Exact) -> None:
        self.exact = exact
        self._history: FamilyHistory | None = None

    @property
    def history(self) -> FamilyHistory:
        """The familial share, with one sibling fewer than the family has children."""
        if self._history is None:
            families = self.exact.model.scenario.families
            self._history = family_history(self.exact, max(families.children - 1, 0), families.parent_age)
        return self._history

    def value(self, target: Target) -> float:
        """What the scenario says of a target's quantity; 0 if nobody is concerned, or nobody falls ill."""
        try:
            with np.errstate(all="ignore"):
                answer = self._value(target)
        except (ZeroDivisionError, np.linalg.LinAlgError):
            return 0.0
        return answer if math.isfinite(answer) else 0.0

    def _value(self, target: Target) -> float:
        exact = self.exact
        rows = _rows(exact, target.of)
        low, high = target.ages or (0.0, float(exact.edges[-1]))
        age = target.by if target.by is not None else exact.model.scenario.families.seen_at
        match target.quantity:
            case "lifetime_risk":
                return (
                    exact.lifetime_risk(rows)
                    if target.by is None
                    else exact.penetrance(target.by, rows, crude=True)
                )
            case "incidence":
                return exact.incidence(low, high, rows)
            case "sex_ratio":
                men, women = exact.where(sex="male"), exact.where(sex="female")
                return exact.incidence(low, high, men) / exact.incidence(low, high, women)
            case "mean_age_at_onset":
                return exact.age_at_onset(rows)[0]
            case "carriers":
                assert rows is not None
                return float(exact.model.combinations.weight[rows].sum())
            case "penetrance":
                return exact.penetrance(age, rows, crude=target.crude)
            case "case_share":
                assert rows is not None
                assert target.of is not None
                if target.among == "all":
                    return exact.case_share(rows)
                return self.history.by_variant[target.of][target.among == "others"]
            case "familial_share":
                return self.history.familial_share
            case "relative_risk":
                assert target.relative is not None
                return relative_risk(exact, target.relative, age)
            case "rate_ratio":
                assert rows is not None
                return exact.incidence(low, high, rows) / exact.incidence(low, high, ~rows)
            case "attributable_fraction":
                return remove(exact, [target.of or ""]).fraction
            case "log_log_slope":
                return exact.log_log_slope(
                    *(target.ages or (40.0, 75.0)), rows=rows, per_everyone=target.per == "everyone"
                )


def _rows(exact: Exact, name: str | None) -> NDArray[np.bool_] | None:
    if name is None:
        return None
    try:
        return exact.where(sex=name) if name in ("female", "male") else exact.where(**{name: True})
    except KeyError:
        pass
    try:
        return exact.where(group=name)
    except KeyError:
        raise ModelError(
            f"calibration: a target is about {name!r}, which is no sex, group, variant or exposure."
        ) from None


def name_of(target: Target) -> str:
    """A target in words."""
    words = [target.quantity.replace("_", " ").replace("log log", "log-log")]
    if target.relative:
        words.append(
            "of " + {"child": "children"}.get(target.relative, target.relative.replace("_", " ") + "s")
        )
    if target.of:
        words.append(f"of {target.of}")
    if target.among != "all":
        words.append(f"among {'familial' if target.among == 'familial' else 'other'} cases")
    if target.quantity == "penetrance":
        words.append("(crude)" if target.crude else "(net)")
    if target.per == "everyone":
        words.append("per head of everyone")
    if target.ages:
        words.append(f"at {target.ages[0]:g} to {target.ages[1]:g}")
    if target.by is not None:
        words.append(f"by {target.by:g}")
    return " ".join(words)
