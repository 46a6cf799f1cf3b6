"""The word lists by which wordings are judged, from wording.yaml, compiled."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from msgspec import Struct

Patterns = dict[str, re.Pattern[str]]


class Meaning(Struct, frozen=True):
    """Words that mean one thing."""

    means: re.Pattern[str]
    or_stands_for: re.Pattern[str]
    """These, and those that may stand for them without being a loss or a gain by themselves."""


Meanings = dict[str, Meaning]


class Rules(Struct, frozen=True):
    """The word lists, compiled."""

    doubt: Patterns
    hedges: Meanings
    bounds: Patterns
    strong: re.Pattern[str]
    cause: Meaning
    negation: re.Pattern[str]
    negation_alike: re.Pattern[str]
    denial: re.Pattern[str]
    direction: dict[str, tuple[re.Pattern[str], re.Pattern[str]]]
    population: Meanings
    absolute: Meanings
    dose: re.Pattern[str]


@cache
def rules() -> Rules:
    """The lists."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    lists = yaml.load((files("aitia.review") / "wording.yaml").read_text(encoding="utf-8"), Loader=loader)

    def of(patterns: Iterable[str]) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-])(?:{'|'.join(patterns)})(?!\w)")

    def each(part: dict[str, list[str]]) -> Patterns:
        return {name: of(patterns) for name, patterns in part.items()}

    def meaning(words: list[str]) -> Meaning:
        own = [one for one in words if not one.startswith("~")]
        return Meaning(of(own), of(one.removeprefix("~") for one in words))

    def meanings(part: dict[str, list[str]]) -> Meanings:
        return {name: meaning(words) for name, words in part.items()}

    return Rules(
        doubt=each(lists["doubt"]),
        hedges=meanings(lists["hedges"]),
        bounds=each({name: lists[name] for name in ("near", "at-least", "at-most")}),
        strong=of(lists["strong"]),
        cause=meaning(lists["cause"]),
        negation=of(lists["negation"]),
        negation_alike=of(lists["negation-alike"]),
        denial=of(lists["denial"]),
        direction={name: (of(one), of(other)) for name, (one, other) in lists["direction"].items()},
        population=meanings(lists["population"]),
        absolute=meanings(lists["absolute"]),
        dose=of(lists["dose"]),
    )
