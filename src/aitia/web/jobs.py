"""Long work that was started in the browser: documents to add, standings to ask for, a library to remove.

A job is done in a thread of the server process that took it, one at a time in each process, and its row in the
database says how far it is. Each writing to the row is under the condition that nobody else has written since: whoever
stops a job, or takes one up again, does so by writing, and the thread finds that its own writing no longer counts.

A job that is waiting or running holds a lock on a file in its folder. If that lock is free, or nothing was written for
two minutes, the process is gone; the job counts as stopped, and can be taken up again.
"""

import contextlib
import fcntl
import logging
import shutil
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Engine, delete, func, insert, select, update

from aitia.errors import AitiaError, LibraryError, StateError
from aitia.library.add import Tally, Trouble, add, known_files
from aitia.library.intake import Job as Step
from aitia.library.store import libraries
from aitia.library.store.database import reading, writing
from aitia.library.store.index import drop_index
from aitia.library.store.libraries import StoredLibrary
from aitia.library.store.locks import BusyError, only_writer
from aitia.library.store.tables import sources
from aitia.state import writable
from aitia.web import uploads
from aitia.web.tables import jobs
from aitia.web.uploads import Upload

WAITING, RUNNING, DONE, FAILED, STOPPED = "waiting", "running", "done", "failed", "stopped"
_ACTIVE = (WAITING, RUNNING)
_BEAT = 1.0
"""Seconds between two writings of how far a job is,"""
_PATIENCE = 5.0
"""and of a job that waits."""
_SILENCE = timedelta(minutes=2)
"""After so long without a word from it, a process counts as gone."""
_KEPT = timedelta(days=30)
"""How long the files of a job that was not finished are kept."""
_MOST_ACTIVE = 20
"""Jobs that may wait or run at once."""
_MOST_TROUBLES = 200
"""Troubles that are kept of a job; the rest are counted."""
_AT_ONCE = 2000
"""Sources that are removed in one transaction."""
_log = logging.getLogger(__name__)


class Details(Struct, frozen=True, omit_defaults=True):
    """What a job is to do, and what it has done."""

    kind: str
    """"add", "refresh" or "remove"."""
    library_id: int
    """A library of the same name that was made later is another one."""
    files: tuple[Upload, ...] = ()
    addresses: tuple[str, ...] = ()
    said: str = ""
    """Why it waits, failed or was stopped."""
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    known_files: int = 0
    passed_over: int = 0
    retracted: int = 0
    """Sources held before that turned out to be retracted."""
    troubles: tuple[Trouble, ...] = ()
    troubles_in_all: int = 0
    seconds: float = 0.0


class Job(Struct, frozen=True):
    """A job as the database has it."""

    id: int
    library: str
    by_id: int
    created: str
    updated: str
    state: str
    """"waiting", "running", "done", "failed" or "stopped"."""
    size: int
    """Bytes to read; 0: not known."""
    read: int
    documents: int
    details: Details

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs, and the process that does it lives."""
        return self.state in _ACTIVE and _is_alive(self)

    @property
    def was_cut_off(self) -> bool:
        """Whether the process that did it is gone."""
        return self.state in _ACTIVE and not _is_alive(self)

    @property
    def shown(self) -> str:
        """The state, as people should see it."""
        return STOPPED if self.was_cut_off else self.state

    @property
    def can_go_on(self) -> bool:
        """Whether it can be taken up again."""
        return self.shown in (STOPPED, FAILED)


class _StoppedError(Exception):
    """The job was stopped, or taken over."""


def find(database: Engine, number: int) -> Job:
    """A job. Raises LibraryError if there is none of this number."""
    with reading(database) as connection:
        row = connection.execute(select(jobs).where(jobs.c.id == number)).one_or_none()
    if row is None:
        raise LibraryError(f"there is no job {number} here.")
    return _job(row)


def recent(database: Engine, library: str = "", by_id: int | None = None, limit: int = 10) -> list[Job]:
    """The latest jobs, of a library or of a person."""
    query = select(jobs).order_by(jobs.c.id.desc()).limit(limit)
    if library:
        query = query.where(jobs.c.library == library)
    if by_id is not None:
        query = query.where(jobs.c.by_id == by_id)
    with reading(database) as connection:
        return [_job(row) for row in connection.execute(query)]


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
        query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(_ACTIVE))
        waiting = connection.execute(query.where(jobs.c.updated > _since(_SILENCE))).scalar_one()
    if waiting >= _MOST_ACTIVE:
        raise StateError(f"{waiting} jobs are waiting; try again when some of them are done.")
    details = Details(kind, library.id, addresses=tuple(addresses))
    moment = _moment()
    values = {"library": library.name, "by_id": by_id, "created": moment, "updated": moment, "state": WAITING}
    with writing(database) as connection:
        made = connection.execute(
            insert(jobs).values(**values, details=_encoded(details)).returning(jobs.c.id)
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
                .values(size=sum(size for _, size in kept), details=_encoded(details))
            )
    except BaseException:
        uploads.remove(number)
        with writing(database) as connection:
            connection.execute(delete(jobs).where(jobs.c.id == number))
        raise
    _start(database, find(database, number))
    return number


def stop(database: Engine, number: int) -> None:
    """Stop a job that waits or runs: what was read stays. Nothing happens if it has ended."""
    job = find(database, number)
    with writing(database) as connection:
        connection.execute(
            update(jobs)
            .where(jobs.c.id == number, jobs.c.state.in_(_ACTIVE))
            .values(
                state=STOPPED,
                updated=_moment(),
                details=_encoded(replace(job.details, said="It was stopped.")),
            )
        )


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
    moment = _moment()
    with writing(database) as connection:
        taken = connection.execute(
            update(jobs)
            .where(jobs.c.id == number, jobs.c.updated == job.updated)
            .values(state=WAITING, updated=moment, details=_encoded(replace(job.details, said="")))
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
            moment = _moment()
            with writing(self._database) as connection:
                written = connection.execute(
                    update(jobs)
                    .where(jobs.c.id == self._job.id, jobs.c.state.in_(_ACTIVE), jobs.c.updated == self._mark)
                    .values(state=state, updated=moment, details=_encoded(details), **values)
                )
            if not written.rowcount:
                self._is_over.set()
                raise _StoppedError
            self._mark = moment
        if self._by_server and state in _ACTIVE:
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


def _is_alive(job: Job) -> bool:
    if job.updated < _since(_SILENCE):
        return False
    lock = uploads.folder_of(job.id) / "lock"
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        # On another machine, or about to be removed.
        return True
    except OSError:
        return True
    return False


def _prune(database: Engine) -> None:
    """Remove what is kept for jobs that are done, unknown, or were left for a month."""
    folder = uploads.folder_of(0).parent
    numbers = [int(one.name) for one in folder.glob("*") if one.name.isdigit()] if folder.is_dir() else []
    if not numbers:
        return
    wanted = select(jobs.c.id).where(
        jobs.c.id.in_(numbers), jobs.c.state != DONE, jobs.c.updated > _since(_KEPT)
    )
    with reading(database) as connection:
        kept = set(connection.execute(wanted).scalars())
    for number in set(numbers) - kept:
        shutil.rmtree(uploads.folder_of(number), ignore_errors=True)


def _job(row: Any) -> Job:
    values = dict(row._mapping)
    return Job(**{**values, "details": msgspec.json.decode(values["details"], type=Details)})


def _encoded(details: Details) -> str:
    return msgspec.json.encode(details).decode()


def _moment() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _since(period: timedelta) -> str:
    return (datetime.now(UTC) - period).isoformat(timespec="microseconds").replace("+00:00", "Z")
