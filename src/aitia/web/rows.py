"""The review desk as data: each statement of a version with its sources, and what the board has said of it."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from msgspec import Struct

from aitia.evidence.article import Article, ArticleDisagreement
from aitia.review.editing import Placed, places
from aitia.review.nouns import Dossier, Event, Mark, Marked, Person, Proposed, Thread, Verdict
from aitia.web.beside import Beside


class Row(Struct, frozen=True):
    """One statement on the desk."""

    placed: Placed
    key: str
    """The place as an id of the page: "s-2-3"."""
    beside: tuple[Beside, ...]
    disagreement: ArticleDisagreement | None
    """For a disagreement: what each source says."""
    composed: str | None
    """The library's words, where people have changed them."""
    departures: tuple[str, ...]
    """How the changed words depart from the source."""
    problems: tuple[str, ...]
    """What the check of the whole article finds wrong here."""
    marks: tuple[Marked, ...]
    mine: Marked | None
    carried: tuple[Marked, ...]
    """Marks of reviewers on earlier versions, where the words have not changed since and they have not marked again."""
    proposals: tuple[Proposed, ...]
    """Not taken up yet, on words that are still the same."""
    threads: tuple[Thread, ...]

    @property
    def asks(self) -> bool:
        """Whether somebody wants other words here."""
        marks = (*self.marks, *self.carried)
        return any(one.mark.verdict is not Verdict.AGREE for one in marks) or bool(self.proposals)


class Progress(Struct, frozen=True):
    """How far one reviewer has come with the latest version."""

    person: Person
    marked: int
    agreed: int
    carried: int
    """Marks on earlier versions that stand on words which have not changed."""
    has_declared: bool
    has_conflict: bool
    decision: str | None
    """What they have signed, if it still counts."""


def followed(old: Article, new: Article) -> dict[str, tuple[str, bool]]:
    """Where the statements of one version stand in another: the place there, and whether its words are the same.

    A statement is known again by its words and what it rests on; failing that, by what it rests on.
    """
    later = places(new)
    found: dict[str, tuple[str, bool]] = {}
    taken: set[str] = set()
    for same_words in (True, False):
        waiting: dict[tuple[object, ...], list[str]] = {}
        for one in later:
            if one.place not in taken:
                waiting.setdefault(_marker(one, same_words), []).append(one.place)
        for one in places(old):
            if one.place not in found and (spots := waiting.get(_marker(one, same_words))):
                found[one.place] = (spots.pop(0), same_words)
                taken.add(found[one.place][0])
    return found


def _marker(one: Placed, with_words: bool) -> tuple[object, ...]:
    kind = one.place if one.place == "lead" else one.place[:1] == "d"
    words = (one.text, one.certainty, one.statement_ids) if with_words else ()
    return (kind, words, one.statement_ids if kind != "lead" else ())


def carried_marks(
    events: Iterable[Event], earlier: Mapping[int, Article], latest: Article
) -> dict[str, tuple[Marked, ...]]:
    """The marks on earlier versions that stand on words which have not changed since, by place in the latest.

    earlier: the articles of earlier versions by number. Of one reviewer's marks on the same words the newest is kept.
    """
    ways = {number: followed(article, latest) for number, article in earlier.items()}
    newest: dict[tuple[str, int], Marked] = {}
    for event in events:
        if isinstance(event.action, Mark) and event.version in ways:
            place, is_same = ways[event.version].get(event.action.place, ("", False))
            if is_same:
                marked = Marked(event.number, event.at, event.person, event.version, event.action)
                newest[place, event.person.id] = marked
    found: dict[str, tuple[Marked, ...]] = {}
    for (place, _), marked in newest.items():
        found[place] = (*found.get(place, ()), marked)
    return found


def rows(
    dossier: Dossier,
    article: Article,
    earlier: Mapping[int, Article],
    beside: Mapping[str, tuple[Beside, ...]],
    composed: Mapping[str, str],
    departures: Mapping[str, tuple[str, ...]],
    problems: Iterable[str],
    person: Person,
) -> tuple[Row, ...]:
    """All statements of the latest version.

    earlier: the versions on which something was said that may still matter. composed, departures: by place, of the
    places whose words people changed. problems: see `aitia.checks`.
    """
    latest = dossier.latest.number
    ways = {number: followed(old, article) for number, old in earlier.items()}

    def now(version: int, place: str | None) -> str | None:
        return place if version == latest or place is None else ways.get(version, {}).get(place, (None,))[0]

    def same(version: int, place: str) -> str | None:
        if version == latest:
            return place
        then, is_same = ways.get(version, {}).get(place, (None, False))
        return then if is_same else None

    carried = carried_marks(dossier.events, earlier, article)
    wrong = list(problems)
    by_place: dict[str, tuple[Marked, ...]] = {}
    for marked in dossier.marks:
        if marked.version == latest:
            by_place[marked.mark.place] = (*by_place.get(marked.mark.place, ()), marked)
    made = []
    for one in places(article):
        marks = by_place.get(one.place, ())
        again = {marked.by.id for marked in marks}
        made.append(
            Row(
                placed=one,
                key="s-" + one.place.replace(".", "-"),
                beside=beside.get(one.place, ()),
                disagreement=article.disagreements[int(one.place[1:]) - 1] if one.place[0] == "d" else None,
                composed=composed.get(one.place),
                departures=departures.get(one.place, ()),
                problems=tuple(_here(one, wrong)),
                marks=marks,
                mine=next((marked for marked in marks if marked.by.id == person.id), None),
                carried=tuple(marked for marked in carried.get(one.place, ()) if marked.by.id not in again),
                proposals=tuple(
                    proposed
                    for proposed in dossier.proposals
                    if proposed.accepted is None
                    and same(proposed.version, proposed.proposal.place) == one.place
                ),
                threads=tuple(
                    thread
                    for thread in dossier.threads
                    if thread.place is not None and now(thread.version, thread.place) == one.place
                ),
            )
        )
    return tuple(made)


def _here(one: Placed, problems: Iterable[str]) -> Iterable[str]:
    """The findings of the check that are about this place, without the words that say so."""
    if one.place == "lead":
        opening = "lead: "
    elif one.place[0] == "d":
        opening = f"disagreement “{one.heading}”: "
    else:
        opening = f"“{one.heading}”: “{one.text[:60]}”: "
    for problem in problems:
        if problem.startswith(opening):
            yield problem.removeprefix(opening)


def elsewhere(rows: Iterable[Row], problems: Iterable[str]) -> tuple[str, ...]:
    """The findings of the check that are about no single place."""
    shown = {finding for row in rows for finding in row.problems}
    return tuple(problem for problem in problems if not any(problem.endswith(one) for one in shown))


def under_headings(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows by the heading that they are printed under, in the order of reading."""

    def heading(row: Row) -> str:
        place = row.placed.place
        return "Lead" if place == "lead" else "Sources disagree" if place[0] == "d" else row.placed.heading

    return [(name, list(group)) for name, group in groupby(rows, heading)]


def progress(dossier: Dossier, made: Iterable[Row], named: Mapping[int, Person]) -> tuple[Progress, ...]:
    """How far each reviewer has come: those who were assigned, and all who have declared, marked or signed.

    named: people by id, for those who were assigned and have done nothing yet.
    """
    everything = list(made)
    declared = {one.by.id: one for one in dossier.declarations}
    signed = {one.by.id: one for one in dossier.signatures if one.counts}
    marked: dict[int, list[Verdict]] = {}
    carried: dict[int, int] = {}
    people: dict[int, Person] = {one: named[one] for one in dossier.assigned if one in named}
    for one in dossier.declarations:
        people.setdefault(one.by.id, one.by)
    for row in everything:
        for mark in row.marks:
            marked.setdefault(mark.by.id, []).append(mark.mark.verdict)
            people.setdefault(mark.by.id, mark.by)
        for mark in row.carried:
            carried[mark.by.id] = carried.get(mark.by.id, 0) + 1
            people.setdefault(mark.by.id, mark.by)
    return tuple(
        Progress(
            person,
            len(marked.get(number, ())),
            marked.get(number, []).count(Verdict.AGREE),
            carried.get(number, 0),
            number in declared,
            number in declared and declared[number].declaration.has_conflict,
            signed[number].sign.decision.value if number in signed else None,
        )
        for number, person in people.items()
    )
