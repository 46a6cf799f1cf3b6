"""The exact engine against theory, brute force and simulation."""

import itertools
from math import exp

import numpy as np
import pytest

from aitia.causes.errors import ModelError
from aitia.causes.spread.exact import involvement, next_group, next_place, order_probability
from aitia.causes.spread.links import set_rates, wiring
from aitia.causes.spread.maps import als
from aitia.causes.spread.simulate import simulate_months

from .small import model, passed, started

TOP_HEAD, TOP_FOOT, LOW_HEAD, LOW_FOOT = range(4)


def test_next_place_is_rate_over_sum_and_the_wait_its_inverse() -> None:
    found = next_place(model(), TOP_HEAD, 1 << TOP_HEAD)
    # From the upper head: along 0.3 to the foot, down 0.5 to the lower head, background 0.02 everywhere.
    assert found.probability == pytest.approx((0, 0.32 / 0.86, 0.52 / 0.86, 0.02 / 0.86))
    assert found.mean_wait == pytest.approx(1 / 0.86)


def test_orders_are_products_and_sum_to_one() -> None:
    made = model()
    assert order_probability(made, (0, 1, 2, 3)) == pytest.approx(0.32 / 0.86 * 0.52 / (0.52 + 0.52))
    every = [order_probability(made, (0, *rest)) for rest in itertools.permutations((1, 2, 3))]
    assert sum(every) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("name", ["forward", "back", "apart", "scattered"])
def test_involvement_is_the_matrix_exponential(name: str) -> None:
    made, times = model(name), (0.0, 0.4, 3.0, 40.0, 900.0)
    found = involvement(made, TOP_HEAD, times)
    for row, time in zip(found, times, strict=True):
        mass = passed(made, TOP_HEAD, 15, started(made, TOP_HEAD), time)
        brute = [sum(mass[state] for state in range(16) if state >> place & 1) for place in range(4)]
        assert row == pytest.approx(brute, abs=1e-11)


def test_one_link_is_an_exponential_wait() -> None:
    made = set_rates(wiring(als(), "scattered"), {"background": 0.07})
    assert involvement(made, 0, (5.0,))[0][1:] == pytest.approx(1 - exp(-0.35), abs=1e-12)


def test_next_group_sees_through_hidden_places() -> None:
    made = model()
    low = next_group(made, TOP_HEAD, (1 << LOW_HEAD, 1 << LOW_FOOT))
    # By hand over the one hidden place, the upper foot.
    direct, hidden = 0.86, 0.32
    assert low.probability[0] == pytest.approx(0.52 / direct + hidden / direct * 0.5)
    assert sum(low.probability) == pytest.approx(1)
    onward = 1.04
    assert low.mean_wait == pytest.approx(1 / direct + hidden / direct / onward)
    second = 2 / direct**2 + hidden / direct * (2 / onward**2 + 2 / (direct * onward))
    assert low.sd_wait == pytest.approx((second - low.mean_wait**2) ** 0.5)


def test_what_cannot_follow_is_told() -> None:
    stuck = model("forward", 0.3, 0.5, 0.0)
    with pytest.raises(ModelError, match="nothing can follow"):
        next_place(stuck, LOW_FOOT, 15)
    with pytest.raises(ModelError, match="cannot always be reached"):
        next_group(stuck, LOW_FOOT, (1 << TOP_HEAD,))
    with pytest.raises(ModelError, match="times"):
        involvement(stuck, 0, (2.0, -1.0))
    assert order_probability(stuck, (LOW_FOOT, TOP_HEAD)) == 0


def test_simulation_agrees_with_the_exact_engine_within_four_standard_errors() -> None:
    number = 40_000
    made = set_rates(
        wiring(als(), "independent"), {"contiguous": 0.03, "across": 0.09, "focus": 0.08, "background": 0.001}
    )
    begins = np.eye(16)[3]
    months = simulate_months(made, number, 5, begins=begins.tolist())
    assert (months[:, 3] == 0).all()
    expected = next_place(made, 3, 1 << 3)
    order = np.argsort(months, axis=1)
    wait = np.sort(months, axis=1)[:, 1]
    assert abs(wait.mean() - expected.mean_wait) < 4 * expected.sd_wait / number**0.5
    assert abs(wait.std() - expected.sd_wait) < 4 * expected.sd_wait * (2 / number) ** 0.5
    for place, chance in enumerate(expected.probability):
        seen = (order[:, 1] == place).mean()
        assert abs(seen - chance) <= 4 * (chance * (1 - chance) / number) ** 0.5


def test_simulated_courses_agree_with_uniformisation_on_the_whole_map() -> None:
    number = 40_000
    made = set_rates(
        wiring(als(), "dying-forward"),
        {"contiguous": 0.03, "across": 0.09, "coupling": 0.08, "background": 0.001},
    )
    months = simulate_months(made, number, 6, begins=np.eye(16)[0].tolist())
    exact = involvement(made, 0, (6.0, 24.0))
    for row, time in zip(exact, (6.0, 24.0), strict=True):
        seen = (months <= time).mean(axis=0)
        assert (np.abs(seen - row) <= 4 * np.sqrt(row * (1 - row) / number) + 1e-12).all()
