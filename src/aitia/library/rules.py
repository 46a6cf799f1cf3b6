"""What must hold of a topic, a source and a statement."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from aitia.evidence.nouns import Certainty, Statement, Topic
from aitia.evidence.numbers import digits_in, occurs, words_in, written
from aitia.evidence.reading import grade
from aitia.evidence.wording import SLOT
from aitia.library.format import SourceRecord
from aitia.search.terms import content_stems

HARDEST_GRADE = 8.0
"""The highest reading grade of a wording for patients (American Medical Association, CDC: 6 to 8)."""

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_PMID = re.compile(r"[1-9]\d{0,8}")
_PMCID = re.compile(r"PMC[1-9]\d{0,8}")
_SURE_VERBS = re.compile(
    r"\b(?:causes|cures|prevents|proves|results in|leads to|is caused by|are caused by)\b"
)
_HEDGES = re.compile(
    r"\b(?:may|might|could|can|suggest\w*|appear\w*|seem\w*|propos\w+|hypothes\w+|associat\w+|link\w*|possib\w+"
    r"|review\w*|study|studies|report\w*|found|conclu\w+|judg\w+|argu\w+|view\w*|thought|support\w*|test\w*|whether"
    r"|unclear|unresolved|no |not |one |estimat\w+|guid\w+|if)",
    re.IGNORECASE,
)
_TWIN = 0.75


class Problem(Struct, frozen=True):
    """A rule that does not hold, and in which field."""

    level: str
    rule: str
    message: str
    field: tuple[str | int, ...] = ()


def topic_problems(topic: Topic) -> Iterator[Problem]:
    """What is wrong with a topic."""
    hardness = grade(topic.definition)
    if hardness > HARDEST_GRADE:
        yield Problem("error", "reading grade", f"the definition needs grade {hardness:.1f}", ("definition",))


def source_problems(source: SourceRecord) -> Iterator[Problem]:
    """What is wrong with a source, its statements apart."""
    for field, pattern, example in (
        ("doi", _DOI, "10.1038/362059a0, without https://doi.org/"),
        ("pmid", _PMID, "'25300936'"),
        ("pmcid", _PMCID, "PMC5407171"),
    ):
        value = getattr(source, field)
        if value is not None and not pattern.fullmatch(value):
            yield Problem(
                "error", "identifier", f"{field} {value!r} is not well formed; like {example}", (field,)
            )
    if source.year is not None and not 1700 <= source.year <= 2100:
        yield Problem("error", "year", f"{source.year} cannot be the year of a source", ("year",))
    missing = [
        what
        for what, is_there in (
            ("authors", source.authors),
            ("a year", source.year),
            ("a DOI or PubMed number", source.doi or source.pmid),
        )
        if not is_there
    ]
    if missing and not source.note:
        yield Problem(
            "warning",
            "incomplete",
            f"has no {' and no '.join(missing)}: complete it, or say so in note",
            ("id",),
        )


def statement_problems(statement: Statement, names: Sequence[str] = ()) -> Iterator[Problem]:
    """What is wrong with a statement. `names` are names that hold numbers and are no figures."""
    yield from _slot_problems(statement)
    yield from _number_problems(statement, names)
    text = SLOT.sub(r"\1", statement.text)
    if (
        statement.certainty in (Certainty.LOW, Certainty.VERY_LOW)
        and "{" not in statement.text
        and (verb := _SURE_VERBS.search(text))
        and not _HEDGES.search(text)
    ):
        yield Problem(
            "warning",
            "verb",
            f"“{verb[0]}” is firmer than {statement.certainty} certainty allows; "
            f"write it as {{{verb[0]}}} and the certainty will pick the verb",
            ("text",),
        )
    if statement.plain is None:
        yield Problem("warning", "no plain wording", "patients will read the wording for professionals")
        return
    hardness = grade(SLOT.sub(r"\1", statement.plain))
    if hardness > HARDEST_GRADE:
        yield Problem(
            "error",
            "reading grade",
            f"the plain wording needs grade {hardness:.1f}; at most {HARDEST_GRADE:g}: shorter sentences and words",
            ("plain",),
        )


def _slot_problems(statement: Statement) -> Iterator[Problem]:
    for field in ("text", "plain"):
        wording = getattr(statement, field) or ""
        slots = SLOT.findall(wording)
        if len(slots) > 1:
            yield Problem("error", "verb slot", "has more than one verb in braces", (field,))
        if any(not re.fullmatch(r"(?!was$|were$|had$|did$)[a-z]+", slot) for slot in slots):
            yield Problem("error", "verb slot", f"{{{slots[0]}}} is not one verb in the present", (field,))
        if wording.count("{") != len(slots) or wording.count("}") != len(slots):
            yield Problem("error", "verb slot", "a brace has no partner", (field,))
    if statement.plain and bool(SLOT.search(statement.text)) != bool(SLOT.search(statement.plain)):
        yield Problem(
            "error", "verb slot", "text and plain must both have a verb in braces, or neither", ("plain",)
        )


def _number_problems(statement: Statement, names: Sequence[str]) -> Iterator[Problem]:
    known = [
        float(number)
        for figure in statement.figures
        for number in (figure.value, figure.low, figure.high)
        if number is not None
    ]
    in_text = digits_in(statement.text, names)
    told = [*in_text, *words_in(statement.text)]
    for number in in_text:
        if not occurs(number, known):
            yield Problem(
                "error", "figures", f"{written(number)} in the text is not among its figures", ("text",)
            )
    for place, figure in enumerate(statement.figures):
        if not occurs(float(figure.value), told):
            yield Problem(
                "error",
                "figures",
                f"{figure.name}: {written(figure.value)} is not in the text",
                ("figures", place),
            )
        if (figure.low is None) != (figure.high is None):
            yield Problem("error", "figures", f"{figure.name}: low and high go together", ("figures", place))
        elif figure.low is not None and figure.high is not None and figure.low > figure.high:
            yield Problem("error", "figures", f"{figure.name}: low is above high", ("figures", place))
    if statement.plain is None:
        return
    plain_digits = digits_in(statement.plain, names)
    plain_told = [*plain_digits, *words_in(statement.plain)]
    for number in plain_digits:
        if not occurs(number, known):
            yield Problem(
                "error",
                "figures",
                f"{written(number)} in the plain wording is not among its figures",
                ("plain",),
            )
    for figure in statement.figures:
        # No doses for patients.
        if figure.unit != "mg" and not occurs(float(figure.value), plain_told):
            yield Problem(
                "error",
                "figures",
                f"{figure.name}: {written(figure.value)} is not in the plain wording",
                ("plain",),
            )


def twins(statements: Sequence[Statement]) -> list[tuple[int, int]]:
    """Pairs of places whose texts share three quarters of their words and all of their figures."""
    words = [frozenset(content_stems(SLOT.sub(r"\1", statement.text))) for statement in statements]
    values = [frozenset(figure.value for figure in statement.figures) for statement in statements]
    by_topic: dict[str, list[int]] = defaultdict(list)
    for place, statement in enumerate(statements):
        for topic in statement.topics:
            by_topic[topic].append(place)
    pairs = {
        (one, other)
        for places in by_topic.values()
        for index, one in enumerate(places)
        for other in places[:index]
        if values[one] == values[other]
        and len(words[one] & words[other]) > _TWIN * len(words[one] | words[other])
    }
    return sorted(pairs)
