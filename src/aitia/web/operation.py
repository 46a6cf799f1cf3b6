"""What those who run the service ask it: does it live, is it ready, what has it counted."""

from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from aitia.errors import AitiaError
from aitia.library.store.database import HEAD, migration, reading
from aitia.people.roles import Role
from aitia.people.tokens import Scope
from aitia.web import metrics
from aitia.web.api.access import holder_of
from aitia.web.call import Call
from aitia.web.encoded import json_response
from aitia.web.failures import RETRY_SECONDS, Refused
from aitia.web.routes import Need, Route


def health(call: Call) -> Response:
    """The process answers. The database is not asked, so that losing it does not get the process restarted."""
    del call
    return json_response({"status": "ok"})


def ready(call: Call) -> Response:
    """Whether questions can be answered: the database is there, of the right migration, and the library opens."""
    checks: dict[str, str] = {}
    try:
        with reading(call.services.database) as connection:
            found = migration(connection)
        checks["database"] = "ok" if found == HEAD else "of another version of Aitia"
    except AitiaError:
        checks["database"] = "not reached"
    try:
        call.services.shelf.open()
        checks["library"] = "ok"
    except AitiaError:
        checks["library"] = "not opened"
    if set(checks.values()) == {"ok"}:
        return json_response({"status": "ok", **checks})
    return json_response({"status": "not ready", **checks}, 503, {"Retry-After": str(RETRY_SECONDS)})


def measurements(call: Call) -> Response:
    """What was counted, for Prometheus.

    Only for an administrator (signed in, or by a token with the scope admin); and for this machine, while the service
    has no address and no proxies of its own: behind a proxy everybody seems to come from there.
    """
    if not (_is_from_here(call) or call.visitor.may(Role.ADMINISTRATOR) or _has_token(call)):
        raise Refused(
            403,
            "Not for your role",
            "What was counted is for administrators: sign in as one, or send a token with the scope admin.",
        )
    return Response(metrics.exposition(call.services.database), media_type=CONTENT_TYPE_LATEST)


def _is_from_here(call: Call) -> bool:
    settings, client = call.services.settings, call.request.client
    if settings.address or settings.proxies or client is None:
        return False
    if any(name in call.request.headers for name in ("forwarded", "x-forwarded-for", "via", "x-real-ip")):
        return False
    try:
        return ip_address(client.host).is_loopback
    except ValueError:
        return False


def _has_token(call: Call) -> bool:
    holder, _ = holder_of(call.services.database, call.request)
    return holder is not None and Role.ADMINISTRATOR in holder[0].roles and Scope.ADMIN in holder[1]


ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", Need.OPEN, health),
    Route("GET", "/ready", Need.OPEN, ready),
    Route("GET", "/metrics", Need.OPEN, measurements),
)
