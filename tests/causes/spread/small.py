"""A map small enough to work out by hand, and brute force over all of its sets of places."""

import itertools
from typing import Any

import numpy as np
from scipy.linalg import expm

from aitia.causes.spread.links import Array, Model, set_rates, wiring
from aitia.causes.spread.maps import Map, as_map

CONTENT: dict[str, Any] = {
    "name": "two by two",
    "layers": {"top": {}, "low": {}},
    "regions": {"head": {"position": 0}, "foot": {"position": 1}},
    "links": {
        "along-top": {"from": "top", "to": "top", "regions": "neighbours"},
        "along-low": {"from": "low", "to": "low", "regions": "neighbours"},
        "forward": {"from": "top", "to": "low"},
        "back": {"from": "low", "to": "top"},
        "focus": {"from": "top", "to": "low", "only_from_first": True},
        "focus-up": {"from": "low", "to": "top", "only_from_first": True},
    },
    "hypotheses": {
        "forward": {
            "says": "Down.",
            "begins_in": ["top"],
            "rates": {"along": ["along-top", "along-low"], "coupling": ["forward"]},
        },
        "back": {
            "says": "Up.",
            "begins_in": ["low"],
            "rates": {"along": ["along-top", "along-low"], "coupling": ["back"]},
        },
        "apart": {
            "says": "Apart.",
            "begins_in": ["top", "low"],
            "rates": {"along": ["along-top", "along-low"], "focus": ["focus", "focus-up"]},
        },
        "scattered": {"says": "By chance.", "begins_in": ["top", "low"], "rates": {}},
    },
}


def chart() -> Map:
    return as_map(CONTENT)


def model(name: str = "forward", *rates: float) -> Model:
    wired = wiring(chart(), name)
    return set_rates(wired, rates or (*(0.3, 0.5)[: len(wired.rates) - 1], 0.02))


def generator(made: Model, first: int, allowed: int) -> Array:
    """The generator on all sets of places, with moves to places outside `allowed` lost."""
    size = len(made.places)
    matrix = np.zeros((2**size, 2**size))
    for state, place in itertools.product(range(2**size), range(size)):
        if state >> place & 1:
            continue
        rate = made.outside[first, place] + sum(
            made.contact[other, place] for other in range(size) if state >> other & 1
        )
        matrix[state, state] -= rate
        if allowed >> place & 1:
            matrix[state, state | 1 << place] += rate
    return matrix


def passed(made: Model, first: int, allowed: int, mass: Array, months: float) -> Array:
    """Mass over sets of places after some months in which only allowed places fell ill."""
    result: Array = mass @ expm(generator(made, first, allowed) * months)
    return result


def jumped(made: Model, first: int, unit: int, mass: Array) -> Array:
    """Density of the unit being reached at this moment."""
    matrix = generator(made, first, unit)
    np.fill_diagonal(matrix, 0.0)
    result: Array = mass @ matrix
    return result


def started(made: Model, first: int) -> Array:
    mass = np.zeros(2 ** len(made.places))
    mass[1 << first] = 1.0
    return mass
