"""Options and small services that several commands use."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aitia.errors import LibraryError, StateError

if TYPE_CHECKING:
    from aitia.documents import DocumentLibrary
    from aitia.service import Library

library_option = click.option(
    "--library",
    "library_name",
    metavar="NAME|PATH",
    help="A library's name, or its folder. Default: the starter library.",
)


def tell(line: str) -> None:
    """Tell the person something beside the output."""
    click.echo(f"aitia: {line}", err=True)


def on_a_line(text: str) -> str:
    """What people or documents wrote, on one line and without signs that would send the terminal commands."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def open_library(name: str | None) -> "Library | DocumentLibrary":
    """The library that was asked for: a curated one in a folder, or one of documents in the database.

    Raises LibraryError if there is neither.
    """
    from aitia.library.locate import locate
    from aitia.library.store.places import is_stored, stored_names

    if name is not None and is_stored(name):
        from aitia.documents import DocumentLibrary

        return DocumentLibrary.open(name)
    from aitia.service import Library

    try:
        return Library(locate(name), tell)
    except LibraryError as error:
        if name is not None and not Path(name).exists() and (names := stored_names()):
            raise LibraryError(f"{str(error).rstrip('.')}; in the database: {', '.join(names)}.") from None
        raise


def deliver(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file whole.

    Raises StateError if the file cannot be written.
    """
    if output is None:
        sys.stdout.write(text)
        return
    from aitia.state import write_atomically

    if output.is_dir():
        raise StateError(f"{output} is a folder; give the name of a file.")
    if not output.parent.is_dir():
        raise StateError(f"the folder {output.parent} does not exist; make it first.")
    write_atomically(output, text.encode())
    tell(f"written to {output}")
