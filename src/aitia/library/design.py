"""The design of a study, how many took part and the year, told from its record where the file does not say them.

A source's own words are taken at their word; nothing is inferred from its results. What was read, and where, is kept
as a rule that can be shown: `publication type "Meta-Analysis"`, `title says "case-control"`.
"""

import re
from functools import lru_cache

import msgspec

from aitia.evidence.nouns import Kind
from aitia.library.design_rules import STEM, lines_of, rules, stems
from aitia.library.document import Document
from aitia.library.size import size_of

_Told = tuple[Kind, str]
"""A kind, and the rule that gave it."""

LONGEST_TITLE = 400
LONGEST_TEXT = 4000
"""Characters looked at: a title, and an abstract or the opening of a text without one."""

RECORDS = frozenset(("pubmed", "jats", "ris", "bibtex", "csl-json"))
"""Formats of scholarly works. Of a text in another format without a DOI or PMID, only the title is asked: its words may
be about anything."""

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


def appraise(document: Document) -> Document:
    """The document with its design, size and year, where it has none: each with the rule that gave it.

    The kind is always filled ("article" where no design is stated); size and year only where the words leave no
    doubt.
    """
    kind, kind_rule = document.kind, document.kind_rule
    if kind is None:
        kind, kind_rule = _kind(document)
    size, size_rule = document.size, document.size_rule
    if size is None and kind in SIZED and _scholarly(document):
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
    if found is None and _scholarly(document):
        found = _from_words(document) or _from_weak_mesh(document)
    if found is not None:
        return found
    return (Kind.ARTICLE if _scholarly(document) else Kind.DOCUMENT), "no design stated"


def _scholarly(document: Document) -> bool:
    return document.format in RECORDS or document.pmid is not None or document.doi is not None


def _from_types(document: Document, title: str) -> _Told | None:
    tables = rules()
    best: tuple[int, Kind, str] | None = None
    for name in document.publication_types:
        lowered = name.lower()
        if lowered in tables.trials and _controlled(document, title):
            lowered = "controlled clinical trial"
        if lowered in tables.types:
            rank, kind = tables.types[lowered]
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
    tables = rules()
    if "Humans" not in headings:
        laboratory = next((heading for heading in headings if heading in tables.laboratory), None)
        animal = next((heading for heading in headings if heading in tables.animals), None)
        if laboratory and tables.living_animals.isdisjoint(headings):
            return Kind.IN_VITRO, f'MeSH heading "{laboratory}" without "Humans"'
        if animal:
            return Kind.ANIMAL, f'MeSH heading "{animal}" without "Humans"'
    found = sorted((*tables.mesh[heading], heading) for heading in headings if heading in tables.mesh)
    if not found:
        return None
    if len(found) > 1:
        said = _from_title(document.title, title)
        if said is not None and any(said[0] is kind for _, kind, _ in found):
            return said
    _, kind, heading = found[0]
    return kind, f'MeSH heading "{heading}"'


def _from_weak_mesh(document: Document) -> _Told | None:
    weak = rules().weak_mesh
    if "Humans" in document.subjects:
        for heading in document.subjects:
            if heading in weak:
                return weak[heading][1], f'MeSH heading "{heading}"'
    return None


def _from_title(title: str, lowered: str) -> _Told | None:
    for _, kind, about, says, unless in lines_of(rules().title, stems(lowered)):
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
    found_stems = stems(text)
    if not _first(_HUMANS, found_stems, text):
        if animal := _first(_ANIMALS, found_stems, text):
            return Kind.ANIMAL, f'abstract says "{animal}" and speaks of no people'
        if laboratory := _first(_LABORATORY, found_stems, text):
            return Kind.IN_VITRO, f'abstract says "{laboratory}" and speaks of no people'
    for _, kind, about, says, _ in lines_of(rules().words, found_stems):
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
    tables = rules()
    before = sentence[max(0, start - 150) : start]
    after = sentence[end : end + 150].lstrip()
    if tables.others_before.search(before) or tables.others_after.match(after):
        return False
    return bool(labelled or tables.own_before.search(before) or tables.own_after.match(after))


def _first(words: tuple[str, ...], given: set[str], text: str) -> str | None:
    """The first of the words that stands in the text."""
    for word in words:
        if word[:STEM] in given and word in text:
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
    return section != "Abstract" and rules().methods.search(section.lower()) is not None


def _controlled(document: Document, title: str) -> bool:
    pattern = rules().controlled
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
