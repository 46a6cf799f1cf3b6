"""What a fit says and does not say, in words."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.errors import ModelError
from aitia.causes.multistep import likelihood
from aitia.causes.multistep.data import Band, Stratum
from aitia.causes.multistep.fitted import Estimate, Fit
from aitia.causes.multistep.fitting import bands_of, fit, problem_of, threshold
from aitia.causes.multistep.literature import LeastSquares
from aitia.causes.multistep.models import named

Array = NDArray[np.float64]

ASSUMPTIONS = (
    "Every step happens at a rate that stays the same through life, and none is undone.",
    "At every age each step is still unlikely: rate times age is far below 1 for every step. A disease that is rare in "
    "people does not ensure this. With one line of cells at risk it fails, and the slope then understates the steps; "
    "it holds if very many lines of cells are at risk.",
    "Everyone runs the same risk. If people differ, or only some can fall ill, the frail are used up first and the "
    "slope is lower than steps - 1.",
    "Cases are found equally well at every age, and at once. Missed diagnoses in the old lower the slope.",
    "Person-years are those of the people who could have become these cases: carriers only, if the cases are carriers.",
    "A step that takes months rather than decades is not counted: the slope shows slow steps only.",
)
"""What must hold for the steps to be the slope of log incidence on log age plus 1."""

UNIDENTIFIED = (
    "Incidence by age identifies the number of steps and the product N u1 u2 ... un of the rates and the number N of "
    "cell lineages; not the single rates, their order, or N. Those are not reported, or only under an assumption that "
    "is named. What the steps are, no curve can say."
)

LINEAGES = (1.0, 1e3, 1e5)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The number of steps if a certain number of cell lineages is at risk, every step having one rate."""

    lineages: float | None
    """None for the limit of very many, which is Armitage-Doll: slope + 1."""
    steps: Estimate | None
    rate: float | None
    """The rate of each step per year that goes with it; not known in the limit."""
    whole_steps: tuple[int, ...]
    """Whole numbers of steps whose likelihood lies within the interval's threshold of the best."""
    problem: str | None = None


class Caveat(msgspec.Struct, frozen=True):
    """Why a number must not be taken at its face."""

    kind: str
    """small-numbers, sparse-bands, open-band, old-age, young-age, wide-band, over-dispersion, misfit, denominator,
    heterogeneity, rates-alone or zero-bands."""
    text: str


def readings(
    stratum: Stratum,
    *,
    level: float = 0.95,
    lineages: Sequence[float] = LINEAGES,
    likelihood: str = "poisson",
) -> tuple[Reading, ...]:
    """The number of steps under one lineage of cells, under more, and in the limit of very many."""
    found = []
    for count in (*lineages, None):
        try:
            one = (
                fit(stratum, level=level, likelihood=likelihood)
                if count is None
                else fit(stratum, "erlang", lineages=count, level=level, likelihood=likelihood)
            )
        except ModelError as error:
            found.append(Reading(lineages=count, steps=None, rate=None, whole_steps=(), problem=str(error)))
            continue
        rate = None if count is None else one.estimates[1].value
        found.append(Reading(lineages=count, steps=one.steps, rate=rate, whole_steps=_whole(one)))
    return tuple(found)


def _whole(one: Fit, most: int = 30) -> tuple[int, ...]:
    """The whole numbers of steps that the likelihood does not reject."""
    bands = bands_of(one.stratum)
    dispersed = one.likelihood == "negative-binomial"
    allowed = threshold(one.goodness, bands, one.level, dispersed)
    if allowed is None:
        return ()
    problem = problem_of(named(one.model, lineages=one.lineages), bands, dispersed=dispersed)
    numbers = np.arange(1, most + 1)
    start = np.repeat(np.array([one.coordinates]), most, axis=0)
    # Along the ridge on which the hazard at 60 stays as it is.
    for k, n in enumerate(numbers):
        guess = named(one.model, lineages=one.lineages).starts(float(n - 1), _level(one))[0]
        start[k, :2] = np.log(n), np.log(guess[1])
    held = np.zeros_like(start, bool)
    held[:, 0] = True
    found = likelihood.maximise(problem, start, bands.cases[None, :], held)
    best = float(likelihood.log_likelihood(problem, np.array([one.coordinates]), bands.cases[None, :])[0])
    near = found.converged & (2 * (best - found.log_likelihood) <= allowed)
    return tuple(int(n) for n in numbers[near])


def _level(one: Fit) -> float:
    return float(one.hazard([60.0])[0] * 1e5)


def caveats(
    stratum: Stratum, whole: Stratum, main: Fit | None, line: LeastSquares | None, others: Sequence[Fit]
) -> tuple[Caveat, ...]:
    """What stands against taking a stratum's number of steps at its face.

    `stratum` has the bands that were fitted, `whole` all of them; `main` is the Armitage-Doll fit.
    """
    found = [*_about_data(stratum, whole, line)]
    if main is None:
        return tuple(found)
    closed = [band for band in stratum.bands if band.high is not None]
    expected = np.array(main.expected)
    observed = np.array([band.cases if stratum.counted else band.rate for band in closed])
    good = main.goodness
    if stratum.counted:
        sparse = int((expected < 1).sum())
        if sparse:
            found.append(
                Caveat(
                    "sparse-bands",
                    f"{sparse} of {len(closed)} bands expect fewer than one case: read the p-values of the fit from "
                    "the bootstrap, not from chi-squared.",
                )
            )
        if good.pearson_p is not None and good.pearson_p < 0.05:
            found.append(
                Caveat(
                    "over-dispersion",
                    f"The counts lie further from the power law than chance allows (Pearson p = {good.pearson_p:.2g}, "
                    f"dispersion {good.dispersion:.2f}): the interval is too narrow, or the curve is not a power law. "
                    "Compare the other models, and try the negative binomial likelihood.",
                )
            )
    found += _decline(whole, closed, observed, expected)
    return (*found, *_bending(main, others))


def _about_data(stratum: Stratum, whole: Stratum, line: LeastSquares | None) -> list[Caveat]:
    found = []
    if not stratum.counted:
        found.append(
            Caveat(
                "rates-alone",
                "Only rates are known. The fit takes every age to have equally many people and measures scatter by the "
                "curve itself, so its interval is rough; there is no AIC, goodness of fit or bootstrap.",
            )
        )
    cases = sum(band.cases or 0.0 for band in stratum.bands if band.high is not None)
    if stratum.counted and cases < 100:
        found.append(
            Caveat(
                "small-numbers",
                f"There are {cases:.0f} cases in closed bands. "
                + (
                    "With so few the number of steps is not determined in any useful sense."
                    if cases < 30
                    else "The interval is wide; a difference of one or two steps is within chance."
                ),
            )
        )
    if any(band.high is None for band in stratum.bands):
        found.append(
            Caveat(
                "open-band",
                f"The open band {whole.bands[-1].label} has no upper age and is left out of every fit.",
            )
        )
    wide = [band for band in stratum.bands if band.end is not None and band.end - band.low > 20]
    for band in wide:
        found.append(
            Caveat(
                "wide-band",
                f"The band {band.label} is {(band.end or 0) - band.low:.0f} years wide; its mean says little about a "
                "slope. Leave it out with --ages, or use finer bands.",
            )
        )
    if line is not None and line.dropped:
        found.append(
            Caveat(
                "zero-bands",
                f"Least squares had to leave out {line.dropped} closed band{'s' if line.dropped > 1 else ''} without a "
                "case, which biases its slope downwards. The likelihood keeps them.",
            )
        )
    return found


def _decline(whole: Stratum, closed: Sequence[Band], observed: Array, expected: Array) -> list[Caveat]:
    found = []
    known = [band for band in whole.bands if band.low >= closed[0].low]
    top = max(known, key=lambda band: band.rate)
    after = [band for band in known if band.low > top.low]
    if after and after[-1].low >= 65:
        seen = "" if after[0] in closed else ", which the fit does not see"
        found.append(
            Caveat(
                "old-age",
                f"Incidence is highest at {top.label} and lower after it{seen}. A power law cannot fall: either people "
                "differ or only some can fall ill (fit frailty and susceptible), or cases are missed in the old. Both "
                "lower the slope, so that a low slope does not show few steps.",
            )
        )
    young = [k for k, band in enumerate(closed) if band.end is not None and band.end <= 30]
    there, meant = float(observed[young].sum()), float(expected[young].sum())
    beyond_chance = there - meant > 2 * np.sqrt(max(meant, 1.0)) or not whole.counted
    if young and there > 3 * meant and beyond_chance:
        found.append(
            Caveat(
                "young-age",
                "Below 30 there are far more cases than the power law expects: other disorders may be included, or the "
                "young have another disease. A slope over all ages mixes them; restrict it with --ages.",
            )
        )
    return found


def _bending(main: Fit, others: Sequence[Fit]) -> list[Caveat]:
    found = []
    for other in others:
        if not other.model.startswith("armitage-doll+") or other.steps is None or other.steps.value is None:
            continue
        gain = (
            2 * (other.log_likelihood - main.log_likelihood)
            if other.log_likelihood and main.log_likelihood
            else 0.0
        )
        if gain > 3.84 and main.steps is not None and main.steps.value is not None:
            found.append(
                Caveat(
                    "heterogeneity",
                    f"With {_KINDS[other.model.partition('+')[2]]} the fit is clearly better (twice the log-likelihood "
                    f"rises by {gain:.1f}), and the number of steps becomes {other.steps.value:.1f} instead of "
                    f"{main.steps.value:.1f}. The curve bends as it does if people differ, or if few lineages of cells "
                    "are at risk; slope + 1 does not hold here.",
                )
            )
    return found


_KINDS = {"frailty": "gamma frailty", "susceptible": "a susceptible fraction"}


def denominators(strata: Sequence[Stratum]) -> list[Caveat]:
    """Warnings about person-years that cannot be those of the people at risk."""
    found = []
    genetic = [one for one in strata if any(key in _GENETIC for key in one.levels)]
    if genetic:
        found.append(
            Caveat(
                "denominator",
                "Strata are genotypes. Person-years must be those of carriers. Over everyone's person-years the rate "
                "is the share of carriers times the density of onset, which turns down as carriers are used up: with a "
                "penetrance of 50% by 80 and three steps its slope is 0.05, not 2. Then read the model with a "
                "susceptible fraction, whose share is the share of carriers.",
            )
        )
    for k, one in enumerate(strata):
        for other in strata[k + 1 :]:
            years = [[(band.low, band.person_years) for band in own.bands] for own in (one, other)]
            if one.counted and years[0] == years[1]:
                found.append(
                    Caveat(
                        "denominator",
                        f"{one.name} and {other.name} have the same person-years in every band: they look like those "
                        "of everyone, not of each group. Give each group its own.",
                    )
                )
    return found


_GENETIC = (
    "genotype",
    "gene",
    "mutation",
    "variant",
    "carrier",
    "carriers",
    "c9orf72",
    "sod1",
    "tardbp",
    "fus",
)
