"""Around every request: a number, a line in the log, a measurement, safe headers, and words for a failure."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aitia.web import metrics
from aitia.web.logs import FAILURES, REQUESTS, shown_path
from aitia.web.settings import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_TWO_YEARS = 63_072_000
"""Seconds for which a browser is to use HTTPS alone, as hstspreload.org asks."""
_GONE = 499
"""The status in the log where the caller left before the answer, as nginx writes it."""


def observed(
    app: ASGIApp, settings: Settings, failed: Callable[[Request, Exception], Awaitable[Response]]
) -> ASGIApp:
    """The application, with every request numbered, logged, measured and answered under safe headers.

    failed: makes the answer to an error that nothing within has turned into one.
    A page may set any of the headers itself, and what it set stays.
    """
    fixed = dict(_HEADERS)
    if settings.is_secure:
        fixed["strict-transport-security"] = f"max-age={_TWO_YEARS}"

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        began = time.perf_counter()
        state = scope.setdefault("state", {})
        state["request_id"] = secrets.token_hex(8)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                headers["x-request-id"] = state["request_id"]
                for name, value in fixed.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", _caching(scope))
            await send(message)

        try:
            await app(scope, receive, send_with_headers)
        except ClientDisconnect:
            status = status or _GONE
        except Exception as error:
            FAILURES.error("a request failed", exc_info=error, extra={"fields": _about(scope)})
            if status:
                # The answer had begun: only breaking it off tells the caller that it is not whole.
                raise ConnectionAbortedError("the answer was broken off") from None
            response = await failed(Request(scope, receive), error)
            await response(scope, receive, send_with_headers)
        finally:
            _note(scope, status or _GONE, time.perf_counter() - began)

    return answer


def _about(scope: Scope) -> dict[str, object]:
    state = scope["state"]
    return {
        "request": state["request_id"],
        "method": scope["method"],
        "path": shown_path(scope["path"]),
        "person": state.get("person_id"),
    }


def _note(scope: Scope, status: int, seconds: float) -> None:
    metrics.observe(scope["method"], scope["state"].get("route", "unknown"), status, seconds)
    level = logging.WARNING if status >= 500 else logging.INFO
    if REQUESTS.isEnabledFor(level):
        fields = {**_about(scope), "status": status, "ms": round(seconds * 1000, 2)}
        REQUESTS.log(level, "request", extra={"fields": fields})


def _caching(scope: Scope) -> str:
    """What caches may do with an answer that does not say so itself."""
    if scope["path"].startswith("/static/"):
        # The browser asks each time whether its copy is still right, so that an upgrade is never half seen.
        return "public, no-cache"
    if scope["state"].get("person_id"):
        return "no-store"
    return "private, no-cache"
