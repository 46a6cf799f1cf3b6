"""Adding documents to a library, as jobs that go on by themselves."""

from typing import Annotated

from msgspec import Meta, Struct

from aitia.library.add import Trouble
from aitia.people.tokens import Scope
from aitia.web import jobs, work
from aitia.web.additions import library_for_documents, wrong_addresses
from aitia.web.api.nouns import ApiCall, ApiRoute, Reply
from aitia.web.api.problems import Problematic
from aitia.web.routes import Need

WRITE = (Scope.WRITE,)


class JobBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to add."""

    addresses: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=2000)], ...],
        Meta(min_length=1, max_length=50, description="doi:..., pubmed:..., europepmc:... or https://..."),
    ]


class JobView(Struct, frozen=True):
    """How far a job is."""

    number: int
    library: str
    state: str
    """waiting, running, done, failed or stopped."""
    said: str
    """Why it waits, failed or was stopped."""
    created: str
    updated: str
    size: int
    """Bytes to read; 0: not known."""
    read: int
    documents: int
    added: int
    changed: int
    unchanged: int
    troubles: tuple[Trouble, ...]
    troubles_in_all: int


def begin(call: ApiCall) -> Reply:
    body: JobBody = call.body
    library = library_for_documents(call.services, call.path("name"))
    wrong = wrong_addresses(body.addresses)
    if wrong:
        raise Problematic(422, "Nothing was begun. " + " ".join(wrong), "invalid")
    number = work.begin(call.services.database, library, call.who.id, "add", (), body.addresses)
    return Reply(_view(call, number), location=f"/jobs/{number}")


def job(call: ApiCall) -> Reply:
    return Reply(_view(call, call.path("number")))


def stop(call: ApiCall) -> Reply:
    jobs.stop(call.services.database, call.path("number"))
    return Reply(_view(call, call.path("number")))


def _view(call: ApiCall, number: int) -> JobView:
    found = jobs.find(call.services.database, number)
    details = found.details
    return JobView(
        found.id, found.library, found.shown, details.said, found.created, found.updated, found.size, found.read,
        found.documents, details.added, details.updated, details.unchanged,
        details.troubles, details.troubles_in_all,
    )  # fmt: skip


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        "POST", "/libraries/{name}/jobs", Need.LIBRARIAN, WRITE, begin, JobView, "Add documents by their addresses",
        body=JobBody, status=202,
    ),
    ApiRoute("GET", "/jobs/{number:int}", Need.LIBRARIAN, WRITE, job, JobView, "Tell how far a job is"),
    ApiRoute(
        "POST", "/jobs/{number:int}/stop", Need.LIBRARIAN, WRITE, stop, JobView, "Stop a job: what was read stays"
    ),
)  # fmt: skip
