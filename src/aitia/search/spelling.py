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
    near = [
        other
        for other in (vocabulary if len(word) > 4 else _QUESTION_WORDS)
        if other[:1] == word[:1] and abs(len(other) - len(word)) <= slips and other != word
    ]
    best, best_rank = None, (slips + 1, 0)
    for other in sorted(near) if len(word) > 4 else near:
        rank = (edits(word, other, slips), abs(len(other) - len(word)))
        if rank < best_rank:
            best, best_rank = other, rank
    return best


def edits(one: str, other: str, most: int | None = None) -> int:
    """Letters left out, added, replaced or swapped with their neighbour (optimal string alignment distance).

    most: with it, of a distance beyond nothing is told but that it is (most + 1).
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, wanted in enumerate(other, 1):
            now.append(min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != wanted)))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                now[column] = min(now[column], before[column - 2] + 1)
        # A swap may yet reach back over one row.
        if most is not None and min(now) > most and min(last) >= most:
            return most + 1
        before, last = last, now
    return last[-1] if most is None else min(last[-1], most + 1)
