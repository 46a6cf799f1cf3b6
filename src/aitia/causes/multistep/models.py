"""The models of onset, each given by its cumulative hazard, and two ways in which people may differ.

A model maps parameters and ages to H(t), the hazard summed from birth to age t. Fitting works on unbounded
coordinates: logarithms of what must be above 0, logits of shares. Every function takes a batch of coordinates
(b x p) and returns b rows.
"""

from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from aitia.causes.errors import ModelError
from aitia.causes.multistep import expansion, hypoexponential
from aitia.causes.tables import nearest

Array = NDArray[np.float64]

REFERENCE_AGE = 60.0
"""Levels are hazards at this age in years, so that slope and level are nearly independent."""


class Parameter(msgspec.Struct, frozen=True):
    """A parameter: its name, unit, meaning, and its coordinate's scale and bounds."""

    name: str
    unit: str
    meaning: str
    scale: str
    """log, linear, excess and small (0 is on the bound) or share (1 is on the bound)."""
    least: float
    most: float
    rests: tuple[float, str] | None = None
    """A value on the lowest coordinate that is an honest answer, and what it means."""

    def coordinate(self, value: float) -> float:
        """The coordinate of a value, within the bounds."""
        inside = min(max(value, self.least), self.most)
        return float(_TO[self.scale](inside))

    def value(self, coordinate: float) -> float:
        """The value at a coordinate."""
        return float(_FROM[self.scale](coordinate))

    @property
    def bounds(self) -> tuple[float, float]:
        """The coordinate's lowest and highest value."""
        low, high = sorted((float(_TO[self.scale](self.least)), float(_TO[self.scale](self.most))))
        return low, high


# A growth rate per year is about 0.1: scaled so that one unit is a large step for every coordinate. A frailty
# variance of 0, or a share of 1, is an honest answer: their coordinates reach it at 0, not far off on a plateau.
_TO: dict[str, Callable[[float], float]] = {
    "log": np.log,
    "linear": lambda x: 10 * x,
    "excess": lambda x: np.log1p(x / 10),
    "small": lambda x: np.log1p(x * 1e6),
    "share": lambda p: -np.log(p),
}
_FROM: dict[str, Callable[[float], float]] = {
    "log": np.exp,
    "linear": lambda x: x / 10,
    "excess": lambda x: 10 * np.expm1(x),
    "small": lambda x: 1e-6 * np.expm1(x),
    "share": lambda x: np.exp(-x),
}

Cumulative = Callable[[Array, Array], Array]


class Model(msgspec.Struct, frozen=True):
    """A model that can be fitted."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    cumulative_hazard: Cumulative
    """From coordinates (b x p) and ages (m) to H (b x m)."""
    starts: Callable[[float, float], list[list[float]]]
    """First guesses (values, not coordinates) from the slope and the hazard at 60 of a straight line."""
    steps: int | None = None
    """The number of steps if it is given rather than fitted."""
    lineages: float = 1.0
    heterogeneity: str | None = None

    @property
    def counts_steps(self) -> bool:
        """Whether the first parameter is the number of steps."""
        return self.parameters[0].name == "steps"


STEPS = Parameter("steps", "steps", "number of steps n", "log", 0.05, 60.0)
LEVEL = Parameter("hazard at 60", "per 100,000 person-years", "hazard at age 60", "log", 1e-9, 1e9)


def armitage_doll() -> Model:
    """h(t) = c t^(n-1): the slope of log incidence on log age is n - 1."""

    def cumulative(at: Array, ages: Array) -> Array:
        n, level = np.exp(at[:, :1]), np.exp(at[:, 1:2]) / 1e5
        with np.errstate(divide="ignore"):
            return np.asarray(level * REFERENCE_AGE / n * np.exp(n * np.log(ages / REFERENCE_AGE)))

    return Model(
        "armitage-doll",
        "Armitage-Doll power law",
        (STEPS, LEVEL),
        cumulative,
        lambda slope, level: [[slope + 1, level]],
    )


def erlang(lineages: float = 1.0) -> Model:
    """n steps at one rate in each of N lineages, without approximation. n may lie between whole numbers."""
    _check_lineages(lineages)

    def cumulative(at: Array, ages: Array) -> Array:
        minus_log, _ = hypoexponential.equal_rates(np.exp(at[:, :1]), np.exp(at[:, 1:2]), ages)
        return np.asarray(lineages * minus_log)

    def starts(slope: float, level: float) -> list[list[float]]:
        found = []
        for more in (1.0, 1.7, 2.5):
            n = max(slope + more, 0.3)
            hazard = level / 1e5 * REFERENCE_AGE / n / lineages
            rate = float(np.exp((np.log(hazard) + gammaln(n + 1)) / n)) / REFERENCE_AGE
            # The approximation that this solves holds for small u t only; with one lineage the truth is higher.
            found += [[n, rate], [n, 1.6 * rate]]
        return found

    return Model(
        "erlang",
        f"exact, equal rates, {_lineages_in_words(lineages)}",
        (STEPS, Parameter("rate of each step", "per year", "rate u of every step", "log", 1e-18, 1e3)),
        cumulative,
        starts,
        lineages=lineages,
    )


def free_rates(steps: int, lineages: float = 1.0) -> Model:
    """n steps, each at a rate of its own, in each of N lineages, without approximation; n is given."""
    _check_lineages(lineages)
    if not 1 <= steps <= hypoexponential.MOST_STEPS:
        raise ModelError(
            f"{steps} steps were asked for: the number of steps must be from 1 to {hypoexponential.MOST_STEPS}."
        )

    def cumulative(at: Array, ages: Array) -> Array:
        return hypoexponential.cumulative_hazard(np.exp(at), ages, lineages)

    def starts(slope: float, level: float) -> list[list[float]]:
        equal = [one[1] for one in erlang(lineages).starts(max(steps - 1.0, 0.1), level)]
        slow = max(1, min(steps, round(slope + 1)))
        found = []
        for spread in (0.4, 1.5, 3.0):
            found.append(
                [equal[1] * float(np.exp(spread * (k - (steps - 1) / 2) / steps)) for k in range(steps)]
            )
        # As many slow steps as the slope shows, and the others too fast to be seen.
        for fewer in range(slow, steps + 1):
            hazard = level / 1e5 * REFERENCE_AGE / fewer / lineages
            rate = 1.3 * float(np.exp((np.log(hazard) + gammaln(fewer + 1)) / fewer)) / REFERENCE_AGE
            found.append(
                [rate * (1 + 0.05 * k) for k in range(fewer)] + [0.5 * (1 + k) for k in range(steps - fewer)]
            )
        return found

    return Model(
        "hypoexponential",
        f"exact, {steps} free rates, {_lineages_in_words(lineages)}",
        tuple(
            Parameter(f"rate {k + 1}", "per year", f"rate of step {k + 1}, slowest first", "log", 1e-18, 1e2)
            for k in range(steps)
        ),
        cumulative,
        starts,
        steps=steps,
        lineages=lineages,
    )


def clonal() -> Model:
    """Two stages with clonal expansion between them, by what incidence can identify.

    With initiation N nu0, division alpha, transformation nu1 and net proliferation gamma, the hazard depends on
    r = N nu0/alpha, q and a = q + g only, where g = gamma - nu1 and q a = alpha nu1. The level is written as the hazard
    at 60, because r and q trade off as q nears 0, where the curve becomes exponential.
    Source: Moolgavkar SH, Venzon DJ (1979); notation of the R package msce.
    """

    def cumulative(at: Array, ages: Array) -> Array:
        level, a, q = np.exp(at[:, :1]) / 1e5, np.exp(at[:, 1:2]), 1e-15 + 1e-6 * np.expm1(at[:, 2:3])
        fallen = np.exp(-(a + q) * REFERENCE_AGE)
        unit = q * a * (1 - fallen) / (q + a * fallen)
        return np.asarray(level / unit * expansion.cumulative_hazard(1.0, a, q, ages))

    return Model(
        "clonal",
        "two-stage clonal expansion",
        (
            LEVEL,
            Parameter(
                "growth of clones", "per year", "growth a = g + q of initiated clones", "log", 1e-6, 10.0
            ),
            Parameter(
                "levelling",
                "per year",
                "levelling q at old age, with q a = alpha nu1",
                "small",
                0.0,
                1.0,
                (
                    0.0,
                    "The levelling came to rest at 0: the curve is exponential, with no sign of two stages.",
                ),
            ),
        ),
        cumulative,
        lambda _, level: [[level, a, q] for a, q in ((0.08, 1e-3), (0.15, 1e-4), (0.03, 1e-2), (0.1, 1e-6))],
    )


def gompertz() -> Model:
    """h(t) = h(60) e^{b (t - 60)}: a straight line on age itself, the rival of the power law."""

    def cumulative(at: Array, ages: Array) -> Array:
        level, growth = np.exp(at[:, :1]) / 1e5, at[:, 1:2] / 10
        slow = np.abs(growth) < 1e-9
        safe = np.where(slow, 1.0, growth)
        return np.asarray(
            np.where(
                slow,
                level * ages,
                level * np.exp(-safe * REFERENCE_AGE) * np.expm1(safe * ages) / safe,
            )
        )

    return Model(
        "gompertz",
        "Gompertz",
        (
            LEVEL,
            Parameter(
                "growth", "per year", "relative rise of the hazard per year of age", "linear", -1.0, 1.0
            ),
        ),
        cumulative,
        lambda slope, level: [[level, max(slope, 0.1) / REFERENCE_AGE]],
    )


FRAILTY = Parameter(
    "frailty variance",
    "",
    "variance of the hazard between people",
    "excess",
    0.0,
    1e6,
    (0.0, "The frailty variance came to rest at 0: the curve shows no sign that people differ."),
)
SUSCEPTIBLE = Parameter(
    "susceptible share",
    "",
    "share of people who can fall ill",
    "share",
    1e-7,
    1.0,
    (1.0, "The susceptible share came to rest at 1: the curve shows no sign that only some can fall ill."),
)


def with_frailty(model: Model) -> Model:
    """Hazards vary between people by a gamma law of mean 1 and variance theta: H becomes ln(1 + theta H)/theta."""

    def cumulative(at: Array, ages: Array) -> Array:
        theta = 10 * np.expm1(at[:, -1:])
        own = model.cumulative_hazard(at[:, :-1], ages)
        x = theta * own
        small = np.abs(x) < 1e-4
        safe = np.where(small, 1.0, x)
        return np.asarray(
            own * np.where(small, 1 - x / 2 + x * x / 3, np.log1p(np.maximum(safe, -0.9)) / safe)
        )

    def starts(slope: float, level: float) -> list[list[float]]:
        # The hazard within a person who is as frail as the average exceeds the one seen, and rises faster.
        return [
            [*one, theta]
            for extra, factor, theta in ((0.0, 1.0, 1.0), (0.5, 1.3, 100.0), (2.0, 2.0, 400.0))
            for one in model.starts(slope + extra, level * factor)[:2]
        ]

    return _mixed(model, "frailty", "gamma frailty", FRAILTY, cumulative, starts)


def with_susceptible(model: Model) -> Model:
    """Only a share p of people can fall ill: S becomes 1 - p + p S, so that h = p f/(1 - p + p S)."""

    def cumulative(at: Array, ages: Array) -> Array:
        p = np.exp(-at[:, -1:])
        own = model.cumulative_hazard(at[:, :-1], ages)
        # Where nearly everyone who can fall ill has, 1 - p + p S is read from the side of those who cannot.
        with np.errstate(divide="ignore"):
            late = -np.logaddexp(np.log(np.maximum(-np.expm1(-at[:, -1:]), 0.0)), -at[:, -1:] - own)
            return np.asarray(np.where(own < 1, -np.log1p(p * np.expm1(-np.minimum(own, 1.0))), late))

    def starts(slope: float, level: float) -> list[list[float]]:
        return [
            [*one, p]
            for extra, p in ((0.0, 0.5), (0.5, 0.02), (2.0, 0.005), (5.0, 0.003))
            for one in model.starts(slope + extra, level / p)[:2]
        ]

    return _mixed(model, "susceptible", "susceptible fraction", SUSCEPTIBLE, cumulative, starts)


def _mixed(
    model: Model,
    kind: str,
    title: str,
    parameter: Parameter,
    cumulative: Cumulative,
    starts: Callable[[float, float], list[list[float]]],
) -> Model:
    # Among those who can fall ill, hazards may be thousands of times the population's.
    level = Parameter(
        LEVEL.name, LEVEL.unit, f"{LEVEL.meaning} in the average person at risk", "log", 1e-9, 1e9
    )
    own = tuple(level if one is LEVEL else one for one in model.parameters)
    return Model(
        f"{model.name}+{kind}",
        f"{model.title}, {title}",
        (*own, parameter),
        cumulative,
        starts,
        steps=model.steps,
        lineages=model.lineages,
        heterogeneity=kind,
    )


BASES = ("armitage-doll", "erlang", "hypoexponential", "clonal", "gompertz")
MIXTURES = {"frailty": with_frailty, "susceptible": with_susceptible}
NAMES = (*BASES, *(f"{base}+{kind}" for base in BASES for kind in MIXTURES))


def named(name: str, *, steps: int | None = None, lineages: float = 1.0) -> Model:
    """The model of a name such as `armitage-doll`, `erlang` or `gompertz+frailty`.

    `steps` is for `hypoexponential`; `lineages` for the two exact models.
    Raises ModelError for an unknown name, or if `steps` is missing or not from 1 to 50, or lineages are fewer than 1.
    """
    base, _, kind = name.lower().partition("+")
    if base not in BASES or (kind and kind not in MIXTURES):
        raise ModelError(f"there is no model {name!r}: choose from {', '.join(NAMES)}.{nearest(name, NAMES)}")
    if base == "hypoexponential" and steps is None:
        raise ModelError(
            "the model hypoexponential has one rate for each step, so it needs their number: give --steps, e.g. 6. "
            "The number of steps itself is fitted by armitage-doll and erlang."
        )
    made: dict[str, Callable[[], Model]] = {
        "armitage-doll": armitage_doll,
        "erlang": partial(erlang, lineages),
        "hypoexponential": partial(free_rates, steps or 0, lineages),
        "clonal": clonal,
        "gompertz": gompertz,
    }
    model = made[base]()
    return MIXTURES[kind](model) if kind else model


def _check_lineages(lineages: float) -> None:
    if not (np.isfinite(lineages) and 1 <= lineages <= 1e15):
        raise ModelError(f"{lineages:g} lineages: give a number from 1 to 1e15.")


def _lineages_in_words(lineages: float) -> str:
    return (
        "one lineage"
        if lineages == 1
        else f"{lineages:,.0f} lineages"
        if lineages < 1e6
        else f"{lineages:.0e} lineages"
    )
