"""aitia review submit | assign | withdraw | reopen"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine, select

from aitia.library.store.database import engine, reading
from aitia.people.tables import people
from aitia.review import journal
from aitia.review.errors import NotFoundError
from aitia.review.nouns import Action, Assign, Reopen, Submit, Withdraw
from aitia.review.policy import read_policy
from aitia.review.transitions import STATE_WORDS


def _acting(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--policy",
        "policy_file",
        type=click.Path(path_type=Path),
        help="The editorial policy, if the service has one of its own.",
    )(command)
    command = click.option(
        "--version", type=int, help="The version that you read; refused if there is a newer one."
    )(command)
    command = click.option(
        "--as",
        "email",
        required=True,
        metavar="EMAIL",
        help="Whose action it is: it is recorded under their name.",
    )(command)
    return click.argument("number", type=int)(command)


def _act(number: int, email: str, version: int | None, policy_file: Path | None, action: Action) -> None:
    database = engine()
    seen = version or journal.dossier(database, number).latest.number
    policy = read_policy(policy_file)
    after = journal.act(database, policy, _numbers(database, (email,))[0], number, action, seen=seen)
    click.echo(f"article {number}, version {after.latest.number}, is {STATE_WORDS[after.state]}.")


def _numbers(database: Engine, emails: tuple[str, ...]) -> tuple[int, ...]:
    """The ids of people by their addresses, in their order. Raises NotFoundError."""
    with reading(database) as connection:
        rows = connection.execute(
            select(people.c.email, people.c.id).where(people.c.email.in_([one.lower() for one in emails]))
        )
        found = {row.email: row.id for row in rows}
    for email in emails:
        if email.lower() not in found:
            raise NotFoundError(f"nobody has the address {email}.")
    return tuple(found[email.lower()] for email in emails)


@click.command(epilog="Example: aitia review submit 3 --as ada@clinic.example")
@_acting
@click.option("--note", default="", help="For the reviewers.")
def submit(number: int, email: str, version: int | None, policy_file: Path | None, note: str) -> None:
    """Ask for the review of the article NUMBER."""
    _act(number, email, version, policy_file, Submit(note))


@click.command(
    epilog="""\b
Examples:
  aitia review assign 3 ben@clinic.example cat@clinic.example --as dan@clinic.example
  aitia review assign 3 --as dan@clinic.example"""
)
@_acting
@click.argument("reviewers", nargs=-1, metavar="[REVIEWER]...")
def assign(
    number: int, reviewers: tuple[str, ...], email: str, version: int | None, policy_file: Path | None
) -> None:
    """Name the reviewers of the article NUMBER by their addresses; without any, every reviewer may review it."""
    _act(number, email, version, policy_file, Assign(_numbers(engine(), reviewers)))


@click.command(
    epilog='Example: aitia review withdraw 3 --as dan@clinic.example --reason "A figure is wrong."'
)
@_acting
@click.option("--reason", required=True, help="Shown to readers.")
def withdraw(number: int, email: str, version: int | None, policy_file: Path | None, reason: str) -> None:
    """Take the article NUMBER back. It stays readable under a notice."""
    _act(number, email, version, policy_file, Withdraw(reason))


@click.command(epilog='Example: aitia review reopen 3 --as dan@clinic.example --reason "A new trial."')
@_acting
@click.option("--reason", "reasons", multiple=True, required=True, help="May be repeated.")
def reopen(
    number: int, email: str, version: int | None, policy_file: Path | None, reasons: tuple[str, ...]
) -> None:
    """End the approval and the signatures of the article NUMBER, so that it is reviewed again."""
    _act(number, email, version, policy_file, Reopen(reasons))
