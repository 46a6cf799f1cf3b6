"""What the library does not answer, said plainly."""

from collections.abc import Sequence

from aitia.answers import texts
from aitia.answers.holdings import Holdings
from aitia.answers.routing import Route
from aitia.evidence.nouns import Certainty, Kind, Topic


def gaps(holdings: Holdings, audience: str, chosen: Route, topics: Sequence[Topic]) -> tuple[str, ...]:
    """What a reader of this answer will miss: matters without a statement, and matters with faint evidence only."""
    found = []
    if chosen.assumed:
        found.append(texts.ASSUMED[audience].format(condition=holdings.condition.label))
    if chosen.apart:
        found.append(texts.MISSING[audience].format(text=f"{chosen.apart} together"))
    if not chosen.places:
        found += [
            texts.MISSING[audience].format(text=expected.text)
            for expected in chosen.type.expects
            if not any(holdings.holds(term) for term in expected.terms)
        ]
    elif chosen.exposure:
        kinds = {holdings.source_of(place).kind for place in chosen.places}
        if not kinds & {Kind.TRIAL, Kind.MENDELIAN_RANDOMISATION}:
            found.append(texts.NOT_PROVEN[audience].format(name=chosen.name))
    for topic in topics:
        places = holdings.places_by_topic.get(topic.id, [])
        name = topic.plain_label if audience == "patient" else topic.label
        if not places:
            found.append(texts.MISSING[audience].format(text=name))
        elif all(holdings.statements[place].certainty is Certainty.VERY_LOW for place in places):
            found.append(texts.FAINT[audience].format(name=name))
    return tuple(dict.fromkeys(found))
