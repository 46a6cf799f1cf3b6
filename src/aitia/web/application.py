"""The application: routes, who may use them, and what is said when something goes wrong."""

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import jinja2
from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.routing import Route as StarletteRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from aitia import __version__
from aitia.answers.writers import labels
from aitia.errors import AitiaError, StateError
from aitia.library.store.database import engine
from aitia.people.roles import BOARD, Role
from aitia.review.nouns import LONGEST
from aitia.review.policy import read_policy
from aitia.web import addresses, work
from aitia.web.api.endpoint import api_routes
from aitia.web.api.nouns import API_FOLDER
from aitia.web.api.problems import problem
from aitia.web.call import Call, Services, Visitor
from aitia.web.failures import RETRY_SECONDS, Refused, sentence, told
from aitia.web.kept import NOT_LOST, SEND_AGAIN, SIGNED_OUT, gives_back, kept, kept_page
from aitia.web.limits import FILES_SECONDS, FORM_BYTES, FORM_SECONDS, Threads, drain, limited
from aitia.web.logs import FAILURES
from aitia.web.middleware import observed
from aitia.web.pages.all_routes import ROUTES
from aitia.web.routes import ROLES as ROLES_OF
from aitia.web.routes import Need, Route
from aitia.web.settings import Settings
from aitia.web.shelf import Shelf
from aitia.web.visits import carries_token, is_sent_from_here, visitor_of

_FOLDER = Path(str(files("aitia.web")))


_REPLACED, _REPLACED_QUOTED = "\ufffd", b"%EF%BF%BD"
"""What stands for a sign that is no text."""


class _Number(IntegerConvertor):
    """A number in an address: of at most nine digits, since a larger one names nothing and stops a database."""

    regex = "[0-9]{1,9}"


register_url_convertor("int", _Number())


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
    made.globals.update(
        Role={role.name: role for role in Role},
        BOARD=BOARD,
        LONGEST=LONGEST,
        addresses=addresses,
        labels=labels,
        version=__version__,
    )
    return made


def application(services: Services) -> FastAPI:
    """The whole service as an ASGI application."""
    threads = Threads()

    @contextlib.asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_sync(_close, services)

    app = FastAPI(
        title="Aitia",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=living,
        # FastAPI can send addresses with their questions, and messages of errors, to a collector: never here.
        telemetry={
            "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
        },
    )  # fmt: skip
    app.state.services = services
    failed = functools.partial(_failed, services, threads, app.router.routes)
    app.add_exception_handler(HTTPException, failed)
    for route in ROUTES:
        app.router.routes.append(
            StarletteRoute(
                route.path, _endpoint(route, services, threads), methods=[route.method], name=route.path
            )
        )
    app.router.routes.extend(api_routes(services, threads))
    app.router.routes.append(Mount("/static", _Static(directory=_FOLDER / "static", check_dir=False)))
    app.add_middleware(observed, settings=services.settings, failed=failed)
    if services.settings.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(services.settings.proxies))
    return app


def _close(services: Services) -> None:
    work.close()
    services.database.dispose()


class _Static(StaticFiles):
    """Styles, scripts and drawings, measured as one route."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["route"] = "/static"
        await super().__call__(scope, receive, send)


def _endpoint(route: Route, services: Services, threads: Threads) -> Callable[[Request], Awaitable[Response]]:
    if route.takes_files:
        most, files_most, seconds = services.settings.upload_megabytes * 1_000_000, 20, FILES_SECONDS
    else:
        most, files_most, seconds = FORM_BYTES, 0, FORM_SECONDS

    async def endpoint(request: Request) -> Response:
        if "\0" in request.url.path:
            raise HTTPException(404)
        request.state.route = route.path
        if b"%00" in request.scope["query_string"]:
            request.scope["query_string"] = request.scope["query_string"].replace(b"%00", _REPLACED_QUOTED)
        if route.method == "GET":
            return await run_sync(_answer, route, services, request, limiter=threads.reading)
        # Who asks is settled before their form is read: nobody sends megabytes to a page that is not theirs.
        visitor = await run_sync(_admitted, route, services, request, limiter=threads.reading)
        if isinstance(visitor, Response) and not gives_back(route.path):
            return visitor
        length = request.headers.get("content-length")
        body = Request(request.scope, limited(request.receive, most, seconds, length))
        try:
            form = _without_nul(await body.form(max_files=files_most, max_fields=500, max_part_size=most))
            if isinstance(visitor, Response):
                visitor = await run_sync(_admitted, route, services, request, form, limiter=threads.reading)
                if isinstance(visitor, Response):
                    return visitor
            return await run_sync(_taken, route, services, request, visitor, form, limiter=threads.writing)
        except Refused as error:
            if error.status_code == 413:
                await drain(request.receive, most)
            raise
        finally:
            await body.close()

    return endpoint


def _answer(route: Route, services: Services, request: Request) -> Response:
    """Check who asks, call the page, and turn what goes wrong into a page that says so."""
    visitor = _admitted(route, services, request)
    return visitor if isinstance(visitor, Response) else _taken(route, services, request, visitor, FormData())


def _admitted(
    route: Route, services: Services, request: Request, form: FormData | None = None
) -> Visitor | Response:
    """Who asks, or the answer that they may not; with a form, that answer gives back what was typed into it."""
    visitor = Visitor(None, "")
    try:
        try:
            visitor = visitor_of(request, services)
        except StateError:
            # What is open to anybody does not depend on who asks, and some of it tells that the database is gone.
            if route.need is not Need.OPEN:
                raise
        request.state.person_id = visitor.person.id if visitor.person else None
        if is_allowed(route.need, visitor, services.settings):
            return visitor
        if visitor.person is None:
            call = Call(request, services, visitor, form or FormData())
            if (found := kept(call)) is not None:
                return kept_page(call, found, 403, *SIGNED_OUT, can_send=True, signed_out=True)
            here = request.url.path + ("?" + request.url.query if request.url.query else "")
            # Where a form would have led is not shown by going there.
            return RedirectResponse(
                f"/sign-in?next={quote(here if route.method == 'GET' else '/', safe='')}", 303
            )
        raise Refused(403, "Not for your role", _lacking(route.need))
    except (AitiaError, HTTPException) as error:
        return _page_of(error, services, request, visitor, form)


def _taken(route: Route, services: Services, request: Request, visitor: Visitor, form: FormData) -> Response:
    try:
        call = Call(request, services, visitor, form)
        if route.method == "POST" and not (
            is_sent_from_here(request, services.settings) and carries_token(visitor, call.field("csrf"))
        ):
            if (found := kept(call)) is not None:
                return kept_page(call, found, 403, *SEND_AGAIN, can_send=True)
            raise Refused(
                403,
                "This form has expired",
                "Nothing was changed. Go back, reload the page and send the form again.",
            )
        return route.handler(call)
    except (AitiaError, HTTPException) as error:
        return _page_of(error, services, request, visitor, form)


def _without_nul(form: FormData) -> FormData:
    """The form, with the sign that no database takes as text replaced as HTML replaces it."""
    return FormData(
        [
            (
                name.replace("\0", _REPLACED),
                value.replace("\0", _REPLACED) if isinstance(value, str) else value,
            )
            for name, value in form.multi_items()
        ]
    )


def _page_of(
    error: Exception, services: Services, request: Request, visitor: Visitor, form: FormData | None = None
) -> Response:
    """What went wrong, as a page, with what was typed into the form."""
    status, title, text = told(error, request.state.request_id)
    if status >= 500:
        FAILURES.error("not available" if status == 503 else "a page failed", exc_info=error, extra={
            "fields": {"request": request.state.request_id, "reason": sentence(error)}
        } if isinstance(error, AitiaError) else None)  # fmt: skip
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    try:
        call = Call(request, services, visitor, form or FormData())
        if (found := kept(call)) is not None:
            response = kept_page(call, found, status, title, f"{text} {NOT_LOST}", can_send=status == 503)
        else:
            response = call.page("message.html.jinja", status, title=title, text=text)
    except Exception as again:
        FAILURES.error("the page of a failure failed", exc_info=again)
        response = HTMLResponse(f"<!doctype html><title>{title}</title><h1>{title}</h1>", status)
    response.headers.update(headers)
    return response


async def _failed(
    services: Services,
    threads: Threads,
    routes: list[BaseRoute],
    request: Request,
    error: Exception,
) -> Response:
    """The answer to what no page has answered: unknown addresses, other methods, errors of ours."""
    if isinstance(error, ClientDisconnect):
        raise error
    if (
        isinstance(error, HTTPException)
        and error.status_code in (404, 405)
        and not isinstance(error, Refused)
    ):
        methods = _methods(routes, request.scope, request.url.path)
        if methods:
            error = HTTPException(405, headers={"Allow": ", ".join(methods)})
        elif request.method in ("GET", "HEAD") and request.url.path.endswith("/"):
            # One slash only at the start: two would lead to another host.
            path = "/" + request.url.path.strip("/")
            if _methods(routes, request.scope, path):
                query = f"?{request.url.query}" if request.url.query else ""
                return RedirectResponse(quote(path) + query, 308)
    if request.url.path.startswith(API_FOLDER):
        return problem(error, request)
    return await run_sync(_unanswered, error, services, request, limiter=threads.reading)


def _unanswered(error: Exception, services: Services, request: Request) -> Response:
    visitor = Visitor(None, "")
    if isinstance(error, HTTPException):
        with contextlib.suppress(AitiaError):
            visitor = visitor_of(request, services)
    return _page_of(error, services, request, visitor)


def _methods(routes: list[BaseRoute], scope: Scope, path: str) -> list[str]:
    """The methods that an address takes; none if nothing is there."""
    found: set[str] = set()
    for route in routes:
        if isinstance(route, StarletteRoute) and route.matches({**scope, "path": path})[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)


def is_allowed(need: Need, visitor: Visitor, settings: Settings) -> bool:
    """Whether a visitor may use what has this need."""
    if need is Need.OPEN or (need is Need.READ and settings.anonymous_reading):
        return True
    if visitor.person is None:
        return False
    return need in (Need.READ, Need.SIGNED_IN) or visitor.may(*ROLES_OF[need])


def _lacking(need: Need) -> str:
    roles = " or ".join(sorted(f"{role}" for role in ROLES_OF[need]))
    return f"This page is for people with the role {roles}. An administrator gives roles."
