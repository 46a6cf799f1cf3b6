"""How hard a text is to read: the Flesch-Kincaid grade (Kincaid et al., 1975, Navy Research Branch 8-75).

grade = 0.39 * words / sentences + 11.8 * syllables / words - 15.59

Syllables are counted by rule. The tests hold the result to that of textstat, which is not used here because
it fetches a dictionary over the network when it first counts a syllable.
"""

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Za-zÀ-ÿ0-9][\w'’.-]*")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s+[\"'(]?[A-Z0-9]|\s*$)")
_VOWELS = re.compile(r"[aeiouyà-ÿ]+")
# Pairs of vowels that are said apart, together in spite of the first rule, or not at all.
_APART = re.compile(
    r"i[ao](?!us)|[aeio]ing|[aeou]y[aeiou]|ua|uou|eu[ms]|rie[rt]|ier$|ies?t$|oe[tr]|uit[yi]|iu|rea(?=s?$)|ying|eo[nl]"
)
_TOGETHER = re.compile(r"[ctsgxl]i(?:a[nl]|on|um)|[qg]u[aeiou]|ayed|oyed|eyed")
_UNSAID = re.compile(
    r"(?:[^aeiouyl]|[aeiouy]l)e$|[^aeioutdy]ed$|[^aeiouyszxcgl]es$|[aeiouy]les$|[^cs]hes$|[aeiou]ys$"
    r"|(?<=[aeiouy][^aeiouy])e(?=ly$|ment|times?$|less|ful)"
)


@lru_cache(maxsize=50_000)
def syllables(word: str) -> int:
    """Spoken syllables of one English word; at least 1. A figure counts as one."""
    letters = re.sub(r"[^a-zà-ÿ]", "", word.lower())
    if not letters or any(character.isdigit() for character in word):
        return 1
    letters = re.sub(r"^y(?=[aeiou])", "", letters)
    count = len(_VOWELS.findall(letters)) + len(_APART.findall(letters)) - len(_TOGETHER.findall(letters))
    if len(letters) > 2:
        count -= len(_UNSAID.findall(letters))
    return max(count, 1)


def counts(text: str) -> tuple[int, int, int]:
    """Sentences, words and syllables of a text."""
    words = [part for word in _WORD.findall(text) for part in word.split("-") if part]
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    return sentences, len(words), sum(map(syllables, words))


def grade(text: str) -> float:
    """The United States school grade needed to read the text; 0 for an empty one."""
    sentences, words, spoken = counts(text)
    if not words:
        return 0.0
    return 0.39 * words / sentences + 11.8 * spoken / words - 15.59
