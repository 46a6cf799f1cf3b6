"""Numbers in a text: reading them, and writing them.

A number that belongs to a name (SOD1, TDP-43, "95% CI", "chromosome 21q") is not a figure, and neither is the
denominator of a rate ("per 100,000") or the one of a chance ("1 in 350").
"""

import re
from collections.abc import Iterable

from aitia.evidence.nouns import Figure

_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {
    "none": 0,
    "nil": 0,
    "no": 0,
    "single": 1,
    "once": 1,
    "twice": 2,
    "double": 2,
    "twofold": 2,
    "both": 2,
    "threefold": 3,
    "fourfold": 4,
    "tenfold": 10,
    "thirty": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "half": 50,
    "quarter": 25,
}
_MULTIPLES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_NOT_FIGURES = re.compile(
    r"""95%\ (?:CI|confidence|credible|uncertainty)      # the level of an interval
      | \b(?:per|every|(?<!\s1\ )in)\ (?:100,?000|10,?000|1,?000|million)\b   # the denominator of a rate
      | (?<![\d.,])\b1(?=\ in\ \d)                                  # one in so many
      | \b(?:chromosome|chr|exon|exons|type|class|level|grade|phase)\ \d+\w*   # numbered names
      | \b[A-Za-z]\w+-\d[\d.]*\b                        # TDP-43, IL-10, omega-3
      | \b\d+-(?:hydroxy\w+)                             # 8-hydroxyguanosine
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(
    r"""(?<![\w.,])(?P<sign>[-−](?=\d))?
        (?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e-?\d+)?)
        (?=%|s\b|x\b|th\b|-|[.,;:)]|\s|/|$)
        (?:\s(?P<multiple>thousand|million|billion)\b)?""",
    re.VERBOSE,
)


def digits_in(text: str, names: Iterable[str] = ()) -> list[float]:
    """The figures written in digits, in the order of the text; numbers inside the given names are passed over."""
    for name in names:
        text = text.replace(name, " ")
    found = []
    for match in _NUMBER.finditer(_NOT_FIGURES.sub(" ", text)):
        value = float(match["digits"].replace(",", ""))
        if match["multiple"]:
            value *= _MULTIPLES[match["multiple"]]
        found.append(-value if match["sign"] else value)
    return found


def words_in(text: str) -> list[float]:
    """The small numbers written as words ("half" counts as 50, for 50%)."""
    return [float(_WORDS[word]) for word in re.findall(r"[a-z]+", text.lower()) if word in _WORDS]


def occurs(value: float, among: Iterable[float]) -> bool:
    """Whether a value is among others, whatever its sign (a fall of 3% may be told as -3 or as 3)."""
    return any(abs(abs(value) - abs(other)) <= 1e-9 * max(abs(value), abs(other)) for other in among)


def written(value: float) -> str:
    """A number as it is printed: 5, 0.83, 13,146, 2.53e-14."""
    if value != 0 and abs(value) < 1e-4:
        return f"{value:g}"
    if float(value).is_integer():
        whole = int(value)
        return f"{whole:,}" if abs(whole) >= 10_000 else str(whole)
    return f"{value:,.10g}" if abs(value) >= 10_000 else repr(float(value))


def with_unit(value: float, unit: str) -> str:
    """ "5%", "14 months", "2.16 per 100,000 person-years", "1.81"."""
    if unit == "%":
        return f"{written(value)}%"
    if unit in ("1", "count"):
        return written(value)
    return f"{written(value)} {unit}"


def with_interval(figure: Figure) -> str:
    """The value with its interval: "4.6% (95% CI 3.9 to 5.5)"."""
    text = with_unit(figure.value, figure.unit)
    if figure.low is None or figure.high is None:
        return text
    kind = f"{figure.interval} " if figure.interval and figure.interval.startswith("95%") else ""
    return f"{text} ({kind}{written(figure.low)} to {written(figure.high)})"
