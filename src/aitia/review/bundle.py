"""An article with its versions and its events, as a file that can be checked without Aitia."""

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, select

from aitia.library.store.database import reading
from aitia.review.chain import Head, head
from aitia.review.errors import NotFoundError
from aitia.review.tables import events, versions

HOW = (
    "This file holds one article with all its versions and everything that was done to them. It can be checked with "
    "any program that reads JSON and computes SHA-256.",
    "1. Texts. For each entry of `versions`: the SHA-256 of `article`, taken as UTF-8 exactly as the string stands "
    "here, is its `content_hash`. The string is itself JSON; its own field `content_hash` is empty, since a text "
    "cannot hold its own hash.",
    "2. Events. For each entry of `events`: the SHA-256 of `event`, taken as UTF-8 exactly as the string stands here, "
    "is its `hash`. The string is itself JSON with the same `number`.",
    "3. Which words. The `content_hash` in each event is that of the entry of `versions` whose number is the event's "
    "`version`.",
    "4. Order. Event numbers rise, and so do the times `at`. `previous` in each event is the hash of the journal's "
    "event before it; where that event is in this file too (its number is one less), the two are equal. Numbers that "
    "are not here are events of other articles, which the journal keeps in the same chain.",
    "5. Decisions. The article is approved if its last `approve` event is of the latest version and no `edit`, "
    "`reopen`, `withdraw` or `expire` event follows it. That event names the signatures (numbers of `sign` events) "
    "that it rests on, the quorum, and the day on which it expires.",
    "6. The whole. `head` is the number and hash of the journal's last event when this file was written. Whoever has "
    "the service's database can run `aitia review verify --head HASH` with it: if it passes, no event up to then was "
    "changed or removed.",
    "With jq and sha256sum: `jq -j '.events[0].event' FILE | sha256sum` prints the first event's hash, "
    "`jq -j '.versions[0].article' FILE | sha256sum` the first text's.",
)


class KeptVersion(Struct, frozen=True):
    """A version as it is stored."""

    number: int
    content_hash: str
    article: str


class KeptEvent(Struct, frozen=True):
    """An event as it is stored."""

    number: int
    hash: str
    event: str


class Bundle(Struct, frozen=True):
    """What `aitia review export` writes."""

    format: str
    how_to_check: tuple[str, ...]
    article: int
    head: Head
    versions: tuple[KeptVersion, ...]
    events: tuple[KeptEvent, ...]


def bundle(database: Engine, number: int) -> Bundle:
    """An article with all that is recorded of it. Raises NotFoundError."""
    with reading(database) as connection:
        history = _events(connection, number)
        if not history:
            raise NotFoundError(f"there is no article {number}.")
        return Bundle("aitia-review-1", HOW, number, head(connection), _versions(connection, number), history)


def bundle_text(made: Bundle) -> str:
    """A bundle as JSON for a file."""
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"


def _events(connection: Connection, number: int) -> tuple[KeptEvent, ...]:
    rows = connection.execute(
        select(events.c.number, events.c.hash, events.c.event)
        .where(events.c.dossier_id == number)
        .order_by(events.c.number)
    )
    return tuple(KeptEvent(*row) for row in rows)


def _versions(connection: Connection, number: int) -> tuple[KeptVersion, ...]:
    rows = connection.execute(
        select(versions.c.number, versions.c.content_hash, versions.c.article)
        .where(versions.c.dossier_id == number)
        .order_by(versions.c.number)
    )
    return tuple(KeptVersion(*row) for row in rows)
