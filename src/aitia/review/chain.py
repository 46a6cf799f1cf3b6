"""The journal's chain: each event holds the hash of the one before, so nothing can be changed or removed unseen."""

import hashlib

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, insert, select, update

from aitia.moments import moment
from aitia.review.errors import ReviewError
from aitia.review.nouns import Action, Event, Person
from aitia.review.tables import events, journal

BEGINNING = "0" * 64
"""What the first event has for the hash of the one before."""


DAMAGED = "Nothing was recorded. `aitia review verify` tells what was changed; restore a backup."


PATIENCE = "30s"
"""How long PostgreSQL lets one wait for the lock,"""
STALLED = "20s"
"""and when it takes it from a process that stopped in the middle, so that those who wait go on."""


class Head(Struct, frozen=True):
    """The end of the chain."""

    number: int
    hash: str
    at: str = ""
    """When the last event happened."""


def event_text(event: Event) -> bytes:
    """An event as it is stored and hashed: JSON, fields in a fixed order, no spaces."""
    return msgspec.json.encode(event, order="deterministic")


def hash_of(text: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(text).hexdigest()


def read_event(text: str | bytes) -> Event:
    """The event of a stored text. Raises ReviewError if it is none."""
    try:
        return _DECODER.decode(text)
    except msgspec.DecodeError as error:
        raise ReviewError(f"an event cannot be read: {error}. {DAMAGED}") from None


_DECODER = msgspec.json.Decoder(Event)


def head(connection: Connection, *, lock: bool = False) -> Head:
    """The end of the chain; `lock` keeps everybody else from appending until the transaction ends.

    Raises ReviewError if the last event is not the one that the journal tells of.
    """
    query = select(journal.c.number, journal.c.hash).where(journal.c.id == 1)
    if lock and connection.dialect.name == "postgresql":
        connection.execute(
            select(
                func.set_config("lock_timeout", PATIENCE, True),
                func.set_config("idle_in_transaction_session_timeout", STALLED, True),
            )
        )
    # SQLite has no row locks: there, a transaction that writes is the only one.
    end = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if end is None:
        raise ReviewError(f"the journal has lost its end. {DAMAGED}")
    if end.number == 0:
        return Head(0, end.hash)
    # A statement of its own: joined to the row above, it would be read as it was before the wait for the lock.
    last = connection.execute(
        select(events.c.hash, events.c.event).where(events.c.number == end.number)
    ).one_or_none()
    if last is None or last.hash != end.hash:
        raise ReviewError(f"the journal's last event, number {end.number}, is not as recorded. {DAMAGED}")
    return Head(end.number, end.hash, read_event(last.event).at)


def append(
    connection: Connection,
    end: Head,
    dossier: int,
    person: Person,
    version: int,
    content_hash: str,
    action: Action,
) -> tuple[Event, Head]:
    """Record an event after `end`, whose lock the transaction holds; the event and the new end."""
    event = Event(
        end.number + 1, dossier, max(moment(), end.at), person, version, content_hash, action, end.hash
    )
    text = event_text(event)
    new = Head(event.number, hash_of(text), event.at)
    connection.execute(
        insert(events).values(number=event.number, dossier_id=dossier, hash=new.hash, event=text.decode())
    )
    connection.execute(update(journal).where(journal.c.id == 1).values(number=new.number, hash=new.hash))
    return event, new
