"""Holds a proposed wording against the statement that it would replace.

What it finds are marks for people to judge, not proof of a mistake; a wording without marks may still be wrong. How
often it is right is measured by tests/review/test_wording.py.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from aitia.evidence.article import Article
from aitia.evidence.nouns import Certainty, Figure
from aitia.review.editing import Placed, places
from aitia.review.errors import NotFoundError
from aitia.review.wording_figures import Compared, compared, figure_departures, is_swapped
from aitia.review.wording_lists import rules
from aitia.search.terms import content_stems, stems

_DOUBT = {"moderate": 1, "low": 2, "very-low": 3}


class Departure(Struct, frozen=True):
    """One way in which a wording departs from its source."""

    kind: str
    """figure-changed, figure-added, figure-dropped, interval-dropped, certainty-raised, cause, negation, direction,
    hedge-dropped, population, name, absolute or dose."""
    words: str
    """A sentence for people."""


def flags(article: Article, place: str, text: str) -> tuple[str, ...]:
    """How a proposed wording departs from what stands at a place of an article, a sentence each; none if in nothing.

    Raises NotFoundError if the article has no such place.
    """
    placed = next((one for one in places(article) if one.place == place), None)
    if placed is None:
        raise NotFoundError(f"this version has no place {place!r}.")
    found = departures(
        placed.text,
        text,
        certainty=placed.certainty,
        figures=_figures_behind(article, placed),
        audience=article.audience,
        about=f"{article.question} {placed.heading}",
    )
    return tuple(dict.fromkeys(one.words for one in found))


def _figures_behind(article: Article, placed: Placed) -> tuple[Figure, ...]:
    """The figures of the statements that a place rests on, as far as the article tells them."""
    behind = set(placed.statement_ids)
    return (
        *placed.figures,
        *(figure for one in places(article) if behind & set(one.statement_ids) for figure in one.figures),
    )


def departures(
    original: str,
    proposed: str,
    *,
    certainty: Certainty | None = None,
    figures: Sequence[Figure] = (),
    audience: str = "clinician",
    about: str = "",
) -> tuple[Departure, ...]:
    """How a proposed wording departs from the original.

    figures: those of the statement, which the wording may use. about: the question, whose words it may use.
    """
    original, proposed = _plain(original), _plain(proposed)
    old, new = original.lower(), proposed.lower()
    if old == new:
        return ()
    numbers = compared(original, proposed)
    denials = list(_negation(old, new))
    found = [
        *figure_departures(original, proposed, figures, numbers),
        *_certainty(old, new, certainty),
        *_cause(old, new),
        *denials,
        *_direction(old, new),
        *_hedges(old, new, numbers, bool(denials)),
        *_population(old, new, about),
        *_names(original, proposed, figures, about),
        *_absolutes(old, new),
        *(_dose(new) if audience == "patient" else ()),
    ]
    return tuple(Departure(kind, words) for kind, words in found)


_Found = Iterator[tuple[str, str]]


def _plain(text: str) -> str:
    """Straight quotation marks and single spaces."""
    return " ".join(text.translate(_QUOTES).split())


_QUOTES = str.maketrans("’‘“”", "''\"\"")


def _hits(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match[0] for match in pattern.finditer(text)]


_MARGIN = re.compile(r"true figures? (?:could|may|might) (?:\w+ ){0,2}")


def _doubts(text: str) -> list[tuple[int, str]]:
    """The words of doubt in a text with how much each holds, but for those of a margin of error."""
    text = _MARGIN.sub("true figure ", text)
    found = [(_DOUBT[level], hit) for level, pattern in rules().doubt.items() for hit in _hits(pattern, text)]
    return sorted(found, reverse=True)


def _certainty(old: str, new: str, certainty: Certainty | None) -> _Found:
    before, after = _doubts(old), _doubts(new)
    # "It appears that" holds as much doubt as "may".
    tentative = rules().hedges["attribution"].means
    more = _hits(tentative, new)[len(_hits(tentative, old)) :]
    after = sorted(after + [(2, hit) for hit in more], reverse=True)
    grade = f" Its certainty is {str(certainty).replace('-', ' ')}." if certainty else ""
    for level in (3, 2, 1):
        had = [word for doubt, word in before if doubt >= level]
        has = [word for doubt, word in after if doubt >= level]
        if len(had) > len(has):
            now = next((word for _, word in after), None)
            became = f"gives way to “{now}”" if now and not has else "is gone"
            yield "certainty-raised", f"“{had[len(has)]}” {became}.{grade}"
            return
    if certainty is Certainty.HIGH:
        return
    if _asserted(rules().strong, old):
        return
    for word in dict.fromkeys(_asserted(rules().strong, new)):
        if word not in old:
            yield "certainty-raised", f"“{word}” claims more than the original.{grade}"


_DENIED = re.compile(
    r"(?:(?:\b(?:not|no|never|nor|neither|cannot|whether|if|nothing|hardly|nobody)\b|n't\b)[^.;:]{0,40}"
    r"|\b(?:without|than|against|un\w+ly)\b[^.;:]{0,10})$"
)


def _asserted(pattern: re.Pattern[str], text: str) -> list[str]:
    """The hits that are not taken back by a word before them in the same clause."""
    return [
        match[0]
        for match in pattern.finditer(text)
        if not _DENIED.search(text, max(0, match.start() - 60), match.start())
    ]


def _cause(old: str, new: str) -> _Found:
    meaning = rules().cause
    claims = [word for word in _asserted(meaning.means, new) if word not in old]
    if claims and not _asserted(meaning.or_stands_for, old):
        yield "cause", f"“{claims[0]}” tells of a cause; the original does not."


def _negation(old: str, new: str) -> _Found:
    lists = rules()
    before, after = _hits(lists.negation, old), _hits(lists.negation, new)
    alike_before, alike_after = _hits(lists.negation_alike, old), _hits(lists.negation_alike, new)
    if len(before) > len(after):
        bared = _bared(old, new)
        if not after and not alike_after:
            yield "negation", f"“{before[0]}” is gone: the original denies something."
        elif bared and len(before) + len(alike_before) > len(after) + len(alike_after):
            yield "negation", f"“{bared}” is denied in the original, not here."
    elif len(after) > len(before):
        bared = _bared(new, old)
        if not before and not alike_before:
            yield "negation", f"“{after[0]}” is new: the original denies nothing."
        elif bared and len(after) + len(alike_after) > len(before) + len(alike_before):
            yield "negation", f"“{bared}” is denied here, not in the original."
    elif not after and not alike_after and (denials := _hits(lists.denial, old)):
        yield "negation", f"“{denials[0]}” is gone: the original denies something."


def _bared(denying: str, other: str) -> str | None:
    """A word that one text only denies and the other only says."""
    free = set(stems(_DENIAL.sub(" ", other)))
    return next((word for stem, word in _denied(denying) if stem in free), None)


_DENIAL = re.compile(
    r"(?:\b(?:not|no|none|never|neither|cannot|nobody|nothing)\b|n't\b)(?:(?!\b(?:but|yet|while|whereas|although)\b)[^.;])*"
)
"""What a negation may reach: the rest of its sentence, as far as a turn."""


def _denied(text: str) -> Iterator[tuple[str, str]]:
    """The first word of weight after each negation, with its stem."""
    for match in rules().negation.finditer(text):
        clause = re.split(r"[.;:,]", text[match.end() : match.end() + 80], maxsplit=1)[0]
        for word in re.findall(r"[a-z][a-z'-]+", clause)[:4]:
            stem = next(iter(content_stems(word)), None)
            if stem is not None:
                yield stem, word
                break


def _direction(old: str, new: str) -> _Found:
    for one, other in rules().direction.values():
        ups, downs = _hits(one, old), _hits(other, old)
        ups_now, downs_now = _hits(one, new), _hits(other, new)
        if len(ups) > len(ups_now) and len(downs) < len(downs_now):
            yield "direction", f"“{_missing(ups, ups_now)}” has become “{_missing(downs_now, downs)}”."
        elif len(ups) < len(ups_now) and len(downs) > len(downs_now):
            yield "direction", f"“{_missing(downs, downs_now)}” has become “{_missing(ups_now, ups)}”."
    turned = _turned(old, new)
    if turned:
        yield "direction", f"the two sides of “{turned}” have changed places."


def _missing(words: list[str], others: list[str]) -> str:
    return next((word for word in words if word not in others), words[0])


def _turned(old: str, new: str) -> str | None:
    """The word at which a comparison was turned round: "men than women" for "women than men"."""
    for pivot in ("than", "versus", "against"):
        left, right = _sides(old, pivot)
        left_now, right_now = _sides(new, pivot)
        if (left - right) & (right_now - left_now) and (right - left) & (left_now - right_now):
            return pivot
    return None


def _sides(text: str, pivot: str) -> tuple[set[str], set[str]]:
    left: set[str] = set()
    right: set[str] = set()
    for match in re.finditer(rf"\b{pivot}\b", text):
        before = re.split(r"[.;:,]\s", text[: match.start()])[-1]
        after = re.split(r"[.;:,](?:\s|$)", text[match.end() :])[0]
        left |= set(content_stems(before)[-3:])
        right |= set(content_stems(after)[:3])
    return left, right


def _hedges(old: str, new: str, numbers: Compared, is_denied: bool) -> _Found:
    lists = rules()
    doubts = bool(_doubts(new))
    for name, meaning in lists.hedges.items():
        had, has = _hits(meaning.means, old), _hits(meaning.or_stands_for, new)
        lost = [word for word in had if not _mentions(new, word)]
        if not lost or (has and (name != "attribution" or len(has) >= len(had))):
            continue
        if doubts and not _doubts(old):
            continue
        if name == "unproven" and (is_denied or _hits(lists.negation, new)):
            # What is unproven is mostly said with "not", of which there was a word already.
            continue
        yield "hedge-dropped", f"“{lost[0]}” is gone."
    for was, now in numbers.kept:
        for pattern in lists.bounds.values():
            word = _beside(pattern, old, was.start, was.end)
            if word and not any(_beside(one, new, now.start, now.end) for one in lists.bounds.values()):
                yield "hedge-dropped", f"“{word}” beside “{now.text}” is gone."
                break


def _mentions(text: str, word: str) -> bool:
    """Whether a text has the first word of some words, in any form."""
    return set(stems(word)[:1]) <= set(stems(text))


def _beside(pattern: re.Pattern[str], text: str, start: int, end: int) -> str | None:
    """A word of a list just before or after a number."""
    before = " ".join(text[max(0, start - 28) : start].split()[-3:])
    after = " ".join(text[end : end + 24].split()[:4])
    found = _hits(pattern, before) or _hits(pattern, after)
    return found[0] if found else None


def _population(old: str, new: str, about: str) -> _Found:
    known = _plain(about).lower()
    gone, came = [], []
    for name, meaning in rules().population.items():
        had, has = _hits(meaning.means, old), _hits(meaning.means, new)
        if had and not _hits(meaning.or_stands_for, new):
            gone.append((name, had[0]))
        elif has and not _hits(meaning.or_stands_for, f"{old} {known}"):
            came.append((name, has[0]))
    # One word may stand in several lists: "European" is a place and a descent.
    gone = [(name, word) for at, (name, word) in enumerate(gone) if word not in [one for _, one in gone[:at]]]
    came = [(name, word) for at, (name, word) in enumerate(came) if word not in [one for _, one in came[:at]]]
    if not gone and not came and _turned(old, new) is None:
        yield from _changed_places(old, new)
    for _, word in gone:
        yield "population", f"“{word}” is left out: whom or what it is about."
    for _, word in came:
        yield "population", f"“{word}” is new: the original is not about it."


def _changed_places(old: str, new: str) -> _Found:
    """Two groups of people, each named once, that stand in each other's place."""
    spans = {}
    for name, meaning in rules().population.items():
        before, after = list(meaning.means.finditer(old)), list(meaning.means.finditer(new))
        if len(before) == len(after) == 1:
            spans[name] = (before[0].span(), after[0].span())
    named = list(spans.values())
    for at, (one, one_now) in enumerate(named):
        for other, other_now in named[at + 1 :]:
            if one != other and is_swapped(old, new, (one, other), (one_now, other_now)):
                words = (old[slice(*one)], old[slice(*other)])
                yield "population", f"“{words[0]}” and “{words[1]}” have changed places."
                return


_NAME = re.compile(r"\b(?:[A-Za-z]*[a-z]?[A-Z]{2,}[\w-]*|[A-Za-z]+\d[\w-]*|[A-Z]+\d*orf\d+)\b")


def _names(original: str, proposed: str, figures: Iterable[Figure], about: str) -> _Found:
    known = {
        name.upper() for name in _NAME.findall(f"{original} {about} ALS MND DNA RNA CI UK US EU NICE EMG")
    }
    known |= {name.upper() for figure in figures for name in _NAME.findall(figure.name)}
    for match in _NAME.finditer(proposed):
        name = match[0].upper()
        if name not in known and not _is_short_for(name, proposed[: match.start()]):
            known.add(name)
            yield "name", f"“{match[0]}” is not named in the original."


def _is_short_for(name: str, before: str) -> bool:
    """Whether a name is the initials of the words before it, in brackets after them: non-invasive ventilation (NIV)."""
    words = re.findall(r"[^\W\d_]+", before.rstrip("( "))[-len(name) :]
    return before.endswith("(") and "".join(word[0] for word in words).upper() == name


def _absolutes(old: str, new: str) -> _Found:
    for meaning in rules().absolute.values():
        has = _asserted(meaning.means, new)
        if has and not _hits(meaning.or_stands_for, old):
            yield "absolute", f"“{has[0]}” leaves less room than the original."


def _dose(new: str) -> _Found:
    found = _hits(rules().dose, new)
    if found:
        yield "dose", f"“{found[0]}”: patients are given no doses and no advice on taking medicines."
