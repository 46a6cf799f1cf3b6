"""The way to the organisation's OpenID Connect provider and back."""

from starlette.responses import RedirectResponse, Response

from aitia.people import openid as accounts
from aitia.people.errors import SignInError, UnknownPersonError
from aitia.people.values import fresh
from aitia.web.call import Call
from aitia.web.failures import sentence
from aitia.web.routes import Need, Route
from aitia.web.settings import OpenIdSettings
from aitia.web.visits import (
    agent_of,
    begin_openid,
    doer_of,
    end_openid,
    enter,
    openid_value,
    own_path,
)

_BACK = "/openid/back"


def start_page(call: Call) -> Response:
    """Sends the visitor to the provider."""
    from aitia.web.openid import OpenIdError, start

    chosen = _chosen(call)
    onward = own_path(call.query("next", "/"))
    if call.visitor.person is not None:
        return call.go(onward)
    value = fresh()
    try:
        address = start(chosen, value, call.origin + _BACK)
    except OpenIdError as error:
        return _not_signed_in(call, 502, sentence(error))
    response = RedirectResponse(address, 303)
    response.headers["Cache-Control"] = "no-store"
    return begin_openid(call, response, value, onward)


def back_page(call: Call) -> Response:
    """Takes what the provider says of the visitor, and signs them in."""
    from aitia.web.openid import NotBegunError, OpenIdError, finish

    chosen = _chosen(call)
    value, onward = openid_value(call)
    settings = call.services.settings
    try:
        vouched = finish(chosen, value, call.origin + _BACK, call.request.query_params)
        session = accounts.enter(
            call.services.database,
            vouched,
            chosen.invited_only,
            settings.session_hours,
            doer_of(call),
            agent_of(call),
        )
    except OpenIdError as error:
        if not isinstance(error, NotBegunError):
            accounts.note_refusal(call.services.database, doer_of(call), str(error))
        return end_openid(call, _not_signed_in(call, 400, sentence(error)))
    except SignInError as error:
        return end_openid(call, _not_signed_in(call, 403, sentence(error)))
    return end_openid(call, enter(call, call.go(onward), session))


def _chosen(call: Call) -> OpenIdSettings:
    chosen = call.services.settings.openid
    if chosen is None:
        raise UnknownPersonError("this service has no sign-in through OpenID Connect.")
    return chosen


def _not_signed_in(call: Call, status: int, text: str) -> Response:
    return call.page("people/not_signed_in.html.jinja", status, text=text)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/openid/start", Need.OPEN, start_page),
    Route("GET", "/openid/back", Need.OPEN, back_page),
)
