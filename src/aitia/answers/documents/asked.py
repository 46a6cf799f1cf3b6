"""What a question asks of documents: the subject, and which facet of it."""

import math
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import msgspec
import yaml
from msgspec import Struct

from aitia.search.analysis import readable
from aitia.search.terms import stems, stop_stems

DEFINITION = "definition"
_PEOPLE = frozenset(
    stems(
        "husband wife spouse partner mother mom mum father dad parent grandmother grandfather grandma grandpa son "
        "daughter sister brother aunt uncle friend people person patient someone somebody anyone ago today yesterday "
        "told said just know think thank please help question suffer old mellitus"
    )
)
"""Who it is about and how it is told, which no passage need speak of."""
_FAINT = 0.6
"""How much the words that only name the facet ("causes", "treated") count in the search."""


class Facet(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the things that questions are after, see facets.yaml."""

    id: str
    heading: dict[str, str]
    offer: str
    asked: tuple[str, ...]
    said: tuple[str, ...]
    near: tuple[str, ...] = ()
    """Facets whose headings may well stand over an answer to this one."""


class Term(Struct, frozen=True):
    """A stem of the question."""

    stem: str
    word: str
    """As it was typed."""
    weight: float
    """How much it counts in the search: 1, or less for a word that only names the facet."""
    rarity: float
    """How few of the library's entries hold it (Robertson's idf); 0 if all do."""
    is_subject: bool


class Asked(Struct, frozen=True):
    """A question, taken apart."""

    question: str
    facet: Facet | None
    """None where it asks for nothing in particular."""
    terms: tuple[Term, ...]
    subject: str
    """The words of the subject as they were typed, for headings and next questions."""
    unknown: tuple[str, ...]
    """Words that the library does not hold."""
    is_named: bool = True
    """Whether the subject is a name without other words in it, that can stand in another question."""


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    parts = []
    for phrase in sorted(phrases, key=len, reverse=True):
        words = [
            r"((?:\S+ ){0,4}?\S+)" if word == "*" else re.escape(word).replace(r"\*", r"\w*")
            for word in phrase.split()
        ]
        parts.append(" ".join(words))
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


@cache
def facets() -> dict[str, Facet]:
    """Every facet by its id, in the order of the file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (files("aitia.answers.documents") / "facets.yaml").read_text(encoding="utf-8")
    return {facet.id: facet for facet in msgspec.convert(yaml.load(text, Loader=loader), list[Facet])}


@cache
def asking() -> dict[str, re.Pattern[str]]:
    """For each facet, what finds its phrases in a question, a title or a heading."""
    return {facet.id: _pattern(facet.asked) for facet in facets().values()}


@cache
def saying() -> dict[str, re.Pattern[str]]:
    """For each facet, what finds its phrases in a sentence."""
    return {facet.id: _pattern(facet.said) for facet in facets().values()}


def _cue(match: re.Match[str]) -> list[tuple[int, int]]:
    """The spans of a phrase without the words that stand for its *, which are the subject's."""
    spans, start = [], match.start()
    for number in range(1, len(match.groups()) + 1):
        if match.start(number) >= 0:
            spans.append((start, match.start(number)))
            start = match.end(number)
    return [*spans, (start, match.end())]


def facet_asked(text: str) -> tuple[Facet | None, list[tuple[int, int]]]:
    """The facet that a question or a heading is on, and the spans of the words that say so.

    The longest phrase wins; "what is" counts only where nothing else does.
    """
    best: tuple[float, str] | None = None
    spans: list[tuple[int, int]] = []
    for name, pattern in asking().items():
        for match in pattern.finditer(text):
            said = _cue(match)
            rank = sum(end - start for start, end in said) * (0.1 if name == DEFINITION else 1.0)
            spans += said
            if best is None or rank > best[0]:
                best = (rank, name)
    return (facets()[best[1]] if best else None), spans


def take_apart(question: str, frequency: Callable[[str], int], size: int) -> Asked:
    """The parts of a question. `frequency` says in how many of the `size` entries a stem occurs.

    Raises QuestionError if the question is empty or too long.
    """
    text = readable(question)
    facet, spans = facet_asked(text)
    terms: dict[str, Term] = {}
    subject: list[tuple[int, int]] = []
    unknown: list[str] = []
    spans += [
        match.span() for match in re.finditer(r"(?<=\w )\([^()]*\)", text)
    ]  # another name for what is before it
    for match in re.finditer(r"[^\W_]+(?:[-.'’][^\W_]+)*", text):
        is_cue = any(start <= match.start() and match.end() <= end for start, end in spans) or (
            set(stems(match[0])) <= _PEOPLE
        )
        for stem in stems(match[0]):
            if stem in stop_stems():
                continue
            held = frequency(stem)
            if not held and not is_cue:
                unknown.append(match[0])
            rarity = math.log(1 + (size - held + 0.5) / (held + 0.5)) if held else math.log(2 + 2 * size)
            known = terms.get(stem)
            if known is None or (known.weight < 1 and not is_cue):
                terms[stem] = Term(stem, match[0], _FAINT if is_cue else 1.0, rarity, not is_cue)
            if not is_cue:
                subject.append(match.span())
    found = tuple(terms.values())
    if not any(term.is_subject for term in found):
        # "What causes inheritance?": the words of the facet are all there is.
        found = tuple(msgspec.structs.replace(term, weight=1.0, is_subject=True) for term in found)
    return Asked(
        question=text,
        facet=facet,
        terms=found,
        subject=text[subject[0][0] : subject[-1][1]] if subject else text.rstrip("?.! "),
        unknown=tuple(dict.fromkeys(unknown)),
        is_named=bool(subject)
        and not re.search(r"[^\w\s.'’/-]", text[subject[0][0] : subject[-1][1]])
        and len(text[subject[0][0] : subject[-1][1]].split())
        - text[subject[0][0] : subject[-1][1]].split().count("of")
        <= len(dict.fromkeys(subject)),
    )
