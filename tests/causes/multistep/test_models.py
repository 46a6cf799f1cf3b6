"""Models by their cumulative hazard: limits, published values, and what cannot be asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.integrate import quad

from aitia.causes.errors import ModelError
from aitia.causes.multistep import expansion, hypoexponential, models
from aitia.causes.multistep.fitted import hazard, shape

AGES = np.array([1e-3, 1.0, 20.0, 45.0, 60.0, 85.0, 110.0])
SOME = {
    "armitage-doll": (6.0, 3.0),
    "erlang": (6.0, 0.0156540),
    "clonal": (3.0, 0.1, 1e-5),
    "gompertz": (3.0, 0.08),
}
MIXED = {"frailty": 250.0, "susceptible": 0.01}


def coordinates(
    model: models.Model, values: tuple[float, ...]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[one.coordinate(value) for one, value in zip(model.parameters, values, strict=True)]])


@pytest.mark.parametrize("name", [*SOME, *(f"{base}+{kind}" for base in SOME for kind in MIXED)])
def test_a_cumulative_hazard_rises_from_nothing(name: str) -> None:
    base, _, kind = name.partition("+")
    model = models.named(name)
    at = coordinates(model, SOME[base] + ((MIXED[kind],) if kind else ()))
    summed = model.cumulative_hazard(at, AGES)[0]
    assert (np.diff(summed) > 0).all()
    assert 0 <= summed[0] < 1e-4
    assert model.cumulative_hazard(at, np.array([0.0]))[0, 0] == 0
    rate = float(hazard(model, at, np.array([60.0]))[0, 0])
    between, _ = quad(lambda age: float(hazard(model, at, np.array([age]))[0, 0]), 45, 60)
    assert between == pytest.approx(summed[4] - summed[3], rel=1e-6)
    assert rate > 0


def test_levels_are_hazards_at_sixty() -> None:
    for name in ("armitage-doll", "gompertz", "clonal"):
        model = models.named(name)
        at = coordinates(model, SOME[name])
        assert hazard(model, at, np.array([60.0]))[0, 0] == pytest.approx(3e-5, rel=1e-6)


def test_a_power_law_has_slope_steps_less_one() -> None:
    model = models.named("armitage-doll")
    slope, peak = shape(model, coordinates(model, (6.0, 3.0)))
    assert slope == pytest.approx(5, abs=1e-6)
    assert peak is None


def test_erlang_is_the_chain_of_equal_steps() -> None:
    for lineages in (1.0, 1e6):
        model = models.named("erlang", lineages=lineages)
        chain = hypoexponential.cumulative_hazard([0.02] * 5, AGES, lineages)[0]
        assert model.cumulative_hazard(coordinates(model, (5.0, 0.02)), AGES)[0] == pytest.approx(
            chain, rel=1e-10
        )
        free = models.named("hypoexponential", steps=5, lineages=lineages)
        assert free.cumulative_hazard(coordinates(free, (0.02,) * 5), AGES)[0] == pytest.approx(
            chain, rel=1e-10
        )


@given(some.floats(1.2, 9), some.floats(0.5, 20))
def test_many_lineages_are_armitage_doll(steps: float, level: float) -> None:
    power, exact = models.named("armitage-doll"), models.named("erlang", lineages=1e15)
    rate = exact.starts(steps - 1, level)[0][1]
    at = coordinates(exact, (steps, rate))
    if rate * 85 < 1e-3:
        assert exact.cumulative_hazard(at, np.array([40.0, 85.0]))[0] == pytest.approx(
            power.cumulative_hazard(coordinates(power, (steps, level)), np.array([40.0, 85.0]))[0], rel=2e-3
        )


class TestClonalExpansion:
    def test_the_published_value(self) -> None:
        r, a, q = expansion.from_rates(0.01, 1.0, 0.1, 1e-6)
        summed = expansion.cumulative_hazard(r, a, q, np.array([99.999, 100.0, 100.001]))[0]
        assert summed[1] == pytest.approx(0.01164061, abs=5e-9)
        assert (summed[2] - summed[0]) / 0.002 == pytest.approx(6.881582e-4, rel=1e-6)

    @given(some.floats(1e-4, 10), some.floats(1e-4, 1), some.floats(1e-8, 0.1))
    def test_it_is_the_formula(self, r: float, a: float, q: float) -> None:
        from decimal import Decimal, localcontext

        with localcontext() as context:
            context.prec = 60
            big_a, big_q, t = Decimal(a), Decimal(q), Decimal(70)
            inside = (big_a + big_q) / (big_q * (big_a * t).exp() + big_a * (-big_q * t).exp())
            exact = float(-Decimal(r) * inside.ln())
        assert expansion.cumulative_hazard(r, a, q, np.array([70.0]))[0, 0] == pytest.approx(exact, rel=1e-9)

    def test_early_cases_need_two_hits(self) -> None:
        summed = expansion.cumulative_hazard(2.0, 0.1, 1e-3, np.array([1e-4, 2e-4]))[0]
        assert summed[0] == pytest.approx(2.0 * 0.1 * 1e-3 * 1e-8 / 2, rel=1e-4)
        assert summed[1] / summed[0] == pytest.approx(4, rel=1e-4)

    def test_without_levelling_it_is_exponential(self) -> None:
        model, rival = models.named("clonal"), models.named("gompertz")
        ages = np.array([0.0, 40.0, 60.0, 80.0])
        flat = model.cumulative_hazard(coordinates(model, (3.0, 0.08, 0.0)), ages)[0]
        steep = rival.cumulative_hazard(coordinates(rival, (3.0, 0.08)), ages)[0]
        # Its hazard is that of Gompertz less what it must lose to begin at 0.
        assert np.diff(flat)[2] == pytest.approx(np.diff(steep)[2], rel=0.01)


def test_frailty_and_susceptible_reach_the_plain_model() -> None:
    plain = models.named("armitage-doll")
    wanted = plain.cumulative_hazard(coordinates(plain, (6.0, 3.0)), AGES)[0]
    for kind, nothing in (("frailty", 0.0), ("susceptible", 1.0)):
        mixed = models.named(f"armitage-doll+{kind}")
        found = mixed.cumulative_hazard(coordinates(mixed, (6.0, 3.0, nothing)), AGES)[0]
        assert found == pytest.approx(wanted, rel=1e-9)


def test_frailty_and_susceptible_are_their_formulas() -> None:
    plain = models.named("armitage-doll")
    own = plain.cumulative_hazard(coordinates(plain, (6.0, 900.0)), AGES)[0]
    frail, some_only = models.named("armitage-doll+frailty"), models.named("armitage-doll+susceptible")
    theta, p = 2.5, 0.03
    assert frail.cumulative_hazard(coordinates(frail, (6.0, 900.0, theta)), AGES)[0] == pytest.approx(
        np.log1p(theta * own) / theta, rel=1e-12
    )
    assert some_only.cumulative_hazard(coordinates(some_only, (6.0, 900.0, p)), AGES)[0] == pytest.approx(
        -np.log(1 - p + p * np.exp(-own)), rel=1e-9, abs=1e-15
    )


@pytest.mark.parametrize(
    ("steps", "share", "peak", "slope"), [(6.0, 0.005, 75.0, 1.1), (20.0, 0.004, 76.5, 4.5)]
)
def test_peak_and_slope_belong_together(steps: float, share: float, peak: float, slope: float) -> None:
    """Both curves peak at about 75; one has six steps and a slope of 1.1, the other twenty and 4.5 (ages 40 to 80)."""
    from scipy.optimize import brentq

    model = models.named("erlang+susceptible")

    def top(rate: float) -> float:
        found = shape(model, coordinates(model, (steps, rate, share)))[1]
        return (found or 110.0) - peak

    rate = float(brentq(top, 0.03, 0.5, xtol=1e-5))
    ages = np.arange(42.5, 80, 5)
    values = hazard(model, coordinates(model, (steps, rate, share)), ages)[0]
    assert np.polyfit(np.log(ages), np.log(values), 1)[0] == pytest.approx(slope, abs=0.1)


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("armitage-dol", {}, "Did you mean 'armitage-doll'"),
        ("erlang+frailtyy", {}, "Did you mean 'erlang\\+frailty'"),
        ("hypoexponential", {}, "give --steps"),
        ("hypoexponential", {"steps": 0}, "from 1 to 50"),
        ("hypoexponential", {"steps": 200}, "200 steps"),
        ("erlang", {"lineages": 0.0}, "lineages"),
        ("erlang", {"lineages": float("nan")}, "lineages"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_model_is_told(name: str, more: dict[str, float], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        models.named(name, **more)  # type: ignore[arg-type]
