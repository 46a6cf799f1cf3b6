"""Which hypothesis do the data favour, how surely, and can they tell at all?"""

from collections.abc import Sequence
from math import erfc, exp, sqrt
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from scipy.stats import chi2

from aitia.causes.errors import ModelError
from aitia.causes.spread.cohort import Cohort
from aitia.causes.spread.estimate import Fit, RateInterval, fit_design, rate_intervals
from aitia.causes.spread.likelihood import compile_cohort, design
from aitia.causes.spread.links import Array, Wiring, wiring
from aitia.causes.streams import stream_key
from aitia.causes.tables import Record

if TYPE_CHECKING:
    from pathlib import Path

LEVEL = 0.05
"""Two hypotheses are told apart if their test's two-sided p is below this."""
_SAME = 1e-4
_LEAST_P = 1e-300


class Pair(msgspec.Struct, frozen=True):
    """Two hypotheses compared.

    z, p: of Vuong's test with the AIC's correction (Econometrica 1989;57:307), positive for the first; or, if
    the second is a special case of the first, p of the likelihood-ratio test, which is then on the safe side
    because rates end at 0. said: "same" if the two give every patient the same likelihood.
    """

    first: str
    second: str
    aic_difference: float
    """AIC of the second less that of the first: positive favours the first."""
    test: Literal["Vuong", "likelihood ratio", "none"]
    z: float | None
    p: float | None
    said: Literal["told apart", "not told apart", "same"]


class Comparison(msgspec.Struct, frozen=True):
    """Hypotheses fitted to one cohort, the best first."""

    cohort: Cohort
    fits: tuple[Fit, ...]
    intervals: dict[str, tuple[RateInterval, ...]]
    weights: dict[str, float]
    """Akaike weights."""
    wins: dict[str, float]
    """Share of bootstrap samples of patients in which the hypothesis has the lowest AIC (equal ones share)."""
    pairs: tuple[Pair, ...]
    """The best against each other hypothesis, then the others between themselves."""
    verdict: tuple[str, ...]
    bootstrap: int
    seed: int

    @property
    def best(self) -> Fit:
        """The hypothesis with the lowest AIC; see `verdict` for whether the data tell it from the others."""
        return self.fits[0]

    def pair(self, one: str, other: str) -> Pair:
        """The comparison of two hypotheses, whichever way round."""
        return next(pair for pair in self.pairs if {pair.first, pair.second} == {one, other})

    def summary(self) -> list[Record]:
        """One record for each hypothesis and rate."""
        records: list[Record] = []
        for fit in self.fits:
            for interval in self.intervals[fit.hypothesis]:
                records.append(
                    {
                        "hypothesis": fit.hypothesis,
                        "log_likelihood": fit.log_likelihood,
                        "free_rates": fit.free,
                        "aic": fit.aic,
                        "aic_difference": fit.aic - self.best.aic,
                        "akaike_weight": self.weights[fit.hypothesis],
                        "bootstrap_share_best": self.wins[fit.hypothesis],
                        "rate": interval.rate,
                        "value": interval.value,
                        "low": interval.low,
                        "high": interval.high,
                        "note": interval.note,
                    }
                )
        return records

    def plot(self, path: "Path") -> None:
        """Writes the comparison as a figure; the file's ending gives its kind."""
        from aitia.causes.spread.plots import save_comparison

        save_comparison(self, path)


def fit(
    cohort: Cohort,
    hypotheses: Sequence[str] = (),
    *,
    bootstrap: int = 1000,
    seed: int = 1,
    precision: float = 1.0,
    jobs: int = 1,
) -> Comparison:
    """Fits hypotheses (by default all of the map) to a cohort by maximum likelihood and compares them.

    bootstrap: samples of patients for the share of wins; the rates stay at their estimates in each (method of Kishino,
    Miyata and Hasegawa, J Mol Evol 1990;31:151). precision: to how many months dates are recorded, for ties.
    jobs: cores, on which the numbers do not depend. Raises ModelError for a hypothesis that the map lacks, a number
    out of range, or an optimiser that does not arrive.
    """
    if not 0 <= bootstrap <= 1_000_000:
        raise ModelError(f"bootstrap: {bootstrap} is not a number of samples from 0 to 1,000,000.")
    names = list(dict.fromkeys(hypotheses or cohort.chart.hypotheses))
    data = compile_cohort(cohort, precision=precision, jobs=jobs)
    designs = {name: design(data, wiring(cohort.chart, name)) for name in names}
    # Rounded, so that hypotheses which are one model keep the order of the map.
    fits = sorted((fit_design(designs[name]) for name in names), key=lambda found: round(found.aic, 4))
    best = fits[0].aic
    relative = {found.hypothesis: exp((best - found.aic) / 2) for found in fits}
    pairs = tuple(
        compare_pair(one, other, designs[one.hypothesis].wired, designs[other.hypothesis].wired)
        for number, one in enumerate(fits)
        for other in fits[number + 1 :]
    )
    return Comparison(
        cohort,
        tuple(fits),
        {found.hypothesis: rate_intervals(designs[found.hypothesis], found) for found in fits},
        {name: value / sum(relative.values()) for name, value in relative.items()},
        _wins(fits, bootstrap, seed),
        pairs,
        _verdict(cohort, fits, pairs),
        bootstrap,
        seed,
    )


def compare_pair(one: Fit, other: Fit, wired: Wiring, wired_other: Wiring) -> Pair:
    """The test of two fitted hypotheses."""
    difference = np.array(one.by_patient) - np.array(other.by_patient)
    aic = other.aic - one.aic
    if np.abs(difference).max() < _SAME:
        return Pair(one.hypothesis, other.hypothesis, aic, "none", None, None, "same")
    for big, small, sign in ((one, other, 1), (other, one, -1)):
        nested, free = (wired_other, big.free - small.free) if sign == 1 else (wired, big.free - small.free)
        if free > 0 and _special_case(nested, wired if sign == 1 else wired_other):
            ratio = 2 * (big.log_likelihood - small.log_likelihood)
            p = max(float(chi2.sf(max(0.0, ratio), free)), _LEAST_P)
            apart = p < LEVEL and sign == 1
            return Pair(
                one.hypothesis,
                other.hypothesis,
                aic,
                "likelihood ratio",
                None,
                p,
                "told apart" if apart else "not told apart",
            )
    number, spread = len(difference), float(difference.std())
    z = (float(difference.sum()) - (one.free - other.free)) / (sqrt(number) * spread)
    p = max(erfc(abs(z) / sqrt(2)), _LEAST_P)
    return Pair(
        one.hypothesis,
        other.hypothesis,
        aic,
        "Vuong",
        z,
        p,
        "told apart" if p < LEVEL and z > 0 else "not told apart",
    )


def _special_case(small: Wiring, big: Wiring) -> bool:
    """Whether each rate of the one stands in the other, which has more."""

    def has(rate: int) -> bool:
        return any(
            np.array_equal(small.contact[rate], big.contact[other])
            and np.array_equal(small.outside[rate], big.outside[other])
            for other in range(len(big.rates))
        )

    return len(small.rates) < len(big.rates) and all(has(rate) for rate in range(len(small.rates)))


def _wins(fits: Sequence[Fit], samples: int, seed: int) -> dict[str, float]:
    each = np.array([found.by_patient for found in fits])
    free = np.array([found.free for found in fits], float)
    generator = np.random.Generator(np.random.PCG64(int(stream_key(seed, "spread: bootstrap"))))
    number = each.shape[1]
    wins = np.zeros(len(fits))
    for _ in range(samples):
        counts = np.bincount(generator.integers(0, number, number), minlength=number)
        aic: Array = 2 * free - 2 * (each @ counts)
        lowest = aic < aic.min() + _SAME
        wins += lowest / lowest.sum()
    share = wins / samples if samples else (np.arange(len(fits)) == 0).astype(float)
    return {found.hypothesis: float(part) for found, part in zip(fits, share, strict=True)}


def _verdict(cohort: Cohort, fits: Sequence[Fit], pairs: Sequence[Pair]) -> tuple[str, ...]:
    best = fits[0].hypothesis
    against = {pair.second: pair for pair in pairs if pair.first == best}
    same = [name for name, pair in against.items() if pair.said == "same"]
    close = [name for name, pair in against.items() if pair.said == "not told apart"]
    apart = [name for name, pair in against.items() if pair.said == "told apart"]
    said = []
    if same:
        said.append(
            f"The data do not identify the hypothesis: {_list([best, *same])} fit equally well"
            + (f", and {_list(close)} cannot be told from them." if close else ".")
        )
    elif close:
        said.append(
            f"The data do not identify the hypothesis: {best} fits best, but {_list(close)} cannot be told from it."
        )
    elif apart:
        said.append(f"Of the hypotheses compared, these data favour {best}, told apart from {_list(apart)}.")
    else:
        said.append(f"Only {best} was fitted, so nothing was compared.")
    if (same or close) and apart:
        said.append(f"{best} is told apart from {_list(apart)}.")
    for pair in pairs:
        if pair.said == "same":
            said.append(
                f"{pair.first} and {pair.second} give every patient the same likelihood: on this map, with "
                "what was recorded, "
                "they are one model under two names, and no number of such patients can tell them apart."
            )
    layers = cohort.chart.layers
    if len(layers) > 1 and not _layers_told(cohort):
        said.append(
            f"No row says which layer was ill ({_list(list(layers), 'or')}). On a map that is the same in each layer, "
            "the direction between layers cannot be read from such data."
        )
    return tuple(said)


def _layers_told(cohort: Cohort) -> bool:
    places = cohort.chart.places
    return any(
        len({places[place].layer for place in range(len(places)) if sign.places >> place & 1}) == 1
        for patient in cohort.patients
        for sign in patient.signs
    )


def _list(words: Sequence[str], joint: str = "and") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
