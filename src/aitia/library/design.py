"""The design of a study, how many took part and the year, told from its record where the file does not say them.

A source's own words are taken at their word; nothing is inferred from its results. What was read, and where, is kept
as a rule that can be shown: `publication type "Meta-Analysis"`, `title says "case-control"`.
"""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from aitia.evidence.nouns import Kind
from aitia.library.document import Document
from aitia.library.size import size_of

_Told = tuple[Kind, str]
"""A kind, and the rule that gave it."""

STEM = 4
"""Letters by which the words of a text are looked up in the tables: a few common ones, so that most are passed over."""
LONGEST_TITLE = 400
LONGEST_TEXT = 4000
"""Characters looked at: a title, and an abstract or the opening of a text without one."""

RECORDS = frozenset(("pubmed", "jats", "ris", "bibtex", "csl-json"))
"""Formats of scholarly works; in others the body's words are about many things, and only the title is asked."""

SIZED = frozenset(
    (
        Kind.SYSTEMATIC_REVIEW,
        Kind.META_ANALYSIS,
        Kind.TRIAL,
        Kind.MENDELIAN_RANDOMISATION,
        Kind.GWAS,
        Kind.REGISTRY,
        Kind.COHORT,
        Kind.TWIN_FAMILY,
        Kind.CASE_CONTROL,
        Kind.SEQUENCING,
        Kind.CASE_SERIES,
        Kind.ARTICLE,
    )
)
"""Kinds in which people take part."""

_SPECIFIC = {
    Kind.REVIEW: frozenset((Kind.META_ANALYSIS, Kind.SYSTEMATIC_REVIEW, Kind.CONSENSUS, Kind.GUIDELINE)),
    Kind.SYSTEMATIC_REVIEW: frozenset((Kind.META_ANALYSIS,)),
    Kind.GUIDELINE: frozenset((Kind.CONSENSUS,)),
}
"""For a publication type that is given widely: the kinds that a title may make of it."""
_HUMANS = (
    "patients",
    "participants",
    "subjects",
    "volunteers",
    "children",
    "adults",
    "women",
    "people",
    "individuals",
)
_ANIMALS = (
    "mice",
    "rats",
    "rabbits",
    "dogs",
    "pigs",
    "piglets",
    "sheep",
    "monkeys",
    "macaques",
    "zebrafish",
    "drosophila",
)
_LABORATORY = ("vitro", "cell line", "cultured", "primary neurons", "primary culture", "organoids")
_DATES = ("ublished", "UBLISHED", "pdated", "eviewed", "evised", "ublication", "©", "opyright", "(c)", "(C)")
_DATED = re.compile(
    r"(?:\b(?:published(?: online)?|(?:last )?(?:updated|reviewed|revised)|date of publication)(?: on| in)?"
    r"|©|\bcopyright(?: ©)?|\(c\))[:,]? (?:the )?(?:(?:[0-9]{1,2}(?:st|nd|rd|th)?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?|spring|summer|autumn|winter),? ){0,3}"
    r"((?:19|20)[0-9]{2})\b",
    re.IGNORECASE,
)


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


class _Line(NamedTuple):
    number: int
    kind: Kind
    about: tuple[str, ...]
    says: re.Pattern[str]
    unless: re.Pattern[str] | None


class _Rules(NamedTuple):
    """The file, ready for use."""

    types: dict[str, tuple[int, Kind]]
    trials: frozenset[str]
    controlled: re.Pattern[str]
    mesh: dict[str, tuple[int, Kind]]
    weak_mesh: dict[str, tuple[int, Kind]]
    animals: frozenset[str]
    living_animals: frozenset[str]
    laboratory: frozenset[str]
    title: dict[str, list[_Line]]
    words: dict[str, list[_Line]]
    others_before: re.Pattern[str]
    others_after: re.Pattern[str]
    own_before: re.Pattern[str]
    own_after: re.Pattern[str]
    methods: re.Pattern[str]


@cache
def _rules() -> _Rules:
    """Read when first needed, once in a process: some 50 ms."""
    import yaml

    text = files("aitia.library").joinpath("design_rules.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    file = msgspec.convert(yaml.load(text, loader), _File)

    def ranked(table: tuple[_Names, ...]) -> dict[str, tuple[int, Kind]]:
        return {name: (rank, line.kind) for rank, line in enumerate(table) for name in line.names}

    def pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
        return re.compile("|".join(patterns))

    def lines(table: tuple[_Cue, ...]) -> tuple[_Line, ...]:
        return tuple(
            _Line(number, cue.kind, cue.about, pattern(cue.says), pattern(cue.unless) if cue.unless else None)
            for number, cue in enumerate(table)
        )

    return _Rules(
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


def _by_stem(lines: tuple[_Line, ...]) -> dict[str, list[_Line]]:
    """The lines by the stem of the longest word of each thing that they are about."""
    found: dict[str, list[_Line]] = {}
    for line in lines:
        for stem in {max(re.split(r"[ -]", words.strip()), key=len)[:STEM] for words in line.about}:
            found.setdefault(stem, []).append(line)
    return found


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in text.replace("-", " ").replace("(", " ").replace("/", " ").split()}


def _lines(table: dict[str, list[_Line]], stems: set[str]) -> list[_Line]:
    """The lines that may fit a text of these stems, in the order of the file."""
    return sorted({line.number: line for stem in table.keys() & stems for line in table[stem]}.values())


def appraise(document: Document) -> Document:
    """The document with its design, size and year, where it has none: each with the rule that gave it.

    The kind is always filled ("article" where no design is stated); size and year only where the words leave no
    doubt.
    """
    kind, kind_rule = document.kind, document.kind_rule
    if kind is None:
        kind, kind_rule = _kind(document)
    size, size_rule = document.size, document.size_rule
    if size is None and kind in SIZED and document.format in RECORDS:
        size, size_rule = size_of(document.blocks)
    year, year_rule = document.year, document.year_rule
    if year is None:
        year, year_rule = _year(document)
    return msgspec.structs.replace(
        document,
        kind=kind,
        kind_rule=kind_rule,
        size=size,
        size_rule=size_rule,
        year=year,
        year_rule=year_rule,
    )


def _kind(document: Document) -> _Told:
    title = _even(document.title[:LONGEST_TITLE])
    found = _from_types(document, title) or _from_mesh(document, title)
    if found is None:
        found = _from_title(document.title, title)
    if found is None and document.format in RECORDS:
        found = _from_words(document) or _from_weak_mesh(document)
    if found is not None:
        return found
    scholarly = document.format in RECORDS or document.pmid or document.doi
    return (Kind.ARTICLE if scholarly else Kind.DOCUMENT), "no design stated"


def _from_types(document: Document, title: str) -> _Told | None:
    rules = _rules()
    best: tuple[int, Kind, str] | None = None
    for name in document.publication_types:
        lowered = name.lower()
        if lowered in rules.trials and _controlled(document, title):
            lowered = "controlled clinical trial"
        if lowered in rules.types:
            rank, kind = rules.types[lowered]
            if best is None or rank < best[0]:
                best = rank, kind, name
    if best is None:
        return None
    _, kind, name = best
    if kind in _SPECIFIC:
        said = _from_title(document.title, title)
        if said is not None and said[0] in _SPECIFIC[kind]:
            return said
    return kind, f'publication type "{name}"'


def _from_mesh(document: Document, title: str) -> _Told | None:
    headings = document.subjects
    if not headings:
        return None
    rules = _rules()
    if "Humans" not in headings:
        laboratory = next((heading for heading in headings if heading in rules.laboratory), None)
        animal = next((heading for heading in headings if heading in rules.animals), None)
        if laboratory and rules.living_animals.isdisjoint(headings):
            return Kind.IN_VITRO, f'MeSH heading "{laboratory}" without "Humans"'
        if animal:
            return Kind.ANIMAL, f'MeSH heading "{animal}" without "Humans"'
    found = sorted((*rules.mesh[heading], heading) for heading in headings if heading in rules.mesh)
    if not found:
        return None
    if len(found) > 1:
        said = _from_title(document.title, title)
        if said is not None and any(said[0] is kind for _, kind, _ in found):
            return said
    _, kind, heading = found[0]
    return kind, f'MeSH heading "{heading}"'


def _from_weak_mesh(document: Document) -> _Told | None:
    weak = _rules().weak_mesh
    if "Humans" in document.subjects:
        for heading in document.subjects:
            if heading in weak:
                return weak[heading][1], f'MeSH heading "{heading}"'
    return None


def _from_title(title: str, lowered: str) -> _Told | None:
    for _, kind, about, says, unless in _lines(_rules().title, _stems(lowered)):
        if not any(word in lowered for word in about):
            continue
        found = says.search(lowered)
        if found and not (unless and unless.search(lowered)):
            return kind, f'title says "{title[found.start() : found.end()].strip(" :-–—.")}"'
    return None


def _from_words(document: Document) -> _Told | None:
    original, labelled = _methods(document)
    if not original:
        return None
    text = _even(original)
    stems = _stems(text)
    if not _first(_HUMANS, stems, text):
        if animal := _first(_ANIMALS, stems, text):
            return Kind.ANIMAL, f'abstract says "{animal}" and speaks of no people'
        if laboratory := _first(_LABORATORY, stems, text):
            return Kind.IN_VITRO, f'abstract says "{laboratory}" and speaks of no people'
    for _, kind, about, says, _ in _lines(_rules().words, stems):
        seen = -1
        for word in about:
            place = text.find(word)
            while place >= 0:
                # Only the sentence is searched: the patterns are slow, and what they look for is never longer.
                opening, stop = text.rfind(". ", 0, place) + 1, text.find(". ", place)
                stop = stop if stop >= 0 else len(text)
                if stop > seen:
                    for found in says.finditer(text, opening, stop):
                        if _own(text[opening:stop], found.start() - opening, found.end() - opening, labelled):
                            return (
                                kind,
                                f'abstract says "{original[found.start() : found.end()].strip(" .")}"',
                            )
                    seen = stop
                place = text.find(word, stop)
    return None


def _own(sentence: str, start: int, end: int, labelled: bool) -> bool:
    """Whether a design in a sentence is that of the work itself, and not one that it speaks of."""
    rules = _rules()
    before = sentence[max(0, start - 150) : start]
    after = sentence[end : end + 150].lstrip()
    if rules.others_before.search(before) or rules.others_after.match(after):
        return False
    return bool(labelled or rules.own_before.search(before) or rules.own_after.match(after))


def _first(words: tuple[str, ...], stems: set[str], text: str) -> str | None:
    """The first of the words that stands in the text."""
    for word in words:
        if word[:STEM] in stems and word in text:
            return word
    return None


def _methods(document: Document) -> tuple[str, bool]:
    """The part of the abstract that tells what was done, or else all of it, and whether a label set it apart."""
    methods: list[str] = []
    opening: list[str] = []
    length = 0
    for block in document.blocks:
        opening.append(block.text)
        if block.section and _is_methods(block.section):
            methods.append(block.text)
        length += len(block.text)
        if length > LONGEST_TEXT:
            break
    return (" ".join(methods) or " ".join(opening))[:LONGEST_TEXT], bool(methods)


@lru_cache(maxsize=4096)
def _is_methods(section: str) -> bool:
    return section != "Abstract" and _rules().methods.search(section.lower()) is not None


def _controlled(document: Document, title: str) -> bool:
    pattern = _rules().controlled
    return bool(pattern.search(title)) or any(
        pattern.search(_even(block.text)) for block in document.blocks[:8]
    )


def _year(document: Document) -> tuple[int | None, str | None]:
    """From the words of the first or last lines: "Published online 12 March 2019", "© 2019"."""
    blocks = document.blocks
    for block in (*blocks[:8], *blocks[8:][-4:]):
        text = block.text[:600]
        if any(word in text for word in _DATES) and (found := _DATED.search(text)):
            return int(found[1]), f'text says "{found[0]}"'
    return None, None


def _even(text: str) -> str:
    """Lower case with one kind of dash. As long as the text itself, so that places agree."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join([letter.lower() if len(letter.lower()) == 1 else letter for letter in text])
    if not lowered.isascii():
        for dash in "–‐‑—−":
            lowered = lowered.replace(dash, "-")
    return lowered
