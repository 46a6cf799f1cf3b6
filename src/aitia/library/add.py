"""Adds documents to a stored library: read by workers, written in batches by this process alone, then indexed."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, insert, select, update

from aitia.library.intake import Job, Progress
from aitia.library.prepare import Prepared, Removed, Vocabulary
from aitia.library.store.database import reading, writing
from aitia.library.store.index import text_of, up_to_date
from aitia.library.store.libraries import StoredLibrary, now
from aitia.library.store.locks import only_writer
from aitia.library.store.reading import known_notices
from aitia.library.store.tables import files, libraries, runs
from aitia.library.store.writing import Written, store
from aitia.library.workers import outcomes, read_locally, read_on_cluster

BATCH = 500
"""Sources written in one transaction, about."""
_PATIENCE = 2.0
"""Seconds after which a smaller batch is written too."""
_COMMIT_EVERY = 100_000
"""Index entries between two commits of the index."""


class Trouble(Struct, frozen=True):
    """A file or record that was not added."""

    origin: str
    where: str
    reason: str


class Tally(Struct):
    """What a load did so far."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    """Documents read again that were held already."""
    removed: int = 0
    known_files: int = 0
    """Files not read again, since they have not changed."""
    read_files: int = 0
    passed_over: int = 0
    troubles: list[Trouble] = msgspec.field(default_factory=list)
    retracted: list[int] = msgspec.field(default_factory=list)
    """Sources held before that turned out to be retracted."""
    bytes: int = 0
    seconds: float = 0.0
    is_complete: bool = False

    @property
    def documents(self) -> int:
        """Documents that were read."""
        return self.added + self.updated + self.unchanged


def known_files(database: Engine, library_id: int) -> dict[str, Progress]:
    """How far each file was read before."""
    columns = (files.c.origin, files.c.fingerprint, files.c.parts, files.c.is_done, files.c.position)
    with reading(database) as connection:
        rows = connection.execute(select(*columns).where(files.c.library_id == library_id))
        return {row[0]: Progress(row[1], row[2], row[3], row[4]) for row in rows}


def add(
    database: Engine,
    library: StoredLibrary,
    jobs: Iterable[Job],
    asked: Sequence[str],
    workers: int = 1,
    cluster: str | None = None,
    report: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Read the jobs and store what they hold.

    `asked` says for the record what the person named; `report` is called after every batch. When it is interrupted
    (KeyboardInterrupt), what was written so far is kept and findable, and the interrupt goes on.
    Raises StateError if the database or the index cannot be written, or another process is adding to the library.
    """
    tally = Tally()
    started = time.monotonic()
    with only_writer(database, library), up_to_date(database, library) as index:
        run_id = _begin(database, library.id, asked)
        with reading(database) as connection:
            notices = known_notices(connection, library.id)
        read = read_on_cluster(jobs, cluster) if cluster else read_locally(jobs, workers)
        version: int | None = None
        try:
            for batch in _batches(read, tally):
                with writing(database) as connection:
                    written = store(connection, library.id, run_id, batch.documents, batch.removed, notices)
                    if batch.vocabulary is not None:
                        connection.execute(
                            update(libraries)
                            .where(
                                libraries.c.id == library.id,
                                libraries.c.curated.is_distinct_from(batch.vocabulary.decode()),
                            )
                            .values(curated=batch.vocabulary.decode(), version=libraries.c.version + 1)
                        )
                    _note_progress(connection, library.id, run_id, batch.progress)
                _count(tally, written, batch)
                index.add(
                    (text_of(number, prepared) for number, prepared in written.stored), written.updated > 0
                )
                for number in written.removed:
                    index.remove(number)
                # Only now: of a batch that was cut off here, the index must not claim to hold all.
                version = written.version
                if index.uncommitted >= _COMMIT_EVERY:
                    index.commit(version)
                tally.seconds = time.monotonic() - started
                report(tally)
            tally.is_complete = True
        finally:
            with contextlib.suppress(Exception) if not tally.is_complete else contextlib.nullcontext():
                if version is not None:
                    index.commit(version)
                _end(database, run_id, tally)
            tally.seconds = time.monotonic() - started
    return tally


class _Batch(Struct):
    """Documents to write at once, with the progress of the files that they came from."""

    documents: list[tuple[str, Prepared]] = msgspec.field(default_factory=list)
    removed: list[str] = msgspec.field(default_factory=list)
    progress: dict[str, tuple[Job, int, bool]] = msgspec.field(default_factory=dict)
    """By origin: the job, how many parts are in, and whether that is all."""
    vocabulary: bytes | None = None
    """What editors wrote besides sources and statements, if the batch holds it."""
    bytes: int = 0


def _batches(read: Iterable[tuple[Job, bytes]], tally: Tally) -> Iterator[_Batch]:
    batch = _Batch()
    begun = time.monotonic()
    failed: set[str] = set()
    for job, encoded in read:
        batch.bytes += job.size
        if job.failure is not None:
            tally.troubles.append(Trouble(job.origin, "", job.failure))
        elif job.passed_over is not None:
            tally.passed_over += 1
        elif job.is_known:
            tally.known_files += 1
        elif job.is_end:
            # A file that could not be read is tried again the next time.
            if job.origin not in failed:
                batch.progress[job.origin] = (job, job.number, True)
            tally.read_files += 1
        else:
            for outcome in outcomes(encoded):
                if isinstance(outcome, Prepared):
                    batch.documents.append((job.origin, outcome))
                elif isinstance(outcome, Removed):
                    if batch.documents:
                        # In the order of the file: what it adds and then takes out is gone in the end.
                        yield batch
                        batch = _Batch()
                    batch.removed.append(outcome.about)
                elif isinstance(outcome, Vocabulary):
                    batch.vocabulary = outcome.contents
                else:
                    tally.troubles.append(Trouble(job.origin, outcome.where, outcome.reason))
                    if not outcome.where:
                        failed.add(job.origin)
            batch.progress[job.origin] = (job, job.number + 1, False)
        if len(batch.documents) >= BATCH or time.monotonic() - begun > _PATIENCE:
            yield batch
            batch = _Batch()
            begun = time.monotonic()
    yield batch


def _count(tally: Tally, written: Written, batch: _Batch) -> None:
    tally.added += written.added
    tally.updated += written.updated
    tally.unchanged += written.unchanged
    tally.removed += len(written.removed)
    tally.retracted += written.retracted
    tally.bytes += batch.bytes


def _begin(database: Engine, library_id: int, asked: Sequence[str]) -> int:
    with writing(database) as connection:
        made = connection.execute(
            insert(runs)
            .values(library_id=library_id, started=now(), origins=msgspec.json.encode(asked).decode())
            .returning(runs.c.id)
        )
        return int(made.scalar_one())


def _note_progress(
    connection: Connection, library_id: int, run_id: int, progress: dict[str, tuple[Job, int, bool]]
) -> None:
    if not progress:
        return
    connection.execute(
        delete(files).where(files.c.library_id == library_id, files.c.origin.in_(list(progress)))
    )
    connection.execute(
        insert(files),
        [
            {
                "library_id": library_id,
                "origin": origin,
                "fingerprint": job.fingerprint,
                "parts": parts,
                "position": job.position,
                "is_done": is_done,
                "run_id": run_id,
            }
            for origin, (job, parts, is_done) in progress.items()
        ],
    )


def _end(database: Engine, run_id: int, tally: Tally) -> None:
    with writing(database) as connection:
        connection.execute(
            update(runs)
            .where(runs.c.id == run_id)
            .values(
                finished=now() if tally.is_complete else None,
                added=tally.added,
                updated=tally.updated,
                unchanged=tally.unchanged,
                failed=len(tally.troubles),
            )
        )
