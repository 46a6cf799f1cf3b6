"""Relatives: risks from a polygenic liability, and estimates of heritability from the risks of relatives.

Liability is standard normal in the population; whoever is above the threshold T = PhiInv(1 - K) is affected, K being
the risk. Sources: Falconer 1965, doi 10.1111/j.1469-1809.1965.tb00500.x; Reich, James and Morris 1972,
doi 10.1111/j.1469-1809.1972.tb00767.x.
"""

import math
from itertools import pairwise

import msgspec
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from aitia.causes.errors import ModelError

RELATEDNESS = {"identical twin": 1.0, "first-degree": 0.5, "second-degree": 0.25, "third-degree": 0.125}


def threshold(risk: float) -> float:
    """The liability above which a share `risk` of people lies."""
    _probability("risk", risk)
    return -float(ndtri(risk))


def both_above(first: float, second: float, correlation: float) -> float:
    """Chance that two standard normal numbers of this correlation are above their thresholds; exact."""
    if correlation >= 1 - 1e-15:
        return float(ndtr(-max(first, second)))
    if correlation <= -1 + 1e-15:
        return max(0.0, float(ndtr(-first)) - float(ndtr(second)))
    rest = math.sqrt(1 - correlation * correlation)

    def density(x: float) -> float:
        return math.exp(-x * x / 2) * float(ndtr((correlation * x - second) / rest))

    bend = second / correlation if correlation else first
    points = sorted({first, min(max(bend, first), first + 12), first + 1, first + 12})
    total = sum(
        quad(density, low, high, epsabs=0, epsrel=1e-12, limit=200)[0] for low, high in pairwise(points)
    )
    return total / math.sqrt(2 * math.pi)


def relative_risk(
    risk: float, heritability: float, relatedness: float, shared_environment: float = 0.0
) -> float:
    """Risk of a relative of an affected person, over the population's risk: exact, from the bivariate normal tail.

    shared_environment: the share of liability that these relatives have in common besides genes.
    Raises ModelError if a share is not from 0 to 1, or the correlation would exceed 1.
    """
    correlation = _correlation(heritability, relatedness, shared_environment)
    cut = threshold(risk)
    return both_above(cut, cut, correlation) / risk**2


def relative_risk_approximate(risk: float, heritability: float, relatedness: float) -> float:
    """The usual approximation, which takes the liability of relatives of affected people as normal (Reich 1972)."""
    r = _correlation(heritability, relatedness, 0.0)
    cut = threshold(risk)
    mean = float(norm.pdf(cut)) / risk
    raised = (cut - r * mean) / math.sqrt(1 - r * r * mean * (mean - cut))
    return float(ndtr(-raised)) / risk


def falconer(risk: float, risk_of_relatives: float, relatedness: float) -> float:
    """Heritability of liability by Falconer's formula (1965)."""
    cut, raised = threshold(risk), threshold(risk_of_relatives)
    return (cut - raised) / (relatedness * float(norm.pdf(cut)) / risk)


def reich(risk: float, risk_of_relatives: float, relatedness: float) -> float:
    """Heritability of liability by the formula of Reich, James and Morris (1972), which allows for the smaller
    variance among relatives of affected people. Beyond 0 to 1 if the two risks do not fit the model.
    """
    cut, raised = threshold(risk), threshold(risk_of_relatives)
    mean = float(norm.pdf(cut)) / risk
    inside = 1 - (cut**2 - raised**2) * (1 - cut / mean)
    return (cut - raised * math.sqrt(inside)) / (relatedness * (mean + raised**2 * (mean - cut)))


class Tetrachoric(msgspec.Struct, frozen=True):
    """A tetrachoric correlation, its standard error, and the 95% interval (normal, cut off at -1 and 1)."""

    correlation: float
    standard_error: float
    low: float
    high: float


def tetrachoric(both: float, first_only: float, second_only: float, neither: float) -> Tetrachoric:
    """The correlation of liability in pairs, from a two-by-two table, with each side's own threshold.

    The estimate of highest likelihood; its standard error is asymptotic, with the thresholds estimated too. Raises
    ModelError if a margin, or `both` and its opposite, leave nothing to estimate.
    """
    cells = (both, first_only, second_only, neither)
    if min(cells) < 0 or not all(math.isfinite(cell) for cell in cells):
        raise ModelError("the counts of pairs must be 0 or more.")
    n = sum(cells)
    one, two = both + first_only, both + second_only
    if not 0 < one < n or not 0 < two < n:
        raise ModelError(
            "no tetrachoric correlation: everyone, or nobody, is affected on one side of the pairs."
        )
    if both == 0 or first_only + second_only == 0:
        raise ModelError(
            f"no tetrachoric correlation: {both:g} pairs with both affected and {first_only + second_only:g} with one. "
            "More pairs are needed."
        )
    first, second = -float(ndtri(one / n)), -float(ndtri(two / n))

    def excess(correlation: float) -> float:
        return both_above(first, second, correlation) - both / n

    edge = 1 - 1e-9
    if excess(-edge) > 0 or excess(edge) < 0:
        raise ModelError("no tetrachoric correlation fits these counts of pairs.")
    r = float(brentq(excess, -edge, edge, xtol=1e-12))
    error = _tetrachoric_error(first, second, r, n)
    return Tetrachoric(r, error, max(-1.0, r - 1.959964 * error), min(1.0, r + 1.959964 * error))


def _tetrachoric_error(first: float, second: float, r: float, n: float) -> float:
    # The correlation as a function of the three shares (both, first side, second side), to first order.
    rest = math.sqrt(1 - r * r)
    density = math.exp(-(first**2 - 2 * r * first * second + second**2) / (2 * rest**2)) / (
        2 * math.pi * rest
    )
    slope_one = float(ndtr((r * first - second) / rest))
    slope_two = float(ndtr((r * second - first) / rest))
    a = both_above(first, second, r)
    b, c = float(ndtr(-first)) - a, float(ndtr(-second)) - a
    values = (1 - slope_one - slope_two, -slope_one, -slope_two, 0.0)
    shares = (a, b, c, 1 - a - b - c)
    mean = sum(value * share for value, share in zip(values, shares, strict=True))
    variance = sum(share * (value - mean) ** 2 for value, share in zip(values, shares, strict=True))
    return math.sqrt(variance / n) / density


def heritability_of(correlation: float, relatedness: float) -> float:
    """Heritability, if the correlation of relatives is due to additive genes alone."""
    return correlation / relatedness


def risk_of_unaffected_child(penetrance: float) -> float:
    """Chance that an unaffected child of a carrier of a dominant variant carries it (Bayes).

    penetrance: chance of being affected, if a carrier, by the child's age.
    """
    _probability("penetrance", penetrance, closed=True)
    return 0.5 * (1 - penetrance) / (1 - penetrance / 2)


class FamilyShares(msgspec.Struct, frozen=True):
    """Shares of families with a carrier parent in which nobody, one, or more than one is affected."""

    unaffected: float
    sporadic: float
    familial: float


def simplex_or_familial(penetrance: float, children: int) -> FamilyShares:
    """How families of a carrier parent of a dominant variant and N children look, by penetrance.

    Source: Al-Chalabi and Lewis 2011, doi 10.1159/000330167.
    """
    _probability("penetrance", penetrance, closed=True)
    if not 0 <= children <= 1000:
        raise ModelError(f"children: {children} is not a number from 0 to 1000.")
    f, n = penetrance, children
    unaffected = (1 - f) * (1 - f / 2) ** n
    sporadic = f * (1 - f / 2) ** n
    if n:
        sporadic += (1 - f) * n * (f / 2) * (1 - f / 2) ** (n - 1)
    return FamilyShares(unaffected, sporadic, 1 - unaffected - sporadic)


def _correlation(heritability: float, relatedness: float, shared_environment: float) -> float:
    _probability("heritability", heritability, closed=True)
    _probability("relatedness", relatedness, closed=True)
    _probability("shared_environment", shared_environment, closed=True)
    correlation = relatedness * heritability + shared_environment
    if correlation > 1 + 1e-12:
        raise ModelError(f"the correlation of relatives would be {correlation:g}; it is at most 1.")
    return min(correlation, 1.0)


def _probability(name: str, value: float, *, closed: bool = False) -> None:
    inside = 0 <= value <= 1 if closed else 0 < value < 1
    if not inside:
        bounds = "from 0 to 1" if closed else "above 0 and below 1"
        raise ModelError(f"{name}: {value:g} must be {bounds}.")
