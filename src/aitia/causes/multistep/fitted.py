"""What a fit gives: estimates with intervals, how well they fit, and the curve."""

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from aitia.causes.multistep import models
from aitia.causes.multistep.data import Stratum
from aitia.causes.multistep.models import Model
from aitia.causes.tables import Record

Array = NDArray[np.float64]


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter's estimate with its profile-likelihood interval."""

    name: str
    value: float | None
    """None if the data do not identify it."""
    low: float | None
    """None if the data do not limit it on that side."""
    high: float | None
    unit: str
    meaning: str


class GoodnessOfFit(msgspec.Struct, frozen=True, kw_only=True):
    """How far the counts lie from the curve. A p-value is None without a yardstick: rates alone, or no freedom."""

    deviance: float
    deviance_p: float | None
    pearson: float
    pearson_p: float | None
    degrees_of_freedom: int
    dispersion: float | None
    """Pearson's statistic over its degrees of freedom; 1 if cases are Poisson."""


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted model. `estimates` are for people; `coordinates` are what the computation works with."""

    stratum: Stratum
    """The bands that were fitted."""
    model: str
    title: str
    likelihood: str
    """poisson, negative-binomial, or quasi-poisson (rates alone: only the curve's shape and the scatter are used)."""
    level: float
    """The confidence level of the intervals."""
    estimates: tuple[Estimate, ...]
    log_likelihood: float | None
    aic: float | None
    goodness: GoodnessOfFit
    expected: tuple[float, ...]
    """Expected cases in each band; for rates alone, the expected rate per 100,000."""
    local_slope: float
    """d log h/d log t of the fitted curve at age 60."""
    peak_age: float | None
    """The age at which the fitted hazard is highest, if it falls again before 110."""
    lineages: float
    coordinates: tuple[float, ...]
    steps_given: int | None
    notes: tuple[str, ...]

    @property
    def steps(self) -> Estimate | None:
        """The number of steps, if the model counts them."""
        return next((one for one in self.estimates if one.name == "steps"), None)

    @property
    def heterogeneous(self) -> bool:
        """Whether the model lets people differ; its last estimate then says by how much."""
        return "+" in self.model

    def hazard(self, ages: ArrayLike) -> Array:
        """The fitted hazard per year at some ages above 0."""
        return np.asarray(hazard(self._model(), np.array([self._curve()]), np.asarray(ages, float))[0])

    def summary(self) -> list[Record]:
        """A record for each estimate."""
        return [
            {
                "stratum": self.stratum.name,
                "model": self.model,
                "parameter": one.name,
                "estimate": one.value,
                "low": one.low,
                "high": one.high,
                "unit": one.unit,
                "meaning": one.meaning,
            }
            for one in self.estimates
        ]

    def plot(self, path: str) -> None:
        """Draw the rates and the fitted curve to a file; its ending (.png, .svg, .pdf) is the format."""
        from aitia.causes.multistep.plots import curves, save

        save(curves([(self.stratum, [self])]), path)

    def _curve(self) -> tuple[float, ...]:
        return self.coordinates[:-1] if self.likelihood == "negative-binomial" else self.coordinates

    def _model(self) -> Model:
        return models.named(self.model, steps=self.steps_given, lineages=self.lineages)


def hazard(model: Model, at: Array, ages: Array) -> Array:
    """The hazard per year at ages above 0 for each row of coordinates, by a central difference of H."""
    width = np.minimum(1e-3, ages / 100)
    return np.asarray(
        (model.cumulative_hazard(at, ages + width) - model.cumulative_hazard(at, ages - width)) / (2 * width)
    )


def shape(model: Model, curve: Array) -> tuple[float, float | None]:
    """The local slope at 60 and the age of the peak (None if the hazard still rises at 110)."""
    around = models.REFERENCE_AGE * np.exp(np.array([-0.01, 0.01]))
    low, high = hazard(model, curve, around)[0]
    slope = float(np.log(high / low) / 0.02) if low > 0 and high > 0 else 0.0
    ages = np.linspace(5.0, 110.0, 2101)
    values = hazard(model, curve, ages)[0]
    top = int(np.argmax(values))
    falls = 0 < top < ages.size - 1 and values[-1] < 0.999 * values[top]
    return slope, float(ages[top]) if falls else None
