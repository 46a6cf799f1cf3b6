"""aitia library create | add | remove"""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from aitia.cli.shared import tell
from aitia.errors import INTERRUPTED, NOT_ANSWERED, LibraryError
from aitia.evidence.nouns import Standing
from aitia.library.add import Tally, Trouble, add, known_files
from aitia.library.containers import size_of
from aitia.library.intake import Job, Progress, jobs_of
from aitia.library.outside import connector_for, fetcher, jobs_from
from aitia.library.refresh import standing_jobs
from aitia.library.store import libraries
from aitia.library.store.answers import touched
from aitia.library.store.database import engine
from aitia.library.store.index import drop_index
from aitia.library.store.libraries import StoredLibrary, count_by_standing
from aitia.library.store.locks import only_writer

SOME_FAILED = 1
_SHOWN = 50


@click.command(epilog='Example: aitia library create neurology --title "Our neurology guidelines"')
@click.argument("name")
@click.option("--title", default="", help="What people read; by default the name.")
def create(name: str, title: str) -> None:
    """Make an empty library NAME, to which documents can be added."""
    made = libraries.create(engine(), name, title)
    click.echo(
        f"made the library {made.name}. Add documents: aitia library add --library {made.name} FILE ..."
    )


@click.command(epilog="Example: aitia library remove neurology")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Remove the library NAME with everything in it. This cannot be undone."""
    database = engine()
    library = stored(name)
    if not yes:
        held = next((one.sources for one in libraries.everyone(database) if one.id == library.id), 0)
        click.confirm(f"Remove the library {name} with its {held:,} sources for good?", abort=True, err=True)
    with only_writer(database, library):
        libraries.remove(database, library)
        drop_index(library)
    click.echo(f"removed the library {name}")


@click.command(
    "add",
    epilog="""\b
Examples:
  aitia library add --library neurology guideline.pdf papers/
  aitia library add --library pubmed baseline/ --jobs 2
  aitia library add --library neurology 'pubmed:migraine[mesh] AND guideline[pt]'
  aitia library add --library neurology doi:10.1000/182 https://www.who.int/health-topics/dementia
\b
Exit code 1: some files could not be read; the table at the end says which and why. The others were added.
Adding again is safe: what is held already is not added twice, and a load that was cut off goes on.""",
)
@click.argument("what", nargs=-1, required=True, metavar="FILE|FOLDER|ADDRESS...")
@click.option("--library", "name", required=True, metavar="NAME", help="The library; made if there is none.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and read nothing.")
@click.option("--again", is_flag=True, help="Read also files that have not changed since they were read.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=lambda: max(1, os.cpu_count() or 1),
    show_default="processors",
    help="Processes that read files.",
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Read on the workers of a Dask scheduler: tcp://host:8786."
)
def add_command(
    what: tuple[str, ...], name: str, dry_run: bool, again: bool, jobs: int, cluster: str | None
) -> int:
    """Add documents to the library NAME: PDF, Word, HTML, Markdown, text, PubMed and JATS XML, JSON lines, RIS,
    BibTeX, CSL-JSON; folders, .zip and .tar.gz of these; and records from PubMed, Europe PMC, Crossref or the web."""
    database = engine()
    library = libraries.find(database, name)
    for one in what:
        if connector_for(one) is None and not Path(one).exists():
            raise LibraryError(
                f"there is no file or folder {one!r}. An address begins with pubmed:, europepmc:, doi: or https://."
            )
    known = known_files(database, library.id) if library else {}

    def steps() -> Iterator[Job]:
        for one in what:
            if connector_for(one) is not None:
                yield from jobs_from(one, None if again else known.get(one), fetcher())
            else:
                yield from jobs_of(Path(one), known, again)

    if dry_run:
        return _say_what_would_be_read(what, known)
    if library is None:
        library = libraries.create(database, name)
        tell(f"made the library {name}")
    size = sum(size_of(Path(one)) for one in what if connector_for(one) is None)
    line = _ProgressLine(size)
    tally: list[Tally] = []

    def report(sofar: Tally) -> None:
        tally[:] = [sofar]
        line.show(sofar)

    try:
        done = add(database, library, steps(), what, jobs, cluster, report)
    except KeyboardInterrupt:
        line.end()
        kept = tally[0].documents if tally else 0
        tell(f"stopped. The {kept:,} documents read so far are kept; the same command goes on from there.")
        return INTERRUPTED
    line.end()
    _say_what_was_done(done, library)
    if done.retracted:
        _list_touched_answers(library)
    return SOME_FAILED if done.troubles else 0


@click.command(
    epilog="""\b
Example: aitia library refresh neurology
\b
Exit code 1: a service could not be asked. 3: kept answers cite a source that was retracted."""
)
@click.argument("name")
def refresh(name: str) -> int:
    """Ask PubMed and Crossref whether sources of the library NAME were retracted, corrected, doubted or replaced."""
    library = stored(name)
    database = engine()
    line = _ProgressLine(0)
    tally = add(
        database, library, standing_jobs(database, library.id, fetcher()), ["refresh"], 1, None, line.show
    )
    line.end()
    _say_what_was_done(tally, library)
    by_standing = count_by_standing(database, library.id)
    click.echo(", ".join(f"{count:,} {standing}" for standing, count in by_standing.items()) or "no sources")
    if _list_touched_answers(library):
        return NOT_ANSWERED
    return SOME_FAILED if tally.troubles else 0


def _list_touched_answers(library: StoredLibrary) -> bool:
    """List the kept answers that cite a source with a notice about it; whether one of them was retracted."""
    kept = touched(engine(), library.id)
    for one in kept:
        click.echo(f"answer {one.id} of {one.made[:10]} cites {one.source} ({one.standing}): {one.question}")
    return any(one.standing is Standing.RETRACTED for one in kept)


def stored(name: str) -> StoredLibrary:
    """The library of a name in the database.

    Raises LibraryError if there is none.
    """
    database = engine()
    found = libraries.find(database, name)
    if found is None:
        names = ", ".join(one.name for one in libraries.everyone(database)) or "none yet"
        raise LibraryError(f"there is no library {name!r} in the database; there are: {names}.")
    return found


def _say_what_would_be_read(what: Iterable[str], known: dict[str, Progress]) -> int:
    failed = 0
    for one in what:
        if connector_for(one) is not None:
            click.echo(f"{'ask':<10} {one}")
            continue
        for job in jobs_of(Path(one), known, again=False):
            if job.failure is not None:
                failed += 1
                click.echo(f"{'cannot':<10} {job.origin}: {job.failure}")
            elif job.is_known:
                click.echo(f"{'known':<10} {job.origin}")
            elif job.passed_over is not None:
                click.echo(f"{'pass over':<10} {job.origin}: {job.passed_over}")
            elif job.part is not None and job.number == 0:
                click.echo(f"{job.part.reader:<10} {job.origin}")
    return SOME_FAILED if failed else 0


def _say_what_was_done(tally: Tally, library: StoredLibrary) -> None:
    _table(tally.troubles)
    parts = [f"{tally.added:,} added"]
    for count, words in (
        (tally.updated, "updated"),
        (tally.unchanged, "held already"),
        (tally.removed, "taken out"),
        (tally.known_files, "files unchanged since they were read"),
        (tally.passed_over, "files of other kinds passed over"),
        (len(tally.troubles), "failed"),
    ):
        if count:
            parts.append(f"{count:,} {words}")
    rate = (
        f" ({tally.documents / tally.seconds:,.0f} a second)" if tally.seconds > 1 and tally.documents else ""
    )
    click.echo(f"{library.name}: {', '.join(parts)}, in {tally.seconds:.1f} s{rate}")
    if tally.retracted:
        click.echo(f"{len(tally.retracted):,} sources held before were retracted and are no longer cited")


def _table(troubles: list[Trouble]) -> None:
    if not troubles:
        return
    rows = [(f"{one.origin}{', ' + one.where if one.where else ''}", one.reason) for one in troubles[:_SHOWN]]
    width = min(70, max(len(file) for file, _ in rows))
    click.echo(f"{'file':<{width}}  reason")
    for file, reason in rows:
        shown = file if len(file) <= width else "…" + file[-(width - 1) :]
        click.echo(f"{shown:<{width}}  {reason}")
    if len(troubles) > _SHOWN:
        click.echo(f"... and {len(troubles) - _SHOWN:,} more")


class _ProgressLine:
    """One line that is written over on a terminal; on anything else a line every ten seconds."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._is_terminal = sys.stderr.isatty()
        self._told = time.monotonic()

    def show(self, tally: Tally) -> None:
        pause = 0.2 if self._is_terminal else 10.0
        if time.monotonic() - self._told < pause:
            return
        self._told = time.monotonic()
        rate = tally.documents / tally.seconds if tally.seconds else 0.0
        text = f"{tally.documents:,} documents, {rate:,.0f} a second"
        if self._size and tally.bytes:
            share = min(1.0, tally.bytes / self._size)
            left = tally.seconds * (1 - share) / share
            text = f"{share:>4.0%}  {text}, about {_duration(left)} left"
        click.echo(
            f"\r\x1b[Kaitia: {text}" if self._is_terminal else f"aitia: {text}",
            err=True,
            nl=not self._is_terminal,
        )

    def end(self) -> None:
        if self._is_terminal:
            click.echo("\r\x1b[K", err=True, nl=False)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
