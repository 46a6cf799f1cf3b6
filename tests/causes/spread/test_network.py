"""Network diffusion against its closed forms."""

from math import exp

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from aitia.causes.errors import ModelError
from aitia.causes.spread.links import set_rates, wiring
from aitia.causes.spread.maps import als
from aitia.causes.spread.network import (
    Laplacian,
    arrival_times,
    diffuse,
    exponential,
    laplacian,
    relaxation_rate,
    rewired,
    saturating,
    tells_direction,
)
from aitia.causes.spread.network_fit import UPTAKE, against_nulls, fit_network
from aitia.causes.spread.simulate import Record, record_cohort, simulate_months

from .small import chart, model


def network(seed: int = 1, size: int = 7, symmetric: bool = True) -> np.ndarray:
    weights = np.random.default_rng(seed).random((size, size))
    np.fill_diagonal(weights, 0.0)
    return weights + weights.T if symmetric else weights


START = np.eye(7)[2]
TIMES = (0.0, 0.3, 2.0, 11.0)


@pytest.mark.parametrize("kind", ["combinatorial", "random-walk"])
@pytest.mark.parametrize("symmetric", [True, False])
def test_mass_is_conserved(kind: Laplacian, symmetric: bool) -> None:
    weights = network(symmetric=symmetric)
    assert np.abs(laplacian(weights, kind).sum(axis=0)).max() < 1e-14
    assert diffuse(weights, START, TIMES, kind=kind, beta=0.4).sum(axis=1) == pytest.approx(1, abs=1e-10)


def test_growth_multiplies_mass_by_e_to_alpha_t() -> None:
    found = diffuse(network(), START, TIMES, kind="combinatorial", beta=0.4, growth=0.3)
    assert found.sum(axis=1) == pytest.approx([exp(0.3 * time) for time in TIMES], rel=1e-10)


def test_the_symmetric_laplacian_does_not_conserve_and_settles_at_the_root_of_the_degree() -> None:
    weights = network()
    late = diffuse(weights, START, (1e4,), kind="symmetric", beta=1.0)[0]
    root = np.sqrt(weights.sum(axis=1))
    assert late / late[0] == pytest.approx(root / root[0], rel=1e-9)
    assert abs(late.sum() - 1) > 1e-3


def test_two_places_have_a_closed_form() -> None:
    beta, weight = 0.7, 0.3
    weights = np.array([[0.0, weight], [weight, 0.0]])
    found = diffuse(weights, np.array([1.0, 0.0]), TIMES, kind="combinatorial", beta=beta)
    assert found[:, 0] == pytest.approx(
        [(1 + exp(-2 * beta * weight * time)) / 2 for time in TIMES], abs=1e-14
    )


def test_a_connected_symmetric_network_tends_to_uniform_at_beta_times_lambda_two() -> None:
    weights, beta = network(), 0.2
    assert diffuse(weights, START, (1e3,), kind="combinatorial", beta=beta)[0] == pytest.approx(
        1 / 7, abs=1e-12
    )
    chain = np.diag(np.ones(6), 1) + np.diag(np.ones(6), -1)
    rate = relaxation_rate(chain, "combinatorial", beta)
    assert rate == pytest.approx(beta * (2 - 2 * np.cos(np.pi / 7)), rel=1e-12)
    early, late = diffuse(chain, START, (150.0, 153.0), kind="combinatorial", beta=beta) - 1 / 7
    assert np.linalg.norm(late) / np.linalg.norm(early) == pytest.approx(exp(-3 * rate), rel=1e-6)


@pytest.mark.parametrize("symmetric", [True, False])
def test_both_solvers_agree_with_the_matrix_exponential(symmetric: bool) -> None:
    weights = network(3, symmetric=symmetric)
    matrix = laplacian(weights, "combinatorial")
    found = diffuse(weights, START, TIMES, kind="combinatorial", beta=0.4, growth=0.1)
    for row, time in zip(found, TIMES, strict=True):
        assert row == pytest.approx(expm((0.1 * np.eye(7) - 0.4 * matrix) * time) @ START, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-9, 0.3, 4.0, 300.0])
def test_our_matrix_exponential_is_scipys(scale: float) -> None:
    matrix = -scale * laplacian(network(3, symmetric=False), "combinatorial")
    assert exponential(matrix) == pytest.approx(expm(matrix), abs=1e-11)


def test_beta_and_time_trade_off() -> None:
    weights = network()
    one = diffuse(weights, START, (2.0,), kind="combinatorial", beta=0.4)
    other = diffuse(weights, START, (8.0,), kind="combinatorial", beta=0.1)
    assert one == pytest.approx(other, abs=1e-13)


def test_saturation_agrees_with_a_general_solver_and_keeps_to_the_ceiling() -> None:
    weights, rho, alpha = network(), 0.05, 0.8
    matrix = laplacian(weights, "combinatorial")
    start = 0.01 * START
    rival = solve_ivp(
        lambda _, x: -rho * matrix @ x + alpha * x * (1 - x),
        (0, 30),
        start,
        t_eval=(5, 30),
        rtol=1e-11,
        atol=1e-13,
    )
    found = saturating(weights, start, (5.0, 30.0), kind="combinatorial", rho=rho, alpha=alpha)
    assert found == pytest.approx(rival.y.T, abs=1e-7)
    assert found.max() <= 1 + 1e-12
    assert found[1] == pytest.approx(1, abs=1e-3)


def test_saturation_converges_with_the_square_of_the_step() -> None:
    weights = network()

    def at(step: float) -> np.ndarray:
        return saturating(weights, 0.01 * START, (8.0,), kind="combinatorial", rho=0.05, alpha=0.8, step=step)

    fine = at(0.005)
    errors = [np.abs(at(step) - fine).max() for step in (0.4, 0.2, 0.1)]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.05)


def test_saturation_without_growth_is_diffusion_and_without_links_logistic() -> None:
    weights = network()
    plain = diffuse(weights, START, TIMES, kind="combinatorial", beta=0.3)
    assert saturating(weights, START, TIMES, kind="combinatorial", rho=0.3, alpha=0.0) == pytest.approx(
        plain, abs=1e-9
    )
    alone = saturating(weights, 0.1 * START, (4.0,), kind="combinatorial", rho=0.0, alpha=0.5)[0, 2]
    assert alone == pytest.approx(0.1 * exp(2) / (1 + 0.1 * (exp(2) - 1)), abs=1e-12)


def test_arrival_times() -> None:
    load = np.array([[0.0, 0.5], [0.2, 0.5], [0.3, 0.5]])
    assert arrival_times(load, (0, 1, 2), 0.1) == [0.5, 0.0]
    assert arrival_times(load, (0, 1, 2), 0.4)[0] is None


def test_a_symmetric_network_cannot_tell_forward_from_back() -> None:
    assert not tells_direction(network())
    forward, back = (wiring(als(), name).contact.sum(axis=0) for name in ("dying-forward", "dying-back"))
    assert tells_direction(forward)
    assert np.array_equal(forward + forward.T, back + back.T)


def test_nulls_keep_distances_and_weights() -> None:
    bundled = als()
    distances = np.array([[bundled.apart(one, other) for other in bundled.places] for one in bundled.places])
    weights = set_rates(wiring(bundled, "dying-forward"), bundled.hypotheses["dying-forward"].typical).contact
    null = rewired(weights, distances, 3, both_ways=False)
    assert not np.array_equal(null, weights)
    for distance in np.unique(distances):
        assert sorted(null[distances == distance]) == sorted(weights[distances == distance])
    symmetric = rewired(weights + weights.T, distances, 3, both_ways=True)
    assert not tells_direction(symmetric)
    with pytest.raises(ModelError, match="both_ways"):
        rewired(weights, distances, 3, both_ways=True)
    with pytest.raises(ModelError, match="shape"):
        rewired(weights, distances[:3], 3, both_ways=False)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (np.ones((2, 3)), "square"),
        (np.ones((1, 1)), "square"),
        (-network(), "from 0 up"),
        (network() * np.nan, "finite"),
        (np.ones((3, 3)), "diagonal"),
    ],
)
def test_bad_weights_are_told(weights: np.ndarray, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        laplacian(weights, "combinatorial")


def test_bad_requests_are_told() -> None:
    with pytest.raises(ModelError, match="same both ways"):
        laplacian(network(symmetric=False), "symmetric")
    with pytest.raises(ModelError, match="not one of"):
        laplacian(network(), "normal")  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="times"):
        diffuse(network(), START, (2.0, 1.0), kind="combinatorial", beta=1)
    with pytest.raises(ModelError, match="start"):
        diffuse(network(), START[:3], (1.0,), kind="combinatorial", beta=1)
    with pytest.raises(ModelError, match="beta"):
        diffuse(network(), START, (1.0,), kind="combinatorial", beta=-1)
    with pytest.raises(ModelError, match="above 1"):
        saturating(network(), 2 * START, (1.0,), kind="combinatorial", rho=1, alpha=1)
    with pytest.raises(ModelError, match="step"):
        saturating(network(), START, (1.0,), kind="combinatorial", rho=1, alpha=1, step=0)


def test_the_network_fit_needs_dates_and_says_what_it_cannot_identify() -> None:
    months = simulate_months(model("scattered", 0.1), 60, 2)
    ordered = record_cohort(chart(), months, Record(clock="order"), 2)
    with pytest.raises(ModelError, match="needs dates"):
        fit_network(ordered, kind="combinatorial")
    dated = record_cohort(chart(), months, Record(follow=20.0), 2)
    (alone,) = fit_network(dated, ("scattered",), kind="combinatorial")
    # Only the background is there to be found, and its estimate is signs over months at risk.
    at_risk = np.minimum(months, 20.0).sum()
    signs = (months <= 20).sum() - 60
    assert alone.rates["background"] == pytest.approx(signs / at_risk, rel=1e-3)
    assert alone.unidentified == (UPTAKE,)
    with pytest.raises(ModelError, match="nulls"):
        against_nulls(dated, alone, number=0, seed=1)


def test_the_network_fit_finds_links() -> None:
    months = simulate_months(model("forward", 0.05, 0.2, 0.002), 80, 5)
    cohort = record_cohort(chart(), months, Record(follow=30.0, layer=0.8), 5)
    best, *_ = fit_network(cohort, ("forward", "back"), kind="combinatorial")
    assert best.hypothesis == "forward"
    null = against_nulls(cohort, best, number=40, seed=1)
    assert null.p < 0.2
    assert null.different > 5
