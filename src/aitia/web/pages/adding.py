"""Adding documents in the browser, and the jobs that do it."""

from collections.abc import Sequence
from typing import BinaryIO

from starlette.datastructures import UploadFile
from starlette.responses import Response

from aitia.library.outside import connectors
from aitia.library.readers import readers, suffix_of
from aitia.library.store.libraries import StoredLibrary
from aitia.web import browse, jobs, uploads, work
from aitia.web.additions import library_for_documents, wrong_addresses
from aitia.web.call import Call
from aitia.web.routes import Need, Route


def form(call: Call) -> Response:
    """The form for adding documents to a library."""
    return _form(call, _library(call))


def add(call: Call) -> Response:
    """Take files and addresses, and begin a job that reads them."""
    library = _library(call)
    sent = [
        (uploads.shown_name(file.filename), file)
        for file in call.form.getlist("files")
        if isinstance(file, UploadFile) and file.filename
    ]
    addresses = _lines(call.field("addresses"))
    wrong = [*_wrong_files(call, sent), *wrong_addresses(addresses)]
    if not sent and not addresses:
        wrong.append("Choose a file, or write an address.")
    if wrong:
        return _form(call, library, wrong, call.field("addresses"))
    files: list[tuple[str, BinaryIO]] = [(name, file.file) for name, file in sent]
    number = work.begin(call.services.database, library, call.person.id, "add", files, addresses)
    return call.go(f"/jobs/{number}")


def job(call: Call) -> Response:
    """How far a job is, and what came of it."""
    return _job(call, "library/job.html.jinja")


def progress(call: Call) -> Response:
    """The part of a job's page that changes."""
    return _job(call, "library/job_progress.html.jinja")


def stop(call: Call) -> Response:
    """Stop a job."""
    number: int = call.path("number")
    jobs.stop(call.services.database, number)
    return call.go(f"/jobs/{number}")


def go_on(call: Call) -> Response:
    """Take up a job that was stopped, cut off or failed."""
    number: int = call.path("number")
    work.go_on(call.services.database, number)
    return call.go(f"/jobs/{number}")


def listed(call: Call) -> Response:
    """The latest jobs: those of the person, and all."""
    database = call.services.database
    return call.page(
        "library/jobs.html.jinja",
        own=jobs.recent(database, by_id=call.person.id, limit=20),
        every=jobs.recent(database, limit=50),
    )


def _job(call: Call, template: str) -> Response:
    return call.page(
        template,
        job=jobs.find(call.services.database, call.path("number")),
        name_of=uploads.name_of,
    )


def _library(call: Call) -> StoredLibrary:
    return library_for_documents(call.services, call.path("name"))


def _form(call: Call, library: StoredLibrary, wrong: Sequence[str] = (), addresses: str = "") -> Response:
    return call.page(
        "library/add.html.jinja",
        422 if wrong else 200,
        card=browse.Card(library.name, library.title),
        wrong=wrong,
        typed=addresses,
        endings=sorted({suffix for reader in readers().values() for suffix in reader.suffixes}),
        schemes=sorted(connectors()),
        jobs=jobs.recent(call.services.database, library=library.name),
    )


def _wrong_files(call: Call, sent: Sequence[tuple[str, UploadFile]]) -> list[str]:
    most = call.services.settings.upload_megabytes
    wrong = []
    for name, file in sent:
        if suffix_of(name, uploads.suffixes()) is None:
            wrong.append(f"{name}: files of this kind cannot be read.")
        elif not file.size:
            wrong.append(f"{name}: it is empty.")
        elif file.size > most * 1_000_000:
            wrong.append(f"{name}: it is larger than {most} MB.")
    return wrong


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


ROUTES = (
    Route("GET", "/library/{name}/add", Need.LIBRARIAN, form),
    Route("POST", "/library/{name}/add", Need.LIBRARIAN, add, takes_files=True),
    Route("GET", "/jobs", Need.LIBRARIAN, listed),
    Route("GET", "/jobs/{number:int}", Need.LIBRARIAN, job),
    Route("GET", "/jobs/{number:int}/progress", Need.LIBRARIAN, progress),
    Route("POST", "/jobs/{number:int}/stop", Need.LIBRARIAN, stop),
    Route("POST", "/jobs/{number:int}/go-on", Need.LIBRARIAN, go_on),
)
