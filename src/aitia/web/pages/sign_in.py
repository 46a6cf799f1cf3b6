"""Pages for those who are not signed in yet: sign-in, the first start's set-up, invitations, new passwords."""

from starlette.responses import Response

from aitia.people import invitations
from aitia.people.errors import PeopleError, SignInError
from aitia.people.invitations import INVITATION, PASSWORD, SET_UP, Link, NewPerson
from aitia.people.signing_in import sign_in
from aitia.web.call import Call
from aitia.web.failures import sentence
from aitia.web.routes import ROLES, Need, Route
from aitia.web.visits import agent_of, doer_of, enter, leave, own_path, page_with_form


def sign_in_page(call: Call) -> Response:
    """Asks for e-mail and password, or leads to the organisation's sign-in."""
    onward = own_path(call.query("next", "/"))
    if call.visitor.person is not None:
        return call.go(onward)
    return _sign_in_form(call, onward)


def sign_in_sent(call: Call) -> Response:
    """Signs in, and goes on to where the visitor wanted to be."""
    onward = own_path(call.field("next", "/"))
    email, password = call.field("email"), call.field("password")
    hours = call.services.settings.session_hours
    try:
        value = sign_in(call.services.database, email, password, hours, doer_of(call), agent_of(call))
    except SignInError as error:
        response = _sign_in_form(call, onward, 429 if error.wait else 401, email=email, error=sentence(error))
        if error.wait:
            response.headers["Retry-After"] = str(error.wait)
        return response
    return enter(call, call.go(onward), value)


def _sign_in_form(call: Call, onward: str, status: int = 200, email: str = "", error: str = "") -> Response:
    return page_with_form(call, "people/sign_in.html.jinja", status, onward=onward, email=email, error=error)


def sign_out_sent(call: Call) -> Response:
    """Ends the session."""
    return leave(call, call.go("/"))


def set_up_page(call: Call) -> Response:
    """The first start: who will administer this service."""
    return _joining_page(call, SET_UP)


def set_up_sent(call: Call) -> Response:
    """Makes the first administrator."""
    return _joining_sent(call, SET_UP)


def invitation_page(call: Call) -> Response:
    """Somebody invited tells their name and chooses a password."""
    return _joining_page(call, INVITATION)


def invitation_sent(call: Call) -> Response:
    """Makes the account of somebody invited."""
    return _joining_sent(call, INVITATION)


def _joining_page(call: Call, kind: str) -> Response:
    link = invitations.find(call.services.database, kind, _value(call))
    return _joining_form(call, link, NewPerson("", "", ""))


def _joining_sent(call: Call, kind: str) -> Response:
    database = call.services.database
    told = NewPerson(
        call.field("name"), call.field("credentials"), call.field("password"), call.field("email")
    )
    link = invitations.find(database, kind, _value(call))
    try:
        _check_repeated(call)
        value = invitations.join(
            database,
            kind,
            _value(call),
            told,
            call.services.settings.session_hours,
            doer_of(call),
            agent_of(call),
        )
    except PeopleError as error:
        # A link that opened something a moment ago and does not now: say that, not the form again.
        invitations.find(database, kind, _value(call))
        return _joining_form(call, link, told, 400, sentence(error))
    return enter(call, call.go(_first_page(link)), value)


def _first_page(link: Link) -> str:
    """Where somebody begins who has just joined: at what they were invited to do."""
    if link.kind == SET_UP:
        return "/admin/people"
    if not ROLES[Need.BOARD].isdisjoint(link.roles):
        return "/review"
    return "/"


def _joining_form(call: Call, link: Link, told: NewPerson, status: int = 200, error: str = "") -> Response:
    return page_with_form(
        call,
        "people/join.html.jinja",
        status,
        link=link,
        told=told,
        error=error,
        is_first=link.kind == SET_UP,
        action=call.request.url.path,
    )


def new_password_page(call: Call) -> Response:
    """Somebody whose administrator made them a link chooses a new password."""
    link = invitations.find(call.services.database, PASSWORD, _value(call))
    return _new_password_form(call, link)


def new_password_sent(call: Call) -> Response:
    """Sets the new password."""
    database = call.services.database
    link = invitations.find(database, PASSWORD, _value(call))
    hours = call.services.settings.session_hours
    try:
        _check_repeated(call)
        value = invitations.new_password(
            database, _value(call), call.field("password"), hours, doer_of(call), agent_of(call)
        )
    except PeopleError as error:
        invitations.find(database, PASSWORD, _value(call))
        return _new_password_form(call, link, 400, sentence(error))
    return enter(call, call.go("/account"), value)


def _new_password_form(call: Call, link: Link, status: int = 200, error: str = "") -> Response:
    return page_with_form(
        call,
        "people/new_password.html.jinja",
        status,
        link=link,
        error=error,
        action=call.request.url.path,
    )


def _check_repeated(call: Call) -> None:
    if call.field("password") != call.field("again"):
        raise PeopleError("the two passwords differ; type the same one twice.")


def _value(call: Call) -> str:
    return str(call.path("token"))


ROUTES: tuple[Route, ...] = (
    Route("GET", "/sign-in", Need.OPEN, sign_in_page),
    Route("POST", "/sign-in", Need.OPEN, sign_in_sent),
    Route("POST", "/sign-out", Need.OPEN, sign_out_sent),
    Route("GET", "/set-up/{token}", Need.OPEN, set_up_page),
    Route("POST", "/set-up/{token}", Need.OPEN, set_up_sent),
    Route("GET", "/invitation/{token}", Need.OPEN, invitation_page),
    Route("POST", "/invitation/{token}", Need.OPEN, invitation_sent),
    Route("GET", "/new-password/{token}", Need.OPEN, new_password_page),
    Route("POST", "/new-password/{token}", Need.OPEN, new_password_sent),
)
