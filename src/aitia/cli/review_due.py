"""aitia review due"""

import click
import msgspec

from aitia.cli.shared import on_a_line, open_library, tell
from aitia.documents import DocumentLibrary
from aitia.errors import LibraryError
from aitia.library.locate import named_libraries
from aitia.library.store.database import engine
from aitia.moments import today
from aitia.review.differences import Change, Difference, summary
from aitia.review.living import Due
from aitia.review.living import due as due_articles
from aitia.review.living import reopen as open_again
from aitia.review.policy import read_policy
from aitia.service import Library

_DUE = 3
"""The exit code where an article is due."""
_LONGEST = 300
"""Characters of a text that are printed."""


@click.command(
    epilog="""\b
Examples:
  aitia review due
  aitia review due --library als-starter --format json
  aitia review due --reopen
\b
Exit code 0: nothing is due; 3: something is, or was and has been re-opened."""
)
@click.option("--reopen", is_flag=True, help="Open every article that is due again, with the reasons.")
@click.option("--library", "library_name", metavar="NAME", help="Only articles from this library.")
@click.option(
    "--format", "form", type=click.Choice(("terminal", "json")), default="terminal", show_default=True
)
def due(reopen: bool, library_name: str | None, form: str) -> int:
    """Find the approved articles that must be looked at again.

    Each is asked anew. It is due where the library now says something else: a source was retracted, a figure or a
    certainty changed, a source or a statement came or went. It is also due when its review date has passed.
    """
    database, day = engine(), today()
    found = list(due_articles(database, _library, day, library_name))
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        click.echo("\n\n".join(map(_told, found)) if found else "No article is due.")
    if reopen and found:
        tell(f"{len(open_again(database, read_policy(None), found))} of {len(found)} articles re-opened")
    elif found and form == "terminal":
        click.echo(f"\n{len(found)} due. aitia review due --reopen opens them again for review.")
    return _DUE if found else 0


def _library(name: str) -> Library | DocumentLibrary:
    """A library by the name in its articles: that of its folder or of the database, or the one that it gives itself."""
    try:
        return open_library(name)
    except LibraryError:
        for folder in named_libraries():
            try:
                held = open_library(folder)
            except LibraryError:
                continue
            if isinstance(held, Library) and held.contents.name == name:
                return held
        raise


def _told(one: Due) -> str:
    about = one.summary
    lines = [
        f"Article {about.id}, version {about.version}: {about.question}",
        f"  {about.library}, for {about.audience}s, {about.length}; {about.state} {about.changed[:10]}",
        *(f"  - {reason}" for reason in one.reasons),
    ]
    if one.fresh is not None:
        lines.append(f"  A fresh answer: {summary(one.differences)}.")
        lines += [line for difference in one.differences for line in _lines(difference)]
    return "\n".join(on_a_line(line) for line in lines)


def _lines(one: Difference) -> list[str]:
    """A difference as in a diff: what goes with a minus, what comes with a plus."""
    where = one.place_old or one.place_new or str(one.part)
    if one.kind is Change.MOVED:
        return []
    name = f"{one.heading}: " if one.kind in (Change.FIGURE, Change.STANDING) else ""
    pairs = (("-", one.old), ("+", one.new))
    return [f"    {where:<12} {sign} {name}{_cut(text)}" for sign, text in pairs if text]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]} …"
