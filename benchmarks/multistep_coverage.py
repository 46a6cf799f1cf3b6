"""How often 95% intervals hold the truth. Run: .venv/bin/python benchmarks/multistep_coverage.py [REGISTERS]

Draws registers (2,000 unless told otherwise) with 100 cases expected at ages 35 to 79 in five-year bands, fits each,
and counts the intervals that hold the true value. docs/validation.md has the figures.
"""

import math
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from aitia.causes import multistep
from aitia.causes.multistep import models

AGES = np.arange(35, 81, 5, dtype=float)
CASES = 100
TRUTHS: dict[str, tuple[float, ...]] = {
    "armitage-doll": (6.0, 3.0),
    "erlang": (6.0, 0.0157),
    "gompertz": (3.0, 0.08),
}


def registers(model: str, count: int, scatter: float = 0.0) -> list[multistep.Stratum]:
    """Registers drawn from a model; `scatter` is the negative binomial's alpha."""
    chosen = models.named(model)
    at = np.array([[one.coordinate(v) for one, v in zip(chosen.parameters, TRUTHS[model], strict=True)]])
    hazard = np.diff(chosen.cumulative_hazard(at, AGES))[0] / np.diff(AGES)
    years: NDArray[np.float64] = np.linspace(1.0, 0.4, hazard.size)
    years = years * (CASES / float(hazard @ years))
    random = np.random.default_rng(20260101)
    found = []
    for _ in range(count):
        mean = hazard * years
        if scatter:
            mean = random.gamma(1 / scatter, mean * scatter)
        found.append(
            multistep.stratum(
                "drawn",
                AGES[:-1].tolist(),
                (AGES[1:] - 1).tolist(),
                random.poisson(mean).tolist(),
                years.tolist(),
            )
        )
    return found


def share(
    drawn: list[multistep.Stratum], interval: Callable[[multistep.Stratum], tuple[float, float]], truth: float
) -> str:
    """The share of intervals that hold the truth, and how many lie wholly above or below it."""
    ends = [interval(one) for one in drawn]
    above = sum(low > truth for low, _ in ends)
    below = sum(high < truth for _, high in ends)
    count = len(drawn)
    held = 1 - (above + below) / count
    error = math.sqrt(held * (1 - held) / count)
    return f"{100 * held:5.1f}% (standard error {100 * error:.1f}; {above} above, {below} below)"


def profile(
    model: str, place: int, likelihood: str = "poisson"
) -> Callable[[multistep.Stratum], tuple[float, float]]:
    """The profile interval of a model's parameter."""

    def interval(one: multistep.Stratum) -> tuple[float, float]:
        found = multistep.fit(one, model, likelihood=likelihood).estimates[place]
        return found.low or 0.0, math.inf if found.high is None else found.high

    return interval


def line(one: multistep.Stratum) -> tuple[float, float]:
    """The least-squares interval of slope + 1."""
    found = multistep.least_squares(one)
    return (found.low or -math.inf) + 1, (found.high or math.inf) + 1


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{count} registers with {CASES} cases each; 95% intervals that hold the truth")
    for model, place in (
        ("armitage-doll", 0),
        ("armitage-doll", 1),
        ("erlang", 0),
        ("erlang", 1),
        ("gompertz", 1),
    ):
        name = models.named(model).parameters[place].name
        held = share(registers(model, count), profile(model, place), TRUTHS[model][place])
        print(f"{model + ', ' + name:58s} {held}", flush=True)
    drawn = registers("armitage-doll", count)
    print(f"{'least squares, slope + 1 (the literature)':58s} {share(drawn, line, 6.0)}", flush=True)
    wild = registers("armitage-doll", count, 0.2)
    print(
        f"{'counts with alpha 0.2: Poisson, steps':58s} {share(wild, profile('armitage-doll', 0), 6.0)}",
        flush=True,
    )
    held = share(wild, profile("armitage-doll", 0, "negative-binomial"), 6.0)
    print(f"{'counts with alpha 0.2: negative binomial, steps':58s} {held}")


if __name__ == "__main__":
    main()
