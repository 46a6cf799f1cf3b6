"""Follow-up questions: "and in women?" after "What are the causes of ALS?" keeps what the first was about.

A follow-up that leaves something out is completed in several ways from the question before it; the first way that
the library answers is taken, and the reader is told how the question was read.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from aitia.errors import QuestionError
from aitia.search.analysis import Analysis, readable

if TYPE_CHECKING:
    from aitia.documents import DocumentLibrary
    from aitia.service import Library

LONGEST_THREAD = 20
"""Questions of one thread that are kept."""

_OPENER = re.compile(
    r"^(?:(?:and|but|so|ok|okay|also|then|now|well|thanks|thank you)\b[\s,.]*|"
    r"(?:what|how) (?:about|of|if it is)\b\s*|(?:the )?same (?:for|with|in)\b\s*)+",
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


class Resolved(Struct, frozen=True):
    """A question as it is asked of the library."""

    question: str
    completed: bool
    """True if something was added to what the person typed: show how it was read."""


def resolve(library: "Library | DocumentLibrary", earlier: Sequence[str], question: str) -> Resolved:
    """A follow-up as a question that stands alone.

    earlier: the questions before it, oldest first, themselves resolved. Raises QuestionError if the question cannot
    be read.
    """
    text = readable(question)
    if not earlier or _stands_alone(library, text):
        return Resolved(text, False)
    for candidate in _completions(library, earlier[-1], " ".join(question.split())):
        if readable(candidate) == earlier[-1]:
            continue
        try:
            if library.ask(candidate, "clinician", "short").answered:
                return Resolved(readable(candidate), True)
        except QuestionError:
            continue
    return Resolved(text, False)


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
    if _POINTING.search(core):
        yield _POINTING.sub(lambda _: subject, core, count=1) + "?"
    if match := _PREPOSITION.match(core):
        # "And in men?" after "... in women?" takes its place.
        yield re.sub(rf"\s+{match[0]}\s+[\w\s-]+$", "", base, flags=re.IGNORECASE) + f" {core}?"
        yield f"{base} {core}?"
        return
    if _SENTENCE.match(core):
        yield f"{core}?" if subject.lower() in core.lower() else f"{core} with {subject}?"
        yield f"{core} in {subject}?"
        return
    if (swapped := _swapped(library, last, core)) is not None:
        yield swapped
    asked = library.analyse(core)
    if isinstance(asked, Analysis):
        names_only_a_facet = bool(asked.cues) and not asked.topics
    else:
        names_only_a_facet = asked.facet is not None and all(term.weight < 1 for term in asked.terms)
    if names_only_a_facet:
        yield f"What {_be(core)} the {core} of {subject}?"
    if isinstance(asked, Analysis):
        yield from (topic.question for topic in asked.topics if topic.question)
        # "What about Japan?" after "... in Italy?".
        yield re.sub(r"\s+(in|among|for|at)\s+[\w\s-]+$", lambda found: f" {found[1]} {core}", base) + "?"
        yield f"{base} in {core}?"
    yield f"{core} and {subject}?"
    if not isinstance(asked, Analysis):
        yield re.sub(re.escape(subject), lambda _: core, last, count=1, flags=re.IGNORECASE)


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
