"""Chooses the statements for an answer: near the matter, sure, well founded, recent, and not said before."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from aitia.answers.bullet import Bullet, bullet_of
from aitia.answers.figures import best_quantity, compared
from aitia.answers.holdings import Holdings, likeness
from aitia.answers.question_types import Slot
from aitia.evidence.nouns import Certainty, Kind, Topic
from aitia.search.terms import mentions_stem

_ALIKE = 0.5
"""Share of words in common above which a statement adds too little."""
_NEARNESS = 3.0
"""How much the nearest statement to a slot's matter gains by it; certainty, design and age add at most 1.6."""
_NEARNESS_IN_TOPIC = 0.4
"""The same where the slot only names a topic."""
_RECENT_SHOWN = {"short": 5, "standard": 9, "full": 16}
_YEAR_OF_REPORT = "year of report"


class Aim(Struct, frozen=True):
    """For whom, how long, and what the question itself stresses."""

    audience: str
    length: str
    stressed: tuple[str, ...] = ()
    """Stems of the question that sharpen it: a place, a group, a word that is no topic."""
    topics: tuple[str, ...] = ()
    """Topics that the question names: statements that are first of all on them go first."""
    facets: tuple[str, ...] = ()
    """Facets that the type of question asks about: statements that touch them go first."""
    last: tuple[str, ...] = ()
    """Facets whose statements go last."""
    disputed: frozenset[int] = frozenset()
    """Places of statements whose figures stand under "Sources disagree"."""


class Selector:
    """Fills the slots of one answer, remembering what was said."""

    def __init__(self, holdings: Holdings, aim: Aim) -> None:
        self.holdings = holdings
        self.aim = aim
        self.used: dict[int, None] = {}
        self.withheld: set[int] = set()
        """Statements whose figures were not put side by side because "Sources disagree" shows them."""
        self._sources: Counter[str] = Counter()
        self._said: list[int] = []
        """The places of `used`, in order."""
        self._near: dict[int, tuple[int, float]] = {}
        """For each place: with how many of those said it was compared, and the greatest likeness."""

    def fill(self, slot: Slot) -> list[Bullet]:
        """The bullets of a slot, best first; none if the library has nothing."""
        count = slot.count(self.aim.length)
        if not count:
            return []
        if slot.timeline:
            return self._timeline(slot)
        if slot.each:
            return [bullet for topic in self._topics(slot) for bullet in self._best(slot, count, topic)]
        if slot.compare:
            first = self._comparison(slot)
            if first:
                return first + self._best(slot, count - 1)
        if slot.earliest:
            return self._earliest(slot)
        return self._best(slot, count)

    def fill_from(
        self, slot: Slot, places: Collection[int], about: str, is_told: bool = False
    ) -> list[Bullet]:
        """The bullets of a slot, from the given places only, nearest to a text first.

        `is_told`: the text says what is wanted, so nearness to it counts in full.
        """
        within = [place for place in self._candidates(slot) if place in places]
        count = slot.count(self.aim.length)
        nearness = _NEARNESS if is_told else _NEARNESS_IN_TOPIC
        return self._pick(within, self.holdings.relevance(about), count, None, slot.prefer, nearness)

    def take(self, bullet: Bullet) -> Bullet:
        """Mark what a bullet says as said."""
        for place in bullet.places:
            if place not in self.used:
                self.used[place] = None
                self._said.append(place)
            self._sources[self.holdings.statements[place].source_id] += 1
        return bullet

    def _topics(self, slot: Slot) -> list[Topic]:
        """The topics that a slot goes through."""
        topics = [
            topic
            for topic in self.holdings.contents.topics
            if (slot.facet is None or topic.facet == slot.facet)
            and (slot.group is None or topic.group == slot.group)
        ][slot.start :]
        if self.aim.length == "full":
            return topics
        return topics[: slot.limit if self.aim.length == "standard" else (slot.limit + 1) // 2]

    def _candidates(self, slot: Slot, topic: Topic | None = None) -> list[int]:
        key = (slot, topic.id if topic else "", self.aim.audience == "patient")
        found = self.holdings.candidates.get(key)
        if found is None:
            found = self.holdings.candidates[key] = self._candidates_for(slot, topic)
        return found

    def _candidates_for(self, slot: Slot, topic: Topic | None) -> list[int]:
        holdings = self.holdings
        passed_over = {place for name in slot.without for place in holdings.places_by_topic.get(name, ())}
        if self.aim.audience == "patient":
            passed_over |= {place for place in holdings.citable if holdings.statements[place].aside}
        if topic is not None:
            return [place for place in holdings.places_by_topic.get(topic.id, []) if place not in passed_over]
        facets = slot.facets or ((slot.facet,) if slot.facet else ())
        if slot.topics:
            places = {place for name in slot.topics for place in holdings.places_by_topic.get(name, ())}
        else:
            places = set(holdings.citable)
        if facets and not slot.topics:
            within = {topic.id for topic in holdings.contents.topics if topic.facet in facets}
            places &= {place for name in within for place in holdings.places_by_topic.get(name, ())}
        places -= passed_over
        if slot.group:
            members = {topic.id for topic in holdings.contents.topics if topic.group == slot.group}
            places &= {place for name in members for place in holdings.places_by_topic.get(name, ())}
        return sorted(places)

    def _best(self, slot: Slot, count: int, topic: Topic | None = None) -> list[Bullet]:
        about = slot.about or ((topic.question or topic.label) if topic else "")
        relevance = self.holdings.relevance(about) if about else {}
        return self._pick(self._candidates(slot, topic), relevance, count, topic, slot.prefer)

    def _pick(
        self,
        places: Sequence[int],
        relevance: dict[int, float],
        count: int,
        topic: Topic | None,
        prefer: str | None,
        nearness: float | None = None,
    ) -> list[Bullet]:
        best_match = max((relevance.get(place, 0.0) for place in places), default=0.0) or 1.0
        weight = (nearness or (_NEARNESS if topic is None else _NEARNESS_IN_TOPIC)) / best_match
        scores = {
            place: weight * relevance.get(place, 0.0) + self._worth(place, topic, prefer)
            for place in places
            if place not in self.used
        }
        ranked = sorted(scores, key=lambda place: (-scores[place], place))
        picked: list[Bullet] = []
        while len(picked) < count and (best := self._next(ranked, scores)) is not None:
            ranked.remove(best)
            picked.append(self.take(self._merged(best, ranked)))
        return picked

    def _next(self, ranked: Sequence[int], scores: dict[int, float]) -> int | None:
        """The best place once repetition is counted. `ranked` is in order of score before that."""
        best, best_score = None, 0.0
        for place in ranked:
            # Repetition only lowers a score, so the rest cannot win.
            if best is not None and scores[place] <= best_score:
                break
            if self._is_secondary(place) or self._repeats_a_ratio(place):
                continue
            near = self._likeness(place)
            score = (
                scores[place] - 0.8 * near - 0.3 * self._sources[self.holdings.statements[place].source_id]
            )
            if near < _ALIKE and (best is None or score > best_score):
                best, best_score = place, score
        return best

    def _repeats_a_ratio(self, place: int) -> bool:
        """Whether all ratios of a statement have been told already, perhaps by a review of the same studies."""
        ratios = {
            (one.name, one.value) for one in self.holdings.statements[place].figures if "ratio:" in one.name
        }
        told = {
            (one.name, one.value) for other in self.used for one in self.holdings.statements[other].figures
        }
        return bool(ratios) and ratios <= told

    def _is_secondary(self, place: int) -> bool:
        """Whether a statement is a trial's secondary result, and its main one has not been told."""
        rank = self.holdings.rank_in_source(place)
        main = place - rank
        return (
            self.holdings.source_of(place).kind is Kind.TRIAL
            and rank > 0
            and main in self.holdings.citable
            and main not in self.used
        )

    def _worth(self, place: int, topic: Topic | None, prefer: str | None) -> float:
        """What speaks for a statement in this answer, apart from its nearness to the slot's matter."""
        holdings, aim = self.holdings, self.aim
        statement = holdings.statements[place]
        score = holdings.general_worth(place)
        if topic is not None and statement.id in topic.answer:
            score += 0.7
        if statement.topics[0] in ((topic.id,) if topic else aim.topics):
            score += 0.6
        if aim.facets or aim.last:
            facets = holdings.facets_of(place)
            if not facets.isdisjoint(aim.facets):
                score += 0.8
            if not facets.isdisjoint(aim.last):
                score -= 1.0
        if aim.stressed:
            stems = holdings.stems_of(place)
            score += sum(mentions_stem(stems, word) for word in aim.stressed) / len(aim.stressed)
        if prefer == "human" and holdings.source_of(place).kind in (Kind.ANIMAL, Kind.IN_VITRO):
            score -= 0.5
        return score

    def _likeness(self, place: int) -> float:
        """The greatest likeness to what was said."""
        compared_with, greatest = self._near.get(place, (0, 0.0))
        if compared_with < len(self._said):
            stems = self.holdings.stems_of(place)
            for other in self._said[compared_with:]:
                greatest = max(greatest, likeness(stems, self.holdings.stems_of(other)))
            self._near[place] = len(self._said), greatest
        return greatest

    def _merged(self, place: int, others: Iterable[int]) -> Bullet:
        """The statement, citing also those that say the same."""
        bullet = bullet_of(self.holdings, place, self.aim.audience)
        alike = self.holdings.alike(place)
        same = tuple(other for other in others if other in alike) if alike else ()
        return Bullet(bullet.text, (place, *same), bullet.certainty, bullet.figures)

    def _comparison(self, slot: Slot) -> list[Bullet]:
        """The figures of several sources in one bullet; or, if "Sources disagree" shows them, the best of them."""
        topics = slot.topics or tuple(topic.id for topic in self._topics(slot))
        quantity = best_quantity(self.holdings, topics, slot.about)
        bullet = compared(self.holdings, quantity, self.aim.audience, self.aim.length) if quantity else None
        if bullet is None:
            return []
        disputed = self.aim.disputed & set(bullet.places)
        if len(disputed) > 1:
            self.withheld |= disputed
            return self._pick(bullet.places, self.holdings.relevance(slot.about), 1, None, slot.prefer)
        if sum(place in self.used for place in bullet.places) * 2 > len(bullet.places):
            return []
        return [self.take(bullet)]

    def _earliest(self, slot: Slot) -> list[Bullet]:
        reports = [
            (year, place)
            for place in self._candidates(slot)
            if (year := self._year_of_report(place)) and self.holdings.statements[place].certainty.rank > 1
        ]
        if not reports or min(reports)[1] in self.used:
            return []
        return [self.take(bullet_of(self.holdings, min(reports)[1], self.aim.audience))]

    def _timeline(self, slot: Slot) -> list[Bullet]:
        """One bullet that names the topics of a group that were reported most recently."""
        first: dict[str, tuple[int, int]] = {}
        for topic in self._topics(Slot(group=slot.group, facet=slot.facet)):
            reports = [
                (year, place)
                for place in self.holdings.places_by_topic.get(topic.id, ())
                if (year := self._year_of_report(place))
                and self.holdings.statements[place].topics[0] == topic.id
            ]
            if reports:
                first[topic.label.removesuffix(f" {slot.group}")] = min(reports)
        recent = sorted(first.items(), key=lambda item: (-item[1][0], item[0]))
        recent = recent[: _RECENT_SHOWN[self.aim.length]]
        if len(recent) < 2:
            return []
        by_grade: dict[bool, list[str]] = {True: [], False: []}
        for label, (year, place) in recent:
            by_grade[self.holdings.statements[place].certainty.rank > 1].append(f"{label} ({year})")
        parts = [
            f"{', '.join(names)}, on reports of {grade} certainty"
            for names, grade in ((by_grade[True], "moderate or high"), (by_grade[False], "low"))
            if names
        ]
        places = tuple(place for _, (_, place) in recent)
        certainty = Certainty.MODERATE if len(by_grade[True]) * 2 >= len(recent) else Certainty.LOW
        figures = tuple(
            figure
            for place in places
            for figure in self.holdings.statements[place].figures
            if figure.name == _YEAR_OF_REPORT
        )
        text = f"The {slot.group}s first reported most recently are {'; and '.join(parts)}."
        return [Bullet(text, places, certainty, figures, merged=True)]

    def _year_of_report(self, place: int) -> int | None:
        for figure in self.holdings.statements[place].figures:
            if figure.name == _YEAR_OF_REPORT:
                return int(figure.value)
        return None
