"""Speed of the multistep fits. A part of benchmarks/causes.py; also run by itself.

Run: .venv/bin/python benchmarks/causes_multistep.py
"""

import time
from collections.abc import Callable

import numpy as np
from scipy.linalg import expm

from aitia.causes import multistep
from aitia.causes.multistep import hypoexponential

CASES = (6, 13, 24, 38, 60, 84, 104, 110, 84, 36)


def register() -> multistep.Stratum:
    """568 cases in ten five-year bands from 35 to 84."""
    low = [float(age) for age in range(35, 85, 5)]
    return multistep.stratum(
        "a register", low, [age + 4 for age in low], CASES, np.linspace(9e5, 2.1e5, len(low)).tolist()
    )


def seconds(task: Callable[[], object], rounds: int = 7) -> float:
    """The fastest of some runs, after one that is not counted (compiled code is loaded then)."""
    task()
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        task()
        best = min(best, time.perf_counter() - start)
    return best


def by_expm(rates: list[float], ages: list[float]) -> list[float]:
    """The hazard by scipy's matrix exponential, one age after another."""
    n = len(rates)
    generator = np.diag(-np.array(rates)) + np.diag(rates[:-1], 1)
    found = []
    for age in ages:
        row = expm(generator * age)[0]
        found.append(float(row[n - 1] * rates[-1] / row.sum()))
    return found


def multistep_fits(_: str | None = None) -> None:
    """One fit with profile intervals, a bootstrap of 2,000, and the exact law beside scipy's."""
    data = register()
    print("multistep: one fit with profile intervals, and a bootstrap of 2,000 fits, on one core\n")
    for model in (
        "armitage-doll",
        "erlang",
        "gompertz",
        "clonal",
        "armitage-doll+frailty",
        "armitage-doll+susceptible",
    ):
        fitted = multistep.fit(data, model)
        one = seconds(lambda model=model: multistep.fit(data, model))  # type: ignore[misc]
        many = seconds(lambda fitted=fitted: multistep.bootstrap(fitted), 2)  # type: ignore[misc]
        print(f"    {model:<28}{1000 * one:8.1f} ms a fit   {many:7.2f} s for 2,000")
    rates, ages = [0.0156, 0.0160, 0.0170, 0.0140, 0.0150, 0.0155], np.arange(20.0, 90.0, 5.0).tolist()
    ours = seconds(lambda: hypoexponential.hazard(rates, ages))
    theirs = seconds(lambda: by_expm(rates, ages))
    print(
        f"\n    six unequal steps at 14 ages: {1e6 * ours:.0f} microseconds; scipy.linalg.expm {1e6 * theirs:.0f}"
    )


if __name__ == "__main__":
    multistep_fits()
