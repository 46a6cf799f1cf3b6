"""Speed of the spread models, and the coverage of their intervals. Parts of benchmarks/causes.py; also run by itself.

Run: .venv/bin/python benchmarks/causes_spread.py [--coverage COHORTS]
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from aitia.causes.spread import Cohort, Record, als, fit, record_cohort, set_rates, simulate_months, wiring
from aitia.causes.spread.estimate import fit_design, rate_intervals
from aitia.causes.spread.exact import rates_from
from aitia.causes.spread.likelihood import compile_cohort, design
from aitia.causes.spread.links import Model

TRUTH = "dying-forward"


def typical() -> Model:
    """The bundled map's typical dying-forward disease."""
    chart = als()
    return set_rates(wiring(chart, TRUTH), chart.hypotheses[TRUTH].typical)


def plain_months(model: Model, patients: int) -> float:
    """The same patients in plain NumPy, from the readable rates; the mean month of the second sign."""
    draw = np.random.default_rng(1)
    begins = np.flatnonzero(model.begins)
    second = 0.0
    for _ in range(patients):
        first = int(draw.choice(begins))
        ill, clock = 1 << first, 0.0
        for event in range(len(model.places) - 1):
            rates = rates_from(model, first, ill)
            clock += draw.exponential() / rates.sum()
            ill |= 1 << int(draw.choice(len(rates), p=rates / rates.sum()))
            second += clock if event == 0 else 0.0
    return second / patients


def seconds(task: Callable[[], object], rounds: int = 3) -> float:
    """The fastest of some runs, after one that is not counted (compiled code is loaded then)."""
    task()
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        task()
        best = min(best, time.perf_counter() - start)
    return best


def cohort(patients: int, record: Record, seed: int = 1) -> Cohort:
    """A made-up study."""
    return record_cohort(als(), simulate_months(typical(), patients, seed), record, seed)


def spread(_: str | None = None) -> None:
    """Simulation and fits."""
    print("spread: 16 places; patients until every place is ill\n")
    model = typical()
    fast = seconds(lambda: simulate_months(model, 200_000, 1)) / 200_000
    plain = seconds(lambda: plain_months(model, 300), 1) / 300
    print(f"    simulation, this engine      {1 / fast:12,.0f} patients a second")
    print(f"    simulation, plain NumPy      {1 / plain:12,.0f} patients a second   (x{plain / fast:,.0f})")
    for name, record in (
        ("100 patients, full dates", Record()),
        ("100 patients, an order", Record(clock="order")),
        ("100 patients, visits, 7 of 10 layers", Record(visits=3.0, layer=0.7, follow=24.0)),
        ("100 patients, no layers, no sides", Record(layer=0.0, side=0.0)),
    ):
        made = cohort(100, record)
        spent = seconds(lambda made=made: fit(made, bootstrap=1000), 1)  # type: ignore[misc]
        print(f"    five hypotheses compared, {name:<38}{spent:8.2f} s")


def coverage(cohorts: int, patients: int = 100) -> None:
    """Share of 95% intervals that hold the truth."""
    chart = als()
    truth = chart.hypotheses[TRUTH].typical
    for name, record in (("full dates", Record()), ("an order", Record(clock="order"))):
        held = dict.fromkeys(truth, 0)
        counted = dict.fromkeys(truth, 0)
        for number in range(cohorts):
            months = simulate_months(typical(), patients, 5, start=number * patients)
            made = record_cohort(chart, months, record, number)
            designed = design(compile_cohort(made), wiring(chart, TRUTH))
            for one in rate_intervals(designed, fit_design(designed)):
                if one.low is not None and one.high is not None:
                    target = truth[one.rate] / (truth["contiguous"] if record.clock == "order" else 1.0)
                    counted[one.rate] += 1
                    held[one.rate] += one.low <= target <= one.high
        print(f"    {cohorts} cohorts of {patients}, {name}:")
        for rate, number in counted.items():
            if number:
                print(f"        {rate:<12}{held[rate] / number:7.1%} of {number}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--coverage", type=int, metavar="COHORTS", help="measure the coverage of intervals instead"
    )
    asked = parser.parse_args()
    if asked.coverage:
        coverage(asked.coverage)
    else:
        spread()


if __name__ == "__main__":
    main()
