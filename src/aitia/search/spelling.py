"""Mends misspelt words."""

from collections.abc import Collection
from difflib import SequenceMatcher

_NEAR_ENOUGH = 0.84


def nearest_word(word: str, vocabulary: Collection[str]) -> str | None:
    """The word of a vocabulary that differs least from a word of five letters or more, or None if all differ much.

    The first letter must agree, and one letter in six at most may differ.
    """
    word = word.lower()
    if len(word) < 5:
        return None
    best, best_likeness = None, _NEAR_ENOUGH
    for other in sorted(vocabulary):
        if other[0] == word[0] and abs(len(other) - len(word)) <= 2:
            matcher = SequenceMatcher(None, word, other)
            if matcher.quick_ratio() >= best_likeness and (likeness := matcher.ratio()) > best_likeness:
                best, best_likeness = other, likeness
    return best
