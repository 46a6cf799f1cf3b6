"""Ranking on real questions with judgements. Run: .venv/bin/python benchmarks/search.py

Uses the questions of tests/questions.yaml that name a topic: how often the first statement found is on that topic,
and the mean reciprocal rank of the first that is. It measures the word index alone, without the answer's selection.
"""

from pathlib import Path

import yaml

from aitia import Library

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print the share of first hits on the topic, and the mean reciprocal rank."""
    asked = yaml.load(
        (ROOT / "tests" / "questions.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    library = Library.starter()
    ranks = []
    for one in asked:
        if "topic" in one and not one.get("open"):
            found = library.search(one["question"], top=50)
            ranks.append(
                next((rank for rank, (hit, _) in enumerate(found, 1) if one["topic"] in hit.topics), 0)
            )
    first = sum(rank == 1 for rank in ranks) / len(ranks)
    reciprocal = sum(1 / rank for rank in ranks if rank) / len(ranks)
    print(
        f"{len(ranks)} questions; first statement on the topic {first:.3f}; mean reciprocal rank {reciprocal:.3f}"
    )


if __name__ == "__main__":
    main()
