"""Accounts: who there is, and what may be changed of them."""

import re
import unicodedata
from collections.abc import Iterable

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from aitia.library.store.database import reading, writing
from aitia.library.store.tables import LARGEST
from aitia.moments import moment
from aitia.people.audit import Doer, record
from aitia.people.errors import PeopleError, UnknownPersonError
from aitia.people.roles import Role, roles_of, written
from aitia.people.tables import invitations, sessions, tokens
from aitia.people.tables import people as table
from aitia.review.nouns import Person

_EMAIL = re.compile(r"[^@\s<>()\",;:\\]{1,64}@[^@\s<>()\",;:\\]{1,189}")
_READ = 2000
"""Characters that are looked at of what was typed. Putting a text of combining marks in order takes the square of its
length, and holds everybody up; nothing that is taken is as long."""


class Account(Struct, frozen=True):
    """A person with what their account holds, save the password."""

    id: int
    email: str
    name: str
    credentials: str
    roles: tuple[Role, ...]
    is_active: bool
    has_password: bool
    subject: str | None
    """Issuer and subject of OpenID Connect, with a space between."""
    created: str

    @property
    def person(self) -> Person:
        """The person as review knows them."""
        return Person(self.id, self.name, self.credentials, self.roles)


def people(
    database: Engine, *, role: Role | None = None, text: str = "", is_active: bool | None = True
) -> tuple[Account, ...]:
    """The accounts by name: with a role, with a text in name or e-mail, active or closed (None: both)."""
    chosen = select(table).order_by(func.lower(table.c.name), table.c.id)
    if role is not None:
        chosen = chosen.where(table.c.roles.like(f'%"{role}"%'))
    if is_active is not None:
        chosen = chosen.where(table.c.is_active == is_active)
    if sought := clean(text).lower():
        chosen = chosen.where(
            or_(
                func.lower(table.c.name).contains(sought, autoescape=True),
                table.c.email.contains(sought, autoescape=True),
            )
        )
    with reading(database) as connection:
        return tuple(account_of(row) for row in connection.execute(chosen))


def account(database: Engine, person_id: int) -> Account:
    """An account by its number. Raises UnknownPersonError."""
    with reading(database) as connection:
        return account_of(_row(connection, person_id))


def person(database: Engine, person_id: int) -> Person | None:
    """A person by their number, whether their account is open or closed; None if there is none."""
    try:
        return account(database, person_id).person
    except UnknownPersonError:
        return None


def find(database: Engine, email: str) -> Account | None:
    """The account of an e-mail address."""
    address = normal_email(email)
    if email_refusal(address):
        return None
    with reading(database) as connection:
        row = connection.execute(select(table).where(table.c.email == address)).first()
    return None if row is None else account_of(row)


def add(
    connection: Connection,
    email: str,
    name: str,
    credentials: str,
    roles: Iterable[Role],
    password: str | None,
    subject: str | None = None,
) -> Account:
    """Make an account, within a transaction. The password comes hashed.

    Raises PeopleError if a field is wrong or there is an account with the e-mail address.
    """
    address = normal_email(email)
    if refused := email_refusal(address):
        raise PeopleError(refused)
    try:
        made = connection.execute(
            insert(table)
            .values(
                email=address,
                name=checked_name(name),
                credentials=checked_credentials(credentials),
                roles=written(roles),
                password=password,
                subject=subject,
                is_active=True,
                created=moment(),
            )
            .returning(table)
        ).one()
    except IntegrityError:
        raise PeopleError(f"there is an account for {address} already.") from None
    return account_of(made)


def change_details(database: Engine, person_id: int, name: str, credentials: str, doer: Doer) -> Account:
    """Change how a person is printed. What they signed before keeps the name that they had then."""
    values = {"name": checked_name(name), "credentials": checked_credentials(credentials)}
    with writing(database) as connection:
        before = account_of(_row(connection, person_id))
        connection.execute(update(table).where(table.c.id == person_id).values(values))
        changed = {key: value for key, value in values.items() if getattr(before, key) != value}
        if changed:
            record(
                connection,
                "details",
                doer,
                person_id,
                {"before": {key: getattr(before, key) for key in changed}, "after": changed},
            )
    return msgspec.structs.replace(before, **values)


def set_roles(database: Engine, person_id: int, roles: Iterable[Role], doer: Doer) -> Account:
    """Give and take roles; from now on, for open sessions and tokens too.

    Raises PeopleError if nobody would be left to administer.
    """
    wanted = tuple(role for role in Role if role in set(roles))
    with writing(database) as connection:
        _keep_an_administrator(connection, person_id, Role.ADMINISTRATOR not in wanted)
        before = account_of(_row(connection, person_id))
        if before.roles != wanted:
            connection.execute(update(table).where(table.c.id == person_id).values(roles=written(wanted)))
            record(connection, "roles", doer, person_id, {"before": before.roles, "after": wanted})
    return msgspec.structs.replace(before, roles=wanted)


def close(database: Engine, person_id: int, doer: Doer) -> None:
    """End a person's access: sign-in, sessions, tokens. What they did stays theirs.

    Raises PeopleError if nobody would be left to administer.
    """
    with writing(database) as connection:
        _keep_an_administrator(connection, person_id, True)
        before = account_of(_row(connection, person_id))
        if not before.is_active:
            return
        connection.execute(update(table).where(table.c.id == person_id).values(is_active=False))
        connection.execute(sessions.delete().where(sessions.c.person_id == person_id))
        connection.execute(
            update(tokens)
            .where(tokens.c.person_id == person_id, tokens.c.revoked.is_(None))
            .values(revoked=moment())
        )
        connection.execute(
            invitations.delete().where(invitations.c.email == before.email, invitations.c.used.is_(None))
        )
        record(connection, "closed", doer, person_id)


def reopen(database: Engine, person_id: int, doer: Doer) -> None:
    """Give a person access again, with the roles and the password that they had. Tokens stay revoked."""
    with writing(database) as connection:
        if account_of(_row(connection, person_id)).is_active:
            return
        connection.execute(update(table).where(table.c.id == person_id).values(is_active=True))
        record(connection, "re-opened", doer, person_id)


def put_password(connection: Connection, person_id: int, password: str, keep: str | None = None) -> None:
    """Store a password's hash, and end the person's sessions save one."""
    connection.execute(update(table).where(table.c.id == person_id).values(password=password))
    connection.execute(
        sessions.delete().where(sessions.c.person_id == person_id, sessions.c.token != (keep or ""))
    )


def has_administrator(connection: Connection) -> bool:
    """Whether anybody can administer. The rows are locked until the transaction ends."""
    return bool(_administrators(connection))


def _administrators(connection: Connection) -> list[int]:
    return list(
        connection.execute(
            select(table.c.id)
            .where(table.c.is_active, table.c.roles.like(f'%"{Role.ADMINISTRATOR}"%'))
            .order_by(table.c.id)
            .with_for_update()
        ).scalars()
    )


def _keep_an_administrator(connection: Connection, person_id: int, goes: bool) -> None:
    if _administrators(connection) == [person_id] and goes:
        raise PeopleError(
            "this is the last administrator. Make somebody else an administrator first, "
            "so that people can still be looked after."
        )


def _row(connection: Connection, person_id: int) -> Row[tuple[object, ...]]:
    found = None
    if 0 < person_id <= LARGEST:
        found = connection.execute(select(table).where(table.c.id == person_id)).first()
    if found is None:
        raise UnknownPersonError(f"there is no person number {person_id}.")
    return found


def account_of(row: Row[tuple[object, ...]]) -> Account:
    """The account in a row of the table."""
    return Account(
        row.id,
        row.email,
        row.name,
        row.credentials,
        roles_of(row.roles),
        row.is_active,
        row.password is not None,
        row.subject,
        row.created,
    )


def normal_email(email: str) -> str:
    """An e-mail address as accounts hold it: lower case, NFC, without spaces around."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip()[:_READ]).lower())


def email_refusal(address: str) -> str | None:
    """Why a text is no e-mail address; None if it is one."""
    if len(address) > 254 or not _EMAIL.fullmatch(address) or clean(address) != address:
        return "this is not an e-mail address: write it as name@example.org."
    return None


def checked_name(name: str) -> str:
    """A name, tidied. Raises PeopleError if there is none or it is longer than 200 characters."""
    tidy = clean(name)
    if not tidy or len(tidy) > 200:
        raise PeopleError("write your name, in at most 200 characters.")
    return tidy


def checked_credentials(credentials: str) -> str:
    """Credentials, tidied. Raises PeopleError if they are longer than 300 characters."""
    tidy = clean(credentials)
    if len(tidy) > 300:
        raise PeopleError("write your credentials in at most 300 characters.")
    return tidy


def clean(text: str) -> str:
    """A line of text in NFC without control signs, marks that turn the direction of reading, and double spaces."""
    kept = (
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", text[:_READ])
        if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())
