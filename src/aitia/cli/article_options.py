"""The options of commands that print an article."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from aitia.answers.writers import FORMATS, SUFFIXES


def article_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --format and --output, which the command gets as `form` and `output`."""
    command = click.option(
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write to a file instead of the terminal.",
    )(command)
    return click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        help="Default: terminal, or what the name of --output asks for.",
    )(command)


def format_of(form: str | None, output: Path | None) -> str:
    """The format that was asked for: by name, by how the file's name ends, or the terminal's."""
    return form or (SUFFIXES.get(output.suffix.lower(), "markdown") if output else "terminal")
