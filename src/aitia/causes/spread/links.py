"""A hypothesis as arrays: which place can pass the disease to which, and under which free rate."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.errors import ModelError
from aitia.causes.spread.maps import BACKGROUND, Link, Map, Place
from aitia.causes.tables import nearest

Array = NDArray[np.float64]


class Wiring(msgspec.Struct, frozen=True):
    """The links of a hypothesis, unit rates.

    With parameters theta, the disease passes from place i to place j at rate sum_k theta_k contact[k, i, j]; a place j
    falls ill at rate sum_k theta_k outside[k, s, j] besides, where s is the place where the disease began.
    """

    hypothesis: str
    places: tuple[Place, ...]
    rates: tuple[str, ...]
    contact: Array
    outside: Array
    begins: Array
    """1 for the places where the disease can begin, else 0."""


class Model(msgspec.Struct, frozen=True):
    """A hypothesis with its rates filled in, per month (or per unit of any other clock)."""

    hypothesis: str
    places: tuple[Place, ...]
    rates: dict[str, float]
    contact: Array
    """Rate from place i to place j."""
    outside: Array
    """Rate at place j whatever else is ill, if the disease began at place s."""
    begins: Array


def wiring(chart: Map, hypothesis: str) -> Wiring:
    """The arrays of a hypothesis on a map. Rates whose links join nothing on this map are left out.

    Raises ModelError if there is no such hypothesis.
    """
    places = chart.places
    size = len(places)
    rates, contacts, outsides = [], [], []
    for rate, links in chart.hypothesis(hypothesis).rates.items():
        contact, outside = np.zeros((size, size)), np.zeros((size, size))
        for link in (chart.links[name] for name in links):
            (outside if link.only_from_first else contact)[:] += link_edges(chart, link)
        if contact.any() or outside.any():
            rates.append(rate)
            contacts.append(contact)
            outsides.append(outside)
    everywhere = 1.0 - np.eye(size)
    begins = np.array([float(place.layer in chart.hypothesis(hypothesis).begins_in) for place in places])
    return Wiring(
        hypothesis,
        places,
        (*rates, BACKGROUND),
        np.array([*contacts, np.zeros((size, size))]),
        np.array([*outsides, everywhere]),
        begins,
    )


def link_edges(chart: Map, link: Link) -> Array:
    """The matrix of one link: its weight where it joins place i to place j, else 0."""
    order = list(chart.regions)

    def joined(one: Place, other: Place) -> bool:
        if one == other or (one.layer, other.layer) != (link.from_layer, link.to_layer):
            return False
        step = order.index(other.region) - order.index(one.region)
        if isinstance(link.regions, str):
            regions = {
                "same": step == 0,
                "neighbours": abs(step) == 1,
                "down": step == 1,
                "up": step == -1,
                "all": True,
            }[link.regions]
        else:
            regions = (one.region, other.region) in link.regions
        sides = {"same": one.side == other.side, "other": one.side != other.side, "any": True}[link.sides]
        return regions and sides

    places = chart.places
    return np.array([[link.weight * joined(one, other) for other in places] for one in places])


def set_rates(wired: Wiring, rates: Mapping[str, float] | Sequence[float]) -> Model:
    """The hypothesis with its rates filled in.

    Raises ModelError if a rate is missing, unknown, negative or not finite, or if all are 0.
    """
    if not isinstance(rates, Mapping):
        rates = dict(zip(wired.rates, rates, strict=True))
    for name, value in rates.items():
        if name not in wired.rates:
            raise ModelError(
                f"rates: {wired.hypothesis!r} has no rate {name!r}; it has {', '.join(wired.rates)}."
                f"{nearest(name, wired.rates)}"
            )
        if not 0 <= value < 1e9:
            raise ModelError(f"rates: {name} is {value:g}; a rate is a number from 0 up.")
    missing = [name for name in wired.rates if name not in rates]
    if missing:
        raise ModelError(f"rates: {wired.hypothesis!r} also needs {', '.join(missing)}.")
    theta = np.array([rates[name] for name in wired.rates])
    if not theta.any():
        raise ModelError("rates: all are 0, so nothing would ever spread.")
    return Model(
        wired.hypothesis,
        wired.places,
        dict(zip(wired.rates, theta.tolist(), strict=True)),
        np.tensordot(theta, wired.contact, 1),
        np.tensordot(theta, wired.outside, 1),
        wired.begins,
    )
