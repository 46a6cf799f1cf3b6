"""The tables of design_rules.yaml, ready for use."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from aitia.evidence.nouns import Kind

STEM = 4
"""Letters by which the words of a text are looked up in the tables: a few common ones, so that most are passed over."""


class _Names(msgspec.Struct, forbid_unknown_fields=True):
    kind: Kind
    names: tuple[str, ...]


class _Cue(msgspec.Struct, forbid_unknown_fields=True):
    kind: Kind
    about: tuple[str, ...]
    says: tuple[str, ...]
    unless: tuple[str, ...] = ()


class _Controlled(msgspec.Struct, forbid_unknown_fields=True):
    names: frozenset[str]
    says: tuple[str, ...]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """design_rules.yaml."""

    publication_types: tuple[_Names, ...]
    trials_if_controlled: _Controlled
    mesh: tuple[_Names, ...]
    weak_mesh: tuple[_Names, ...]
    animal_mesh: frozenset[str]
    living_animal_mesh: frozenset[str]
    in_vitro_mesh: frozenset[str]
    title: tuple[_Cue, ...]
    words: tuple[_Cue, ...]
    others_before: tuple[str, ...]
    others_after: tuple[str, ...]
    own_before: tuple[str, ...]
    own_after: tuple[str, ...]
    methods: tuple[str, ...]


class Line(NamedTuple):
    """An entry of a table."""

    number: int
    kind: Kind
    about: tuple[str, ...]
    says: re.Pattern[str]
    unless: re.Pattern[str] | None


class Rules(NamedTuple):
    """The file, ready for use."""

    types: dict[str, tuple[int, Kind]]
    trials: frozenset[str]
    controlled: re.Pattern[str]
    mesh: dict[str, tuple[int, Kind]]
    weak_mesh: dict[str, tuple[int, Kind]]
    animals: frozenset[str]
    living_animals: frozenset[str]
    laboratory: frozenset[str]
    title: dict[str, list[Line]]
    words: dict[str, list[Line]]
    others_before: re.Pattern[str]
    others_after: re.Pattern[str]
    own_before: re.Pattern[str]
    own_after: re.Pattern[str]
    methods: re.Pattern[str]


@cache
def rules() -> Rules:
    """Read when first needed, once in a process: some 50 ms."""
    import yaml

    text = files("aitia.library").joinpath("design_rules.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    file = msgspec.convert(yaml.load(text, loader), _File)

    def ranked(table: tuple[_Names, ...]) -> dict[str, tuple[int, Kind]]:
        return {name: (rank, line.kind) for rank, line in enumerate(table) for name in line.names}

    def pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
        return re.compile("|".join(patterns))

    def lines(table: tuple[_Cue, ...]) -> tuple[Line, ...]:
        return tuple(
            Line(number, cue.kind, cue.about, pattern(cue.says), pattern(cue.unless) if cue.unless else None)
            for number, cue in enumerate(table)
        )

    return Rules(
        types=ranked(file.publication_types),
        trials=file.trials_if_controlled.names,
        controlled=pattern(file.trials_if_controlled.says),
        mesh=ranked(file.mesh),
        weak_mesh=ranked(file.weak_mesh),
        animals=file.animal_mesh,
        living_animals=file.living_animal_mesh,
        laboratory=file.in_vitro_mesh,
        title=_by_stem(lines(file.title)),
        words=_by_stem(lines(file.words)),
        others_before=pattern(file.others_before),
        others_after=pattern(file.others_after),
        own_before=pattern(file.own_before),
        own_after=pattern(file.own_after),
        methods=pattern(file.methods),
    )


def _by_stem(lines: tuple[Line, ...]) -> dict[str, list[Line]]:
    """The lines by the stem of the longest word of each thing that they are about."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        for stem in {max(re.split(r"[ -]", words.strip()), key=len)[:STEM] for words in line.about}:
            found.setdefault(stem, []).append(line)
    return found


def stems(text: str) -> set[str]:
    """The first letters of every word."""
    return {word[:STEM] for word in text.replace("-", " ").replace("(", " ").replace("/", " ").split()}


def lines_of(table: dict[str, list[Line]], found: set[str]) -> list[Line]:
    """The lines that may fit a text of these stems, in the order of the file."""
    return sorted({line.number: line for stem in table.keys() & found for line in table[stem]}.values())
