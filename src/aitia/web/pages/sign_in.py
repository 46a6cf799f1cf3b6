"""Pages for those who are not signed in yet: sign-in, the first start's set-up, invitations, new passwords."""

from starlette.responses import Response

from aitia.people.errors import SignInError
from aitia.people.signing_in import sign_in
from aitia.web.call import Call
from aitia.web.routes import Need, Route
from aitia.web.visits import doer_of, enter, leave, own_path, page_with_form


def sign_in_page(call: Call) -> Response:
    """Asks for e-mail and password, or leads to the organisation's sign-in."""
    onward = own_path(call.query("next", "/"))
    if call.visitor.person is not None:
        return call.go(onward)
    return _sign_in_form(call, onward)


def sign_in_sent(call: Call) -> Response:
    """Signs in, and goes on to where the visitor wanted to be."""
    onward = own_path(call.field("next", "/"))
    email = call.field("email")
    try:
        value = sign_in(
            call.services.database,
            email,
            call.field("password"),
            call.services.settings.session_hours,
            doer_of(call),
            call.request.headers.get("user-agent", ""),
        )
    except SignInError as error:
        text = str(error)
        response = _sign_in_form(
            call, onward, 429 if error.wait else 401, email=email, error=text[:1].upper() + text[1:]
        )
        if error.wait:
            response.headers["Retry-After"] = str(error.wait)
        return response
    return enter(call, call.go(onward), value)


def _sign_in_form(call: Call, onward: str, status: int = 200, email: str = "", error: str = "") -> Response:
    return page_with_form(call, "people/sign_in.html.jinja", status, onward=onward, email=email, error=error)


def sign_out_sent(call: Call) -> Response:
    """Ends the session."""
    return leave(call, call.go("/"))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/sign-in", Need.OPEN, sign_in_page),
    Route("POST", "/sign-in", Need.OPEN, sign_in_sent),
    Route("POST", "/sign-out", Need.OPEN, sign_out_sent),
)
