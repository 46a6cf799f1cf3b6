"""aitia library list | show | check | path"""

from pathlib import Path

import click
import msgspec

from aitia.cli.shared import library_option, open_library
from aitia.errors import LibraryError
from aitia.library.locate import locate, named_libraries


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def library() -> None:
    """List, show and check libraries."""


@library.command("list")
def list_libraries() -> None:
    """The libraries that have a name."""
    from aitia.library.format import Card
    from aitia.library.read import read_file

    for name, folder in named_libraries().items():
        try:
            card = read_file(folder / "library.yaml", Card)
            click.echo(f"{name:<20} {card.version:<12} {card.updated:<12} {card.title}")
        except LibraryError as error:
            click.echo(f"{name:<20} cannot be read: {error}")


@library.command()
@click.argument("name", required=False)
def path(name: str | None) -> None:
    """The folder of a library; without NAME, of the starter library."""
    click.echo(locate(name))


@library.command(epilog="Example: aitia library show rosen-1993-sod1")
@click.argument("identifier", metavar="ID")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
@library_option
def show(identifier: str, form: str, library_name: str | None) -> None:
    """A source with its statements, one statement, or a topic, by its ID."""
    from aitia.cli.show import shown

    opened = open_library(library_name)
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
