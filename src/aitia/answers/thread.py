"""Follow-up questions: "and in women?" after "What are the causes of ALS?" keeps what the first was about.

A follow-up that leaves something out is completed in several ways from the question before it; the first way that
the library answers is taken, and the reader is told how the question was read. Of several questions in one, the first
that the library answers is taken, and the others are offered next.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aitia.answers.question_types import question_types
from aitia.answers.safety import signpost
from aitia.errors import QuestionError
from aitia.evidence.article import AUDIENCES
from aitia.search.analysis import Analysis, readable

if TYPE_CHECKING:
    from aitia.answers.documents.asked import Asked
    from aitia.documents import DocumentLibrary
    from aitia.service import Library

LONGEST_THREAD = 20
"""Questions of one thread that are kept."""

_OPENER = re.compile(
    r"^(?:(?:and|but|so|ok|okay|also|then|now|well|thanks|thank you|please|sorry)\b[\s,.]*|"
    r"(?:wh?at|waht|how) (?:about|abot|abuot|abut|bout|of|if it is|if)\b\s*|(?:the )?same (?:for|with|in)\b\s*|"
    r"(?:(?:can|could) you )?(?:please )?(?:tell|say|explain)(?: (?:me|us))?(?: more)?(?: about)?\b\s*|"
    r"(?:any)?(?:more|something|anything) (?:about|on)\b\s*|if\b\s*)+",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^(?:in|among|for|with|without|at|after|before|during|by|from|within)\b", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:it|this|that|the|these|those) (?:disease|illness|condition|disorder)\b|\b(?:it|this|that)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|may|might|"
    r"what|which|who|whom|whose|why|when|where|how)\b",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(r"\b(what|where|who|when|how|why|it|that|there)['’]?s\b", re.IGNORECASE)
"""As people type them: "whats", "its"; a follow-up says "its" for "it is" more often than for "of it"."""
_NEXT_SENTENCE = re.compile(r"(?<=[.?!])\s+|\s*\n\s*")
_NEXT_QUESTION = re.compile(
    r"(?<=[.?!])\s+|\s*\n\s*|,?\s+and\s+(?=(?:is|are|do|does|did|can|could|will|would|should|what|which|who|why|when|where|"
    r"how)\b)",
    re.IGNORECASE,
)
_POINTING_BACK = re.compile(r"\b(?:they|them|their|these|those|each|both)\b", re.IGNORECASE)
"""What comes after "and" then needs what comes before it."""
_PEOPLE = frozenset(
    [
        "women",
        "men",
        "females",
        "males",
        "girls",
        "boys",
        "children",
        "adults",
        "people",
        "patients",
        "veterans",
    ]
)
"""Groups among whom a question can be asked again: "and in women?"."""
_LONGEST_NOUN = 3
"""Words of a follow-up that can stand as a noun: "the {first symptoms} of ALS"."""
_NOT_A_NOUN = re.compile(
    r"\b(?:my|our|your|his|her|their|its|i|we|he|she|they|you|is|are|was|were|in|on|at|for|if|not)\b|[,;:]",
    re.IGNORECASE,
)
_REMEDY = re.compile(
    r"\b(?:cures?|treatments?|medicines?|medications?|drugs?|tests?|therapy|therapies)$", re.IGNORECASE
)


class Resolved(Struct, frozen=True):
    """A question as it is asked of the library."""

    question: str
    completed: bool
    """True if something was added to what the person typed: show how it was read."""
    others: tuple[str, ...] = ()
    """What was asked in the same breath, each as a question that the library answers."""


def resolve_thread(library: "Library | DocumentLibrary", questions: Sequence[str]) -> Resolved:
    """The last of several questions, oldest first, as one that stands alone; at least one.

    Raises QuestionError if any of them cannot be read.
    """
    earlier: list[str] = []
    resolved = Resolved("", False)
    for question in questions:
        resolved = resolve(library, earlier, question)
        earlier.append(resolved.question)
    return resolved


def resolve(library: "Library | DocumentLibrary", earlier: Sequence[str], question: str) -> Resolved:
    """A follow-up as a question that stands alone.

    earlier: the questions before it, oldest first, themselves resolved. Raises QuestionError if the question cannot
    be read.
    """
    text = readable(question)
    typed = " ".join(question.split())
    asked = [one.question for one in _each(library, earlier or _named(library, text), _parts(question))]
    first = next((one for one in asked if _is_answered(library, one)), None)
    if first is not None and len(asked) > 1 and _keeps_signposts(text, first):
        return Resolved(first, True, tuple(dict.fromkeys(one for one in asked if one != first)))
    return _resolved(library, earlier, text, typed)


def _parts(question: str) -> list[str]:
    """The questions in what was typed, without the sentences around them; none if it asks only one."""
    pattern = _NEXT_SENTENCE if _POINTING_BACK.search(question) else _NEXT_QUESTION
    parts = [
        part
        for part in (one.strip() for one in pattern.split(question.strip()))
        if part.endswith("?")
        or any(_SENTENCE.match(one) for one in (part, _OPENER.sub("", _written_out(part))))
    ]
    return parts if len(parts) > 1 else []


def _each(
    library: "Library | DocumentLibrary", earlier: Sequence[str], parts: Sequence[str]
) -> Iterator[Resolved]:
    """The parts as questions that stand alone, each read after the questions before, or else after the first part."""
    before = list(earlier)
    for part in parts:
        found = _resolved(library, before, readable(part), part)
        before = before or [found.question]
        yield found


def _named(library: "Library | DocumentLibrary", text: str) -> list[str]:
    """What a first question is about, for its parts: "My father has ALS. How long will he live? Will I get it?"."""
    asked = library.analyse(text)
    return [f"What is {_subject(library, text)}?"] if isinstance(asked, Analysis) and asked.condition else []


def _is_answered(library: "Library | DocumentLibrary", question: str) -> bool:
    try:
        return library.ask(question, "clinician", "short").answered
    except QuestionError:
        return False


def _resolved(
    library: "Library | DocumentLibrary", earlier: Sequence[str], text: str, typed: str
) -> Resolved:
    if not earlier or _stands_alone(library, text):
        return Resolved(text, False)
    read_as = None
    for candidate in _completions(library, earlier[-1], _written_out(typed)):
        if readable(candidate) == earlier[-1] or not _keeps_signposts(text, candidate):
            continue
        if _is_answered(library, candidate):
            return Resolved(readable(candidate), True)
        read_as = read_as or candidate
    if read_as is not None and _lacks_only_the_condition(library, text):
        # "Can stress cause it?": what is missing is an answer, not the name of the condition.
        return Resolved(readable(read_as), True)
    return Resolved(text, False)


def _lacks_only_the_condition(library: "Library | DocumentLibrary", text: str) -> bool:
    asked = library.analyse(text)
    if (
        not isinstance(asked, Analysis)
        or asked.other_conditions
        or re.search(r"\b(?:this|that)\b", text, re.I)
    ):
        return False
    return not asked.unknown or bool(re.search(r"\bit\b", text, re.I))


def _written_out(text: str) -> str:
    return _CONTRACTED.sub(r"\1 is", text)


def _keeps_signposts(text: str, candidate: str) -> bool:
    """Whether a signpost to help that a person's own words get is not lost with them."""
    return all(signpost(text, reader) == signpost(candidate, reader) for reader in AUDIENCES)


def _stands_alone(library: "Library | DocumentLibrary", text: str) -> bool:
    if _OPENER.match(text) or _PREPOSITION.match(text) or _POINTING.search(text):
        return False
    asked = library.analyse(text)
    if isinstance(asked, Analysis):
        return asked.condition is not None or bool(asked.other_conditions) or asked.is_topic_question
    return bool(_SENTENCE.match(text)) and any(term.is_subject for term in asked.terms) and bool(asked.facet)


def _completions(library: "Library | DocumentLibrary", last: str, text: str) -> Iterator[str]:
    """Ways to complete a follow-up, the likeliest first."""
    core = _OPENER.sub("", text).strip().rstrip("?!. ")
    if not core:
        return
    subject = _subject(library, last)
    base = last.rstrip("?!. ")
    asked = library.analyse(core)
    if _POINTING.search(core) and _SENTENCE.match(core):
        yield _POINTING.sub(lambda _: subject, core, count=1) + "?"
    if match := _PREPOSITION.match(core):
        # "And in men?" after "... in women?" takes its place.
        swapped = re.sub(rf"\s+{match[0]}\s+[\w\s-]+$", "", base, flags=re.IGNORECASE)
        if subject in swapped:
            yield f"{swapped} {core}?"
        yield f"{base} {core}?"
        return
    if _SENTENCE.match(core):
        if _names_it(library, core, subject):
            yield f"{core}?"
        else:
            yield f"{core} {_joining(core)} {subject}?"
        yield f"{core} in {subject}?"
        return
    if (other := _swapped(library, last, core)) is not None:
        yield other
    noun = re.sub(r"^the\s+", "", core, flags=re.IGNORECASE)
    if _names_it(library, noun, subject):
        yield f"{noun}?"
    elif _names_a_facet(asked) and len(noun.split()) <= _LONGEST_NOUN and not _NOT_A_NOUN.search(noun):
        yield f"What {_be(noun)} the {noun} of {subject}?"
    if isinstance(asked, Analysis):
        yield from (topic.question for topic in asked.topics if topic.question)
        # "What about Japan?" after "... in Italy?".
        yield re.sub(r"\s+(in|among|for|at)\s+[\w\s-]+$", lambda found: f" {found[1]} {core}", base) + "?"
        if core.split()[-1].lower() in _PEOPLE or core[0].isupper():
            yield f"{base} in {core}?"
        yield from _offered(library, asked)
        if not _NOT_A_NOUN.search(noun):
            yield f"{noun} and {subject}?"
    else:
        yield f"{noun} and {subject}?"
        yield re.sub(re.escape(subject), lambda _: core, last, count=1, flags=re.IGNORECASE)


def _joining(core: str) -> str:
    """ "Is there a cure {for} ALS?", "what is the treatment {of} ALS?", "how long do people live {with} ALS?"."""
    if re.match(r"what (?:is|are) the\b", core, re.IGNORECASE):
        return "of"
    return "for" if _REMEDY.search(core) else "with"


def _names_it(library: "Library | DocumentLibrary", text: str, subject: str) -> bool:
    """Whether the words already name what the question before was about, under any of its names."""
    asked = library.analyse(text)
    has_condition = isinstance(asked, Analysis) and asked.condition is not None
    return has_condition or subject.lower() in text.lower()


def _names_a_facet(asked: "Analysis | Asked") -> bool:
    """Whether a follow-up names only a kind of question: "symptoms", not "smoking"."""
    if isinstance(asked, Analysis):
        # "The kids" is a kind of question too, but nobody speaks of the kids of a disease.
        return bool(asked.cues) and asked.cues[0] != "relatives" and not asked.topics
    return asked.facet is not None and all(term.weight < 1 for term in asked.terms)


def _offered(library: "Library | DocumentLibrary", asked: Analysis) -> Iterator[str]:
    """The library's own question for the kind that a follow-up asks: "my kids" asks of the risk to relatives."""
    from aitia.service import Library

    assert isinstance(library, Library)
    if not asked.cues or not asked.strong or asked.topics:
        return
    for facet in question_types()[asked.cues[0]].facets[:1]:
        for topic in library.contents.topics:
            if topic.facet == facet and topic.group is None and topic.question:
                yield topic.question
                return


def _subject(library: "Library | DocumentLibrary", last: str) -> str:
    """What the question before was about, as it was typed there."""
    asked = library.analyse(last)
    if not isinstance(asked, Analysis):
        return asked.subject
    condition = asked.condition
    if condition is None:
        from aitia.service import Library

        assert isinstance(library, Library)
        condition = library.contents.conditions[0]
    names = sorted((condition.label, condition.plain_label, *condition.synonyms), key=len, reverse=True)
    for name in names:
        if found := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", last, re.IGNORECASE):
            return found[0]
    return condition.plain_label


def _swapped(library: "Library | DocumentLibrary", last: str, core: str) -> str | None:
    """The question before with its topic exchanged for one of the same kind: smoking for diet, SOD1 for FUS."""
    before, now = library.analyse(last), library.analyse(core)
    if not isinstance(before, Analysis) or not isinstance(now, Analysis) or not now.topics:
        return None
    for name, topic in zip(before.named, before.topics, strict=False):
        if topic.facet == now.topics[0].facet and topic.group == now.topics[0].group:
            changed = re.sub(
                rf"(?<!\w){re.escape(name)}(?!\w)", lambda _: core, last, count=1, flags=re.IGNORECASE
            )
            if changed != last:
                return changed
    return None


def _be(noun: str) -> str:
    return "are" if re.search(r"[^su]s$", noun) and not noun.endswith("is") else "is"
