"""From what a question says to the kind of answer that it gets, or to the reason why it gets none."""

import re
from collections.abc import Sequence

from msgspec import Struct

from aitia.answers.holdings import Holdings
from aitia.answers.question_types import QuestionType, question_types
from aitia.evidence.estimates import base_and_part
from aitia.evidence.nouns import Topic
from aitia.search.analysis import Analysis
from aitia.search.terms import mentions_stem, stems

_MEASURES = re.compile(
    r"\b(?:how (?:long|many|much|often|old|likely|common|soon|fast)|what (?:share|percentage|proportion|fraction|age)"
    r"|at what age|heritability|penetrance|slope|number of)\b",
    re.IGNORECASE,
)


class Route(Struct, frozen=True):
    """How a question is answered."""

    type: QuestionType
    topics: tuple[Topic, ...] = ()
    """For a question on one matter: its topics."""
    places: frozenset[int] = frozenset()
    """For a question on one matter: the statements that bear on it."""
    name: str = ""
    """For a question on one matter: what it is called inside a sentence."""
    exposure: tuple[str, ...] = ()
    """If the question asks whether one exposure raises or lowers the risk: the stems of its names."""
    measures: bool = False
    """The question asks for a figure."""
    assumed: bool = False
    """The question named no condition; the library's only one was taken to be meant."""


class Refusal(Struct, frozen=True):
    """Why the library cannot answer."""

    reason: str


def route(holdings: Holdings, analysis: Analysis) -> Route | Refusal:
    """Decide how to answer."""
    refusal = _refusal(holdings, analysis)
    if refusal is not None:
        return refusal
    types = question_types()
    kinds = [types[kind] for kind in analysis.cues]
    if analysis.topics:
        return _on_topics(holdings, analysis, kinds)
    if analysis.focus and (analysis.yes_no or not analysis.strong or kinds[0].verdict):
        return _on_words(holdings, analysis, kinds)
    with_sections = [kind for kind in kinds if kind.sections]
    assumed = analysis.condition is None
    if with_sections:
        return Route(with_sections[0], assumed=assumed)
    if kinds:
        return Route(types["risk-factors"], assumed=assumed)
    if len(stems(analysis.question)) <= 4 and not analysis.yes_no:
        # The condition by itself: "ALS", "motor neurone disease?".
        return Route(types["definition"])
    return Refusal(f"it is not clear what is asked about {holdings.condition.label}")


def _refusal(holdings: Holdings, analysis: Analysis) -> Refusal | None:
    label = holdings.condition.label
    if analysis.other_conditions:
        names = _listed(analysis.other_conditions)
        if analysis.condition is None:
            return Refusal(f"it is about {label}, not about {names}")
        return Refusal(f"it has no statement on {names}")
    if analysis.unknown:
        return Refusal(f"it holds nothing on {_listed([f'“{word}”' for word in analysis.unknown])}")
    if analysis.condition is None and all(topic.general for topic in analysis.topics):
        # "What are the symptoms?" is about the library's condition; "Is smoking bad for you?" may be about any.
        asks_of_it = analysis.strong and not analysis.topics and not analysis.focus
        if not asks_of_it or len(holdings.contents.conditions) > 1:
            return Refusal(f"the question does not name a condition that it covers ({label})")
    return None


def _on_topics(holdings: Holdings, analysis: Analysis, kinds: Sequence[QuestionType]) -> Route | Refusal:
    types = question_types()
    facets = {topic.facet for topic in analysis.topics}
    by_facet = [kind for kind in types.values() if facets & set(kind.facets)]
    strong = [kind for kind in kinds if analysis.strong and kind.id != "definition"]
    asks_for_cause = any(kind.id in ("causes", "risk-factors") or kind.verdict for kind in strong) or (
        analysis.yes_no and not strong
    )
    if asks_for_cause and facets & set(types["factor"].facets):
        kind = types["factor"]
    else:
        kind = next(iter([*strong, *by_facet]), types["definition"])
    places = _bearing(holdings, analysis)
    if not places:
        return Refusal(f"it holds nothing on {_listed(analysis.named)} that bears on the question")
    name, exposure = _exposure(analysis)
    return Route(
        kind,
        analysis.topics,
        places,
        name,
        exposure if facets <= set(kind.verdict) else (),
        measures=bool(_MEASURES.search(analysis.question)),
    )


def _on_words(holdings: Holdings, analysis: Analysis, kinds: Sequence[QuestionType]) -> Route | Refusal:
    """A question on something that is no topic but that some source measured as an exposure."""
    words = " ".join(analysis.focus_words)
    types = question_types()
    if not any(kind.id in ("causes", "risk-factors") or kind.verdict for kind in kinds):
        return Refusal(f"it holds nothing on “{words}” that bears on the question")
    facets = types["factor"].facets
    places = frozenset(
        place
        for topic in holdings.contents.topics
        if topic.facet in facets
        for place in holdings.places_by_topic.get(topic.id, ())
        if any(
            all(
                mentions_stem(frozenset(stems(base_and_part(figure.name)[0])), stem)
                for stem in analysis.focus
            )
            for figure in holdings.statements[place].figures
        )
    )
    if not places:
        return Refusal(f"it holds nothing on “{words}” as a cause")
    return Route(types["factor"], (), places, words, analysis.focus)


def _bearing(holdings: Holdings, analysis: Analysis) -> frozenset[int]:
    """The statements on the topics named: on all of them together if there are enough, else on any."""
    sets = [set(holdings.places_by_topic.get(topic.id, ())) for topic in analysis.topics]
    places = set.union(*sets)
    if len(sets) > 1:
        both = set.intersection(*sets)
        if len(both) > 1:
            places = both
    if not analysis.narrower:
        return frozenset(places)
    narrowed = frozenset(
        place
        for place in places
        if any(
            all(mentions_stem(holdings.stems_of(place), stem) for stem in name.split())
            for name in analysis.narrower
        )
    )
    # Where no statement names the narrower thing in its text, the whole topic is nearer than nothing.
    return narrowed or frozenset(places)


def _exposure(analysis: Analysis) -> tuple[str, tuple[str, ...]]:
    """What the matter is called inside a sentence, and its stems if it is one exposure that can be weighed."""
    if len(analysis.narrower) == 1 and len(analysis.topics) == 1:
        typed = next((name for name in analysis.named if " ".join(stems(name)) == analysis.narrower[0]), "")
        return typed or analysis.named[0], analysis.narrower
    name = " and ".join(topic.exposure or topic.plain_label for topic in analysis.topics)
    if len(analysis.topics) == 1 and analysis.topics[0].exposure and not analysis.narrower:
        return name, (" ".join(stems(analysis.topics[0].exposure)),)
    return name, ()


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
