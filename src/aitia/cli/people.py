"""aitia people: for whoever runs the service, above all one who is locked out of its pages."""

from types import ModuleType
from typing import TYPE_CHECKING

import click

from aitia.errors import StateError
from aitia.people.roles import Role

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from aitia.people.accounts import Account

_roles = click.argument("roles", nargs=-1, type=click.Choice([role.value for role in Role]))
_address = click.option(
    "--address", default="", metavar="URL", help="Where people reach the service, to print the link whole."
)


@click.group(
    epilog="Example: aitia people reset ada@clinic.example --address https://answers.example.org",
)
def people() -> None:
    """List people, invite them, give roles, close accounts, make links for new passwords."""


@people.command("list")
@click.option("--all", "everyone", is_flag=True, help="Closed accounts too.")
def list_people(everyone: bool) -> None:
    """List the accounts: number, e-mail address, name, roles."""
    from aitia.people import accounts

    for one in accounts.people(_database(), is_active=None if everyone else True):
        closed = "" if one.is_active else " (closed)"
        click.echo(f"{one.id}\t{one.email}\t{one.name}\t{', '.join(one.roles) or '-'}{closed}")


@people.command()
@click.argument("email")
@_roles
@_address
def invite(email: str, roles: tuple[str, ...], address: str) -> None:
    """Make an invitation: a link that works once, for seven days."""
    from aitia.people.audit import Doer

    path = _invitations().invite(_database(), email, tuple(Role(role) for role in roles), Doer())
    click.echo(address.rstrip("/") + path)


@people.command()
@click.argument("email")
@_address
def reset(email: str, address: str) -> None:
    """Make a link for a new password: it works once, for a day."""
    from aitia.people.audit import Doer

    database = _database()
    path = _invitations().password_link(database, _account(database, email).id, Doer())
    click.echo(address.rstrip("/") + path)


@people.command()
@click.argument("email")
@_roles
def roles(email: str, roles: tuple[str, ...]) -> None:
    """Set all the roles of a person: those that are not named are taken away."""
    from aitia.people import accounts
    from aitia.people.audit import Doer

    database = _database()
    held = accounts.set_roles(
        database, _account(database, email).id, [Role(role) for role in roles], Doer()
    ).roles
    click.echo(f"{email}: {', '.join(held) or 'no role'}")


@people.command()
@click.argument("email")
def close(email: str) -> None:
    """Close an account: no sign-in, no session, no token. What the person signed stays."""
    from aitia.people import accounts
    from aitia.people.audit import Doer

    database = _database()
    accounts.close(database, _account(database, email).id, Doer())
    click.echo(f"{email} is closed.")


@people.command()
@click.argument("email")
def reopen(email: str) -> None:
    """Open a closed account again."""
    from aitia.people import accounts
    from aitia.people.audit import Doer

    database = _database()
    accounts.reopen(database, _account(database, email).id, Doer())
    click.echo(f"{email} is open.")


def _database() -> "Engine":
    from aitia.library.store.database import engine

    return engine()


def _invitations() -> ModuleType:
    """What makes links, and hashes the passwords that are chosen through them."""
    try:
        from aitia.people import invitations
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("aitia"):
            raise
        raise StateError("links need more packages: pip install 'aitia[web]', then try again.") from None
    return invitations


def _account(database: "Engine", email: str) -> "Account":
    from aitia.people import accounts
    from aitia.people.errors import UnknownPersonError

    found = accounts.find(database, email)
    if found is None:
        raise UnknownPersonError(f"there is no account for {email!r}. aitia people list --all shows all.")
    return found
