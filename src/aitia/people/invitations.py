"""One-time links: the first administrator's set-up, invitations, and new passwords. No mail is sent from here."""

from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    delete,
    insert,
    select,
    text,
    update,
)

from aitia.library.store.database import reading, writing
from aitia.moments import moment
from aitia.people import accounts, passwords, sessions
from aitia.people.accounts import Account
from aitia.people.audit import Doer, record
from aitia.people.errors import PeopleError, UnknownPersonError
from aitia.people.roles import Role, roles_of, written
from aitia.people.tables import invitations, people
from aitia.people.values import fingerprint, fresh

SET_UP, INVITATION, PASSWORD = "set-up", "invitation", "password"
HOURS = {SET_UP: 24, INVITATION: 7 * 24, PASSWORD: 24}
"""How long a link of each kind opens something."""
PATHS = {SET_UP: "/set-up/", INVITATION: "/invitation/", PASSWORD: "/new-password/"}
_GONE = "this link has been used, has expired, or is not whole. Ask an administrator for a new one."
"""Whatever the reason is."""
_LOCK = 0x6169_7469_6101
"""Of PostgreSQL's advisory locks."""


class Link(Struct, frozen=True):
    """A link that was made and not yet used."""

    token: str
    """Fingerprint of what stands in the link: it names the link and opens nothing."""
    kind: str
    email: str
    """Empty for the first start's link."""
    roles: tuple[Role, ...]
    created: str
    expires: str


class NewPerson(Struct, frozen=True):
    """What somebody tells of themselves when they follow a link."""

    name: str
    credentials: str
    password: str
    email: str = ""
    """Only asked for at the first start; an invitation has its own."""


def set_up_link(database: Engine) -> str | None:
    """The path of a new link that makes the first administrator, and voids older ones; None if there is one."""
    with writing(database) as connection:
        _alone(connection)
        if accounts.has_administrator(connection):
            return None
        record(connection, "set-up-link", Doer())
        return _make(connection, SET_UP, "", (Role.ADMINISTRATOR,), Doer())


def invite(database: Engine, email: str, roles: tuple[Role, ...], doer: Doer) -> str:
    """The path of a link for somebody new, which voids an earlier one for the same address.

    Raises PeopleError if it is no e-mail address, or somebody has an account with it.
    """
    address = accounts.normal_email(email)
    if refused := accounts.email_refusal(address):
        raise PeopleError(refused)
    with writing(database) as connection:
        if connection.execute(select(people.c.id).where(people.c.email == address)).first():
            raise PeopleError(f"there is an account for {address} already.")
        record(connection, "invited", doer, None, {"email": address, "roles": roles})
        return _make(connection, INVITATION, address, roles, doer)


def password_link(database: Engine, person_id: int, doer: Doer) -> str:
    """The path of a link with which a person sets a new password. The old one works until then.

    Raises UnknownPersonError; PeopleError if their account is closed.
    """
    account = accounts.account(database, person_id)
    if not account.is_active:
        raise PeopleError(f"the account of {account.name} is closed; open it again first.")
    with writing(database) as connection:
        record(connection, "password-link", doer, person_id)
        return _make(connection, PASSWORD, account.email, (), doer)


def _alone(connection: Connection) -> None:
    """Wait until no other transaction is about the first administrator: there is no row yet that could be locked."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _make(connection: Connection, kind: str, email: str, roles: tuple[Role, ...], doer: Doer) -> str:
    value = fresh()
    _void(connection, kind, email)
    connection.execute(
        insert(invitations).values(
            token=fingerprint(value),
            kind=kind,
            email=email,
            roles=written(roles),
            made_by=doer.id,
            created=moment(),
            expires=moment(hours=HOURS[kind]),
        )
    )
    return PATHS[kind] + value


def _void(connection: Connection, kind: str, email: str) -> None:
    connection.execute(
        delete(invitations).where(
            invitations.c.kind == kind, invitations.c.email == email, invitations.c.used.is_(None)
        )
    )


def find(database: Engine, kind: str, value: str) -> Link:
    """The link of what stands in an address. Raises UnknownPersonError if it opens nothing (any more)."""
    with reading(database) as connection:
        found = connection.execute(_open().where(_is(kind, value))).first()
    if found is None:
        raise UnknownPersonError(_GONE)
    return _link(found)


def waiting(database: Engine) -> tuple[Link, ...]:
    """The invitations that nobody has followed yet, the newest first."""
    with reading(database) as connection:
        rows = connection.execute(
            _open().where(invitations.c.kind == INVITATION).order_by(invitations.c.created.desc())
        ).all()
    return tuple(_link(row) for row in rows)


def take_back(database: Engine, token: str, doer: Doer) -> None:
    """Void an invitation, named by its fingerprint."""
    with writing(database) as connection:
        email = connection.execute(
            delete(invitations)
            .where(
                invitations.c.token == token,
                invitations.c.kind == INVITATION,
                invitations.c.used.is_(None),
            )
            .returning(invitations.c.email)
        ).scalar()
        if email is not None:
            record(connection, "taken-back", doer, None, {"email": email})


def join(
    database: Engine, kind: str, value: str, told: NewPerson, hours: float, doer: Doer, agent: str = ""
) -> str:
    """Follow a set-up link or an invitation: an account and a session, whose cookie's value this gives.

    Raises UnknownPersonError if the link opens nothing (any more), PeopleError for a field that cannot be taken.
    Then nothing is changed and the link can be followed again.
    """
    link = find(database, kind, value)
    email = link.email or told.email
    if refused := passwords.refusal(told.password, told.name, email):
        raise PeopleError(refused)
    hashed = passwords.hashed(told.password)
    with writing(database) as connection:
        if kind == SET_UP:
            _alone(connection)
        link = _use(connection, kind, value)
        if kind == SET_UP and accounts.has_administrator(connection):
            raise UnknownPersonError(_GONE)
        made = accounts.add(connection, email, told.name, told.credentials, link.roles, hashed)
        record(
            connection,
            "set-up" if kind == SET_UP else "joined",
            Doer(made.id, doer.address),
            made.id,
            {"roles": link.roles},
        )
        return sessions.begin(connection, made.id, hours, agent)


def join_by_email(connection: Connection, email: str, name: str, subject: str) -> Account | None:
    """Take up the invitation of an address that somebody else has verified; None if there is none."""
    row = connection.execute(
        _open().where(invitations.c.kind == INVITATION, invitations.c.email == email).with_for_update()
    ).first()
    if row is None:
        return None
    connection.execute(update(invitations).where(invitations.c.token == row.token).values(used=moment()))
    return accounts.add(connection, email, name, "", _link(row).roles, None, subject)


def new_password(
    database: Engine, value: str, password: str, hours: float, doer: Doer, agent: str = ""
) -> str:
    """Set a new password by link, end all sessions, and begin one, whose cookie's value this gives.

    Raises UnknownPersonError if the link opens nothing (any more), PeopleError if the password is refused.
    """
    link = find(database, PASSWORD, value)
    account = accounts.find(database, link.email)
    if account is None or not account.is_active:
        raise UnknownPersonError(_GONE)
    if refused := passwords.refusal(password, account.name, account.email):
        raise PeopleError(refused)
    hashed = passwords.hashed(password)
    with writing(database) as connection:
        _use(connection, PASSWORD, value)
        accounts.put_password(connection, account.id, hashed)
        record(connection, "password", Doer(account.id, doer.address), account.id, {"by": "link"})
        return sessions.begin(connection, account.id, hours, agent)


def _use(connection: Connection, kind: str, value: str) -> Link:
    """Mark a link as used, which succeeds for one of those who follow it at once."""
    row = connection.execute(
        update(invitations)
        .where(_is(kind, value), invitations.c.used.is_(None), invitations.c.expires > moment())
        .values(used=moment())
        .returning(invitations)
    ).first()
    if row is None:
        raise UnknownPersonError(_GONE)
    return _link(row)


def _is(kind: str, value: str) -> ColumnElement[bool]:
    return and_(invitations.c.token == fingerprint(value), invitations.c.kind == kind)


def _open() -> Select[Any]:
    return select(invitations).where(invitations.c.used.is_(None), invitations.c.expires > moment())


def _link(row: Row[Any]) -> Link:
    return Link(row.token, row.kind, row.email, roles_of(row.roles), row.created, row.expires)
