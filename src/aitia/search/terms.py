"""Words and stems. The same analysis is used for the index, for questions and for comparing statements."""

import re
from collections.abc import Sequence
from functools import cache

import tantivy

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "after",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "between",
        "both",
        "but",
        "by",
        "can",
        "cannot",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "down",
        "during",
        "each",
        "either",
        "else",
        "ever",
        "few",
        "for",
        "from",
        "get",
        "gets",
        "getting",
        "given",
        "go",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "like",
        "many",
        "may",
        "me",
        "might",
        "more",
        "most",
        "much",
        "must",
        "my",
        "near",
        "no",
        "nor",
        "not",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "onto",
        "or",
        "other",
        "our",
        "ours",
        "out",
        "over",
        "own",
        "per",
        "please",
        "possible",
        "same",
        "she",
        "should",
        "so",
        "some",
        "something",
        "such",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "would",
        "yes",
        "yet",
        "you",
        "your",
        "yours",
        "s",
        "t",
        "don",
        "doesn",
        "isn",
        "aren",
        "won",
        "ve",
        "re",
        "ll",
        "d",
        "m",
        "vs",
        "v",
    ]
)

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
    """The stems of the stop words."""
    return frozenset(stem for word in STOP_WORDS for stem in stems(word))


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    return [stem for stem in stems(text) if stem not in stop_stems()]


def contains(haystack: Sequence[str], needle: Sequence[str]) -> bool:
    """Whether the stems of a phrase occur side by side in the stems of a text."""
    size = len(needle)
    return size > 0 and any(
        haystack[start : start + size] == needle for start in range(len(haystack) - size + 1)
    )


def cleaned(text: str) -> str:
    """The text without control characters and with single spaces."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]", " ", text).split())


def mentions_stem(text_stems: frozenset[str], stem: str) -> bool:
    """Whether a text has a word of this stem, or of a longer one (smoke: smoker) if the stem is long enough."""
    if stem in text_stems:
        return True
    return len(stem) > 4 and any(other.startswith(stem) for other in text_stems)
