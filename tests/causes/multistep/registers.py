"""Registers whose truth is known."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aitia.causes import multistep
from aitia.causes.multistep import models

Array = NDArray[np.float64]


def edges(first: int, last: int, width: int) -> Array:
    """Exact ages at which bands begin and end."""
    return np.arange(first, last + 1, width, dtype=float)


def expected(
    model: str, values: Sequence[float], ages: Array, cases: float, **more: float
) -> tuple[Array, Array]:
    """Expected cases in bands, and person-years falling with age, scaled so that there are so many cases in all."""
    chosen = models.named(model, **more)  # type: ignore[arg-type]
    at = np.array([[one.coordinate(value) for one, value in zip(chosen.parameters, values, strict=True)]])
    hazard = np.diff(chosen.cumulative_hazard(at, ages))[0] / np.diff(ages)
    years = np.linspace(1.0, 0.4, hazard.size) * np.diff(ages)
    years *= cases / float(hazard @ years)
    return hazard * years, years


def steps_of(fit: multistep.Fit) -> multistep.Estimate:
    """The fitted number of steps."""
    assert fit.steps is not None
    return fit.steps


def register(
    name: str, ages: Array, cases: Sequence[float] | NDArray[Any], years: Sequence[float] | Array
) -> multistep.Stratum:
    """A stratum with closed bands."""
    return multistep.stratum(
        name,
        [float(one) for one in ages[:-1]],
        [float(one) - 1 for one in ages[1:]],
        [float(one) for one in cases],
        [float(one) for one in years],
    )
