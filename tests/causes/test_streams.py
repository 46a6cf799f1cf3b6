"""Draws belong to a seed, a purpose and an index."""

import numpy as np
import pytest
from scipy import stats

from aitia.causes import streams

N = 200_000
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@streams.compiled
def _fill(key: np.uint64, kind: int, out: Floats) -> None:
    for i in range(out.size):
        index = np.uint64(i)
        if kind == 0:
            out[i] = streams.uniform_at(key, index)
        elif kind == 1:
            out[i] = streams.exponential_at(key, index)
        else:
            out[i] = streams.normal_at(key, index)


@streams.compiled
def _logs(numbers: Floats, out: Floats) -> None:
    for i in range(out.size):
        out[i] = streams.log_of(numbers[i])


def draws(kind: int, purpose: str = "x", seed: int = 1) -> Floats:
    out = np.empty(N)
    _fill(streams.stream_key(seed, purpose), kind, out)
    return out


def test_the_generator_is_splitmix64() -> None:
    # The first outputs of Vigna's reference program splitmix64.c from state 1234567.
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    expected += [4593380528125082431, 16408922859458223821]
    assert [int(streams.bits_at(np.uint64(1234567), np.uint64(place))) for place in range(5)] == expected


@pytest.mark.parametrize(("kind", "law"), [(0, stats.uniform), (1, stats.expon), (2, stats.norm)])
def test_draws_follow_their_law(kind: int, law: stats.rv_continuous) -> None:
    assert stats.kstest(draws(kind), law.cdf).pvalue > 1e-4


def test_neighbours_and_purposes_and_seeds_are_unrelated() -> None:
    one, other, later = draws(0), draws(0, "y"), draws(0, seed=2)
    for first, second in ((one, other), (one, later), (one[1:], one[:-1])):
        assert abs(np.corrcoef(first, second)[0, 1]) < 4.5 / np.sqrt(N)


def test_uniforms_are_strictly_inside() -> None:
    numbers = draws(0)
    assert numbers.min() > 0
    assert numbers.max() < 1


def test_the_logarithm_is_exact_to_the_last_digit() -> None:
    generator = np.random.default_rng(1)
    numbers = generator.random(N) * 10.0 ** generator.uniform(-300, 300, N)
    numbers[:3] = 1.0, np.nextafter(1, 0), 2.0**-53
    logs = np.empty(N)
    _logs(numbers, logs)
    np.testing.assert_allclose(logs, np.log(numbers), rtol=5e-16, atol=0)
