"""Network diffusion fitted to dated cohorts: a place falls ill at a rate in proportion to its load.

Load starts at the place of the first sign (1 in all) and flows along the hypothesis's links at their rates; a
place without load falls ill at the background rate. Given the loads, places fall ill apart from each other,
so a sign that covers several places has the sum of their hazards.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from scipy.optimize import minimize

from aitia.causes.errors import ModelError
from aitia.causes.spread.cohort import Cohort
from aitia.causes.spread.links import Array, Wiring, wiring
from aitia.causes.spread.network import Laplacian, exponential, laplacian, rewired, tells_direction
from aitia.causes.tables import Record

_GRID = 0.5
UPTAKE = "uptake"
"""The rate at which a place with load 1 falls ill, per month."""


class NetworkFit(msgspec.Struct, frozen=True):
    """A hypothesis fitted to a dated cohort by network diffusion; rates per month."""

    hypothesis: str
    kind: Laplacian
    rates: dict[str, float]
    log_likelihood: float
    aic: float
    direction: bool
    """Whether the links differ by direction. If not, forward and back are the same network."""
    unidentified: tuple[str, ...]
    """Rates whose value hardly changes the likelihood; they are no estimates."""

    def summary(self) -> list[Record]:
        """One record for each rate; rates that the data do not identify have no value."""
        return [
            {
                "hypothesis": self.hypothesis,
                "laplacian": self.kind,
                "log_likelihood": self.log_likelihood,
                "aic": self.aic,
                "rate": name,
                "value": None if name in self.unidentified else value,
                "note": "not identified by these data" if name in self.unidentified else "",
            }
            for name, value in self.rates.items()
        ]


class Null(msgspec.Struct, frozen=True):
    """The fit against networks that keep only distance: the share of nulls that do as well (with the fit
    itself counted in)."""

    drawn: int
    different: int
    """How many different networks were among them."""
    p: float


class _Signs(msgspec.Struct, frozen=True):
    onset: Array
    """Load at the start, one row for each different onset."""
    first: Array
    which: Array
    """The onset of each row below."""
    covered: Array
    """1 for the places whose sum of hazards the row concerns."""
    until: Array
    """Months for which those places were free."""
    since: Array
    """Months at which that was last known, for intervals; else as `until`."""
    fell: Array
    """1 if they then fell ill."""


def fit_network(cohort: Cohort, hypotheses: Sequence[str] = (), *, kind: Laplacian) -> list[NetworkFit]:
    """Fits hypotheses by network diffusion, the best first.

    Raises ModelError for a cohort with an order only, whose time and rate cannot be told apart.
    """
    signs = _signs(cohort)
    return sorted(
        (
            _fit(signs, wiring(cohort.chart, name), kind)
            for name in dict.fromkeys(hypotheses or cohort.chart.hypotheses)
        ),
        key=lambda found: found.aic,
    )


def against_nulls(cohort: Cohort, fitted: NetworkFit, *, number: int, seed: int) -> Null:
    """The fitted network against networks with its weights shuffled among pairs of places at the same distance."""
    if not 1 <= number <= 100_000:
        raise ModelError(f"nulls: {number} is not a number from 1 to 100,000.")
    signs, places = _signs(cohort), cohort.chart.places
    wired = wiring(cohort.chart, fitted.hypothesis)
    theta = np.array([fitted.rates[name] for name in wired.rates])
    weights = np.tensordot(theta, wired.contact, 1)
    distances = np.array([[cohort.chart.apart(one, other) for other in places] for one in places])
    as_good, networks = 0, set()
    for draw in range(number):
        null = rewired(weights, distances, seed * 1_000_003 + draw, both_ways=not tells_direction(weights))
        networks.add(null.tobytes())
        value = _value(
            signs, _outflows(signs, null, theta, wired, fitted.kind), theta[-1], fitted.rates[UPTAKE]
        )
        as_good += value >= fitted.log_likelihood - 1e-6
    return Null(number, len(networks), (1 + as_good) / (1 + number))


def _signs(cohort: Cohort) -> _Signs:
    if cohort.clock != "months":
        raise ModelError(
            "the network engine needs dates: with an order alone, time and the rate of diffusion cannot be told apart."
        )
    size = len(cohort.chart.places)
    onsets: dict[int, int] = {}
    rows: list[tuple[int, int, float, float, float]] = []
    for patient in cohort.patients:
        start = 0
        for sign in patient.signs:
            start |= sign.places if sign.at == 0 else 0
        which = onsets.setdefault(start, len(onsets))
        end = max([patient.followed or 0.0, *(sign.at for sign in patient.signs)])
        seen = start
        for sign in patient.signs:
            if sign.at > 0:
                rows.append(
                    (
                        which,
                        sign.places & ~start,
                        sign.at,
                        sign.after if sign.after is not None else sign.at,
                        1,
                    )
                )
                seen |= sign.places
        free = cohort.examined & ~seen
        if free and end:
            rows.append((which, free, end, end, 0))

    def bits(sets: Sequence[int]) -> Array:
        return np.array([[float(one >> place & 1) for place in range(size)] for one in sets]).reshape(
            -1, size
        )

    loads = bits(list(onsets))
    return _Signs(
        loads / loads.sum(axis=1, keepdims=True),
        loads,
        np.array([row[0] for row in rows]),
        bits([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        np.array([row[4] for row in rows]),
    )


def _outflows(signs: _Signs, weights: Array, theta: Array, wired: Wiring, kind: Laplacian) -> list[Array]:
    """The Laplacian for each onset: links that pass only from the first place depend on where that is."""
    special = np.tensordot(theta[:-1], wired.outside[:-1], 1)
    return [laplacian(weights + special * first[:, None], kind) for first in signs.first]


def _value(signs: _Signs, matrices: Sequence[Array], background: float, uptake: float) -> float:
    size = signs.onset.shape[1]
    total = 0.0
    for onset, matrix in enumerate(matrices):
        rows = np.flatnonzero(signs.which == onset)
        if not len(rows):
            continue
        # Load and its integral together, on a grid fine enough for cubic interpolation between its points.
        steps = int(np.ceil(signs.until[rows].max() / _GRID)) + 1
        both = np.zeros((2 * size, 2 * size))
        both[:size, :size] = -matrix
        both[size:, :size] = np.eye(size)
        forward = exponential(both * _GRID)
        course = np.empty((steps + 1, 2 * size))
        course[0] = np.concatenate([signs.onset[onset], np.zeros(size)])
        for step in range(steps):
            course[step + 1] = forward @ course[step]
        slope = course @ both.T
        until, since = (_at(course, slope, times[rows]) for times in (signs.until, signs.since))
        covered = signs.covered[rows]
        number = covered.sum(axis=1)
        spent = uptake * (covered * until[:, size:]).sum(axis=1) + background * number * signs.until[rows]
        before = uptake * (covered * since[:, size:]).sum(axis=1) + background * number * signs.since[rows]
        hazard = uptake * (covered * until[:, :size]).sum(axis=1) + background * number
        exact = signs.since[rows] == signs.until[rows]
        with np.errstate(divide="ignore"):
            dated = np.log(hazard) - spent
            between = -before + np.log(-np.expm1(before - spent))
        total += float(np.where(signs.fell[rows] == 0, -spent, np.where(exact, dated, between)).sum())
    return total


def _at(course: Array, slope: Array, times: Array) -> Array:
    """Cubic Hermite interpolation of the course at these times."""
    at = np.minimum((times / _GRID).astype(int), len(course) - 2)
    u = (times / _GRID - at)[:, None]
    return (  # type: ignore[no-any-return]
        course[at] * (1 + 2 * u) * (1 - u) ** 2
        + course[at + 1] * u**2 * (3 - 2 * u)
        + _GRID * slope[at] * u * (1 - u) ** 2
        - _GRID * slope[at + 1] * u**2 * (1 - u)
    )


def _fit(signs: _Signs, wired: Wiring, kind: Laplacian) -> NetworkFit:
    def weights(theta: Array) -> Array:
        return np.tensordot(theta, wired.contact, 1)

    def loss(logs: Array) -> float:
        theta = np.exp(logs[:-1])
        matrices = _outflows(signs, weights(theta), theta, wired, kind)
        return -_value(signs, matrices, theta[-1], float(np.exp(logs[-1]))) / max(1, len(signs.which))

    start = np.full(len(wired.rates) + 1, np.log(0.03))
    start[-2] = np.log(0.003)
    found = minimize(
        loss,
        start,
        method="L-BFGS-B",
        bounds=[(np.log(1e-7), np.log(1e3))] * len(start),
        options={"maxiter": 200},
    )
    if not np.isfinite(found.fun) or not (found.success or np.abs(found.jac).max() < 1e-3):
        raise ModelError(
            f"{wired.hypothesis}: the optimiser did not arrive ({found.message}); no estimate is given."
        )
    theta = np.exp(found.x)
    names = (*wired.rates, UPTAKE)
    flat = []
    for at, name in enumerate(names):
        moved = [found.x + sign * np.eye(len(theta))[at] for sign in (1, -1)]
        if max(loss(logs) - found.fun for logs in moved) * len(signs.which) < 0.5:
            flat.append(name)
    value = -float(found.fun) * max(1, len(signs.which))
    return NetworkFit(
        wired.hypothesis,
        kind,
        dict(zip(names, theta.tolist(), strict=True)),
        value,
        2 * len(theta) - 2 * value,
        tells_direction(weights(theta[:-1])),
        tuple(flat),
    )
