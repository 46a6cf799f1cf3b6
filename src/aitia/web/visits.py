"""Who asks: the visitor of a request, from the cookie that it carries, and the tokens against forged forms."""

import dataclasses
import hmac
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from aitia.people import sessions
from aitia.people.audit import Doer
from aitia.people.values import derived, fingerprint, fresh
from aitia.web.call import Call, Services, Visitor, caller_address
from aitia.web.settings import Settings


def visitor_of(request: Request, services: Services) -> Visitor:
    """The visitor of a request. Without a cookie it costs nothing; with one, a query.

    Raises StateError if the database fails.
    """
    value = session_value(request, services.settings)
    if value:
        person = sessions.find(services.database, value, services.settings.idle_minutes)
        if person is not None:
            return Visitor(person, derived(value, "form"))
    before = request.cookies.get(_cookie("form", services.settings), "")
    return Visitor(None, derived(before, "form") if before else "")


def carries_token(visitor: Visitor, token: str) -> bool:
    """Whether a form carries the visitor's token against forgery."""
    return bool(visitor.csrf) and hmac.compare_digest(visitor.csrf.encode(), token.encode("utf-8", "replace"))


def is_sent_from_here(request: Request, settings: Settings) -> bool:
    """Whether a form was sent from a page of ours, as far as the browser says; programs that say nothing pass.

    Sec-Fetch-Site cannot be forged by a page, and where it is missing (plain HTTP, old browsers) Origin tells.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    try:
        ours = urlsplit(settings.address or f"{request.url.scheme}://{request.headers.get('host', '')}")
    except ValueError:
        return False
    # Compared as text: what cannot be split is not ours either.
    return origin == f"{ours.scheme}://{ours.netloc}"


def session_value(request: Request, settings: Settings) -> str:
    """The value of the session's cookie; empty without one."""
    return request.cookies.get(_cookie("", settings), "")


def session_fingerprint(call: Call) -> str:
    """What names the session of this request in the person's list of them."""
    return fingerprint(session_value(call.request, call.services.settings))


def doer_of(call: Call) -> Doer:
    """Who does what this request does, for the audit."""
    person = call.visitor.person
    return Doer(person.id if person else None, caller_address(call.request))


def agent_of(call: Call) -> str:
    """The browser, as it names itself, for the person's list of sessions."""
    return call.request.headers.get("user-agent", "")


def enter(call: Call, response: Response, value: str) -> Response:
    """Give a visitor the cookie of their new session; the one before it, and the form's cookie, are of no more use."""
    settings = call.services.settings
    before = session_value(call.request, settings)
    if before:
        sessions.end(call.services.database, before, doer_of(call))
    _set(response, "", value, settings)
    _delete(response, "form", settings)
    return response


def leave(call: Call, response: Response) -> Response:
    """End the visitor's session."""
    settings = call.services.settings
    sessions.end(call.services.database, session_value(call.request, settings), doer_of(call))
    _delete(response, "", settings)
    return response


def page_with_form(call: Call, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page with a form that somebody who is not signed in may send: with a cookie that its token is made from."""
    value = ""
    if not call.visitor.csrf:
        value = fresh()
        call = dataclasses.replace(call, visitor=Visitor(None, derived(value, "form")))
    response = call.page(template, status, **context)
    response.headers["Cache-Control"] = "no-store"
    if value:
        _set(response, "form", value, call.services.settings)
    return response


def begin_openid(call: Call, response: Response, value: str, onward: str) -> Response:
    """Give a visitor who is sent to the provider the cookie that they must come back with, within ten minutes."""
    _set(response, "openid", f"{value}.{quote(onward, safe='')}", call.services.settings, seconds=600)
    return response


def openid_value(call: Call) -> tuple[str, str]:
    """The value that a visitor took to the provider, and the path that they wanted to go on to."""
    value, _, onward = call.request.cookies.get(_cookie("openid", call.services.settings), "").partition(".")
    return value, own_path(unquote(onward))


def end_openid(call: Call, response: Response) -> Response:
    """Take that cookie away."""
    _delete(response, "openid", call.services.settings)
    return response


def own_path(text: str) -> str:
    """A path of ours to go on to; "/" for anything that a browser might take elsewhere."""
    is_ours = (
        text[:1] == "/"
        and text[1:2] != "/"
        and all(" " < sign < "\x7f" and sign != "\\" for sign in text)
        and len(text) <= 2000
    )
    return text if is_ours else "/"


def _cookie(kind: str, settings: Settings) -> str:
    name = f"aitia-{kind}" if kind else "aitia"
    # The prefix makes browsers refuse a cookie of that name from a neighbouring domain or over plain HTTP.
    return f"__Host-{name}" if settings.is_secure else name


def _set(response: Response, kind: str, value: str, settings: Settings, seconds: int | None = None) -> None:
    response.set_cookie(
        _cookie(kind, settings),
        value,
        max_age=seconds,
        path="/",
        secure=settings.is_secure,
        httponly=True,
        samesite="lax",
    )


def _delete(response: Response, kind: str, settings: Settings) -> None:
    response.delete_cookie(
        _cookie(kind, settings), path="/", secure=settings.is_secure, httponly=True, samesite="lax"
    )
