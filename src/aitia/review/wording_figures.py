"""The figures of a sentence and of its new wording: which were changed, added, left out, or have changed places."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from msgspec import Struct

from aitia.evidence.nouns import Figure
from aitia.search.terms import content_stems


class Number(Struct, frozen=True):
    """A number in a text."""

    value: float
    unit: str
    """"%", "year", "mg" and so on; empty where none is said."""
    start: int
    end: int
    text: str
    """As it is written, with its unit."""


_LEVEL = re.compile(r"\b9[059]\s?%(?=\s+(?:CI|confidence|credible|uncertainty|margin|interval|range))", re.I)
_DIGITS = re.compile(
    r"""(?<![\w.])(?<![A-Za-z]-)
        (?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e-?\d+)?)
        (?P<multiple>\s(?:thousand|million|billion)\b)?
        (?P<percent>\s?%|\s?per\s?cent\b|(?=\s?(?:to|and|or|-|–)\s?\d[\d.,]*\s?(?:%|per\s?cent\b)))?
        (?![A-Za-z]|[.,]?\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_MULTIPLES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ONES = {word: value for value, word in enumerate(_SMALL.split()) if value > 1}
_ROUND = "ten twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * value for value, word in enumerate(_ROUND.split(), 1) if value > 1}
_DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70}
_SHARES = {
    "half": 50.0, "halves": 50.0, "halved": 50.0, "halving": 50.0, "third": 100 / 3, "thirds": 200 / 3,
    "quarter": 25.0, "quarters": 75.0, "fifth": 20.0, "tenth": 10.0,
}  # fmt: skip
_TIMES = {
    "twice": 2, "double": 2, "doubled": 2, "doubles": 2, "twofold": 2, "two-fold": 2, "triple": 3, "threefold": 3,
    "tripled": 3, "thrice": 3, "fourfold": 4, "fivefold": 5, "sixfold": 6, "tenfold": 10,
}  # fmt: skip
_WORDS = re.compile(
    rf"""\b(?:(?P<tens>{"|".join(_TENS)})(?:[-\s](?P<unit>one|{"|".join(_ONES)}))?\b
      | (?P<ones>{"|".join(_ONES)})(?!\s+(?:thirds|quarters|halves))\b
      | (?P<decade>{"|".join(_DECADES)}|decade)\b
      | (?P<times>{"|".join(_TIMES)})\b(?![-\s]blind)
      | (?P<hundred>(?:a|one)\s+hundred)\b
      | (?:(?:one|a|the|by|about|only|last|over|under|than|to|for)[-\s])?(?P<half>half|halved|halves|halving)\b
      | (?:one|a)[-\s](?P<share>third|quarter|fifth|tenth)\b(?=\s+of|\s+as|\s*[.,;)]|$)
      | (?:two[-\s](?P<thirds>thirds)|three[-\s](?P<quarters>quarters))\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_UNITS = {
    "year": r"-?\s?(?:years?|yrs?)\b", "month": r"-?\s?months?\b", "week": r"-?\s?weeks?\b", "day": r"-?\s?days?\b",
    "hour": r"-?\s?hours?\b", "minute": r"-?\s?minutes?\b", "mg": r"-?\s?(?:mg|milligrams?)\b",
    "µg": r"-?\s?(?:mcg|µg|μg|micrograms?)\b", "kg": r"-?\s?(?:kg|kilograms?)\b", "g": r"-?\s?(?:g|grams?)\b",
    "ml": r"-?\s?(?:ml|millilit(?:er|re)s?)\b", "times": r"(?:-|\s)?(?:fold\b|times\b(?!\s+a\b))",
}  # fmt: skip
_CALENDAR = frozenset({"year", "month", "week", "day", "hour", "minute"})


@cache
def numbers_in(text: str) -> tuple[Number, ...]:
    """The numbers of a text, in digits and in words, in order. One is passed over: it may be just a pronoun."""
    plain = _LEVEL.sub(lambda level: " " * len(level[0]), text)
    found = [_from_digits(plain, match) for match in _DIGITS.finditer(plain)]
    taken = [(one.start, one.end) for one in found]
    for match in _WORDS.finditer(plain):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(_from_words(plain, match))
    kept = [one for one in found if (one.value, one.unit) not in ((1.0, ""), (1.0, "times"))]
    return tuple(sorted(kept, key=lambda one: one.start))


def _from_digits(text: str, match: re.Match[str]) -> Number:
    value = float(match["digits"].replace(",", ""))
    if match["multiple"]:
        value *= _MULTIPLES[match["multiple"].strip().lower()]
    unit = "%" if match["percent"] is not None else _unit_after(text, match.end())
    return Number(value, unit, match.start(), match.end(), _as_written(match[0], unit))


def _from_words(text: str, match: re.Match[str]) -> Number:
    parts = {name: words.lower() for name, words in match.groupdict().items() if words}
    (name, word), *rest = parts.items()
    unit = _unit_after(text, match.end())
    match name:
        case "tens":
            value = float(_TENS[word] + ({"one": 1} | _ONES)[rest[0][1]] if rest else _TENS[word])
        case "ones":
            value = float(_ONES[word])
        case "decade" if word == "decade":
            value, unit = 10.0, "year"
        case "decade":
            value = float(_DECADES[word])
        case "times":
            value, unit = float(_TIMES[word]), "times"
        case "hundred":
            value = 100.0
        case _:
            value, unit = _SHARES[word], "%"
    return Number(value, unit, match.start(), match.end(), match[0])


def _unit_after(text: str, end: int) -> str:
    rest = text[end : end + 16]
    return next((unit for unit, pattern in _UNITS.items() if re.match(pattern, rest, re.I)), "")


def _as_written(text: str, unit: str) -> str:
    text = text.strip()
    if unit == "%" and not text.endswith(("%", "t", "T")):
        return f"{text}%"
    return (
        f"{text} {unit}s" if unit in _CALENDAR else text if unit in ("%", "", "times") else f"{text} {unit}"
    )


def _same(one: float, other: float) -> bool:
    """Whether two values are one, but for their sign: a fall of 3% may be told as -3."""
    return abs(abs(one) - abs(other)) <= 1e-9 * max(abs(one), abs(other))


def _same_share(one: Number, other: Number) -> bool:
    """A third is 33%, and two thirds are 67%."""
    return (
        {one.unit, other.unit} == {"%"}
        and abs(one.value - other.value) < 0.4
        and (one.text[-1].isalpha() != other.text[-1].isalpha())
    )


_MOST = 2000
"""Pairs of figures whose surroundings are compared; more are taken in their order."""


class Compared(Struct, frozen=True):
    """What became of the figures: those left out, those that are new, and the pairs that stayed."""

    gone: tuple[Number, ...]
    new: tuple[Number, ...]
    kept: tuple[tuple[Number, Number], ...]


def compared(original: str, proposed: str) -> Compared:
    """The figures of two texts, each matched with its like: first those with the same unit."""
    gone, new = list(numbers_in(original)), list(numbers_in(proposed))
    kept: list[tuple[Number, Number]] = []
    for with_unit in (True, False):
        for number in tuple(gone):
            like = next(
                (
                    other
                    for other in new
                    if (_same(number.value, other.value) or _same_share(number, other))
                    and (not with_unit or number.unit == other.unit)
                ),
                None,
            )
            if like is not None:
                gone.remove(number)
                new.remove(like)
                kept.append((number, like))
    return Compared(tuple(gone), tuple(new), tuple(sorted(kept, key=lambda pair: pair[0].start)))


def figure_departures(
    original: str, proposed: str, figures: Iterable[Figure], found: Compared
) -> Iterator[tuple[str, str]]:
    """How the figures of a new wording depart from the original's, as kinds and sentences.

    figures: those of the statement, which may be told even where the original left them out.
    """
    known = [
        float(value)
        for figure in figures
        for value in (figure.value, figure.low, figure.high)
        if value is not None
    ]
    new = [number for number in found.new if not any(_same(number.value, value) for value in known)]
    for was, now in found.kept:
        if _is_other_unit(was.unit, now.unit):
            yield "figure-changed", f"“{was.text}” has become “{now.text}”."
    rates, rates_now = _rates(original), _rates(proposed)
    if rates and rates_now and not rates & rates_now:
        yield "figure-changed", f"per {min(rates)} has become per {min(rates_now)}."
    gone = list(found.gone)
    dropped = _intervals(original, figures, gone) if len(gone) > len(new) else []
    for low, high in dropped:
        gone.remove(low)
        gone.remove(high)
        yield "interval-dropped", f"the interval {low.text} to {high.text} is left out."
    for was, now in _pairs(original, proposed, gone, new):
        gone.remove(was)
        new.remove(now)
        yield "figure-changed", f"“{was.text}” has become “{now.text}”."
    for number in gone:
        yield "figure-dropped", f"“{number.text}” is left out."
    for number in new:
        yield "figure-added", f"“{number.text}” is not a figure of the statement."
    if not gone and not new:
        yield from _swapped(original, proposed, found.kept)


_RATE = re.compile(
    r"\b(?:per|a|each|every)[ -](?:person-)?(year|month|week|day|hour)s?\b|\b(annual|monthly|weekly|daily|yearly)",
    re.I,
)
_ADVERBS = {"annual": "year", "yearly": "year", "monthly": "month", "weekly": "week", "daily": "day"}


def _rates(text: str) -> set[str]:
    """The spans of time to which rates are told."""
    found = (one or other for one, other in _RATE.findall(text.lower()))
    return {_ADVERBS.get(word, word) for word in found}


def _is_other_unit(was: str, now: str) -> bool:
    if "%" in (was, now):
        return was != now and not {was, now} <= {"%"}
    return bool(was and now) and was != now and "times" not in (was, now)


def _intervals(original: str, figures: Iterable[Figure], gone: list[Number]) -> list[tuple[Number, Number]]:
    """Pairs of numbers left out that bound an estimate."""
    ends = [
        (float(one.low), float(one.high)) for one in figures if one.low is not None and one.high is not None
    ]
    found: list[tuple[Number, Number]] = []
    for low, high in pairwise(gone):
        between = original[low.end : high.start].strip().lower()
        before = original[max(0, low.start - 60) : low.start].lower()
        is_known = any(_same(low.value, a) and _same(high.value, b) for a, b in ends)
        is_range = between in ("to", "-", "–", "% to", "and", "%-", "(no effect) and", "%–")
        is_told = is_range and re.search(r"\bci\b|true figure|interval|\(\s*$", before)
        if (is_known or is_told) and (not found or found[-1][1] is not low):
            found.append((low, high))
    return found


def _pairs(
    original: str, proposed: str, gone: list[Number], new: list[Number]
) -> list[tuple[Number, Number]]:
    """Which new figure stands where which old one stood: by the words around them, then by their order."""
    if len(gone) * len(new) > _MOST:
        return list(zip(gone, new, strict=False))
    before = [_around(original, was) for was in gone]
    after = [_around(proposed, now) for now in new]
    ranked = sorted(
        (-len(before[at] & after[here]), at, here) for at in range(len(gone)) for here in range(len(new))
    )
    pairs: dict[int, int] = {}
    for _, at, here in ranked:
        if at not in pairs and here not in pairs.values():
            pairs[at] = here
    return [(gone[at], new[here]) for at, here in pairs.items()]


def _swapped(
    original: str, proposed: str, kept: tuple[tuple[Number, Number], ...]
) -> Iterator[tuple[str, str]]:
    """Pairs of figures that stand in each other's place."""
    if len(kept) > 12:
        return
    for at, (one, one_now) in enumerate(kept):
        for other, other_now in kept[at + 1 :]:
            if not _same(one.value, other.value) and is_swapped(
                original,
                proposed,
                ((one.start, one.end), (other.start, other.end)),
                ((one_now.start, one_now.end), (other_now.start, other_now.end)),
            ):
                yield "figure-changed", f"“{one.text}” and “{other.text}” have changed places."
                return


_Span = tuple[int, int]


def is_swapped(original: str, proposed: str, was: tuple[_Span, _Span], now: tuple[_Span, _Span]) -> bool:
    """Whether two words have changed places: each has around it what the other had, far more than its own."""
    one, other = (_beside(original, span) for span in was)
    one_now, other_now = (_beside(proposed, span) for span in now)
    own = (one & one_now).total(), (other & other_now).total()
    crossed = (one & other_now).total(), (other & one_now).total()
    return crossed[0] > own[0] and crossed[1] > own[1] and sum(crossed) > sum(own) + 2


_BRACKETS = re.compile(r"\([^()]*\)")


def _beside(text: str, span: _Span) -> Counter[str]:
    """The five words before and after in the sentence, but for what stands in brackets; before and after kept apart."""
    before = re.split(r"[.;](?:\s|$)", text[max(0, span[0] - 120) : span[0]])[-1]
    after = re.split(r"[.;](?:\s|$)", text[span[1] : span[1] + 120])[0]
    words = (re.findall(r"[\w.]+", _BRACKETS.sub(" ", part.lower())) for part in (before, after))
    words_before, words_after = words
    return Counter([f"{word} _" for word in words_before[-5:]] + [f"_ {word}" for word in words_after[:5]])


def _around(text: str, number: Number, reach: int = 45) -> frozenset[str]:
    """The stems of the words next to a number, as far as the nearest other number or the end of the clause."""
    before = re.split(r"[.;](?:\s|$)|\d", text[max(0, number.start - reach) : number.start])[-1]
    after = re.split(r"[.;](?:\s|$)|\d", text[number.end : number.end + reach])[0]
    return frozenset(content_stems(f"{before} {after}"))
