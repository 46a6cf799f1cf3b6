"""A library arranged for answering: what it holds on each topic, and the figures that can be compared."""

from collections import defaultdict
from functools import cached_property

from aitia.answers.question_types import Slot
from aitia.evidence.estimates import Estimate, estimates
from aitia.evidence.nouns import (
    Condition,
    Contents,
    Kind,
    Quantity,
    Source,
    Standing,
    Statement,
    Topic,
)
from aitia.evidence.wording import SLOT
from aitia.library.compile import Compiled
from aitia.search.terms import content_stems

WEIGHT_OF_DESIGN = {
    Kind.GUIDELINE: 1.0,
    Kind.SYSTEMATIC_REVIEW: 1.0,
    Kind.META_ANALYSIS: 1.0,
    Kind.CONSENSUS: 0.9,
    Kind.TRIAL: 0.9,
    Kind.MENDELIAN_RANDOMISATION: 0.8,
    Kind.GWAS: 0.8,
    Kind.REGISTRY: 0.8,
    Kind.COHORT: 0.7,
    Kind.TWIN_FAMILY: 0.7,
    Kind.SEQUENCING: 0.6,
    Kind.REVIEW: 0.6,
    Kind.MODELLING: 0.6,
    Kind.CASE_CONTROL: 0.55,
    Kind.CROSS_SECTIONAL: 0.5,
    Kind.CASE_SERIES: 0.35,
    Kind.IN_VITRO: 0.2,
    Kind.ANIMAL: 0.15,
    Kind.ARTICLE: 0.4,
    Kind.WEB_PAGE: 0.4,
    Kind.DOCUMENT: 0.4,
    Kind.OPINION: 0.2,
}
"""How much a study's design counts when statements compete for a place (0 to 1)."""


_SAME = 0.8
"""Share of words in common above which two statements say the same."""
_MOST_REMEMBERED = 1000
"""Texts whose nearest statements are kept in memory."""


class Holdings:
    """The contents of a library with look-up tables. Sources that were retracted are left out of everything."""

    def __init__(self, compiled: Compiled) -> None:
        contents: Contents = compiled.contents
        self.contents = contents
        self.index = compiled.index
        self.topics: dict[str, Topic] = {topic.id: topic for topic in contents.topics}
        self.sources: dict[str, Source] = {source.id: source for source in contents.sources}
        self.statements = contents.statements
        self.citable = frozenset(
            place for place, statement in enumerate(contents.statements) if self.may_cite(statement.source_id)
        )
        self.withdrawn = len(contents.statements) - len(self.citable)
        """How many statements are left out because their source was retracted."""
        self.latest_year = int(contents.updated[:4])
        self._stems: dict[int, frozenset[str]] = {}
        self._held: dict[str, bool] = {}
        self._relevance: dict[str, dict[int, float]] = {}
        self._alike: dict[int, frozenset[int]] = {}
        self.candidates: dict[tuple[Slot, str, bool], list[int]] = {}
        """The places that may fill a slot, by slot, topic, and whether it is for patients."""

    def may_cite(self, source_id: str) -> bool:
        """Whether a source may still be relied on: it was not retracted."""
        return self.sources[source_id].standing is not Standing.RETRACTED

    @property
    def condition(self) -> Condition:
        """The condition that the library is about."""
        return self.contents.conditions[0]

    @cached_property
    def places_by_topic(self) -> dict[str, list[int]]:
        """The places of the statements on each topic."""
        table: dict[str, list[int]] = defaultdict(list)
        for place in sorted(self.citable):
            for topic in self.statements[place].topics:
                table[topic].append(place)
        return dict(table)

    @cached_property
    def place_by_id(self) -> dict[str, int]:
        """From a statement's id to its place."""
        return {statement.id: place for place, statement in enumerate(self.statements)}

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """The quantities that may be compared, by name."""
        return {quantity.name: quantity for quantity in self.contents.quantities}

    @cached_property
    def estimates(self) -> dict[str, list[Estimate]]:
        """Every estimate of each comparable quantity."""
        return estimates(self.contents, sorted(self.citable))

    def rank_in_source(self, place: int) -> int:
        """How many statements of the same source come before this one."""
        first = self._first_place[self.statements[place].source_id]
        return place - first

    @cached_property
    def _first_place(self) -> dict[str, int]:
        first: dict[str, int] = {}
        for place, statement in enumerate(self.statements):
            first.setdefault(statement.source_id, place)
        return first

    def source_of(self, place: int) -> Source:
        """The source of the statement at a place."""
        return self.sources[self.statements[place].source_id]

    def facets_of(self, place: int) -> frozenset[str]:
        """The facets of the topics that a statement is on."""
        return self._facets[place]

    @cached_property
    def _facets(self) -> list[frozenset[str]]:
        return [
            frozenset(self.topics[name].facet for name in statement.topics) for statement in self.statements
        ]

    def stems_of(self, place: int) -> frozenset[str]:
        """The content words of a statement, stemmed."""
        if place not in self._stems:
            self._stems[place] = frozenset(content_stems(SLOT.sub(r"\1", self.statements[place].text)))
        return self._stems[place]

    def alike(self, place: int) -> frozenset[int]:
        """The places of the other statements that say the same, with the same figures."""
        found = self._alike.get(place)
        if found is None:
            stems, figures = self.stems_of(place), self.statements[place].figures
            values = {figure.value for figure in figures}
            found = self._alike[place] = frozenset(
                other
                for other, statement in enumerate(self.statements)
                if other != place
                and _is_like(stems, self.stems_of(other))
                and {figure.value for figure in statement.figures} == values
            )
        return found

    def holds(self, term: str) -> bool:
        """Whether some statement has all the words of a term."""
        if term not in self._held:
            wanted = frozenset(content_stems(term))
            self._held[term] = any(wanted <= self.stems_of(place) for place in self.citable)
        return self._held[term]

    def relevance(self, about: str) -> dict[int, float]:
        """How near each statement is to a text: 1 for the nearest, absent where nothing matches."""
        found = self._relevance.get(about)
        if found is None:
            if len(self._relevance) > _MOST_REMEMBERED:
                self._relevance.clear()
            hits = self.index.search(about, top=300)
            best = hits[0].score if hits else 1.0
            found = {hit.place: hit.score / best for hit in hits if hit.place in self.citable}
            # Another thread may clear the table at any time.
            self._relevance[about] = found
        return found

    def standing_weight(self, place: int) -> float:
        """What speaks for a statement whatever is asked: its certainty, its design, its age. About 0 to 1.6."""
        return self._standing_weights[place]

    @cached_property
    def _standing_weights(self) -> list[float]:
        return [self._standing_weight(statement) for statement in self.statements]

    def _standing_weight(self, statement: Statement) -> float:
        source = self.sources[statement.source_id]
        age = self.latest_year - (source.year or self.latest_year - 20)
        recency = max(0.0, 1.0 - age / 30)
        doubt = 0.0 if source.standing is Standing.CURRENT else 0.4
        return (
            0.8 * statement.certainty.rank / 3 + 0.5 * WEIGHT_OF_DESIGN[source.kind] + 0.3 * recency - doubt
        )

    def general_worth(self, place: int) -> float:
        """The standing weight, more for a figure, and less for what is said in passing or far down in its source."""
        return self._general_worths[place]

    @cached_property
    def _general_worths(self) -> list[float]:
        return [
            self.standing_weight(place)
            + (0.1 if statement.figures else 0.0)
            - (1.5 if statement.aside else 0.0)
            # Collectors put a source's main finding first.
            - 0.06 * min(self.rank_in_source(place), 4)
            for place, statement in enumerate(self.statements)
        ]


def likeness(some: frozenset[str], others: frozenset[str]) -> float:
    """The share of words in common (Jaccard), 0 to 1."""
    common = len(some & others)
    return common / (len(some) + len(others) - common) if common else 0.0


def _is_like(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two statements say the same: sooner told than how like they are, since sizes alone rule most out."""
    return (
        len(some) > _SAME * len(others) and len(others) > _SAME * len(some) and likeness(some, others) > _SAME
    )
