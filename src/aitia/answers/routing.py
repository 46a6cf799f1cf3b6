"""From what a question says to the kind of answer that it gets, or to the reason why it gets none."""

import re

from msgspec import Struct

from aitia.answers.holdings import Holdings
from aitia.answers.question_types import QuestionType, question_types
from aitia.evidence.nouns import Topic
from aitia.evidence.wording import SLOT
from aitia.search.analysis import Analysis
from aitia.search.terms import contains, mentions_stem, stems

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
    """For a question on one matter: what it is called."""
    measures: bool = False
    """The question asks for a figure."""
    weighs: bool = False
    """The question asks whether one factor raises or lowers the risk."""


class Refusal(Struct, frozen=True):
    """Why the library cannot answer."""

    reason: str


def route(holdings: Holdings, analysis: Analysis) -> Route | Refusal:
    """Decide how to answer."""
    refusal = _refusal(holdings, analysis)
    if refusal is not None:
        return refusal
    types = question_types()
    kinds = [types[kind] for kind in analysis.cues if not types[kind].weak] or [
        types[kind] for kind in analysis.cues
    ]
    if analysis.topics:
        return _on_topics(holdings, analysis, kinds)
    if analysis.focus and (analysis.yes_no or not kinds or kinds[0].weak or kinds[0].verdict):
        return _on_words(holdings, analysis)
    if kinds and all(kind.verdict for kind in kinds):
        return Route(types["risk-factors"])
    return Route(next((kind for kind in kinds if kind.sections), types["definition"]))


def _refusal(holdings: Holdings, analysis: Analysis) -> Refusal | None:
    label = holdings.condition.label
    if analysis.other_conditions:
        return Refusal(f"it is about {label}, not {_listed(analysis.other_conditions)}")
    if analysis.unknown:
        return Refusal(f"it holds nothing on {_listed([f'“{word}”' for word in analysis.unknown])}")
    if analysis.condition is None and all(topic.general for topic in analysis.topics):
        return Refusal(f"the question does not name a condition that it covers ({label})")
    return None


def _on_topics(holdings: Holdings, analysis: Analysis, kinds: list[QuestionType]) -> Route | Refusal:
    types = question_types()
    facets = {topic.facet for topic in analysis.topics}
    by_facet = [kind for kind in types.values() if facets & set(kind.facets)]
    asks_for_cause = analysis.yes_no or any(
        kind.id in ("causes", "risk-factors") or kind.verdict for kind in kinds
    )
    if asks_for_cause and facets & set(types["factor"].facets):
        kind = types["factor"]
    else:
        kind = next(iter([*kinds, *by_facet]), types["definition"])
    places = _bearing(holdings, analysis)
    if not places:
        return Refusal(f"it holds nothing on {_listed(analysis.named)} that bears on the question")
    return Route(
        kind,
        analysis.topics,
        places,
        _name(analysis),
        measures=bool(_MEASURES.search(analysis.question)),
        weighs=facets <= set(kind.verdict),
    )


def _on_words(holdings: Holdings, analysis: Analysis) -> Route | Refusal:
    """A question on something that is no topic but that statements mention."""
    names = [
        parts
        for topic in holdings.contents.topics
        for name in (*topic.synonyms, *topic.narrower)
        if len(parts := stems(name)) > 1
    ]
    facets = question_types()["factor"].facets
    places = frozenset(
        place
        for topic in holdings.contents.topics
        if topic.facet in facets
        for place in holdings.places_by_topic.get(topic.id, ())
        if all(word in holdings.stems_of(place) for word in analysis.focus)
        and _stands_alone(SLOT.sub(r"\1", holdings.statements[place].text), analysis.focus, names)
    )
    if not places:
        return Refusal(f"it holds nothing on “{' '.join(analysis.focus)}” that bears on the question")
    return Route(
        question_types()["factor"], (), places, "", measures=bool(_MEASURES.search(analysis.question))
    )


def _stands_alone(text: str, words: tuple[str, ...], names: list[list[str]]) -> bool:
    """Whether the words occur by themselves, not only inside a longer name ("stress" in "oxidative stress")."""
    line = stems(text)
    for name in names:
        if any(word in name for word in words) and contains(line, name):
            for start in range(len(line) - len(name) + 1):
                if line[start : start + len(name)] == name:
                    line[start : start + len(name)] = ["-"] * len(name)
    return all(word in line for word in words)


def _bearing(holdings: Holdings, analysis: Analysis) -> frozenset[int]:
    """The statements on the topics named: on all of them together if there are enough, else on any."""
    sets = [set(holdings.places_by_topic.get(topic.id, ())) for topic in analysis.topics]
    places = set.union(*sets)
    if len(sets) > 1:
        both = set.intersection(*sets)
        if len(both) > 1:
            places = both
    if analysis.narrower:
        places = {
            place
            for place in places
            if any(
                all(mentions_stem(holdings.stems_of(place), word) for word in name.split())
                for name in analysis.narrower
            )
        }
    return frozenset(places)


def _name(analysis: Analysis) -> str:
    """What the matter is called: the words of the question for a narrower thing, else the topic's plain label."""
    if analysis.narrower:
        words = re.findall(r"[\w'’.-]+", analysis.question)
        for name in analysis.narrower:
            size = len(name.split())
            for start in range(len(words)):
                for end in range(start + 1, min(len(words), start + size + 1) + 1):
                    if " ".join(stems(" ".join(words[start:end]))) == name:
                        return " ".join(words[start:end])
    return " and ".join(topic.plain_label for topic in analysis.topics)


def _listed(names: list[str] | tuple[str, ...]) -> str:
    names = list(names)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
