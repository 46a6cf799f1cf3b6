"""Sessions: from sign-in until sign-out, too long a pause, or the end of the working day."""

import contextlib

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from aitia.library.store.database import reading, writing
from aitia.moments import moment
from aitia.people.accounts import clean
from aitia.people.audit import Doer, record
from aitia.people.roles import roles_of
from aitia.people.tables import people, sessions
from aitia.people.values import fingerprint, fresh
from aitia.review.nouns import Person

WRITTEN_EVERY = 60.0
"""Seconds between two notes that a session is in use, so that reading stays cheap."""

_FIND = select(
    people.c.id, people.c.name, people.c.credentials, people.c.roles, sessions.c.seen, sessions.c.token
).join_from(sessions, people, people.c.id == sessions.c.person_id)


class Session(Struct, frozen=True):
    """A session, as its person sees it in the list."""

    token: str
    """Fingerprint of the cookie's value: it names the session and opens nothing."""
    created: str
    seen: str
    expires: str
    agent: str


_BROWSERS = {"Firefox/": "Firefox", "Edg/": "Edge", "OPR/": "Opera", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
"""The first sign that is there counts: most browsers name those before them as well."""


def browser(agent: str) -> str:
    """A browser's own long name in a few words: Firefox on Windows. What is not known stays as it is."""
    name = next((name for sign, name in _BROWSERS.items() if sign in agent), None)
    system = next((name for sign, name in _SYSTEMS.items() if sign in agent), None)
    if name and system:
        return f"{name} on {system}"
    return name or agent or "not named"


def begin(connection: Connection, person_id: int, hours: float, agent: str) -> str:
    """Begin a session, in the transaction of the sign-in; gives the value for the cookie, always a new one."""
    value = fresh()
    at = moment()
    connection.execute(delete(sessions).where(sessions.c.person_id == person_id, sessions.c.expires <= at))
    connection.execute(
        insert(sessions).values(
            token=fingerprint(value),
            person_id=person_id,
            created=at,
            seen=at,
            expires=moment(hours=hours),
            agent=clean(agent)[:200],
        )
    )
    return value


def find(database: Engine, value: str, idle_minutes: float) -> Person | None:
    """Whose session a cookie's value opens, with the roles that they have now; None if it has ended.

    Notes at most once a minute that it is in use, and never waits for that.
    """
    token = fingerprint(value)
    with reading(database) as connection:
        row = connection.execute(
            _FIND.where(
                sessions.c.token == token,
                sessions.c.expires > moment(),
                sessions.c.seen > moment(minutes=-idle_minutes),
                people.c.is_active,
            )
        ).first()
    if row is None:
        return None
    if row.seen < moment(seconds=-WRITTEN_EVERY):
        note_use(database, sessions, sessions.c.token == token, "seen")
    return Person(row.id, row.name, row.credentials, roles_of(row.roles))


def listed(database: Engine, person_id: int, idle_minutes: float) -> tuple[Session, ...]:
    """A person's open sessions, the one used last first."""
    with reading(database) as connection:
        rows = connection.execute(
            select(sessions)
            .where(
                sessions.c.person_id == person_id,
                sessions.c.expires > moment(),
                sessions.c.seen > moment(minutes=-idle_minutes),
            )
            .order_by(sessions.c.seen.desc())
        ).all()
    return tuple(Session(row.token, row.created, row.seen, row.expires, row.agent) for row in rows)


def end(database: Engine, value: str, doer: Doer) -> None:
    """Sign out: end the session of a cookie's value."""
    with writing(database) as connection:
        ended = connection.execute(
            delete(sessions).where(sessions.c.token == fingerprint(value)).returning(sessions.c.person_id)
        ).scalar()
        if ended is not None:
            record(connection, "sign-out", doer, ended)


def end_some(
    database: Engine, person_id: int, doer: Doer, *, only: str | None = None, keep: str | None = None
) -> int:
    """End a person's sessions by fingerprint: only one, or all but one; gives how many ended."""
    chosen = delete(sessions).where(sessions.c.person_id == person_id)
    if only is not None:
        chosen = chosen.where(sessions.c.token == only)
    if keep is not None:
        chosen = chosen.where(sessions.c.token != keep)
    with writing(database) as connection:
        ended = connection.execute(chosen).rowcount
        if ended:
            record(connection, "session-ended", doer, person_id, {"count": ended})
    return ended


def note_use(database: Engine, table: Table, which: ColumnElement[bool], column: str) -> None:
    """Note that something is in use now, unless another process holds the database: then the next request will."""
    with contextlib.suppress(DBAPIError), database.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            connection.execute(update(table).where(which).values({column: moment()}))
            connection.commit()
            return
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            connection.execute(update(table).where(which).values({column: moment()}))
            connection.commit()
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
