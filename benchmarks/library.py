"""What a library costs as it grows. Run: .venv/bin/python benchmarks/library.py [--sizes 10000 100000 1000000]

Made-up PubMed records (see pubmed_generator.py) are added with `aitia library add`, the whole command timed from its
start to its end: reading, sentences, database and index. Then questions are asked of the library, after one round to
warm up. Memory is the greatest sum over the command and its workers (proportional set size, sampled). With the
shared evaluation data beside the project, its 13,596 real documents are loaded and asked too.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
MEDQUAD = ROOT.parent / "shared" / "eval" / "medquad.documents.jsonl.gz"
AITIA = (sys.executable, "-m", "aitia")


def memory_of(process: int) -> int:
    """Bytes that a process and its children take, shared pages counted by share."""
    total = 0
    waiting = [process]
    while waiting:
        number = waiting.pop()
        try:
            rollup = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
            total += (
                sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
            )
            for task in Path(f"/proc/{number}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
        except (OSError, ValueError):
            continue
    return total


def timed(*arguments: str) -> tuple[float, int, str]:
    """Seconds, peak bytes and output of an `aitia` command."""
    started = time.monotonic()
    process = subprocess.Popen(
        [*AITIA, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.25):
            peak = max(peak, memory_of(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    said, errors = process.communicate()
    took = time.monotonic() - started
    done.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"aitia {' '.join(arguments)} failed:\n{said}{errors}")
    return took, peak, said


def questions(count: int) -> list[str]:
    """Questions of two to four words of the subject, common and rare, and a facet."""
    sys.path.insert(0, str(Path(__file__).parent))
    from pubmed_generator import VOCABULARY, frequencies

    counts = frequencies(VOCABULARY if VOCABULARY.exists() else None)
    words = [word for word, _ in counts.most_common()][100:]
    weights = [counts[word] for word in words]
    chance = Random(5)
    forms = (
        "What causes {}?",
        "How is {} treated?",
        "What are the symptoms of {}?",
        "How common is {}?",
        "{}",
    )
    return [
        chance.choice(forms).format(" ".join(chance.choices(words, weights, k=chance.randint(2, 4))))
        for _ in range(count)
    ]


def ask_many(name: str, asked: Sequence[str]) -> dict[str, float]:
    """Milliseconds of searches and of whole answers, median and 99th percentile."""
    from aitia.documents import DocumentLibrary

    opened = DocumentLibrary.open(name)
    found: dict[str, float] = {}
    for what, run in (("search", opened.search), ("ask", opened.ask)):
        for question in asked[: len(asked) // 4]:
            run(question)
        times = []
        for question in asked:
            started = time.perf_counter()
            run(question)
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        found[f"{what} median"] = statistics.median(times)
        found[f"{what} p99"] = times[int(0.99 * len(times))]
    return found


def one_size(size: int, folder: Path, asked: Sequence[str]) -> dict[str, float]:
    """The figures for a library of so many records."""
    records = folder / f"records-{size}"
    if not records.exists():
        generator = str(Path(__file__).parent / "pubmed_generator.py")
        subprocess.run(
            [sys.executable, generator, str(records), "--count", str(size)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    home = folder / f"home-{size}"
    os.environ["AITIA_HOME"] = str(home)
    name = "pubmed"
    took, peak, _ = timed("library", "add", "--library", name, str(records))
    from sqlalchemy import func, select

    from aitia.library.store.database import engine, reading
    from aitia.library.store.tables import passages, sources, statements

    with reading(engine()) as connection:
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (sources, passages, statements)
        }
    if counts["sources"] != size:
        sys.exit(f"{counts['sources']:,} sources are held, not {size:,}")
    index = sum(file.stat().st_size for file in (home / "indexes").rglob("*") if file.is_file())
    database = sum(file.stat().st_size for file in home.glob("aitia.sqlite*"))
    return {
        "seconds": took,
        "records a second": size / took,
        "peak memory, MB": peak / 2**20,
        "passages": counts["passages"],
        "statements": counts["statements"],
        "database, MB": database / 2**20,
        "index, MB": index / 2**20,
        "index, bytes a passage": index / counts["passages"],
        **{f"{what}, ms": value for what, value in ask_many(name, asked).items()},
    }


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """The slope of log value on log size, by least squares."""
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in values]
    middle = statistics.mean(xs)
    return sum((x - middle) * (y - statistics.mean(ys)) for x, y in zip(xs, ys, strict=True)) / sum(
        (x - middle) ** 2 for x in xs
    )


def main() -> None:
    """Print the table, and keep it as JSON if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument(
        "--folder", type=Path, help="where records and libraries are kept; by default nowhere"
    )
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    asked = questions(chosen.questions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        if MEDQUAD.exists():
            os.environ["AITIA_HOME"] = str(folder / "home-medquad")
            took, _, said = timed("library", "add", "--library", "nih", str(MEDQUAD))
            print(f"{said.strip()}; the whole command {took:.1f} s")
            _, _, said = timed("ask", "--library", "nih", "What causes Noonan syndrome?", "--length", "short")
            print("\n".join(said.splitlines()[:14]), "\n")
        found = {size: one_size(size, folder, asked) for size in sorted(chosen.sizes)}
    sizes = list(found)
    print(
        f"{'':<26}" + "".join(f"{size:>14,}" for size in sizes) + ("      exponent" if len(sizes) > 1 else "")
    )
    for line in found[sizes[0]]:
        values = [found[size][line] for size in sizes]
        growth = f"{exponent(sizes, values):>14.2f}" if len(sizes) > 1 else ""
        print(f"{line:<26}" + "".join(f"{value:>14,.1f}" for value in values) + growth)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
