"""Who stands behind the answers, and by what rules."""

from starlette.responses import Response

from aitia.web.call import Call
from aitia.web.routes import Need, Route


def policy(call: Call) -> Response:
    """The editorial policy."""
    return call.page("reading/policy.html.jinja")


def board(call: Call) -> Response:
    """The members of the advisory board."""
    return call.page("reading/board.html.jinja")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/policy", Need.READ, policy),
    Route("GET", "/board", Need.READ, board),
)
