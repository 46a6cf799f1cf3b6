"""Tokens with which programs act for a person, through the API."""

from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, func, insert, or_, select, update

from aitia.library.store.database import reading, writing
from aitia.moments import moment
from aitia.people.accounts import clean
from aitia.people.audit import Doer, record
from aitia.people.errors import PeopleError, UnknownPersonError
from aitia.people.roles import roles_of
from aitia.people.sessions import WRITTEN_EVERY, note_use
from aitia.people.tables import people, tokens
from aitia.people.values import fingerprint, fresh
from aitia.review.nouns import Person

PREFIX = "aitia_"
"""So that scanners for leaked secrets can know one."""
MOST, LONGEST_DAYS = 50, 366
"""Tokens that one person may have at once, and days that one may live."""


class Scope(StrEnum):
    """What a token may be used for, within what its person may do."""

    READ = "read"
    """Ask, search, read articles, versions and libraries."""
    WRITE = "write"
    """Make, edit and submit articles; add documents."""
    REVIEW = "review"
    """Assign, mark, comment, propose, sign, withdraw, re-open."""
    ADMIN = "admin"
    """Libraries and people."""


class Token(Struct, frozen=True):
    """A token as its person sees it in the list."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created: str
    expires: str
    used: str | None
    revoked: str | None


_scopes = msgspec.json.Decoder(tuple[Scope, ...])
_FIND = select(
    people.c.id, people.c.name, people.c.credentials, people.c.roles, tokens.c.scopes, tokens.c.used
).join_from(tokens, people, people.c.id == tokens.c.person_id)


def make(
    database: Engine, person_id: int, name: str, scopes: tuple[Scope, ...], days: int, doer: Doer
) -> str:
    """Make a token; gives its value, which is not shown again. days: 1 to 366.

    Raises PeopleError if a field is wrong or the person has fifty already.
    """
    tidy = clean(name)
    if not tidy or len(tidy) > 120:
        raise PeopleError("name the token after what will use it, in at most 120 characters.")
    if not scopes:
        raise PeopleError("choose at least one thing that the token may do.")
    if not 1 <= days <= LONGEST_DAYS:
        raise PeopleError(f"a token lives from 1 to {LONGEST_DAYS} days.")
    value = PREFIX + fresh()
    with writing(database) as connection:
        if (
            connection.execute(
                select(func.count()).where(
                    tokens.c.person_id == person_id, tokens.c.revoked.is_(None), tokens.c.expires > moment()
                )
            ).scalar_one()
            >= MOST
        ):
            raise PeopleError(f"you have {MOST} tokens; revoke one that is not used.")
        made = connection.execute(
            insert(tokens)
            .values(
                person_id=person_id,
                name=tidy,
                token=fingerprint(value),
                scopes=msgspec.json.encode([scope for scope in Scope if scope in scopes]).decode(),
                created=moment(),
                expires=moment(days=days),
            )
            .returning(tokens.c.id)
        ).scalar_one()
        record(connection, "token-made", doer, person_id, {"token": made, "name": tidy, "scopes": scopes})
    return value


def find(database: Engine, value: str) -> tuple[Person, frozenset[Scope]] | None:
    """Whose token it is, with the roles that they have now, and what it may be used for; None if it opens nothing.

    Notes at most once a minute that it is in use, and never waits for that.
    """
    if not value.startswith(PREFIX):
        return None
    token = fingerprint(value)
    with reading(database) as connection:
        row = connection.execute(
            _FIND.where(
                tokens.c.token == token,
                tokens.c.revoked.is_(None),
                or_(tokens.c.expires.is_(None), tokens.c.expires > moment()),
                people.c.is_active,
            )
        ).first()
    if row is None:
        return None
    if row.used is None or row.used < moment(seconds=-WRITTEN_EVERY):
        note_use(database, tokens, tokens.c.token == token, "used")
    person = Person(row.id, row.name, row.credentials, roles_of(row.roles))
    return person, frozenset(_scopes.decode(row.scopes))


def listed(database: Engine, person_id: int) -> tuple[Token, ...]:
    """A person's tokens that are neither revoked nor expired, the newest first."""
    with reading(database) as connection:
        rows = connection.execute(
            select(tokens)
            .where(tokens.c.person_id == person_id, tokens.c.revoked.is_(None), tokens.c.expires > moment())
            .order_by(tokens.c.id.desc())
        ).all()
    return tuple(
        Token(row.id, row.name, _scopes.decode(row.scopes), row.created, row.expires, row.used, row.revoked)
        for row in rows
    )


def revoke(database: Engine, person_id: int, token_id: int, doer: Doer) -> None:
    """End a token of a person. Raises UnknownPersonError if they have none of that number."""
    with writing(database) as connection:
        name = connection.execute(
            update(tokens)
            .where(tokens.c.id == token_id, tokens.c.person_id == person_id, tokens.c.revoked.is_(None))
            .values(revoked=moment())
            .returning(tokens.c.name)
        ).scalar()
        if name is None:
            raise UnknownPersonError("you have no such token.")
        record(connection, "token-revoked", doer, person_id, {"token": token_id, "name": name})
