"""aitia model examples"""

import shlex
from pathlib import Path

import click

from aitia.cli.shared import tell
from aitia.errors import StateError


@click.command(
    epilog="""\b
Examples:
  aitia model examples
  aitia model examples --write examples"""
)
@click.option(
    "--write", type=click.Path(path_type=Path), metavar="FOLDER", help="Write the files to a folder."
)
@click.option("--force", is_flag=True, help="Write over files that are there and differ.")
def examples(write: Path | None, force: bool) -> None:
    """List the bundled data and scenarios, and write them out; each with a command that runs it."""
    from aitia.causes.examples import bundled
    from aitia.state import write_atomically

    files = bundled()
    folder = write if write is not None else Path("examples")
    if write is not None:
        if write.exists() and not write.is_dir():
            raise StateError(f"{write} is a file; give the name of a folder.")
        for one in files:
            there = write / one.file
            if there.exists() and not force and there.read_bytes() != one.path.read_bytes():
                raise StateError(
                    f"{there} is there already and differs. Write to another folder, or use --force to replace it."
                )
        try:
            write.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(f"{write} cannot be made: {error.strerror or error}.") from None
        for one in files:
            write_atomically(write / one.file, one.path.read_bytes())
    for one in files:
        path = shlex.quote(str(folder / one.file))
        click.echo(f"{one.file}\n    {one.says}\n    {one.command.format(path=path)}\n")
    if write is None:
        click.echo("Write them out first: aitia model examples --write examples")
    else:
        tell(f"{len(files)} files written to {write}")
