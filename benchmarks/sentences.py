"""Finding sentences: ours, and other programs where installed. Run: .venv/bin/python benchmarks/sentences.py [FILE]

On the marked paragraphs of tests/library/sentences.yaml: the share of paragraphs with every break right, precision,
recall and F1 of the breaks, and the speed over the paragraphs joined to texts of about 1,500 characters, of which every
sixteenth character is a stop. FILE may be a .jsonl.gz of {"sentences": [...]}: then the sentences joined by spaces are
measured too. The others are pysbd, syntok,
blingfire and nupunkt; a program that is not installed is left out.
"""

import gzip
import importlib
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml

from aitia.library.sentences import spans

ROOT = Path(__file__).parents[1]
Case = tuple[str, set[int]]
Splitter = Callable[[str], list[tuple[int, int]]]


def cases(held_out: bool) -> list[Case]:
    """The marked paragraphs: each text, and where its sentences end, the last one's end left out."""
    groups = yaml.safe_load((ROOT / "tests" / "library" / "sentences.yaml").read_text(encoding="utf-8"))
    return [
        read(marked)
        for group in groups
        if group.get("held_out", False) == held_out
        for marked in group["paragraphs"]
    ]


def read(marked: str) -> Case:
    """A text without its marks, and their places."""
    parts = marked.split("|")
    ends, place = set(), 0
    for part in parts[:-1]:
        place += len(part)
        ends.add(place)
    return "".join(parts), ends


def measured(split: Splitter, paragraphs: list[Case]) -> tuple[float, float, float, float]:
    """Share of paragraphs with every break right; precision, recall and F1 of the breaks."""
    whole = hits = ours = theirs = 0
    for text, ends in paragraphs:
        found = {end for _, end in split(text) if end < len(text)}
        whole += found == ends
        hits += len(found & ends)
        ours += len(found)
        theirs += len(ends)
    precision, recall = hits / max(ours, 1), hits / max(theirs, 1)
    return whole / len(paragraphs), precision, recall, 2 * hits / max(ours + theirs, 1)


def placed(text: str, sentences: Iterable[str]) -> list[tuple[int, int]]:
    """Where the sentences that a program returned stand in the text."""
    found, place = [], 0
    for sentence in sentences:
        bare = sentence.strip()
        start = text.find(bare, place)
        if bare and start >= 0:
            place = start + len(bare)
            found.append((start, place))
    return found


def splitters() -> dict[str, Splitter]:
    """Ours, and those of the others that are installed."""
    found: dict[str, Splitter] = {"aitia": spans}
    for name, make in (
        ("pysbd", _pysbd),
        ("syntok", _syntok),
        ("blingfire", _blingfire),
        ("nupunkt", _nupunkt),
    ):
        try:
            found[name] = make()
        except ImportError:
            continue
    return found


def _pysbd() -> Splitter:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        segmenter = importlib.import_module("pysbd").Segmenter(language="en", clean=False)
    return lambda text: placed(text, segmenter.segment(text))


def _syntok() -> Splitter:
    process = importlib.import_module("syntok.segmenter").process
    return lambda text: [
        (sentence[0].offset, sentence[-1].offset + len(sentence[-1].value))
        for paragraph in process(text)
        for sentence in paragraph
    ]


def _blingfire() -> Splitter:
    split = importlib.import_module("blingfire").text_to_sentences
    return lambda text: placed(text, split(text).split("\n"))


def _nupunkt() -> Splitter:
    split = importlib.import_module("nupunkt").sent_tokenize
    return lambda text: placed(text, split(text))


def main() -> None:
    """Print a line a program and set."""
    tuned, unseen = cases(held_out=False), cases(held_out=True)
    everything = " ".join(text for text, _ in tuned + unseen)
    hard = [everything[place : place + 1500] for place in range(0, len(everything), 1500)]
    sets = {"tuned on": (tuned, hard), "held out": (unseen, hard)}
    if len(sys.argv) > 1:
        with gzip.open(sys.argv[1], "rt", encoding="utf-8") as lines:
            joined = [[" ".join(one.split()) for one in json.loads(line)["sentences"]] for line in lines]
        real = [read("| ".join(one.replace("|", "/") for one in each if one)) for each in joined]
        sets["file"] = (real, [text for text, _ in real])
    heads = ("all right", "precision", "recall", "F1", "MB/s")
    print(f"{'':10} {'set':9} {'paragraphs':>10} " + " ".join(f"{head:>9}" for head in heads))
    for name, split in splitters().items():
        for which, (paragraphs, texts) in sets.items():
            figures = measured(split, paragraphs)
            speed = (
                sum(len(text.encode()) for text in texts)
                / min(_seconds(split, texts) for _ in range(2))
                / 1e6
            )
            print(
                f"{name:10} {which:9} {len(paragraphs):10} "
                + " ".join(f"{figure:9.3f}" for figure in figures)
                + f" {speed:9.2f}",
                flush=True,
            )


def _seconds(split: Splitter, texts: list[str]) -> float:
    start = time.perf_counter()
    for text in texts:
        split(text)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
