"""Changing the words of an article: which places can be changed, and the article with other words in some of them.

People change words only. Certainty, figures and what a statement rests on stay the library's.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from aitia.evidence.article import Article, ArticleStatement, Cited, sealed
from aitia.evidence.nouns import Certainty, Figure
from aitia.evidence.reading import grade
from aitia.review.errors import ReviewError
from aitia.review.nouns import LONGEST

_Citing = TypeVar("_Citing", Cited, ArticleStatement)

LEAD = "lead"
_JOINERS = "\u200c\u200d"
"""Unseen characters that some scripts are written with."""


_PASTED = dict.fromkeys(map(ord, "\u00ad\u200b\ufeff"))
"""Soft hyphens and the like, which come with text from other programs and mean nothing."""


class Placed(Struct, frozen=True):
    """Words of an article that people may change, and what they rest on."""

    place: str
    """"lead"; "2.3", the third statement of the second section; "d1", the first disagreement."""
    heading: str
    """The section's heading, or the matter on which sources disagree; empty for the lead."""
    text: str
    """Of a disagreement: the explanation. What each source says of it are the sources' own words."""
    citations: tuple[int, ...]
    certainty: Certainty | None
    figures: tuple[Figure, ...]
    statement_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


def places(article: Article) -> tuple[Placed, ...]:
    """Everything in an article that can be changed, in the order of reading."""
    lead = article.lead
    found = [Placed(LEAD, "", lead.text, lead.citations, None, (), lead.statement_ids, lead.source_ids)]
    for at, section in enumerate(article.sections, 1):
        for number, one in enumerate(section.statements, 1):
            found.append(
                Placed(
                    f"{at}.{number}",
                    section.heading,
                    one.text,
                    one.citations,
                    one.certainty,
                    one.figures,
                    one.statement_ids,
                    one.source_ids,
                )
            )
    for at, disagreement in enumerate(article.disagreements, 1):
        members = disagreement.members
        found.append(
            Placed(
                f"d{at}",
                disagreement.quantity,
                disagreement.explanation,
                tuple(dict.fromkeys(number for one in members for number in one.citations)),
                None,
                (),
                tuple(dict.fromkeys(name for one in members for name in one.statement_ids)),
                tuple(dict.fromkeys(name for one in members for name in one.source_ids)),
            )
        )
    return tuple(found)


def edited(article: Article, changes: Mapping[str, str | None]) -> Article:
    """The article with other words in some places, sealed anew; None takes out what stands there.

    References that are cited no more are dropped and the others numbered in the order of first use. A section
    without statements goes. With no changes it is the same article, with the same hash.

    Raises ReviewError for a place that the article does not have, a text that is empty, too long or holds
    characters that cannot be seen, and where the lead is to be taken out.
    """
    known = {placed.place: placed.text for placed in places(article)}
    words: dict[str, str | None] = {}
    for place, text in changes.items():
        if place not in known:
            raise ReviewError(f"this version has no place {place!r}: it has {', '.join(known)}.")
        words[place] = text if text is None or text == known[place] else _cleaned(place, text)
    lead = words.get(LEAD, article.lead.text)
    if lead is None:
        raise ReviewError(
            "the lead cannot be taken out, since it answers the question: change its words, or withdraw the article."
        )
    sections = tuple(
        replace(section, statements=kept)
        for at, section in enumerate(article.sections, 1)
        if (kept := _kept(section.statements, at, words))
    )
    disagreements = tuple(
        replace(one, explanation=text)
        for at, one in enumerate(article.disagreements, 1)
        if (text := words.get(f"d{at}", one.explanation)) is not None
    )
    changed = replace(
        article, lead=replace(article.lead, text=lead), sections=sections, disagreements=disagreements
    )
    return _settled(changed)


def without(article: Article, statement_ids: frozenset[str]) -> Article:
    """The article without the bullets and disagreements that rest on these statements alone."""
    gone: dict[str, str | None] = {
        placed.place: None
        for placed in places(article)
        if placed.place != LEAD and placed.statement_ids and statement_ids.issuperset(placed.statement_ids)
    }
    return edited(article, gone)


def _kept(
    statements: tuple[ArticleStatement, ...], at: int, words: Mapping[str, str | None]
) -> tuple[ArticleStatement, ...]:
    told = ((one, words.get(f"{at}.{number}", one.text)) for number, one in enumerate(statements, 1))
    return tuple(replace(one, text=text) for one, text in told if text is not None)


def _settled(article: Article) -> Article:
    """The article with references, passages and reading grade that fit what is left of it."""
    told = places(article)
    order = dict.fromkeys(number for placed in told for number in placed.citations)
    numbers = {old: new for new, old in enumerate(order, 1)}
    listed = {reference.number: reference for reference in article.references}
    named = {name for placed in told for name in placed.statement_ids}
    words = " ".join(
        [article.lead.text, *(one.text for section in article.sections for one in section.statements)]
    )
    return sealed(
        replace(
            article,
            lead=_renumbered(article.lead, numbers),
            sections=tuple(
                replace(section, statements=tuple(_renumbered(one, numbers) for one in section.statements))
                for section in article.sections
            ),
            disagreements=tuple(
                replace(one, members=tuple(_renumbered(member, numbers) for member in one.members))
                for one in article.disagreements
            ),
            references=tuple(replace(listed[old], number=new) for old, new in numbers.items()),
            passages=tuple(passage for passage in article.passages if passage.statement_id in named),
            reading_grade=None if article.reading_grade is None else round(grade(words), 1),
        ),
        article.elapsed_ms,
    )


def _renumbered(cited: _Citing, numbers: Mapping[int, int]) -> _Citing:
    return replace(cited, citations=tuple(numbers[old] for old in cited.citations))


def _cleaned(place: str, text: str) -> str:
    """The text on one line. Raises ReviewError if it is not one that a reader could see."""
    line = re.sub(r"\s+", " ", text.translate(_PASTED)).strip()
    if not line:
        raise ReviewError(f"the words for {place} are empty: write them, or take the statement out.")
    if len(line) > LONGEST:
        raise ReviewError(
            f"the words for {place} are {len(line):,} characters long: {LONGEST:,} are the most."
        )
    unseen = next((one for one in line if unicodedata.category(one)[0] == "C" and one not in _JOINERS), None)
    if unseen is not None:
        raise ReviewError(
            f"the words for {place} hold a character that cannot be seen (U+{ord(unseen):04X}): take it out."
        )
    return line
