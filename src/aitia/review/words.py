"""Two texts, word by word."""

import re
from difflib import SequenceMatcher
from itertools import groupby

_TOKEN = re.compile(r"\s+|\d+(?:[.,]\d+)*%?|[^\W\d]\w*(?:[-'’]\w+)*|.", re.DOTALL)
_MOST = 400_000
"""Pairs of words to compare; beyond that (a text of over a thousand words, written anew) the whole is replaced."""
_OTHERWISE = 0.3
"""Texts less alike than this are shown whole, one after the other."""


def tokens(text: str) -> list[str]:
    """Words, numbers, marks and spaces, which together are the text."""
    return _TOKEN.findall(text)


def changed_words(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Runs of text, each "same", "removed" or "added", in the order of reading.

    "same" and "removed" together are the old text, "same" and "added" the new one.
    """
    before, after = tokens(old), tokens(new)
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    head, tail = before[:start], before[len(before) - end :]
    before, after = before[start : len(before) - end], after[start : len(after) - end]
    middle = [("removed", "".join(before)), ("added", "".join(after))]
    if len(before) * len(after) <= _MOST:
        opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        kept = [token for kind, a, b, _, _ in opcodes if kind == "equal" for token in before[a:b]]
        if 2 * _words(head + kept + tail) >= _OTHERWISE * (_words(tokens(old)) + _words(tokens(new))):
            middle = [run for opcode in opcodes for run in _runs(before, after, *opcode)]
    return _joined([("same", "".join(head)), *middle, ("same", "".join(tail))])


def _runs(
    before: list[str], after: list[str], kind: str, a: int, b: int, c: int, d: int
) -> list[tuple[str, str]]:
    text = "".join(before[a:b])
    if kind == "equal" and text.strip():
        return [("same", text)]
    # A space between two changes is read with them.
    return [("removed", text), ("added", "".join(after[c:d]))]


def _words(found: list[str]) -> int:
    """How many tokens are not spaces."""
    return sum(not token.isspace() for token in found)


def _shared(one: list[str], other: list[str]) -> int:
    """How many tokens two lists have in common at their beginning."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _joined(runs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The runs without empty ones, those between two that stay put together: what went before what came."""
    found: list[tuple[str, str]] = []
    for is_same, group in groupby((run for run in runs if run[1]), key=lambda run: run[0] == "same"):
        part = list(group)
        kinds = ("same",) if is_same else ("removed", "added")
        for kind in kinds:
            text = "".join(text for name, text in part if name == kind)
            if text:
                found.append((kind, text))
    return tuple(found)
