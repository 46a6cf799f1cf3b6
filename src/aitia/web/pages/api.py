"""The API's page for people, made from its table of routes."""

from itertools import groupby

import msgspec
from msgspec import Struct
from starlette.responses import Response

from aitia.web.api.nouns import API_FOLDER, ApiRoute
from aitia.web.api.problems import KINDS
from aitia.web.api.table import ROUTES as API
from aitia.web.call import Call
from aitia.web.routes import ROLES, Need, Route


class Shown(Struct, frozen=True):
    """An address of the API as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[str, ...]
    who: str
    scopes: tuple[str, ...]


def api(call: Call) -> Response:
    """What the API offers."""
    return call.page(
        "api/api.html.jinja",
        folder=API_FOLDER,
        address=call.origin,
        groups=[(tag, [_shown(route) for route in some]) for tag, some in groupby(API, lambda one: one.tag)],
        problems=KINDS.items(),
    )


def _shown(route: ApiRoute) -> Shown:
    return Shown(
        route.method,
        route.shown_path,
        route.summary,
        route.description,
        tuple(field.encode_name for field in msgspec.structs.fields(route.query)) if route.query else (),
        _who(route.need),
        tuple(str(scope) for scope in route.scopes) if len(route.scopes) < 4 else ("any",),
    )


def _who(need: Need) -> str:
    if need in ROLES:
        return " or ".join(sorted(str(role) for role in ROLES[need]))
    return "whoever may read" if need is Need.READ else "whoever has a token"


ROUTES: tuple[Route, ...] = (Route("GET", "/api", Need.OPEN, api),)
