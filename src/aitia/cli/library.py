"""aitia library list | show | check | path, and the commands of library_add"""

from pathlib import Path
from typing import ClassVar

import click
import msgspec

from aitia.cli.lazy import Elsewhere, LazyGroup
from aitia.cli.shared import library_option, open_library
from aitia.errors import LibraryError
from aitia.library.locate import locate, named_libraries


class _Commands(LazyGroup):
    # They need the database's software.
    elsewhere: ClassVar[dict[str, Elsewhere]] = {
        "create": Elsewhere(
            "aitia.cli.library_add", "create", "Make an empty library, to which documents can be added."
        ),
        "add": Elsewhere("aitia.cli.library_add", "add_command", "Add documents to a library."),
        "refresh": Elsewhere(
            "aitia.cli.library_add", "refresh", "Ask whether the sources of a library still stand."
        ),
        "remove": Elsewhere("aitia.cli.library_add", "remove", "Remove a library with everything in it."),
    }


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def library() -> None:
    """Make, fill, list, show and check libraries."""


@library.command("list")
def list_libraries() -> None:
    """The libraries that have a name."""
    from aitia.library.format import Card
    from aitia.library.read import read_file
    from aitia.library.store.places import has_database

    for name, folder in named_libraries().items():
        try:
            card = read_file(folder / "library.yaml", Card)
            click.echo(f"{name:<20} {card.version:<12} {card.updated:<12} {card.title}")
        except LibraryError as error:
            click.echo(f"{name:<20} cannot be read: {error}")
    if has_database():
        from aitia.library.store.database import engine
        from aitia.library.store.libraries import everyone

        for held in everyone(engine()):
            click.echo(
                f"{held.name:<20} {held.version:<12} {held.updated[:10]:<12} {held.title} ({held.sources:,} sources)"
            )


@library.command()
@click.argument("name", required=False)
def path(name: str | None) -> None:
    """The folder of a library; without NAME, of the starter library."""
    click.echo(locate(name))


@library.command(
    epilog="""\b
Examples:
  aitia library show rosen-1993-sod1
  aitia library show pmid-31280619 --library neurology --passage 3.2"""
)
@click.argument("identifier", metavar="ID")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
@click.option(
    "--passage", metavar="N[.M]", help="Of a document: its passage N; .M marks the sentence M in it."
)
@library_option
def show(identifier: str, form: str, passage: str | None, library_name: str | None) -> None:
    """A source with its statements, one statement, or a topic, by its ID; of a document also one passage."""
    from aitia.cli.show import shown
    from aitia.service import Library

    opened = open_library(library_name)
    if not isinstance(opened, Library):
        from aitia.cli.show_document import shown_document

        click.echo(shown_document(opened, identifier, passage, form))
        return
    if passage is not None:
        raise click.UsageError("--passage is for documents; a curated statement is shown by its own ID.")
    found = shown(opened.contents, identifier)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found.records), indent=2).decode())
    else:
        click.echo(found.text)


@library.command(
    epilog="""\b
Examples:
  aitia library check
  aitia library check my-library/
\b
Exit code 1: an error was found. Warnings alone give 0."""
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
def check(path: Path | None) -> int:
    """Check the library in PATH (default: the starter library): schema, ids, topics, figures, wordings."""
    from aitia.library.check import check as findings_in

    folder = locate(path)
    found = findings_in(folder)
    width = max((len(f"{finding.file}:{finding.line}") for finding in found), default=0)
    for finding in found:
        where = f"{finding.file}:{finding.line}"
        click.echo(f"{finding.level:<8} {where:<{width}}  {finding.rule}: {finding.message}")
    errors = sum(finding.level == "error" for finding in found)
    click.echo(
        f"{folder}: {errors} error{'s' * (errors != 1)}, "
        f"{len(found) - errors} warning{'s' * (len(found) - errors != 1)}"
    )
    return 1 if errors else 0
