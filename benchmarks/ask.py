"""How fast an answer is, and how much memory it takes. Run: .venv/bin/python benchmarks/ask.py

Warm: questions of every type to an open library. Cold: `./aitia ask` from a shell, the whole process, after the
first run. Import: `import aitia` alone. Python itself is timed beside them, since these machines differ.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from aitia import Library

ROOT = Path(__file__).parents[1]
QUESTION = "What are the causes of ALS?"


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def warm() -> list[float]:
    """Milliseconds for each of several hundred questions, for all three audiences, after one warm-up round."""
    asked = yaml.load(
        (ROOT / "tests" / "questions.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    questions = [QUESTION] * 20 + [one["question"] for one in asked if one["expect"] == "answer"][::4]
    library = Library.starter()
    times = []
    for is_counted in (False, True):
        for question in questions:
            for audience in ("patient", "clinician", "researcher"):
                started = time.perf_counter()
                library.ask(question, audience)
                if is_counted:
                    times.append((time.perf_counter() - started) * 1000)
    return times


def wall(command: list[str], repeats: int = 15) -> float:
    """The median wall time of a command, in milliseconds."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def overhead(command: list[str], without: list[str], repeats: int = 25) -> float:
    """What a command costs over another, in milliseconds: the median of differences of runs side by side."""
    return statistics.median(wall(command, 1) - wall(without, 1) for _ in range(repeats))


def peak_memory(command: list[str]) -> float:
    """The largest resident set of a command, in megabytes."""
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print the figures beside their bars."""
    python = sys.executable
    memory = peak_memory([python, "-m", "aitia", "ask", QUESTION, "--length", "full"])
    times = warm()
    bare = wall([python, "-c", "pass"])
    with tempfile.TemporaryDirectory() as home:
        os.environ["AITIA_HOME"] = home
        started = time.perf_counter()
        subprocess.run([str(ROOT / "aitia"), "ask", QUESTION], capture_output=True, check=True)
        first = (time.perf_counter() - started) * 1000
        cold = wall([str(ROOT / "aitia"), "ask", QUESTION])
    launcher = overhead([str(ROOT / "aitia"), "--version"], [python, "-m", "aitia", "--version"])
    imported = overhead([python, "-c", "import aitia"], [python, "-c", "pass"])
    rows = [
        ("warm ask, median", statistics.median(times), "ms", "under 15"),
        ("warm ask, 99th percentile", percentile(times, 0.99), "ms", "under 50"),
        ("warm ask, slowest of " + str(len(times)), max(times), "ms", ""),
        ("cold ./aitia ask, median of 15", cold, "ms", "under 700"),
        ("  of which the launcher", launcher, "ms", "under 20"),
        ("  of which import aitia", imported, "ms", "under 100"),
        ("  python -c pass, for scale", bare, "ms", ""),
        ("first ask, library prepared", first, "ms", "index under 2000"),
        ("peak memory of a full answer", memory, "MB", "under 200"),
    ]
    for name, value, unit, bar in rows:
        print(f"{name:<34} {value:9.1f} {unit:<3} {bar}")


if __name__ == "__main__":
    main()
