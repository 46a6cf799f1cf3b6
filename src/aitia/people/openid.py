"""Signing in as somebody whom the organisation's OpenID Connect provider has vouched for."""

from msgspec import Struct
from sqlalchemy import Connection, Engine, select, update

from aitia.library.store.database import writing
from aitia.people import accounts, sessions
from aitia.people.accounts import Account, account_of, normal_email
from aitia.people.audit import Doer, record
from aitia.people.errors import SignInError
from aitia.people.invitations import join_by_email
from aitia.people.roles import Role
from aitia.people.tables import people


class Vouched(Struct, frozen=True):
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    """Never another person's, never another one for the same person; at most 255 characters of ASCII."""
    email: str
    """Empty unless the provider says that it has verified it."""
    name: str


def enter(
    database: Engine, vouched: Vouched, invited_only: bool, hours: float, doer: Doer, agent: str = ""
) -> str:
    """Begin a session; gives the value for the cookie.

    The account is the one that the subject was linked to. The first time, it is the one of the verified e-mail
    address, or a new one for an invitation to that address; if not only those invited may enter, a new reader's.
    Raises SignInError if there is none, or it is closed.
    """
    try:
        with writing(database) as connection:
            account = _account(connection, vouched, invited_only, doer)
            value = sessions.begin(connection, account.id, hours, agent)
            record(connection, "sign-in-openid", Doer(account.id, doer.address), account.id)
            return value
    except SignInError as error:
        note_refusal(database, doer, str(error))
        raise


def note_refusal(database: Engine, doer: Doer, reason: str) -> None:
    """Record that somebody who came from the provider was not let in."""
    with writing(database) as connection:
        record(connection, "sign-in-refused", doer, None, {"reason": f"OpenID Connect: {reason}"})


def _account(connection: Connection, vouched: Vouched, invited_only: bool, doer: Doer) -> Account:
    key = f"{vouched.issuer} {vouched.subject}"
    found = connection.execute(select(people).where(people.c.subject == key).with_for_update()).first()
    if found is not None:
        return _open(account_of(found))
    email = normal_email(vouched.email)
    if not email or accounts.email_refusal(email):
        raise SignInError(
            "the provider tells no e-mail address that it has verified, so it is not known whose account this is."
        )
    found = connection.execute(select(people).where(people.c.email == email).with_for_update()).first()
    if found is not None:
        account = _open(account_of(found))
        if account.subject is not None:
            raise SignInError(
                f"the account of {email} is linked to another person at the provider. Ask an administrator."
            )
        connection.execute(update(people).where(people.c.id == account.id).values(subject=key))
        record(connection, "linked", Doer(account.id, doer.address), account.id)
        return account
    name = accounts.clean(vouched.name)[:200] or email.partition("@")[0]
    made = join_by_email(connection, email, name, key)
    if made is None and not invited_only:
        made = accounts.add(connection, email, name, "", (Role.READER,), None, key)
    if made is None:
        raise SignInError(f"there is no account and no invitation for {email}. Ask an administrator for one.")
    record(connection, "joined", Doer(made.id, doer.address), made.id, {"roles": made.roles})
    return made


def _open(account: Account) -> Account:
    if not account.is_active:
        raise SignInError("this account is closed. Ask an administrator.")
    return account
