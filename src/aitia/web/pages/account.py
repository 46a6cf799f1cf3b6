"""A person's own account: how they are printed, password, sessions, tokens."""

from starlette.responses import Response

from aitia.people import accounts, sessions, tokens
from aitia.people.errors import PeopleError, SignInError
from aitia.people.signing_in import change_password
from aitia.people.tokens import Scope
from aitia.web.call import Call, whole_number
from aitia.web.failures import sentence
from aitia.web.routes import Need, Route
from aitia.web.visits import doer_of, session_fingerprint

_DONE = {
    "details": "Your name and credentials are saved. What you signed before keeps what was printed then.",
    "password": "Your password is changed, and your other sessions have ended.",
    "sessions": "The session has ended.",
    "others": "All your other sessions have ended.",
    "revoked": "The token is revoked.",
}
_SCOPES = {
    Scope.READ: "Read: ask, search, articles and libraries",
    Scope.WRITE: "Write: make, edit and submit articles, add documents",
    Scope.REVIEW: "Review: assign, mark, comment, sign, withdraw",
    Scope.ADMIN: "Administer: libraries and people",
}
_DAYS = (30, 90, 365)


def account_page(call: Call) -> Response:
    """All of a person's account."""
    return _page(call, done=_DONE.get(call.query("done"), ""))


def _page(
    call: Call, status: int = 200, *, done: str = "", error: str = "", section: str = "", value: str = ""
) -> Response:
    database, me = call.services.database, call.person.id
    response = call.page(
        "people/account.html.jinja",
        status,
        account=accounts.account(database, me),
        sessions=sessions.listed(database, me, call.services.settings.idle_minutes),
        this_session=session_fingerprint(call),
        browser=sessions.browser,
        tokens=tokens.listed(database, me),
        scopes=_SCOPES,
        days=_DAYS,
        done=done,
        error=error,
        section=section,
        new_token=value,
        sent=call.form,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def details_sent(call: Call) -> Response:
    """Changes name and credentials."""
    try:
        accounts.change_details(
            call.services.database,
            call.person.id,
            call.field("name"),
            call.field("credentials"),
            doer_of(call),
        )
    except PeopleError as error:
        return _page(call, 400, error=sentence(error), section="details")
    return call.go("/account?done=details")


def password_sent(call: Call) -> Response:
    """Changes the password."""
    try:
        if call.field("password") != call.field("again"):
            raise PeopleError("the two new passwords differ; type the same one twice.")
        change_password(
            call.services.database,
            call.person.id,
            call.field("present"),
            call.field("password"),
            doer_of(call),
            session_fingerprint(call),
        )
    except SignInError as error:
        return _page(call, 429, error=sentence(error), section="password")
    except PeopleError as error:
        return _page(call, 400, error=sentence(error), section="password")
    return call.go("/account?done=password")


def sessions_sent(call: Call) -> Response:
    """Ends one of the person's sessions, or all but this one."""
    database, chosen = call.services.database, call.field("session")
    if chosen:
        sessions.end_some(database, call.person.id, doer_of(call), only=chosen)
        return call.go("/account?done=sessions")
    sessions.end_some(database, call.person.id, doer_of(call), keep=session_fingerprint(call))
    return call.go("/account?done=others")


def token_sent(call: Call) -> Response:
    """Makes a token and shows it, this once."""
    wanted = {value for value in call.form.getlist("scopes") if isinstance(value, str)}
    days = call.field("days")
    try:
        value = tokens.make(
            call.services.database,
            call.person.id,
            call.field("name"),
            tuple(scope for scope in Scope if scope in wanted),
            int(days) if days in {str(choice) for choice in _DAYS} else 0,
            doer_of(call),
        )
    except PeopleError as error:
        return _page(call, 400, error=sentence(error), section="tokens")
    return _page(call, section="tokens", value=value)


def revoke_sent(call: Call) -> Response:
    """Revokes a token."""
    tokens.revoke(
        call.services.database, call.person.id, whole_number(call.field("token")) or 0, doer_of(call)
    )
    return call.go("/account?done=revoked")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/account", Need.SIGNED_IN, account_page),
    Route("POST", "/account/details", Need.SIGNED_IN, details_sent),
    Route("POST", "/account/password", Need.SIGNED_IN, password_sent),
    Route("POST", "/account/sessions", Need.SIGNED_IN, sessions_sent),
    Route("POST", "/account/tokens", Need.SIGNED_IN, token_sent),
    Route("POST", "/account/tokens/revoke", Need.SIGNED_IN, revoke_sent),
)
