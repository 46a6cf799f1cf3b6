"""Words and stems. The same analysis is used for the index, for questions and for comparing statements."""

import re
from functools import cache
from importlib.resources import files

import tantivy

TOKENIZER = "aitia_english"


@cache
def analyzer() -> tantivy.TextAnalyzer:
    """Lower case, plain ASCII letters, English stems. Stop words are kept: BM25 gives them next to no weight."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(r"[\p{L}\p{N}]+"))
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def stems(text: str) -> list[str]:
    """The stems of all words, in order."""
    return analyzer().analyze(text)


@cache
def stop_stems() -> frozenset[str]:
    """The stems of the words that find nothing."""
    return frozenset(stem for line in word_list("stop_words.txt") for stem in stems(line))


def word_list(name: str) -> list[str]:
    """The lines of a word list of this package, without its comments."""
    lines = (files("aitia.search") / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    return [stem for stem in stems(text) if stem not in stop_stems()]


def cleaned(text: str) -> str:
    """The text without control characters and broken letters, and with single spaces."""
    text = text.encode("utf-8", "replace").decode()
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]", " ", text).split())


def mentions_stem(text_stems: frozenset[str], stem: str) -> bool:
    """Whether a text has a word of this stem, or of a longer one (smoke: smoker) if the stem is long enough."""
    if stem in text_stems:
        return True
    return len(stem) > 4 and any(other.startswith(stem) for other in text_stems)
