"""Looking after the libraries: making, asking for their sources' standing, removing."""

from starlette.responses import Response

from aitia.errors import AitiaError, LibraryError
from aitia.library.store import browsing, libraries
from aitia.library.store.libraries import StoredLibrary
from aitia.web import addresses, browse, jobs, work
from aitia.web import library_words as words
from aitia.web.call import Call
from aitia.web.failures import sentence
from aitia.web.routes import Need, Route


def form(call: Call) -> Response:
    """The libraries of the database, with what can be done about them."""
    return _page(call)


def change(call: Call) -> Response:
    """Make a library, ask whether its sources still stand, or remove it."""
    database = call.services.database
    name = call.field("name").strip()
    match call.field("action"):
        case "create":
            title = " ".join(call.field("title").split())
            if len(title) > 200:
                return _page(
                    call, f"The title has {len(title)} characters; at most 200 are taken.", name, title
                )
            try:
                libraries.create(database, name, title)
            except LibraryError as error:
                return _page(call, sentence(error), name, title)
            return call.go(f"{addresses.library(name)}/add")
        case "refresh":
            number = work.begin(database, _stored(call, name), call.person.id, "refresh")
            return call.go(f"/jobs/{number}")
        case "remove":
            library = _stored(call, name)
            if call.field("confirmation").strip() != name:
                return _page(call, f"Nothing was removed: to remove {name}, type its name in the field.")
            number = work.begin(database, library, call.person.id, "remove")
            return call.go(f"/jobs/{number}")
    return _page(call, "That is nothing that can be done here.")


def _stored(call: Call, name: str) -> StoredLibrary:
    found = libraries.find(call.services.database, name)
    if found is None:
        raise LibraryError(f"there is no library {name!r} in the database.")
    return found


def _page(call: Call, wrong: str = "", name: str = "", title: str = "") -> Response:
    database = call.services.database
    served = call.services.shelf.names()
    held = [
        (one, browsing.counts(database, one), libraries.unfinished_runs(database, one.id), one.name in served)
        for one in libraries.everyone(database)
    ]
    others = []
    for other in served:
        if other not in {one.name for one, *_ in held}:
            try:
                others.append(browse.card(other, call.services.shelf.open(other)))
            except AitiaError as error:
                others.append(browse.Card(other, other, trouble=str(error)))
    return call.page(
        "library/admin.html.jinja",
        422 if wrong else 200,
        words=words,
        held=held,
        others=others,
        wrong=wrong,
        name=name,
        title=title,
        jobs=jobs.recent(database, limit=10),
    )


ROUTES = (
    Route("GET", "/admin/libraries", Need.ADMINISTRATOR, form),
    Route("POST", "/admin/libraries", Need.ADMINISTRATOR, change),
)
