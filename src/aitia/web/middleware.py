"""What every answer carries, whichever page or error it is: the headers that keep a browser safe."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


def with_safe_headers(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application, with every answer carrying headers that keep a browser safe and caches honest.

    A page may set any of them itself, and what it set stays.
    """
    fixed = dict(_HEADERS)
    if settings.is_secure:
        fixed["strict-transport-security"] = f"max-age={_TWO_YEARS}"

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in fixed.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", _caching(scope))
            await send(message)

        await app(scope, receive, send_with_headers)

    return answer


def _caching(scope: Scope) -> str:
    """What caches may do with an answer that does not say so itself."""
    if scope["path"].startswith("/static/"):
        # The name with its contents' hash never changes what it means; without, the browser asks each time.
        return "public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else "public, no-cache"
    if scope.get("state", {}).get("person"):
        return "no-store"
    return "private, no-cache"
