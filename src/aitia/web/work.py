"""Doing jobs: each in a thread of the server process that took it, one at a time in each process."""

import contextlib
import fcntl
import logging
import shutil
import threading
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from msgspec.structs import replace
from sqlalchemy import Engine, delete, func, insert, select, update

from aitia.errors import AitiaError, LibraryError, StateError
from aitia.library.add import Tally, add, known_files
from aitia.library.intake import Job as Step
from aitia.library.store import libraries
from aitia.library.store.database import reading, writing
from aitia.library.store.index import drop_index
from aitia.library.store.libraries import StoredLibrary
from aitia.library.store.locks import BusyError, only_writer
from aitia.library.store.tables import sources
from aitia.moments import moment
from aitia.state import writable
from aitia.web import uploads
from aitia.web.jobs import (
    ACTIVE,
    DONE,
    FAILED,
    RUNNING,
    SILENT_MINUTES,
    STOPPED,
    WAITING,
    Details,
    Job,
    encoded,
    find,
)
from aitia.web.tables import jobs

_BEAT = 1.0
"""Seconds between two writings of how far a job is,"""
_PATIENCE = 5.0
"""and of a job that waits."""
_KEPT_DAYS = 30
"""Days for which the files of a job that was not finished are kept."""
_MOST_ACTIVE = 20
"""Jobs that may wait or run at once."""
_MOST_TROUBLES = 200
"""Troubles that are kept of a job; the rest are counted."""
_AT_ONCE = 2000
"""Sources that are removed in one transaction."""
_log = logging.getLogger(__name__)


def begin(
    database: Engine,
    library: StoredLibrary,
    by_id: int,
    kind: str,
    files: Sequence[tuple[str, BinaryIO]] = (),
    addresses: Sequence[str] = (),
) -> int:
    """Begin a job; its number.

    files: names as people know them, with contents. Raises StateError if the files cannot be kept, or too much waits.
    """
    _prune(database)
    with reading(database) as connection:
        query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(ACTIVE))
        waiting = connection.execute(
            query.where(jobs.c.updated > moment(minutes=-SILENT_MINUTES))
        ).scalar_one()
    if waiting >= _MOST_ACTIVE:
        raise StateError(f"{waiting} jobs are waiting; try again when some of them are done.")
    details = Details(kind, library.id, addresses=tuple(addresses))
    at = moment()
    values = {"library": library.name, "by_id": by_id, "created": at, "updated": at, "state": WAITING}
    with writing(database) as connection:
        made = connection.execute(
            insert(jobs).values(**values, details=encoded(details)).returning(jobs.c.id)
        )
        number = int(made.scalar_one())
    try:
        folder = uploads.make_folder(number)
        kept = [uploads.save(folder, name, place, file) for place, (name, file) in enumerate(files, start=1)]
        details = replace(details, files=tuple(upload for upload, _ in kept))
        with writing(database) as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.id == number)
                .values(size=sum(size for _, size in kept), details=encoded(details))
            )
    except BaseException:
        uploads.remove(number)
        with writing(database) as connection:
            connection.execute(delete(jobs).where(jobs.c.id == number))
        raise
    _start(database, find(database, number))
    return number


def go_on(database: Engine, number: int) -> None:
    """Take up a job that was stopped, cut off or failed: what it has read already is not read again.

    Raises LibraryError if it has not ended, or if its files are no longer here.
    """
    job = find(database, number)
    if not job.can_go_on:
        raise LibraryError(f"job {number} {'is under way' if job.is_active else 'is done'}.")
    folder = uploads.folder_of(number)
    if not all((folder / upload.stored).is_file() for upload in job.details.files):
        raise LibraryError(
            f"the files of job {number} are no longer kept on this server. Send them again: what was read of them is "
            "recognised."
        )
    writable(folder)
    at = moment()
    with writing(database) as connection:
        taken = connection.execute(
            update(jobs)
            .where(jobs.c.id == number, jobs.c.updated == job.updated)
            .values(state=WAITING, updated=at, details=encoded(replace(job.details, said="")))
        )
    if taken.rowcount:
        _start(database, find(database, number))


def close() -> None:
    """Stop the jobs of this process and wait for them, some seconds; they can be taken up again."""
    for run in list(_runs):
        run.cut_off()
    for run in list(_runs):
        run.thread.join(timeout=10)


def _start(database: Engine, job: Job) -> None:
    run = _Run(database, job)
    _runs.add(run)
    run.thread.start()


class _StoppedError(Exception):
    """The job was stopped, or taken over."""


class _Run:
    """A job as it is done in this process."""

    def __init__(self, database: Engine, job: Job) -> None:
        self._database = database
        self._job = job
        self._details = job.details
        self._mark = job.updated
        """What the row's `updated` is if nobody else has written to it."""
        self._writing = threading.Lock()
        self._tally: Tally | None = None
        self._is_over = threading.Event()
        """Set when the job is to end: it was stopped or taken over, or the server is."""
        self._by_server = False
        # The lock is taken here, before anybody can look whether it is held; unless a thread that was stopped has it
        # still.
        self._lock = (uploads.folder_of(job.id) / "lock").open("w")
        with contextlib.suppress(OSError):
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.thread = threading.Thread(target=self._run, name=f"job-{job.id}", daemon=True)

    def cut_off(self) -> None:
        """End it since the server ends."""
        self._by_server = True
        self._is_over.set()

    def _run(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._take_turns()
            self._tell(DONE)
            uploads.remove(self._job.id)
        except _StoppedError:
            if self._by_server:
                with contextlib.suppress(_StoppedError, StateError):
                    self._tell(STOPPED, "The server was shut down.")
        except AitiaError as error:
            with contextlib.suppress(_StoppedError, StateError):
                self._tell(FAILED, str(error))
        except Exception as error:
            _log.exception("job %d failed", self._job.id)
            with contextlib.suppress(_StoppedError, StateError):
                self._tell(
                    FAILED, f"Something failed inside ({type(error).__name__}). The server's log says more."
                )
        finally:
            self._lock.close()
            _runs.discard(self)

    def _take_turns(self) -> None:
        """Do the job when no other is done in this process, or on this library in any other."""
        while True:
            while not _turn.acquire(timeout=_PATIENCE):
                self._tell(WAITING, "Another job is under way.")
            try:
                self._tell(RUNNING)
                with self._telling():
                    self._do()
                return
            except BusyError:
                self._tell(WAITING, "Another process is adding to the library.")
            finally:
                _turn.release()
            self._is_over.wait(_BEAT)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Write every second how far it is, also while one long document is read."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(_BEAT):
                # A database that is away for a moment ends no job; if it stays away, the job itself meets that.
                with contextlib.suppress(StateError, _StoppedError):
                    self._tell(RUNNING)

        thread = threading.Thread(target=beat, name=f"job-{self._job.id}-beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _do(self) -> None:
        from aitia.library.outside import fetcher
        from aitia.library.refresh import standing_jobs

        details = self._job.details
        library = libraries.find(self._database, self._job.library)
        if library is None or library.id != details.library_id:
            if details.kind == "remove":
                return
            raise LibraryError(f"the library {self._job.library} was removed.")
        if details.kind == "remove":
            self._remove(library)
            return
        if details.kind == "refresh":
            asked = ["refresh"]
            steps = self._until_stopped(standing_jobs(self._database, library.id, fetcher()))
        else:
            asked = [*(upload.name for upload in details.files), *details.addresses]
            steps = self._until_stopped(self._steps(library))
        # One reading process: it is started anew (spawned), never forked off this one with its threads.
        self._tally = add(self._database, library, steps, asked, 1, None, self._report)

    def _steps(self, library: StoredLibrary) -> Iterator[Step]:
        from aitia.library.outside import fetcher, jobs_from

        known = known_files(self._database, library.id)
        for place, upload in enumerate(self._job.details.files, start=1):
            yield from uploads.steps(self._job.id, place, upload, known)
        for address in self._job.details.addresses:
            yield from jobs_from(address, known.get(address), fetcher())

    def _until_stopped(self, steps: Iterator[Step]) -> Iterator[Step]:
        for step in steps:
            self._check()
            yield step

    def _report(self, tally: Tally) -> None:
        self._tally = tally
        self._check()

    def _check(self) -> None:
        if self._is_over.is_set():
            raise _StoppedError

    def _remove(self, library: StoredLibrary) -> None:
        """Take a library out, some sources at a time, so that nobody else waits for long."""
        tally = self._tally = Tally()
        some = select(sources.c.id).where(sources.c.library_id == library.id).limit(_AT_ONCE)
        with only_writer(self._database, library):
            while True:
                self._check()
                with writing(self._database) as connection:
                    numbers = connection.execute(some).scalars().all()
                    connection.execute(delete(sources).where(sources.c.id.in_(numbers)))
                tally.removed += len(numbers)
                if len(numbers) < _AT_ONCE:
                    break
            libraries.remove(self._database, library)
            drop_index(library)

    def _tell(self, state: str, said: str = "") -> None:
        """Write the state and how far it is. Raises _StoppedError if somebody else has written to the job."""
        with self._writing:
            if self._is_over.is_set() and not self._by_server:
                raise _StoppedError
            tally = self._tally
            details = replace(self._details, said=said)
            values: dict[str, Any] = {}
            if tally is not None:
                details = _told(details, tally)
                values = {"read": tally.bytes, "documents": tally.documents + tally.removed}
            at = moment()
            with writing(self._database) as connection:
                written = connection.execute(
                    update(jobs)
                    .where(jobs.c.id == self._job.id, jobs.c.state.in_(ACTIVE), jobs.c.updated == self._mark)
                    .values(state=state, updated=at, details=encoded(details), **values)
                )
            if not written.rowcount:
                self._is_over.set()
                raise _StoppedError
            self._mark = at
        if self._by_server and state in ACTIVE:
            raise _StoppedError


_turn = threading.Semaphore(1)
"""One job at a time in this process."""
_runs: set[_Run] = set()


def _told(details: Details, tally: Tally) -> Details:
    return replace(
        details,
        added=tally.added,
        updated=tally.updated,
        unchanged=tally.unchanged,
        removed=tally.removed,
        known_files=tally.known_files,
        passed_over=tally.passed_over,
        retracted=len(tally.retracted),
        troubles=tuple(tally.troubles[:_MOST_TROUBLES]),
        troubles_in_all=len(tally.troubles),
        seconds=round(tally.seconds, 1),
    )


def _prune(database: Engine) -> None:
    """Remove what is kept for jobs that are done, unknown, or were left for a month."""
    folder = uploads.folder_of(0).parent
    numbers = [int(one.name) for one in folder.glob("*") if one.name.isdigit()] if folder.is_dir() else []
    if not numbers:
        return
    wanted = select(jobs.c.id).where(
        jobs.c.id.in_(numbers), jobs.c.state != DONE, jobs.c.updated > moment(days=-_KEPT_DAYS)
    )
    with reading(database) as connection:
        kept = set(connection.execute(wanted).scalars())
    for number in set(numbers) - kept:
        shutil.rmtree(uploads.folder_of(number), ignore_errors=True)
