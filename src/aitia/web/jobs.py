"""Long work that was started in the browser: documents to add, standings to ask for, a library to remove.

A job's row in the database says how far it is. Each writing to the row is under the condition that nobody else has
written since: whoever stops a job, or takes one up again, does so by writing, and the thread that does it
(`aitia.web.work`) finds that its own writing no longer counts.

A job that is waiting or running holds a lock on a file in its folder. If that lock is free, or nothing was written for
two minutes, the process is gone; the job counts as stopped, and can be taken up again.
"""

import fcntl
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Engine, select, update

from aitia.errors import LibraryError
from aitia.library.add import Trouble
from aitia.library.store.database import reading, writing
from aitia.moments import moment
from aitia.web import uploads
from aitia.web.tables import jobs
from aitia.web.uploads import Upload

WAITING, RUNNING, DONE, FAILED, STOPPED = "waiting", "running", "done", "failed", "stopped"
ACTIVE = (WAITING, RUNNING)
SILENT_MINUTES = 2
"""After so long without a word from it, a process counts as gone."""


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
        return self.state in ACTIVE and _is_alive(self)

    @property
    def was_cut_off(self) -> bool:
        """Whether the process that did it is gone."""
        return self.state in ACTIVE and not _is_alive(self)

    @property
    def shown(self) -> str:
        """The state, as people should see it."""
        return STOPPED if self.was_cut_off else self.state

    @property
    def can_go_on(self) -> bool:
        """Whether it can be taken up again."""
        return self.shown in (STOPPED, FAILED)


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


def stop(database: Engine, number: int) -> None:
    """Stop a job that waits or runs: what was read stays. Nothing happens if it has ended."""
    job = find(database, number)
    with writing(database) as connection:
        connection.execute(
            update(jobs)
            .where(jobs.c.id == number, jobs.c.state.in_(ACTIVE))
            .values(
                state=STOPPED,
                updated=moment(),
                details=encoded(replace(job.details, said="It was stopped.")),
            )
        )


def _is_alive(job: Job) -> bool:
    if job.updated < moment(minutes=-SILENT_MINUTES):
        return False
    lock = uploads.folder_of(job.id) / "lock"
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        # Held; or the folder is on another machine, or about to be removed.
        return True
    return False


def _job(row: Any) -> Job:
    values = dict(row._mapping)
    return Job(**{**values, "details": msgspec.json.decode(values["details"], type=Details)})


def encoded(details: Details) -> str:
    """The details of a job as a row holds them."""
    return msgspec.json.encode(details).decode()
