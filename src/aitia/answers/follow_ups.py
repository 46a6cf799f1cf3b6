"""The next questions, taken from the topics that the library can answer on."""

from collections import Counter
from collections.abc import Iterable, Sequence

from aitia.answers.holdings import Holdings
from aitia.answers.question_types import question_types
from aitia.evidence.nouns import Topic
from aitia.search.analysis import Analysis

_ENOUGH = 3
"""Statements that a topic must have to be offered."""


def follow_ups(
    holdings: Holdings,
    analysis: Analysis,
    used: Iterable[int],
    asked: Sequence[Topic],
    answered: Sequence[str] = (),
    count: int = 3,
) -> tuple[str, ...]:
    """Questions on the matters that the answer touched most and did not exhaust, from different facets.

    Not those just asked, nor those of the facets just answered; members of a group (single genes) only after a
    question on one.
    """
    used = set(used)
    touched = Counter(topic for place in used for topic in holdings.statements[place].topics)
    asked_ids = {topic.id for topic in asked}
    groups = {topic.group for topic in asked}
    held = {topic.id: len(holdings.places_by_topic.get(topic.id, ())) for topic in holdings.contents.topics}

    facets = {topic.facet for topic in asked}
    order = question_types()["focused"].next

    def worth(topic: Topic) -> tuple[float, bool, int, int, str]:
        near = touched[topic.id] / (held[topic.id] + 1) ** 0.5
        rank = order.index(topic.facet) if topic.facet in order else len(order)
        return (-near, topic.facet not in facets, rank, -held[topic.id], topic.id)

    offered: list[Topic] = []
    for topic in sorted(holdings.contents.topics, key=worth):
        if (
            topic.question
            and topic.id not in asked_ids
            and topic.facet not in answered
            and (topic.group is None or topic.group in groups)
            and held[topic.id] >= _ENOUGH
            and topic.question.lower() != analysis.question.lower()
            and topic.facet not in {other.facet for other in offered}
        ):
            offered.append(topic)
        if len(offered) == count:
            break
    return tuple(topic.question for topic in offered if topic.question)


def nearest_topics(holdings: Holdings, analysis: Analysis, audience: str, count: int = 5) -> tuple[str, ...]:
    """What the library holds that is nearest to a question that it cannot answer.

    The topics that the question names, then those of the statements that share its words, then the largest topic
    of each facet.
    """
    held = {topic.id: len(holdings.places_by_topic.get(topic.id, ())) for topic in holdings.contents.topics}
    named = [topic.id for topic in analysis.topics]
    near: Counter[str] = Counter()
    if analysis.focus:
        for place in list(holdings.relevance(" ".join(analysis.focus)))[:20]:
            near.update(holdings.statements[place].topics)
    largest: dict[str, str] = {}
    for topic in holdings.contents.topics:
        if topic.group is None and (
            topic.facet not in largest or held[topic.id] > held[largest[topic.facet]]
        ):
            largest[topic.facet] = topic.id
    ranked = dict.fromkeys([*named, *(name for name, _ in near.most_common(count)), *largest.values()])
    return tuple(
        holdings.topics[name].plain_label if audience == "patient" else holdings.topics[name].label
        for name in ranked
        if held[name]
    )[:count]
