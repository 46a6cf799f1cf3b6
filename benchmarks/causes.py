"""Speed and memory of the models of causes, side by side in one run.

Run: .venv/bin/python benchmarks/causes.py [life-course|memory|cluster|multistep|spread ...]
--starsim PYTHON names the interpreter of another environment that has starsim 3; without it that line is left out.

The machine may be shared: each rival runs in turn, several times over, and the fastest time of each counts. Compare
the ratios.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from causes_multistep import multistep_fits
from causes_spread import spread

from aitia.causes.lifecourse import Scenario, engine, scenario_of, solve
from aitia.causes.lifecourse.cases import sample_cases
from aitia.causes.lifecourse.model import prepare
from aitia.causes.lifecourse.pedigree import simulate_families
from aitia.causes.lifecourse.simulate import simulate
from aitia.causes.streams import compiled

HERE = Path(__file__).parent
RATES = (0.0156, 0.0160, 0.0170, 0.0140, 0.0150, 0.0155)
AT_BIRTH, GROWTH, HORIZON = 3e-5, 0.1, 110
LIVES = 8_000_000


def scenario(extra: str = "") -> Scenario:
    """Six steps of unequal rates and Gompertz mortality: 1 in 617 falls ill."""
    return scenario_of(
        f"format: 1\ntitle: Six steps\nonset: {{steps: 6, rates: {list(RATES)}}}\n"
        f"mortality: {{gompertz: {{at_birth: {AT_BIRTH}, growth: {GROWTH}}}}}\nhorizon: {HORIZON}\n{extra}"
    )


def numpy_lives(people: int, reduce: bool) -> int:
    """The best NumPy that we could write: chunks that stay in the cache, written in place, from its fastest generator.

    reduce: count by year of age as the engine does, and not cases alone.
    """
    draw = np.random.Generator(np.random.SFC64(1))
    size = 1 << 14
    onset, wait, death = np.empty(size), np.empty(size), np.empty(size)
    counts = np.zeros((3, HORIZON + 1))
    cases = 0
    for _ in range(0, people, size):
        draw.standard_exponential(out=onset)
        onset *= 1 / RATES[0]
        for rate in RATES[1:]:
            draw.standard_exponential(out=wait)
            wait *= 1 / rate
            onset += wait
        draw.standard_exponential(out=death)
        death *= GROWTH / AT_BIRTH
        np.log1p(death, out=death)
        death *= 1 / GROWTH
        case = onset < death
        cases += int(np.count_nonzero(case))
        if reduce:
            end = np.minimum(np.minimum(onset, death), HORIZON)
            year = end.astype(np.int64)
            counts[0] += np.bincount(year[case], minlength=HORIZON + 1)
            counts[1] += np.bincount(year, minlength=HORIZON + 1)
            counts[2] += np.bincount(year, weights=end - year, minlength=HORIZON + 1)
    return cases


@compiled
def scalar_lives(people: int, rates: np.ndarray, counts: np.ndarray) -> int:
    """One life after another, compiled, with the generator that comes with the compiler."""
    cases = 0
    for _ in range(people):
        onset = 0.0
        for rate in rates:
            onset += np.random.standard_exponential() / rate
        death = np.log1p(np.random.standard_exponential() * GROWTH / AT_BIRTH) / GROWTH
        end = min(onset, death, HORIZON)
        year = int(end)
        if onset < min(death, HORIZON):
            cases += 1
            counts[0, year] += 1
        counts[1, year] += 1
        counts[2, year] += end - year
    return cases


def fastest(runs: dict[str, tuple[int, Callable[[], object]]], rounds: int = 5) -> dict[str, float]:
    """Lives a second of each, in turn, the best of several rounds."""
    best = dict.fromkeys(runs, 0.0)
    for _, run in runs.values():
        run()
    for _ in range(rounds):
        for name, (lives, run) in runs.items():
            start = time.perf_counter()
            run()
            best[name] = max(best[name], lives / (time.perf_counter() - start))
    return best


def life_course(starsim: str | None) -> None:
    """Full lives a second on one core."""
    packed = engine.pack(prepare(scenario()), 1)
    rich = engine.pack(
        prepare(
            scenario(
                "sexes: {female: {share: 0.5}, male: {share: 0.5, mortality_ratio: 1.3}}\n"
                "variants: [{name: G, carriers: 0.01, steps_taken: 3}]\n"
                "exposures: [{name: x, prevalence: 0.3, ages: [20, 60], speeds: [{step: 3, times: 2}]}]\n"
            )
        ),
        1,
    )
    rates, counts = np.array(RATES), np.zeros((3, HORIZON + 1))
    best = fastest(
        {
            "aitia, every step": (LIVES, lambda: engine.count_lives(packed, True, 0, LIVES)),
            "aitia, inverse": (LIVES, lambda: engine.count_lives(packed, False, 0, LIVES)),
            "aitia, every step, with sex, a gene and an exposure": (
                LIVES // 4,
                lambda: engine.count_lives(rich, True, 0, LIVES // 4),
            ),
            "NumPy, cases alone": (LIVES // 4, lambda: numpy_lives(LIVES // 4, False)),
            "NumPy, the same counts": (LIVES // 4, lambda: numpy_lives(LIVES // 4, True)),
            "scalar loop, compiled": (LIVES // 4, lambda: scalar_lives(LIVES // 4, rates, counts)),
        }
    )
    if starsim is not None:
        command = [starsim, str(HERE / "starsim_lives.py"), "200000"]
        for _ in range(3):
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout.splitlines()[-1])
            name = f"starsim {found['version']}, steps of a year"
            best[name] = max(best.get(name, 0.0), found["people"] / found["seconds"])
    base = best["aitia, every step"]
    print("life course: million full lives a second on one core\n")
    for name, speed in best.items():
        print(f"    {name:<54}{speed / 1e6:9.3f}   aitia every step is {base / speed:6.1f} times as fast")
    exact = solve(scenario()).lifetime_risk()
    found_cases = int(engine.count_lives(packed, True, 0, LIVES)[:, 0].sum())
    print(
        f"\n    one in {1 / exact:.0f} falls ill; {found_cases} cases simulated, {LIVES * exact:.0f} expected"
    )
    sample_cases(scenario(), 1000)
    start = time.perf_counter()
    cases = sample_cases(scenario(), 1_000_000)
    seconds = time.perf_counter() - start
    million = cases.lives_stood_for / 1e6
    print(
        f"    1,000,000 cases by inversion in {seconds:.2f} s, which stand for {million:,.0f} million lives:"
    )
    print(f"    {million / seconds:,.0f} million lives' worth a second")
    families = scenario(
        "liability: {heritability: 0.4, mapping: threshold}\nvariants: [{name: G, carriers: 0.01, steps_taken: 3}]\n"
    )
    simulate_families(families, 256)
    start = time.perf_counter()
    simulate_families(families, 500_000)
    print(f"    families of four: {0.5 / (time.perf_counter() - start):.2f} million a second")


def memory(_: str | None) -> None:
    """Peak memory of a process that simulates 10^6 to 10^9 lives."""
    print("memory: peak of a process of its own, one core, inverse engine\n")
    for power in (6, 7, 8, 9):
        code = (
            "import sys, resource, time; sys.path.insert(0, 'benchmarks'); import causes\n"
            "start = time.perf_counter()\n"
            f"one = causes.simulate(causes.scenario(), 10**{power}, engine_name='inverse')\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter() - start, one.cases())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=HERE.parent
        )
        peak, seconds, cases = done.stdout.split()
        print(
            f"    10^{power} lives   {int(peak) / 1024:7.1f} MB   {float(seconds):7.2f} s   {int(cases):>9} cases"
        )


def cluster(_: str | None) -> None:
    """One and two Dask workers, each a process, and the same numbers bit for bit."""
    from distributed import Client, LocalCluster

    people = 400_000_000
    busy: dict[int, float] = {}
    print("cluster: one and two Dask workers, and local cores\n")
    times: dict[str, float] = {}
    counts = []
    for number in (1, 2):
        with LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=number, threads_per_worker=1, processes=True, dashboard_address=None
        ) as workers:
            address = workers.scheduler_address
            simulate(scenario(), 10_000_000, cluster=address)
            best = float("inf")
            with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
                for _round in range(3):
                    before = client.run(time.process_time)
                    start = time.perf_counter()
                    found = simulate(scenario(), people, cluster=address)
                    best = min(best, time.perf_counter() - start)
                    after = client.run(time.process_time)
                    used = max(after[worker] - before[worker] for worker in before)
                    busy[number] = min(busy.get(number, float("inf")), used)
            times[f"{number} Dask worker{'s' if number > 1 else ''}"] = best
            counts.append(found.counts)
    for jobs in (1, 2):
        start = time.perf_counter()
        counts.append(simulate(scenario(), people, jobs=jobs).counts)
        times[f"--jobs {jobs}"] = time.perf_counter() - start
    for name, seconds in times.items():
        print(f"    {name:<16}{seconds:8.2f} s   {people / seconds / 1e6:8.1f} million lives a second")
    print(
        f"    two Dask workers are {times['1 Dask worker'] / times['2 Dask workers']:.2f} times as fast as one"
    )
    print(f"    by processor time, free of what else the machine does: {busy[1] / busy[2]:.2f}")
    same = all(np.array_equal(counts[0], other) for other in counts)
    print(f"    the same counts bit for bit: {'yes' if same else 'NO'}")


PARTS: dict[str, Callable[[str | None], None]] = {
    "life-course": life_course,
    "memory": memory,
    "cluster": cluster,
    "multistep": multistep_fits,
    "spread": spread,
}


def main() -> None:
    """Run the parts that are asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument(
        "--starsim", metavar="PYTHON", help="the interpreter of an environment that has starsim 3"
    )
    asked = parser.parse_args()
    for name in asked.parts or PARTS:
        PARTS[name](asked.starsim)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\n    ({name}: peak memory of this process {peak:.0f} MB)\n")


if __name__ == "__main__":
    main()
