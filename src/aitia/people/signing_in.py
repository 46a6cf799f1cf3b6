"""Signing in with a password, and how guessing is slowed down.

What is counted stands in the audit table, so it holds over all server processes and over restarts. A try is recorded
before the password is looked at, so that many at once are counted too.
"""

import math

import msgspec
from sqlalchemy import Connection, Engine, func, select, text, update

from aitia.library.store.database import reading, writing
from aitia.moments import moment, seconds_since
from aitia.people import accounts, passwords, sessions
from aitia.people.accounts import email_refusal, normal_email
from aitia.people.audit import Doer, network_of, record
from aitia.people.errors import PeopleError, SignInError
from aitia.people.tables import audit, people
from aitia.people.values import fingerprint

REFUSED = "the e-mail address or the password is not right."
"""Whatever the reason is."""
_WINDOW = 15
"""Minutes for which failures are counted."""
_FREE_ACCOUNT, _FREE_NETWORK = 5, 30
"""Failures that cost nothing: for one e-mail address, and from one network (many people may share it)."""
_FIRST_WAIT = 15.0
"""Seconds to wait after that; doubled with each further failure."""
_LONGEST_ACCOUNT, _LONGEST_NETWORK = 300.0, 60.0
"""Seconds: nobody who knows the e-mail address of another can lock them out for good."""
_KNOWN_DAYS = 90
"""For so long a network is known from which somebody signed in: there they wait for what failed there alone."""
_LOCK = 0x6169_7469_61
"""Of PostgreSQL's advisory locks: one process counts and records at a time."""


def sign_in(database: Engine, email: str, password: str, hours: float, doer: Doer, agent: str = "") -> str:
    """Begin a session by password; gives the value for the cookie.

    Raises SignInError, in the same words and after the same work whether there is such an account or not; if too many
    tries failed, with the seconds to wait. Raises StateError if too many are signing in at this moment.
    """
    known = _note_try(database, email, doer)
    address = normal_email(email)
    with reading(database) as connection:
        row = connection.execute(
            # No account has an empty address: a text that the database cannot hold is nobody's.
            select(people.c.id, people.c.password, people.c.is_active).where(
                people.c.email == (address if email_refusal(address) is None else "")
            )
        ).first()
    is_right = passwords.matches(row.password if row else None, password)
    if row is None or not is_right or not row.is_active:
        with writing(database) as connection:
            record(connection, "sign-in-refused", doer, row.id if row else None, known)
        raise SignInError(REFUSED)
    newer = passwords.hashed(password) if passwords.is_outdated(row.password) else None
    with writing(database) as connection:
        # While the password was looked at, it may have been changed or the account closed: both end all sessions, and
        # none may begin after that.
        is_still_right = connection.execute(
            select(people.c.id)
            .where(people.c.id == row.id, people.c.password == row.password, people.c.is_active)
            .with_for_update()
        ).first()
        if is_still_right:
            if newer:
                connection.execute(update(people).where(people.c.id == row.id).values(password=newer))
            value = sessions.begin(connection, row.id, hours, agent)
            record(connection, "sign-in", Doer(row.id, doer.address), row.id, known)
            return value
        record(connection, "sign-in-refused", doer, row.id, known)
    raise SignInError(REFUSED)


def change_password(database: Engine, person_id: int, old: str, new: str, doer: Doer, keep: str) -> None:
    """Change a password and end all other sessions. `keep`: the fingerprint of the session that goes on.

    Raises PeopleError if the old one is wrong or the new one is refused, SignInError if too many tries failed.
    """
    account = accounts.account(database, person_id)
    with reading(database) as connection:
        present = connection.execute(select(people.c.password).where(people.c.id == person_id)).scalar()
    known = _note_try(database, account.email, doer)
    if not passwords.matches(present, old):
        with writing(database) as connection:
            record(connection, "sign-in-refused", doer, person_id, known)
        raise PeopleError("this is not the password that you have now.")
    if refused := passwords.refusal(new, account.name, account.email):
        raise PeopleError(refused)
    hashed = passwords.hashed(new)
    with writing(database) as connection:
        accounts.put_password(connection, person_id, hashed, keep)
        record(connection, "password", doer, person_id, known)


def _note_try(database: Engine, email: str, doer: Doer) -> dict[str, str]:
    """Record that a password is about to be tried; gives what names the account in the record.

    Raises SignInError if it must wait.
    """
    # Not the address itself: people type their password there by mistake.
    known = {"account": fingerprint(normal_email(email))[:16]}
    with writing(database) as connection:
        wait = _wait(connection, known, doer.address)
        if wait <= 0:
            record(connection, "sign-in-tried", doer, details=known)
    if wait > 0:
        raise SignInError(f"too many tries failed. Wait {_words(wait)}, then try again.", wait)
    return known


def _wait(connection: Connection, known: dict[str, str], address: str) -> int:
    """Seconds until this account and this network may try again."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    of_account = audit.c.details == msgspec.json.encode(known, order="sorted").decode()
    start = moment(minutes=-_WINDOW)
    last_success = connection.execute(
        select(func.max(audit.c.at)).where(
            audit.c.kind.in_(("sign-in", "password")), audit.c.at > start, of_account
        )
    ).scalar()
    # Tries, not refusals: those that are under way count as well.
    tries = select(func.count(), func.max(audit.c.at)).where(
        audit.c.kind == "sign-in-tried", audit.c.at > (last_success or start), of_account
    )
    network = network_of(address)
    # Only of IPv6 is a part a network: 192.0.2.1 is not that of 192.0.2.10.
    of_network = (
        audit.c.address.startswith(network, autoescape=True) if ":" in network else audit.c.address == network
    )
    if (
        address
        and connection.execute(
            select(audit.c.id)
            .where(audit.c.kind == "sign-in", audit.c.at > moment(days=-_KNOWN_DAYS), of_account, of_network)
            .limit(1)
        ).first()
    ):
        # Whoever fails on purpose elsewhere does not lock out those who come from where they always do.
        tries = tries.where(of_network)
    failures, last = connection.execute(tries).one()
    waits = [_left(failures, last, _FREE_ACCOUNT, _LONGEST_ACCOUNT)]
    if address:
        refusals = select(func.count(), func.max(audit.c.at)).where(
            audit.c.kind == "sign-in-refused",
            audit.c.at > start,
            of_network,
        )
        failures, last = connection.execute(refusals).one()
        waits.append(_left(failures, last, _FREE_NETWORK, _LONGEST_NETWORK))
    return max(waits)


def _left(failures: int, last: str | None, free: int, longest: float) -> int:
    """Seconds that are left of the wait after so many failures, the last of them at that time."""
    if failures < free or last is None:
        return 0
    wait: float = min(longest, _FIRST_WAIT * 2.0 ** min(failures - free, 10))
    return max(0, math.ceil(wait - seconds_since(last)))


def _words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
