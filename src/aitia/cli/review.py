"""aitia review list | show | history | verify | head | rules | export, and the commands of review_act and review_due"""

from pathlib import Path
from typing import ClassVar

import click
import msgspec

from aitia.answers.writers import writer
from aitia.cli.article_options import article_options, format_of
from aitia.cli.lazy import Elsewhere, LazyGroup
from aitia.cli.shared import deliver, on_a_line
from aitia.library.store.database import engine
from aitia.review import journal, listing, verifying
from aitia.review.nouns import Dossier, State
from aitia.review.telling import rules_text, told
from aitia.review.transitions import STATE_WORDS


class _Commands(LazyGroup):
    elsewhere: ClassVar[dict[str, Elsewhere]] = {
        "submit": Elsewhere("aitia.cli.review_act", "submit", "Ask for the review of an article."),
        "assign": Elsewhere("aitia.cli.review_act", "assign", "Name the reviewers of an article."),
        "withdraw": Elsewhere("aitia.cli.review_act", "withdraw", "Take an article back."),
        "reopen": Elsewhere("aitia.cli.review_act", "reopen", "End the approval of an article."),
        "due": Elsewhere("aitia.cli.review_due", "due", "Find the articles that must be looked at again."),
    }


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def review() -> None:
    """Follow the review of articles, act on them, and prove that nothing was changed."""


@review.command(
    "list",
    epilog="""\b
Examples:
  aitia review list
  aitia review list --state submitted --state under-review
  aitia review list smoking --format json""",
)
@click.argument("words", nargs=-1)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in STATE_WORDS]),
    help="Only articles in this state; may be repeated.",
)
@click.option("--library", "library_name", metavar="NAME", help="Only articles from this library.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
def list_articles(
    words: tuple[str, ...], states: tuple[str, ...], library_name: str | None, form: str
) -> None:
    """The articles whose question has all WORDS, the newest first."""
    found = listing.listed(
        engine(),
        states=[State(state) for state in states],
        library=library_name,
        text=" ".join(words),
        limit=None,
    )
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    for one in found:
        due = f" until {one.due}" if one.due else ""
        click.echo(
            f"{one.id:>5}  {STATE_WORDS[one.state] + due:<26} v{one.version:<3} {one.changed[:10]}  "
            f"{on_a_line(one.question)} ({one.audience}, {one.length}; {one.author.name})"
        )


@review.command(
    epilog="""\b
Examples:
  aitia review show 3
  aitia review show 3 --version 1 --output article.html"""
)
@click.argument("number", type=int)
@click.option("--version", type=int, help="Default: the latest.")
@article_options
def show(number: int, version: int | None, form: str | None, output: Path | None) -> None:
    """The article NUMBER: where it stands, and its words."""
    database = engine()
    dossier = journal.dossier(database, number)
    article = journal.article_of(database, number, version or dossier.latest.number)
    chosen = format_of(form, output)
    stands = _stands(dossier, version or dossier.latest.number) if chosen == "terminal" else ""
    deliver(stands + writer(chosen)(article), output)


def _stands(dossier: Dossier, version: int) -> str:
    shown = dossier.versions[version - 1]
    lines = [f"Article {dossier.id}, version {version} of {dossier.latest.number}, by {shown.by.name}"]
    if version == dossier.latest.number:
        lines.append(f"It is {STATE_WORDS[dossier.state]}.")
        lines += dossier.reasons
        signed = [one for one in dossier.signatures if one.counts]
        lines += [f"{one.by.name} {one.by.credentials}".strip() + f": {one.sign.decision}" for one in signed]
    else:
        lines.append("A newer version stands in its place.")
    return "\n".join(map(on_a_line, lines)) + "\n\n"


@review.command(epilog="Example: aitia review history 3")
@click.argument("number", type=int)
def history(number: int) -> None:
    """All that was done to the article NUMBER, oldest first."""
    for event in journal.dossier(engine(), number).events:
        who = event.person.name + (f", {event.person.credentials}" if event.person.credentials else "")
        what = on_a_line(f"{who} {told(event)}")
        click.echo(f"{event.number:>5}  {event.at[:16].replace('T', ' ')}  v{event.version:<3} {what}")


@review.command(
    epilog="""\b
Examples:
  aitia review verify
  aitia review verify --head 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
\b
Exit code 1: something was changed or removed; the message says where."""
)
@click.option(
    "--head",
    metavar="HASH",
    help="A head written down earlier. Without one, it cannot be told that the last events were removed.",
)
def verify(head: str | None) -> int:
    """Prove that no event and no version was changed, removed, added or put in another order."""
    found = verifying.verify(engine(), head)
    if found.fault is not None:
        click.echo(f"FAULT: {found.fault}")
        click.echo(f"The {found.events:,} events before it are as they were recorded.")
        return 1
    click.echo(f"{found.events:,} events checked: nothing was changed or removed.")
    click.echo(f"head: {found.number} {found.hash}")
    if head is None:
        click.echo("Write the head down elsewhere; --head then shows later whether events were cut off.")
    return 0


@review.command(epilog="Example: aitia review head >> heads.txt")
def head() -> None:
    """The number, the time and the hash of the last event: to be written down outside the database."""
    end = journal.head_of(engine())
    click.echo(f"{end.number} {end.at or '-'} {end.hash}")


@review.command(epilog="Example: aitia review rules")
def rules() -> None:
    """Who may do what to an article in which state. What is not in the table may not be done."""
    click.echo(rules_text())


@review.command(epilog="Example: aitia review export 3 --output article-3.json")
@click.argument("number", type=int)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: the terminal.")
def export(number: int, output: Path | None) -> None:
    """The article NUMBER with its versions and events as JSON, and how to check them without Aitia."""
    from aitia.review.bundle import bundle, bundle_text

    deliver(bundle_text(bundle(engine(), number)), output)
