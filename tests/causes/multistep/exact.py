"""Rivals for the hypoexponential law: partial fractions in hundreds of digits, and scipy's matrix exponential."""

from decimal import Decimal, getcontext, localcontext

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

Array = NDArray[np.float64]


def by_partial_fractions(rates: list[float], age: float, digits: int = 340) -> tuple[float, float, float]:
    """log S, log f and log F of the sum of exponential times, by the closed form that double precision cannot use.

    Equal rates are moved apart by one part in 10^20, which changes nothing that 12 digits could show.
    """
    with localcontext() as context:
        context.prec = digits
        u = [Decimal(rate) * (1 + Decimal(k).scaleb(-20)) for k, rate in enumerate(rates)]
        t = Decimal(age)
        survival, density = Decimal(0), Decimal(0)
        for i, own in enumerate(u):
            weight = Decimal(1)
            for j, other in enumerate(u):
                if j != i:
                    weight *= other / (other - own)
            fall = (-own * t).exp()
            survival += weight * fall
            density += weight * own * fall
        assert getcontext().prec == digits
        return float(survival.ln()), float(density.ln()), float((1 - survival).ln())


def by_scipy(rates: list[float], age: float, *, triangular: bool = False) -> tuple[float, float]:
    """S and f by scipy.linalg.expm of the generator with its absorbing state.

    The states are numbered so that the matrix is not triangular: for a triangular one scipy takes a short cut which
    loses digits where rates are nearly equal.
    """
    n = len(rates)
    place = np.arange(n + 1) if triangular else np.roll(np.arange(n + 1), 1)
    generator = np.zeros((n + 1, n + 1))
    for i, rate in enumerate(sorted(rates)):
        generator[place[i], place[i]] = -rate
        generator[place[i], place[i + 1]] = rate
    row = expm(generator * age)[place[0]]
    return float(row[place[:n]].sum()), float(row[place[n - 1]] * max(rates))


def random_rates(kind: str, random: np.random.Generator) -> list[float]:
    """2 to 9 rates per year: free, equal, nearly equal (1 part in 10^3 to 10^15), or up to 10^6 apart."""
    n = int(random.integers(2, 10))
    base = 10 ** random.uniform(-3, 0)
    if kind == "equal":
        return [base] * n
    if kind == "nearly equal":
        apart = 10 ** random.uniform(-15, -3)
        return [float(base * (1 + apart * one)) for one in random.standard_normal(n)]
    if kind == "far apart":
        return [float(base * 10 ** random.uniform(-3, 3)) for _ in range(n - 2)] + [base * 1e-3, base * 1e3]
    return [float(one) for one in base * random.exponential(1, n)]
