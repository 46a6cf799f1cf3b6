"""The record of who was let in, refused, invited, closed, and given or stripped of roles. Append-only."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, insert, or_, select

from aitia.library.store.database import reading
from aitia.moments import moment
from aitia.people.tables import audit, people

KINDS = {
    "set-up-link": "set-up link made",
    "set-up": "set-up",
    "invited": "invited",
    "taken-back": "invitation taken back",
    "joined": "joined",
    "sign-in-tried": "sign-in tried",
    "sign-in": "signed in with a password",
    "sign-in-openid": "signed in through OpenID Connect",
    "sign-in-refused": "sign-in refused",
    "sign-out": "signed out",
    "session-ended": "sessions ended",
    "roles": "roles changed",
    "details": "name or credentials changed",
    "password-link": "link for a new password made",
    "password": "password changed",
    "linked": "linked to OpenID Connect",
    "closed": "account closed",
    "re-opened": "account re-opened",
    "token-made": "API token made",
    "token-revoked": "API token revoked",
}
"""The kinds of entry, each with its words."""


class Doer(Struct, frozen=True):
    """Who does something to an account, and from where."""

    id: int | None = None
    """None: nobody is signed in (a link, the command line, the service itself)."""
    address: str = ""
    """The network address; empty on the command line."""


class Entry(Struct, frozen=True):
    """A line of the record."""

    id: int
    at: str
    kind: str
    person_id: int | None
    by_id: int | None
    address: str
    details: dict[str, Any]
    person: str = ""
    """The name of whom it is about, as it is now."""
    by: str = ""


def words(entry: Entry) -> str:
    """What an entry's details tell, for people."""
    told = entry.details
    if isinstance(told.get("before"), list):
        return f"{_several(told['before'])} → {_several(told['after'])}"
    if "before" in told:
        return "; ".join(f"{key}: {old} → {told['after'][key]}" for key, old in told["before"].items())
    if "email" in told:
        return f"{told['email']}, {_several(told['roles'])}" if "roles" in told else str(told["email"])
    if "scopes" in told:
        return f"{told['name']}: {_several(told['scopes'])}"
    return "; ".join(str(told[key]) for key in ("name", "reason", "count") if key in told)


def _several(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def record(
    connection: Connection,
    kind: str,
    doer: Doer,
    person_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write an entry, in the transaction of what it tells of."""
    assert kind in KINDS
    connection.execute(
        insert(audit).values(
            at=moment(),
            kind=kind,
            person_id=person_id,
            by_id=doer.id,
            address=whole_address(doer.address),
            details=msgspec.json.encode(details or {}, order="sorted").decode(),
        )
    )


def whole_address(address: str) -> str:
    """A network address as the record holds it: IPv6 in full, so that a network's addresses start alike."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    mapped = getattr(known, "ipv4_mapped", None)
    return str(mapped) if mapped else known.exploded


def _short_address(whole: str) -> str:
    return ipaddress.ip_address(whole).compressed if whole.count(":") == 7 else whole


def network_of(address: str) -> str:
    """How the addresses of one customer start: an IPv4 address itself, the first 64 bits of an IPv6 one."""
    whole = whole_address(address)
    return whole[:20] if whole.count(":") == 7 else whole


def entries(
    database: Engine,
    *,
    kinds: Sequence[str] = (),
    person_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Entries, newest first: of these kinds, about or by a person, older than an entry's number."""
    about, doer = people.alias(), people.alias()
    chosen = (
        select(audit, about.c.name.label("person"), doer.c.name.label("by"))
        .outerjoin(about, about.c.id == audit.c.person_id)
        .outerjoin(doer, doer.c.id == audit.c.by_id)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    if kinds:
        chosen = chosen.where(audit.c.kind.in_(kinds))
    if person_id is not None:
        chosen = chosen.where(or_(audit.c.person_id == person_id, audit.c.by_id == person_id))
    if before is not None:
        chosen = chosen.where(audit.c.id < before)
    with reading(database) as connection:
        return [
            Entry(
                row.id,
                row.at,
                row.kind,
                row.person_id,
                row.by_id,
                _short_address(row.address),
                msgspec.json.decode(row.details),
                row.person or "",
                row.by or "",
            )
            for row in connection.execute(chosen)
        ]
