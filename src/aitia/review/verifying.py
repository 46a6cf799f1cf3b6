"""Proof that the journal is as it was written: what was changed, removed, added or put in another order, and where."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from sqlalchemy import Connection, Engine, select

from aitia.library.store.database import reading
from aitia.review.chain import BEGINNING, Head, hash_of, read_event
from aitia.review.errors import ReviewError
from aitia.review.folding import fold, standing
from aitia.review.listing import question_key
from aitia.review.nouns import Approve, Dossier, Event
from aitia.review.tables import dossiers, events, journal, versions
from aitia.review.telling import type_words
from aitia.review.transitions import approvals, open_requests

_EVENTS_AT_ONCE = 2000
_DOSSIERS_AT_ONCE = 100


class Verified(Struct, frozen=True):
    """What was found."""

    events: int
    """How many were checked."""
    fault: str | None
    """The first fault, as a sentence; None: nothing was changed or removed."""
    number: int
    """Of the last event checked: the head."""
    hash: str
    """Of the head. Written down elsewhere, it later shows whether events were cut off."""


class _FaultError(Exception):
    """Ends the search."""


def verify(database: Engine, head: str | None = None) -> Verified:
    """Check the whole journal, each article's text, and what the lists say.

    head: a hash that was once the head; it must still be in the chain. Without one, nobody can tell a journal whose
    last events were removed, and its end set back, from one in which they never happened.
    Raises ReviewError if `head` is no hash.
    """
    if head is not None and not re.fullmatch(r"[0-9a-f]{64}", head):
        raise ReviewError(
            f"{head!r} is no hash: it has 64 digits from 0 to f. `aitia review head` prints one."
        )
    walk = _Walk(head)
    with reading(database) as connection:
        try:
            walk.check_chain(connection)
            walk.check_dossiers(connection)
        except _FaultError as fault:
            return Verified(walk.end.number, str(fault), walk.end.number, walk.end.hash)
    return Verified(walk.end.number, None, walk.end.number, walk.end.hash)


class _Walk:
    """Along the chain from its beginning."""

    def __init__(self, head: str | None) -> None:
        self.end = Head(0, BEGINNING)
        self.wanted = None if head == BEGINNING else head
        self.opened: set[int] = set()
        self.last = "the beginning"

    def check_chain(self, connection: Connection) -> None:
        """Every event by number: its hash, its place, what it holds of the one before; then the journal's end."""
        for number, dossier, recorded, text in _rows(connection):
            event = self._check_event(number, dossier, recorded, text)
            self.end = Head(number, recorded, event.at)
            self.last = _place(event)
            self.opened.add(event.dossier)
            if recorded == self.wanted:
                self.wanted = None
        self._check_end(connection)

    def _check_event(self, number: int, dossier: int, recorded: str, text: str) -> Event:
        expected = self.end.number + 1
        if number < 1:
            raise _FaultError(f"event {number} (article {dossier}) was put in before the first.")
        if number != expected:
            missing = (
                f"event {expected} is" if number == expected + 1 else f"events {expected} to {number - 1} are"
            )
            raise _FaultError(
                f"{missing} missing, after {self.last} and before event {number} (article {dossier})."
            )
        if hash_of(text.encode()) != recorded:
            raise _FaultError(
                f"event {number} (article {dossier}) was changed: its text does not have the hash that was recorded. "
                f"It follows on {self.last}."
            )
        try:
            event = read_event(text)
        except ReviewError as error:
            raise _FaultError(f"event {number} (article {dossier}) is no event: {error}") from None
        if event.number != number:
            raise _FaultError(
                f"in the place of event {number} stands event {event.number} ({_place(event)}): "
                "events were put in another order, or one was put in between."
            )
        if event.dossier != dossier:
            raise _FaultError(f"{_place(event)} is kept with article {dossier}.")
        if event.previous != self.end.hash:
            raise _FaultError(
                f"{self.last} was replaced, or {_place(event)} was: the later holds another hash for the one before."
            )
        if event.at < self.end.at:
            raise _FaultError(f"{_place(event)} bears a time before that of {self.last}.")
        return event

    def _check_end(self, connection: Connection) -> None:
        end = connection.execute(
            select(journal.c.number, journal.c.hash).where(journal.c.id == 1)
        ).one_or_none()
        if end is None:
            raise _FaultError("the journal has lost its record of the last event.")
        if end.number > self.end.number:
            raise _FaultError(
                f"the last events were removed: the journal counts {end.number}, and ends with {self.last}."
            )
        if end.number < self.end.number:
            raise _FaultError(
                f"the journal counts {end.number} events, and there are {self.end.number}: {self.last} was put in "
                "past it, or the count was set back."
            )
        if end.hash != self.end.hash:
            raise _FaultError(f"{self.last} was replaced: the journal's end has another hash.")
        if self.wanted is not None:
            raise _FaultError(
                f"the head {self.wanted} is not in the chain: events that were recorded by then were removed or "
                f"rewritten. The journal now ends with {self.last}."
            )

    def check_dossiers(self, connection: Connection) -> None:
        """Every article: whether its history can have happened, its texts have their hashes, and its row fits."""
        listed = connection.execute(select(dossiers.c.id)).scalars()
        kept = connection.execute(select(versions.c.dossier_id).distinct()).scalars()
        numbers = sorted(self.opened.union(listed, kept))
        for start in range(0, len(numbers), _DOSSIERS_AT_ONCE):
            some = numbers[start : start + _DOSSIERS_AT_ONCE]
            histories = _histories(connection, some)
            texts = _texts(connection, some)
            rows = {
                row["id"]: row
                for row in connection.execute(select(dossiers).where(dossiers.c.id.in_(some))).mappings()
            }
            for number in some:
                if number not in histories:
                    raise _FaultError(f"article {number} is there without any event.")
                made = _folded(histories[number])
                _check_texts(made, texts.get(number, {}))
                _check_row(made, dict(rows.get(number, {})))


def _rows(connection: Connection) -> Iterator[tuple[int, int, str, str]]:
    query = select(events.c.number, events.c.dossier_id, events.c.hash, events.c.event)
    last: int | None = None
    while True:
        some = query if last is None else query.where(events.c.number > last)
        rows = connection.execute(some.order_by(events.c.number).limit(_EVENTS_AT_ONCE)).all()
        yield from rows
        if len(rows) < _EVENTS_AT_ONCE:
            return
        last = rows[-1].number


def _histories(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Event]]:
    query = (
        select(events.c.dossier_id, events.c.event)
        .where(events.c.dossier_id.in_(numbers))
        .order_by(events.c.dossier_id, events.c.number)
    )
    rows = connection.execute(query).all()
    return {
        number: [read_event(text) for _, text in mine] for number, mine in groupby(rows, lambda row: row[0])
    }


def _texts(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[int, tuple[str, str]]]:
    """By article and version: the hash that is noted, and the hash of the text."""
    query = select(
        versions.c.dossier_id, versions.c.number, versions.c.content_hash, versions.c.article
    ).where(versions.c.dossier_id.in_(numbers))
    found: dict[int, dict[int, tuple[str, str]]] = {}
    for dossier, number, noted, text in connection.execute(query):
        found.setdefault(dossier, {})[number] = noted, hash_of(text.encode())
    return found


def _folded(history: list[Event]) -> Dossier:
    try:
        made = fold(history)
    except ReviewError as error:
        raise _FaultError(str(error)) from None
    hashes = {version.number: version.content_hash for version in made.versions}
    for place, event in enumerate(history):
        if hashes.get(event.version) != event.content_hash:
            raise _FaultError(f"{_place(event)} is about words that are not those of its version.")
        if isinstance(event.action, Approve):
            before = fold(history[:place])
            signed = {one.event for one in approvals(before)}
            if (
                open_requests(before)
                or not signed.issuperset(event.action.signatures)
                or len(set(event.action.signatures)) < event.action.quorum
            ):
                raise _FaultError(f"{_place(event)} approves without the signatures that it needs.")
    return made


def _check_texts(made: Dossier, texts: dict[int, tuple[str, str]]) -> None:
    for version in made.versions:
        noted, computed = texts.pop(version.number, ("", ""))
        if not noted:
            raise _FaultError(f"the text of version {version.number} of article {made.id} was removed.")
        if not noted == computed == version.content_hash:
            raise _FaultError(f"the text of version {version.number} of article {made.id} was changed.")
    for number in texts:
        raise _FaultError(f"version {number} of article {made.id} was put in without an event.")


def _check_row(made: Dossier, row: dict[str, object]) -> None:
    if not row:
        raise _FaultError(f"article {made.id} was taken from the list; its events are there.")
    expected: dict[str, object] = {
        "library": made.library,
        "question": made.question,
        "question_key": question_key(made.question),
        "audience": made.audience,
        "length": made.length,
        "author_id": made.author.id,
        **standing(made),
    }
    for field, value in expected.items():
        if row[field] != value:
            raise _FaultError(
                f"the list says of article {made.id} that its {field.replace('_', ' ')} is {row[field]!r}; "
                f"by its events it is {value!r}."
            )


def _place(event: Event) -> str:
    kind = type_words(type(event.action))
    return f"event {event.number} ({kind}, article {event.dossier}, version {event.version}, {event.at[:10]})"
