"""aitia search"""

import gzip
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import click
import msgspec

from aitia.cli.shared import deliver, library_option, open_library, tell
from aitia.errors import NOT_ANSWERED, QuestionError, StateError

if TYPE_CHECKING:
    from aitia.documents import FoundPassage


class BatchQuestion(msgspec.Struct):
    """A line of the questions file; other fields are passed over."""

    id: str
    question: str


@click.command(
    epilog="""\b
Examples:
  aitia search "lead exposure" --top 5
  aitia search --batch questions.jsonl.gz --top 100 --output run.jsonl
\b
A batch reads lines {"id": ..., "question": ...} and writes {"id": ..., "documents": [source ids, best first]}."""
)
@click.argument("question", nargs=-1)
@click.option("--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many to give.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
@click.option(
    "--batch",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Questions, one JSON object a line (.gz too).",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
@library_option
def search(
    question: tuple[str, ...],
    top: int,
    form: str,
    batch: Path | None,
    output: Path | None,
    library_name: str | None,
) -> int:
    """Find the statements nearest to QUESTION, best first."""
    if batch is not None:
        if question:
            raise QuestionError("give a question or --batch, not both.")
        if form == "json":
            raise QuestionError("--batch always writes JSON lines: leave --format out.")
        return _batch(batch, top, output, library_name)
    if not question:
        raise QuestionError('give a question, for example: aitia search "lead exposure"')
    from aitia.service import Library

    library = open_library(library_name)
    if not isinstance(library, Library):
        return _passages(library.search(" ".join(question), top), form, output)
    found = library.search(" ".join(question), top)
    if form == "json":
        rows = [
            {"score": round(score, 4), "statement": statement, "source": library.source(statement.source_id)}
            for statement, score in found
        ]
        deliver(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n", output)
    else:
        lines = []
        for rank, (statement, score) in enumerate(found, 1):
            source = library.source(statement.source_id)
            lines.append(f"{rank:>3}. {score:6.2f}  {library.said(statement)}")
            lines.append(f"             {statement.id} · {source.title} ({source.year or 'no year'})")
        deliver("\n".join(lines) + "\n" if lines else "nothing found\n", output)
    return 0 if found else NOT_ANSWERED


def _passages(found: "list[FoundPassage]", form: str, output: Path | None) -> int:
    """The passages of a library of documents."""
    if form == "json":
        deliver(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n", output)
        return 0 if found else NOT_ANSWERED
    lines = []
    for rank, one in enumerate(found, 1):
        number = f"{one.first}" if one.first == one.last else f"{one.first}-{one.last}"
        lines.append(f"{rank:>3}. {one.score:6.2f}  {one.source.title} ({one.source.year or 'no year'})")
        lines.append(f"             {one.source.id} · passage {number}")
        if one.text:
            lines.append(f"             {shorten(' '.join(one.text.split()), 160, placeholder=' ...')}")
    deliver("\n".join(lines) + "\n" if lines else "nothing found\n", output)
    return 0 if found else NOT_ANSWERED


def _batch(batch: Path, top: int, output: Path | None, library_name: str | None) -> int:
    library = open_library(library_name)
    lines = []
    for number, asked in _questions(batch):
        try:
            documents = [source.id for source, _ in library.search_sources(asked.question, top)]
        except QuestionError as error:
            raise QuestionError(f"{batch}, line {number}: {error}") from None
        lines.append(msgspec.json.encode({"id": asked.id, "documents": documents}).decode())
        if len(lines) % 500 == 0 and sys.stderr.isatty():
            click.echo(f"\raitia: {len(lines):,} questions", err=True, nl=False)
    if not lines:
        raise QuestionError(f'{batch} holds no question. Each line is {{"id": "...", "question": "..."}}.')
    deliver("".join(line + "\n" for line in lines), output)
    if output is not None:
        tell(f"{len(lines):,} questions answered")
    return 0


def _questions(batch: Path) -> Iterator[tuple[int, BatchQuestion]]:
    try:
        content = batch.read_bytes()
        lines = (gzip.decompress(content) if batch.suffix == ".gz" else content).decode().split("\n")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise StateError(f"{batch}: cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield number, msgspec.json.decode(line, type=BatchQuestion)
            except msgspec.MsgspecError as error:
                raise QuestionError(
                    f'{batch}, line {number}: {error}. Each line is {{"id": "...", "question": "..."}}.'
                ) from None
