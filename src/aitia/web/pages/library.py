"""The libraries that are served, and what each holds."""

from starlette.responses import Response

from aitia.errors import AitiaError
from aitia.evidence.nouns import Kind, Source, Standing
from aitia.web import addresses, browse, jobs
from aitia.web import library_words as words
from aitia.web.call import Call
from aitia.web.pages import adding, library_admin, sources
from aitia.web.routes import ROLES, Need, Route


def libraries(call: Call) -> Response:
    """The libraries that are served."""
    shelf = call.services.shelf
    shown = []
    for name in shelf.names():
        try:
            shown.append(browse.card(name, shelf.open(name)))
        except AitiaError as error:
            # One that cannot be read does not hide the others.
            shown.append(browse.Card(name, name, trouble=str(error)))
    return call.page("library/libraries.html.jinja", libraries=shown, words=words)


def library(call: Call) -> Response:
    """A library: what a search finds in it, or its sources."""
    name = call.path("name")
    opened = call.services.shelf.open(name)
    kind, standing = _kind(call.query("kind")), _standing(call.query("standing"))
    asked = " ".join(call.query("q").split())
    page = browse.page_number(call.query("page"))
    exact: list[Source] = []
    hits: list[browse.Hit] = []
    listed: list[browse.Listed] = []
    is_capped = False
    if asked:
        exact = browse.named(opened, asked)
        everything = browse.hits(name, opened, asked)
        is_capped = len(everything) == browse.MOST_HITS
        matching = [
            hit
            for hit in everything
            if kind in (None, hit.source.kind) and standing in (None, hit.source.standing)
        ]
        total = len(matching)
        pages = browse.pages_of(total, browse.HITS)
        page = min(page, pages)
        hits = browse.placed(name, opened, asked, matching[(page - 1) * browse.HITS : page * browse.HITS])
    else:
        listed, page, total = browse.sources_of(opened, kind, standing, page)
        pages = browse.pages_of(total, browse.PAGE)
    return call.page(
        "library/library.html.jinja",
        words=words,
        jobs=_jobs(call, name),
        card=browse.card(name, opened),
        asked=asked,
        kind=kind,
        standing=standing,
        exact=exact,
        hits=hits,
        listed=listed,
        total=total,
        is_capped=is_capped,
        page=page,
        pages=pages,
        on_a_page=browse.PAGE,
        address=addresses.library(
            name,
            q=asked,
            kind=kind.value if kind else "",
            standing=standing.value if standing else "",
            page="",
        ),
    )


def _jobs(call: Call, name: str) -> list[jobs.Job]:
    """The latest jobs on a library, for those who may see them."""
    return (
        jobs.recent(call.services.database, library=name) if call.visitor.may(*ROLES[Need.LIBRARIAN]) else []
    )


def _kind(text: str) -> Kind | None:
    return next((kind for kind in Kind if kind.value == text), None)


def _standing(text: str) -> Standing | None:
    return next((standing for standing in Standing if standing.value == text), None)


ROUTES = (
    Route("GET", "/library", Need.READ, libraries),
    Route("GET", "/library/{name}", Need.READ, library),
    *sources.ROUTES,
    *adding.ROUTES,
    *library_admin.ROUTES,
)
