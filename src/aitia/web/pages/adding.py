"""Adding documents in the browser, and the jobs that do it."""

from collections.abc import Sequence
from typing import BinaryIO

from starlette.datastructures import UploadFile
from starlette.responses import Response

from aitia.errors import AitiaError, LibraryError
from aitia.library.outside import connector_for, connectors
from aitia.library.readers import readers, suffix_of
from aitia.library.store import libraries
from aitia.library.store.libraries import StoredLibrary
from aitia.web import browse, jobs, uploads, work
from aitia.web.call import Call, Services
from aitia.web.routes import Need, Route

_MOST_ADDRESSES = 50
_LONGEST_ADDRESS = 2000


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


def library_for_documents(services: Services, name: str) -> StoredLibrary:
    """The library of a name that documents are to be added to. Raises LibraryError if none can be."""
    served = services.settings.libraries
    # Not opened: its index is not needed, and may be in the hands of whoever is adding.
    found = libraries.find(services.database, name) if not served or name in served else None
    if found is None:
        services.shelf.open(name)
        raise LibraryError(
            f"nothing can be added to {name} in the browser: its editors keep it in files. Make a library of your "
            "own for documents."
        )
    return found


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


def wrong_addresses(addresses: Sequence[str]) -> list[str]:
    """What keeps addresses from being asked; whatever a name stands for is looked at when it is dialled."""
    if len(addresses) > _MOST_ADDRESSES:
        return [f"There are {len(addresses)} addresses; at most {_MOST_ADDRESSES} are taken at once."]
    wrong = []
    for address in addresses:
        shown = address if len(address) <= 100 else f"{address[:100]}…"
        if connector_for(address) is None:
            wrong.append(
                f"{shown}: this is no address that can be asked. Write doi:, pubmed: or https:// before it; files are "
                "sent as files."
            )
        elif len(address) > _LONGEST_ADDRESS:
            wrong.append(f"{shown}: it is longer than {_LONGEST_ADDRESS:,} characters.")
        elif address.lower().startswith(("http:", "https:")):
            from aitia.library.connectors.addresses import checked
            from aitia.library.outside import fetcher

            try:
                checked(address, fetcher().settings.allowed)
            except AitiaError as error:
                wrong.append(f"{shown}: {error}")
    return wrong


ROUTES = (
    Route("GET", "/library/{name}/add", Need.LIBRARIAN, form),
    Route("POST", "/library/{name}/add", Need.LIBRARIAN, add, takes_files=True),
    Route("GET", "/jobs", Need.LIBRARIAN, listed),
    Route("GET", "/jobs/{number:int}", Need.LIBRARIAN, job),
    Route("GET", "/jobs/{number:int}/progress", Need.LIBRARIAN, progress),
    Route("POST", "/jobs/{number:int}/stop", Need.LIBRARIAN, stop),
    Route("POST", "/jobs/{number:int}/go-on", Need.LIBRARIAN, go_on),
)
