"""The application: routes, who may use them, and what is said when something goes wrong."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount
from starlette.routing import Route as StarletteRoute
from starlette.staticfiles import StaticFiles

from aitia import __version__
from aitia.answers.writers import labels
from aitia.errors import AitiaError, LibraryError, QuestionError, StateError
from aitia.library.store.database import engine
from aitia.review.errors import NotAllowedError, NotFoundError, ReviewError
from aitia.review.policy import read_policy
from aitia.web.call import Call, Services, Visitor
from aitia.web.middleware import with_safe_headers
from aitia.web.pages.all_routes import ROUTES
from aitia.web.routes import ROLES as ROLES_OF
from aitia.web.routes import Need, Route
from aitia.web.settings import Settings
from aitia.web.shelf import Shelf
from aitia.web.visits import carries_token, visitor_of

_FOLDER = Path(str(files("aitia.web")))


def services_of(settings: Settings) -> Services:
    """What the service shares, made from its settings. Raises StateError for a setting or a database that fails."""
    database = engine()
    return Services(
        settings, database, Shelf(database, settings.libraries), read_policy(settings.policy), _templates()
    )


def _templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
    made.globals.update(Role=_roles(), labels=labels, version=__version__)
    return made


def _roles() -> dict[str, Any]:
    from aitia.people.roles import Role

    return {role.name: role for role in Role}


def application(services: Services) -> FastAPI:
    """The whole service as an ASGI application."""
    app = FastAPI(title="Aitia", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    for route in ROUTES:
        app.router.routes.append(
            StarletteRoute(route.path, _endpoint(route, services), methods=[route.method], name=route.path)
        )
    app.router.routes.append(Mount("/static", StaticFiles(directory=_FOLDER / "static", check_dir=False)))
    app.add_middleware(with_safe_headers, settings=services.settings)
    return app


def _endpoint(route: Route, services: Services) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if route.method == "GET":
            return await run_sync(_answer, route, services, request, FormData())
        form = await request.form(max_files=20 if route.takes_files else 0, max_fields=500)
        try:
            return await run_sync(_answer, route, services, request, form)
        finally:
            await form.close()

    return endpoint


def _answer(route: Route, services: Services, request: Request, form: FormData) -> Response:
    """Check who asks, call the page, and turn what goes wrong into a page that says so."""
    visitor = Visitor(None, "")
    try:
        visitor = visitor_of(request, services)
        call = Call(request, services, visitor, form)
        if not is_allowed(route.need, visitor, services.settings):
            if visitor.person is None:
                here = request.url.path + ("?" + request.url.query if request.url.query else "")
                return RedirectResponse(
                    f"/sign-in?next={_quoted(here if route.method == 'GET' else '/')}", 303
                )
            return call.page("message.html.jinja", 403, title="Not for your role", text=_lacking(route.need))
        if route.method == "POST" and not carries_token(visitor, call.field("csrf")):
            return call.page(
                "message.html.jinja",
                403,
                title="This form has expired",
                text="Nothing was changed. Go back, reload the page and send the form again.",
            )
        return route.handler(call)
    except AitiaError as error:
        call = Call(request, services, visitor, form)
        status, title = meaning(error)
        return call.page("message.html.jinja", status, title=title, text=sentence(error))


def is_allowed(need: Need, visitor: Visitor, settings: Settings) -> bool:
    """Whether a visitor may use what has this need."""
    if need is Need.OPEN or (need is Need.READ and settings.anonymous_reading):
        return True
    if visitor.person is None:
        return False
    return need in (Need.READ, Need.SIGNED_IN) or visitor.may(*ROLES_OF[need])


def meaning(error: AitiaError) -> tuple[int, str]:
    """The HTTP status and the title for what went wrong."""
    if isinstance(error, NotFoundError):
        return 404, "Not found"
    if isinstance(error, NotAllowedError):
        return 403, "Not allowed"
    if isinstance(error, ReviewError):
        return 409, "Not done"
    if isinstance(error, QuestionError):
        return 400, "The question cannot be read"
    if isinstance(error, LibraryError):
        return 404, "Not in the library"
    if isinstance(error, StateError):
        return 503, "Not available now"
    return 500, "Something failed"


def sentence(error: AitiaError) -> str:
    """The words of an error as a sentence of their own."""
    text = str(error)
    return text[:1].upper() + text[1:]


def _lacking(need: Need) -> str:
    roles = " or ".join(sorted(f"{role}" for role in ROLES_OF[need]))
    return f"This page is for people with the role {roles}. An administrator gives roles."


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="")
