"""Mends misspelt words."""

from collections.abc import Collection

_QUESTION_WORDS = ("what", "whats", "why", "how", "when", "where", "which", "does", "risk", "causes")


def nearest_word(word: str, vocabulary: Collection[str]) -> str | None:
    """The word of a vocabulary that a slip of the keys could have turned into this one, or None.

    A slip leaves out, adds, replaces or swaps letters: one in a word of up to eight letters, two in a longer one.
    The first letter must agree. Words of three or four letters are only taken for question words.
    """
    word = word.lower()
    if len(word) < 3:
        return None
    slips = 2 if len(word) > 8 else 1
    candidates = sorted(vocabulary) if len(word) > 4 else list(_QUESTION_WORDS)
    best, best_rank = None, (slips + 1, 0)
    for other in candidates:
        difference = abs(len(other) - len(word))
        if other[:1] == word[:1] and difference <= slips and other != word:
            rank = (edits(word, other), difference)
            if rank < best_rank:
                best, best_rank = other, rank
    return best


def edits(one: str, other: str) -> int:
    """Letters left out, added, replaced or swapped with their neighbour (optimal string alignment distance)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            now.append(min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != wanted)))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                now[column] = min(now[column], before[column - 2] + 1)
        before, last = last, now
    return last[-1]
