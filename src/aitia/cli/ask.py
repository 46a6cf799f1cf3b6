"""aitia ask"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aitia.answers.writers import writer
from aitia.cli.article_options import article_options, format_of
from aitia.cli.shared import deliver, library_option, open_library, tell
from aitia.errors import NOT_ANSWERED, LibraryError
from aitia.evidence.article import AUDIENCES, Article

if TYPE_CHECKING:
    from aitia.documents import DocumentLibrary
    from aitia.service import Library


def _keep(library: "Library | DocumentLibrary", article: Article) -> None:
    from aitia.service import Library

    if isinstance(library, Library):
        raise LibraryError("--keep is for libraries in the database: aitia library add makes one.")
    from aitia.library.store.answers import keep

    tell(f"kept as answer {keep(library.database, library.library.id, article)}")


@click.command(
    epilog="""\b
Examples:
  aitia ask "What are the causes of ALS?"
  aitia ask "Does smoking cause ALS?" --for patient --length short
  aitia ask "Is ALS hereditary?" --output answer.html
\b
Exit code 3: the library cannot answer the question."""
)
@click.argument("question", nargs=-1, required=True)
@click.option(
    "--for",
    "audience",
    type=click.Choice(AUDIENCES),
    default="clinician",
    show_default=True,
    help="Who reads the answer.",
)
@click.option(
    "--length",
    type=click.Choice(("short", "standard", "full")),
    default="standard",
    show_default=True,
    help="How much to say.",
)
@article_options
@click.option(
    "--keep",
    is_flag=True,
    help="Keep the answer in the database, so that a retraction of a source it cites is told. "
    "Otherwise no question is kept.",
)
@library_option
def ask(
    question: tuple[str, ...],
    audience: str,
    length: str,
    form: str | None,
    output: Path | None,
    keep: bool,
    library_name: str | None,
) -> int:
    """Answer QUESTION with short statements, each cited to its source."""
    library = open_library(library_name)
    article = library.ask(" ".join(question), audience, length)
    if keep:
        _keep(library, article)
    deliver(writer(format_of(form, output))(article), output)
    return 0 if article.answered else NOT_ANSWERED
