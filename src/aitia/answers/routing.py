"""From what a question says to the kind of answer that it gets, or to the reason why it gets none."""

import re
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from aitia.answers.holdings import Holdings
from aitia.answers.question_types import QuestionType, question_types
from aitia.evidence.estimates import base_and_part
from aitia.evidence.nouns import Topic
from aitia.search.analysis import Analysis
from aitia.search.terms import mentions_stem, stems

_MEASURES = re.compile(
    r"\b(?:how (?:long|many|much|often|old|likely|common|soon|fast)|what (?:share|percentage|proportion|fraction|age)"
    r"|at what age|heritability|penetrance|prevalence|incidence|slope|number of)\b",
    re.IGNORECASE,
)


_ABOUT_ANYTHING = frozenset(
    stem
    for word in (
        *(
            "anything",
            "something",
            "everything",
            "things",
            "factors",
            "lifestyle",
            "way",
            "anyone",
            "someone",
        ),
        *("everyone", "know", "known", "unknown", "found", "single", "understood", "discovered", "several"),
    )
    for stem in stems(word)
)
"""General words that stand for any cause at all, or for whether one is known."""
_NOT_THE_EXPOSURE = frozenset(
    stem for word in ("use", "exposure", "level", "high", "higher") for stem in stems(word)
)


_POINTS_TO_IT = re.compile(
    r"\b(?:it|this|i|my|me|we|he|she|his|her|they|their|the (?:disease|illness|condition|disorder))\b", re.I
)
"""Words by which a person means an illness without naming it."""


_WHEN_OR_WHO = re.compile(r"(?:when|where|who)\b", re.I)


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
    apart: str = ""
    """Matters that the question joins and no statement does ("smoking and women"): the answer is on the first."""


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
    kinds = [kind for kind in kinds if not kind.only]
    subjects = [stem for stem in analysis.focus if stem not in analysis.modifiers]
    if subjects or (analysis.focus and not analysis.strong):
        return _on_words(holdings, analysis, kinds)
    asks_cause = analysis.yes_no and any(kind.asks_cause for kind in kinds)
    if asks_cause and analysis.general and not _ABOUT_ANYTHING & set(stems(" ".join(analysis.general))):
        # "Does bad news cause ALS?": the words are plain English, and no statement is about them.
        return Refusal(f"it holds nothing on “{' '.join(analysis.general)}” as a cause")
    kind = next((kind for kind in kinds if kind.sections), None)
    if kind is None and kinds:
        kind = types["risk-factors"]
    short = len(stems(analysis.question)) <= 4 and not _WHEN_OR_WHO.match(analysis.question)
    if kind is None and short and not analysis.yes_no:
        # The condition by itself: "ALS", "motor neurone disease?".
        kind = types["definition"]
    if kind is None:
        return Refusal(f"it is not clear what is asked about {holdings.condition.label}")
    if analysis.modifiers and not _any_mentions(holdings, holdings.citable, analysis.modifiers):
        return Refusal(f"it holds nothing on “{' '.join(analysis.focus_words)}”")
    return Route(kind, assumed=analysis.condition is None)


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
        asks_of_it = (
            analysis.strong
            and not analysis.topics
            and not analysis.focus
            and _POINTS_TO_IT.search(analysis.question)
        )
        if not asks_of_it or len(holdings.contents.conditions) > 1:
            return Refusal(f"the question does not name a condition that it covers ({label})")
    return None


def _on_topics(holdings: Holdings, analysis: Analysis, kinds: Sequence[QuestionType]) -> Route | Refusal:
    types = question_types()
    facets = {topic.facet for topic in analysis.topics}
    by_facet = [kind for kind in types.values() if facets & set(kind.facets)]
    kinds = [kind for kind in kinds if not kind.only or facets <= set(kind.only)]
    strong = [kind for kind in kinds if analysis.strong and kind.id != "definition"]
    asks_for_cause = any(kind.asks_cause for kind in strong) or (analysis.yes_no and not strong)
    if asks_for_cause and facets & set(types["factor"].facets):
        kind = types["factor"]
    else:
        kind = next(iter([*strong, *by_facet]), types["definition"])
    if kind is types["factor"] and (alone := _exposure_alone(holdings, analysis)) is not None:
        chosen = _on_topics(holdings, alone, kinds)
        return replace(chosen, apart=" and ".join(analysis.named)) if isinstance(chosen, Route) else chosen
    is_own = analysis.is_topic_question
    if not is_own and asks_for_cause and analysis.yes_no and strong and facets <= set(types["factor"].never):
        return Refusal(f"it holds nothing on {_listed(analysis.named)} as a cause")
    if analysis.reversed and facets & set(types["factor"].facets):
        return Refusal(
            f"it holds nothing on whether {holdings.condition.label} leads to {_listed(analysis.named)}"
        )
    places = _bearing(holdings, analysis)
    if (
        len(facets) > 1
        and facets & set(types["treatment"].facets)
        and not _together(holdings, analysis.topics)
    ):
        return Refusal(f"it holds nothing on {' and '.join(analysis.named)} together")
    if kind.must_mention:
        phrases = [stems(phrase) for phrase in kind.must_mention]
        places = frozenset(
            place for place in places if any(_mentions(holdings, place, phrase) for phrase in phrases)
        )
        if not places:
            return Refusal(f"it holds nothing on {kind.id} of {_listed(analysis.named)}")
    if kind.within and not facets & set(kind.facets):
        places &= _in_facets(holdings, kind.facets)
    if analysis.focus and kind.verdict:
        places = frozenset(place for place in places if _mentions(holdings, place, analysis.focus))
    if not places:
        words = _listed([f"“{word}”" for word in analysis.focus_words or analysis.named])
        return Refusal(f"it holds nothing on {words} that bears on the question")
    name, exposure = _exposure(analysis)
    return Route(
        kind,
        analysis.topics,
        places,
        name,
        exposure if facets <= set(kind.verdict) else (),
        measures=bool(_MEASURES.search(analysis.question)),
        assumed=analysis.condition is None,
    )


def _exposure_alone(holdings: Holdings, analysis: Analysis) -> Analysis | None:
    """The question on its one exposure, where no statement is on that and the other topics together."""
    exposures = [topic for topic in analysis.topics if topic.exposure]
    if len(exposures) != 1 or len(analysis.topics) < 2 or len(analysis.named) != len(analysis.topics):
        return None
    if _together(holdings, analysis.topics):
        return None
    place = analysis.topics.index(exposures[0])
    return replace(analysis, topics=(exposures[0],), named=(analysis.named[place],))


def _on_words(holdings: Holdings, analysis: Analysis, kinds: Sequence[QuestionType]) -> Route | Refusal:
    """A question on something that is no topic: an exposure that a source measured, or words of the right facets."""
    words = " ".join(analysis.focus_words)
    types = question_types()
    asks_cause = any(kind.asks_cause for kind in kinds)
    if analysis.reversed or (kinds and kinds[0].sections and not asks_cause):
        kind = types["symptoms"] if analysis.reversed else kinds[0]
        facets = {section.facet for section in kind.sections}
        places = _in_facets(holdings, facets, analysis.focus)
        exposure: tuple[str, ...] = ()
    elif asks_cause:
        kind = types["factor"]
        places = frozenset(
            place
            for place in _in_facets(holdings, kind.facets)
            if any(_measured(figure.name, analysis.focus) for figure in holdings.statements[place].figures)
        )
        exposure = (" ".join(analysis.focus),)
    else:
        return Refusal(f"it is not clear what is asked about “{words}”")
    if not places:
        return Refusal(f"it holds nothing on “{words}” that bears on the question")
    return Route(kind, (), places, words, exposure)


def _measured(figure_name: str, words: Sequence[str]) -> bool:
    """Whether a ratio is about just these words: "odds ratio: stroke, ever v never"."""
    _, colon, exposure = base_and_part(figure_name)[0].partition(":")
    head = frozenset(stems(exposure.partition(",")[0])) - _NOT_THE_EXPOSURE
    return bool(colon) and bool(head) and head <= frozenset(words)


def _in_facets(holdings: Holdings, facets: Collection[str], words: Sequence[str] = ()) -> frozenset[int]:
    """The statements on topics of some facets that mention all of some words."""
    return frozenset(
        place
        for topic in holdings.contents.topics
        if topic.facet in facets
        for place in holdings.places_by_topic.get(topic.id, ())
        if _mentions(holdings, place, words) and not holdings.statements[place].aside
    )


def _mentions(holdings: Holdings, place: int, words: Sequence[str]) -> bool:
    return _holds_all(holdings.stems_of(place), words)


def _any_mentions(holdings: Holdings, places: Iterable[int], words: Sequence[str]) -> bool:
    return any(_mentions(holdings, place, words) for place in places)


def _holds_all(text: frozenset[str], words: Sequence[str]) -> bool:
    return all(mentions_stem(text, word) for word in words)


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
        if any(_mentions(holdings, place, name.split()) for name in analysis.narrower)
    )
    # Where no statement names the narrower thing in its text, the whole topic is nearer than nothing.
    return narrowed or frozenset(places)


def _together(holdings: Holdings, topics: Sequence[Topic]) -> bool:
    """Whether any statement is on all of these topics."""
    return bool(set.intersection(*(set(holdings.places_by_topic.get(topic.id, ())) for topic in topics)))


def _exposure(analysis: Analysis) -> tuple[str, tuple[str, ...]]:
    """What the matter is called inside a sentence, and its stems if it is one exposure that can be weighed."""
    if len(analysis.narrower) == 1 and len(analysis.topics) == 1:
        # As the library writes it, in the plural if it has both: "statins".
        names = [
            name for name in analysis.topics[0].narrower if " ".join(stems(name)) == analysis.narrower[0]
        ]
        return max(names, key=len, default=analysis.named[0]), analysis.narrower
    name = " and ".join(topic.exposure or topic.plain_label for topic in analysis.topics)
    if len(analysis.topics) == 1 and analysis.topics[0].exposure and not analysis.narrower:
        return name, (" ".join(stems(analysis.topics[0].exposure)),)
    return name, ()


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "it"
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
