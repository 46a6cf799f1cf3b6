"""Likelihoods against brute force over all sets of places, and against each other."""

import itertools
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitia.causes.errors import ModelError
from aitia.causes.spread import likelihood
from aitia.causes.spread.cohort import Clock, Patient, Sign, as_cohort
from aitia.causes.spread.exact import order_probability
from aitia.causes.spread.likelihood import by_patient, closed_gradient, compile_cohort, design
from aitia.causes.spread.links import Array, Model, set_rates, wiring
from aitia.causes.spread.maps import als
from aitia.causes.spread.simulate import Record, record_cohort, simulate_months

from .small import chart, jumped, model, passed, started

TOP_HEAD, TOP_FOOT, LOW_HEAD, LOW_FOOT = (1 << place for place in range(4))
HEAD, FOOT = TOP_HEAD | LOW_HEAD, TOP_FOOT | LOW_FOOT
THETA = {
    "forward": [0.3, 0.5, 0.02],
    "back": [0.3, 0.5, 0.02],
    "apart": [0.3, 0.5, 0.02],
    "scattered": [0.02],
}
NAMES = list(THETA)
# A patient in whom every place was seen, so that nothing counts as not examined.
FULL = Patient("full", tuple(Sign(1 << place, float(place)) for place in range(4)))


def of(patient: Patient, name: str, clock: Clock, precision: float = 1.0) -> float:
    cohort = as_cohort(chart(), clock, (patient, FULL))
    data = compile_cohort(cohort, precision=precision)
    return float(by_patient(design(data, wiring(chart(), name)), np.array(THETA[name]))[0])


def signs(*pairs: tuple[int, float], after: dict[int, float] | None = None) -> tuple[Sign, ...]:
    return tuple(Sign(places, at, (after or {}).get(places)) for places, at in pairs)


@pytest.mark.parametrize("name", NAMES)
def test_an_order_is_a_product_of_rates_over_sums(name: str) -> None:
    patient = Patient("p", signs((LOW_HEAD, 0), (TOP_HEAD, 1), (LOW_FOOT, 2)))
    assert of(patient, name, "order") == pytest.approx(
        log(order_probability(model(name), (2, 0, 3))), abs=1e-12
    )


@pytest.mark.parametrize("name", NAMES)
def test_ties_sum_over_orders(name: str) -> None:
    patient = Patient("p", signs((LOW_HEAD, 0), (TOP_HEAD, 1), (LOW_FOOT, 1), (TOP_FOOT, 1)))
    brute = sum(order_probability(model(name), (2, *rest)) for rest in itertools.permutations((0, 1, 3)))
    assert of(patient, name, "order") == pytest.approx(log(brute), abs=1e-12)
    partly = Patient("p", signs((LOW_HEAD, 0), (TOP_HEAD, 1), (LOW_FOOT, 1)))
    brute = order_probability(model(name), (2, 0, 3)) + order_probability(model(name), (2, 3, 0))
    assert of(partly, name, "order") == pytest.approx(log(brute), abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_an_onset_of_several_signs_is_taken_as_given(name: str) -> None:
    made = model(name)
    patient = Patient("p", signs((LOW_HEAD, 0), (TOP_HEAD, 0), (LOW_FOOT, 1)))
    likely = possible = 0.0
    for first, other in ((0, 2), (2, 0)):
        weight = max(made.begins[first], 1e-9)
        likely += weight * order_probability(made, (first, other, 3))
        possible += weight * order_probability(made, (first, other))
    assert of(patient, name, "order") == pytest.approx(log(likely / possible), abs=1e-12)


def unlayered(name: str) -> float:
    """Head, then foot, without layers: over every place that may have begun, been second unseen, and been the
    foot's."""
    made = model(name)
    likely, possible = 0.0, 0.0
    for first, other in ((0, 2), (2, 0)):
        weight = max(made.begins[first], 1e-9)
        possible += weight
        for foot in (1, 3):
            likely += weight * (
                order_probability(made, (first, foot)) + order_probability(made, (first, other, foot))
            )
    return log(likely / possible)


@pytest.mark.parametrize("name", NAMES)
def test_unknown_layers_are_summed_over(name: str) -> None:
    patient = Patient("p", signs((HEAD, 0), (FOOT, 1)))
    assert of(patient, name, "order") == pytest.approx(unlayered(name), abs=1e-12)


def test_without_any_layer_forward_and_back_are_mirror_images() -> None:
    assert unlayered("forward") == pytest.approx(unlayered("back"), abs=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_dates_are_exponential_waits(name: str) -> None:
    made = model(name)
    patient = Patient("p", signs((LOW_HEAD, 0), (TOP_HEAD, 1.5), (LOW_FOOT, 4)), followed=9.0)
    mass = started(made, 2)
    for unit, wait in ((TOP_HEAD, 1.5), (LOW_FOOT, 2.5)):
        mass = jumped(made, 2, unit, passed(made, 2, 0, mass, wait))
    brute = log(passed(made, 2, 0, mass, 5.0).sum())
    assert of(patient, name, "months") == pytest.approx(brute, abs=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_dates_without_layers_run_over_hidden_places(name: str) -> None:
    made = model(name)
    patient = Patient("p", signs((HEAD, 0), (FOOT, 7)), followed=9.0)
    likely, possible = 0.0, 0.0
    for first in (0, 2):
        weight = max(made.begins[first], 1e-9)
        mass = jumped(made, first, FOOT, passed(made, first, HEAD, started(made, first), 7.0))
        likely += weight * passed(made, first, HEAD | FOOT, mass, 2.0).sum()
        possible += weight
    assert of(patient, name, "months") == pytest.approx(log(likely / possible), abs=1e-10)


def within(made_mass: Array, unit: int) -> Array:
    return np.array([mass if state & unit else 0.0 for state, mass in enumerate(made_mass)])


@pytest.mark.parametrize("name", NAMES)
def test_intervals_are_what_visits_leave_open(name: str) -> None:
    made = model(name)
    patient = Patient(
        "p", signs((LOW_HEAD, 0), (TOP_HEAD, 6), (LOW_FOOT, 6), after={TOP_HEAD: 3, LOW_FOOT: 0})
    )
    mass = passed(made, 2, LOW_FOOT, started(made, 2), 3.0)
    mass = passed(made, 2, LOW_FOOT | TOP_HEAD, mass, 3.0)
    brute = log(within(within(mass, TOP_HEAD), LOW_FOOT).sum())
    assert of(patient, name, "months") == pytest.approx(brute, abs=1e-10)


def test_dates_that_tie_get_a_window_of_the_recordings_precision() -> None:
    made = model()
    patient = Patient("p", signs((LOW_HEAD, 0), (TOP_HEAD, 6), (LOW_FOOT, 6)))
    mass = passed(made, 2, 0, started(made, 2), 4.0)
    mass = passed(made, 2, TOP_HEAD | LOW_FOOT, mass, 2.0)
    brute = log(within(within(mass, TOP_HEAD), LOW_FOOT).sum())
    assert of(patient, "forward", "months", precision=2.0) == pytest.approx(brute, abs=1e-10)
    with pytest.raises(ModelError, match="precision"):
        of(patient, "forward", "months", precision=0.0)


def test_what_nobody_examined_may_be_ill_unseen() -> None:
    made = model()
    seen = Patient("p", signs((LOW_HEAD, 0), (LOW_FOOT, 1)))
    data = compile_cohort(as_cohort(chart(), "order", (seen,)))
    found = float(by_patient(design(data, wiring(chart(), "forward")), np.array(THETA["forward"]))[0])
    # Over every hidden way to the low head first, and then to the low foot.
    likely = possible = 0.0
    ways = [
        (before, between)
        for hidden in ((), (0,), (1,), (0, 1), (1, 0))
        for cut in range(len(hidden) + 1)
        for before, between in [(hidden[:cut], hidden[cut:])]
    ]
    for before, between in ways:
        path = (*before, 2, *between, 3)
        likely += max(made.begins[path[0]], 1e-9) * order_probability(made, path)
    for before in ((), (0,), (1,), (0, 1), (1, 0)):
        path = (*before, 2)
        possible += max(made.begins[path[0]], 1e-9) * order_probability(made, path)
    assert found == pytest.approx(log(likely / possible), abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(NAMES), seed=st.integers(0, 2**32), clock=st.sampled_from(["order", "months"]),
    logs=st.lists(st.floats(-5, 2), min_size=3, max_size=3),
)  # fmt: skip
def test_the_closed_form_and_the_engine_agree(name: str, seed: int, clock: Clock, logs: list[float]) -> None:
    wired = wiring(chart(), name)
    months = simulate_months(model(name), 12, seed)
    cohort = record_cohort(chart(), months, Record(clock=clock, follow=20.0), seed)
    if cohort.examined != 15:
        return
    theta = np.exp(logs[-len(wired.rates) :])
    data = compile_cohort(cohort)
    engine = likelihood._programs(cohort, range(12), 0, clock == "months", 1.0)
    designed = design(data, wired)
    by_engine = likelihood.hidden_by_patient(
        design(likelihood.Data(12, data.dated, data.closed, engine), wired), theta
    )
    assert by_patient(designed, theta) == pytest.approx(by_engine, abs=1e-8)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    months = simulate_months(model("apart"), 30, 4)
    cohort = record_cohort(chart(), months, Record(follow=10.0), 4)
    designed = design(compile_cohort(cohort), wiring(chart(), "apart"))
    theta, weights, step = np.array([0.2, 0.4, 0.03]), np.linspace(0.5, 2, 30), 1e-5
    found = closed_gradient(designed, theta, weights)
    for rate in range(3):
        move = np.exp(step * np.eye(3)[rate])
        up, down = (weights @ by_patient(designed, theta * one) for one in (move, 1 / move))
        assert found[rate] == pytest.approx((up - down) / (2 * step), rel=1e-6)


def test_multiplying_all_rates_changes_dates_and_not_orders() -> None:
    months = simulate_months(model(), 20, 8)
    clocks: tuple[tuple[Clock, bool], ...] = (("order", True), ("months", False))
    for clock, same in clocks:
        cohort = record_cohort(chart(), months, Record(clock=clock, layer=0.5), 8)
        designed = design(compile_cohort(cohort), wiring(chart(), "forward"))
        one, two = (
            by_patient(designed, np.array(THETA["forward"])),
            by_patient(designed, 3 * np.array(THETA["forward"])),
        )
        assert np.allclose(one, two) == same


def test_patients_seen_alike_share_their_sum() -> None:
    patient = Patient("p", signs((HEAD, 0), (FOOT, 1)))
    data = compile_cohort(as_cohort(chart(), "order", (patient, FULL, patient, patient)))
    assert len(data.programs.bounds) == 1
    found = by_patient(design(data, wiring(chart(), "back")), np.array(THETA["back"]))
    assert found[0] == found[2] == found[3] != found[1]


def test_the_bundled_map_with_hidden_layers_is_feasible() -> None:
    made = simulate_months(_typical("dying-back"), 20, 3)
    cohort = record_cohort(als(), made, Record(layer=0.0, follow=12.0), 3)
    found = by_patient(
        design(compile_cohort(cohort), wiring(als(), "dying-back")), np.array([0.03, 0.09, 0.08, 0.001])
    )
    assert np.isfinite(found).all()


def _typical(name: str) -> Model:
    return set_rates(wiring(als(), name), als().hypotheses[name].typical)
