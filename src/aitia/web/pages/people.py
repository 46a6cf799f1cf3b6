"""Administration of people: who there is, invitations, roles, closed accounts, and the audit."""

from starlette.responses import Response

from aitia.people import accounts, audit, invitations
from aitia.people.errors import PeopleError
from aitia.people.roles import Role
from aitia.web.call import Call, whole_number
from aitia.web.failures import sentence
from aitia.web.routes import Need, Route
from aitia.web.visits import doer_of

ROLES = {
    Role.READER: "Reads what was submitted, and the library.",
    Role.AUTHOR: "Makes articles, edits and submits their own.",
    Role.REVIEWER: "Marks, proposes and signs, on the work of others.",
    Role.EDITOR: "Assigns reviewers, edits any article, withdraws and re-opens; adds documents to libraries.",
    Role.ADMINISTRATOR: "Looks after people and libraries. Not a right to review.",
}
_DONE = {
    "roles": "The roles are changed, from now on.",
    "closed": "The account is closed. Its sessions and tokens have ended.",
    "re-opened": "The account is open again.",
    "taken-back": "The invitation is taken back.",
}
_A_PAGE = 50


def people_page(call: Call) -> Response:
    """Everybody, with a search; open invitations; inviting."""
    return _people(call)


def _people(call: Call, status: int = 200, *, error: str = "", link: str = "") -> Response:
    database = call.services.database
    text, shown = call.query("q")[:200], call.query("show")
    response = call.page(
        "people/people.html.jinja",
        status,
        people=accounts.people(
            database, text=text, is_active={"closed": False, "all": None}.get(shown, True)
        ),
        text=text,
        shown=shown,
        waiting=invitations.waiting(database),
        roles=ROLES,
        done=_DONE.get(call.query("done"), ""),
        error=error,
        link=link,
        sent=call.form,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def invite_sent(call: Call) -> Response:
    """Invites somebody, and shows the link to send them, this once."""
    try:
        path = invitations.invite(call.services.database, call.field("email"), _roles(call), doer_of(call))
    except PeopleError as error:
        return _people(call, 400, error=sentence(error))
    return _people(call, link=call.origin + path)


def take_back_sent(call: Call) -> Response:
    """Voids an invitation."""
    invitations.take_back(call.services.database, call.field("invitation"), doer_of(call))
    return call.go("/admin/people?done=taken-back")


def person_page(call: Call) -> Response:
    """One person: roles, access, and what the audit says of them."""
    return _person(call)


def _person(call: Call, status: int = 200, *, error: str = "", link: str = "") -> Response:
    database, number = call.services.database, call.path("number")
    response = call.page(
        "people/person.html.jinja",
        status,
        account=accounts.account(database, number),
        roles=ROLES,
        entries=audit.entries(database, person_id=number, limit=10),
        kinds=audit.KINDS,
        words=audit.words,
        done=_DONE.get(call.query("done"), ""),
        error=error,
        link=link,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def roles_sent(call: Call) -> Response:
    """Gives and takes roles."""
    number = call.path("number")
    try:
        accounts.set_roles(call.services.database, number, _roles(call), doer_of(call))
    except PeopleError as error:
        return _person(call, 409, error=sentence(error))
    if number == call.person.id and Role.ADMINISTRATOR not in _roles(call):
        return call.go("/account")
    return call.go(f"/admin/people/{number}?done=roles")


def close_sent(call: Call) -> Response:
    """Ends a person's access."""
    number = call.path("number")
    try:
        accounts.close(call.services.database, number, doer_of(call))
    except PeopleError as error:
        return _person(call, 409, error=sentence(error))
    return call.go(f"/admin/people/{number}?done=closed")


def reopen_sent(call: Call) -> Response:
    """Gives a person access again."""
    number = call.path("number")
    accounts.reopen(call.services.database, number, doer_of(call))
    return call.go(f"/admin/people/{number}?done=re-opened")


def password_link_sent(call: Call) -> Response:
    """Makes a link for a new password, and shows it, this once."""
    try:
        path = invitations.password_link(call.services.database, call.path("number"), doer_of(call))
    except PeopleError as error:
        return _person(call, 409, error=sentence(error))
    return _person(call, link=call.origin + path)


def audit_page(call: Call) -> Response:
    """The audit, newest first."""
    kind = call.query("kind")
    kinds = (kind,) if kind in audit.KINDS else tuple(set(audit.KINDS) - {"sign-in-tried"})
    person, before = whole_number(call.query("person")), whole_number(call.query("before"))
    found = audit.entries(
        call.services.database,
        kinds=kinds,
        person_id=person or None,
        before=before or None,
        limit=_A_PAGE + 1,
    )
    return call.page(
        "people/audit.html.jinja",
        entries=found[:_A_PAGE],
        older=found[_A_PAGE - 1].id if len(found) > _A_PAGE else 0,
        kinds=audit.KINDS,
        words=audit.words,
        kind=kind,
        person=person,
        people=accounts.people(call.services.database, is_active=None),
        before=before,
    )


def _roles(call: Call) -> tuple[Role, ...]:
    wanted = {value for value in call.form.getlist("roles") if isinstance(value, str)}
    return tuple(role for role in Role if role in wanted)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/admin/people", Need.ADMINISTRATOR, people_page),
    Route("POST", "/admin/people", Need.ADMINISTRATOR, invite_sent),
    Route("POST", "/admin/people/take-back", Need.ADMINISTRATOR, take_back_sent),
    Route("GET", "/admin/people/{number:int}", Need.ADMINISTRATOR, person_page),
    Route("POST", "/admin/people/{number:int}/roles", Need.ADMINISTRATOR, roles_sent),
    Route("POST", "/admin/people/{number:int}/close", Need.ADMINISTRATOR, close_sent),
    Route("POST", "/admin/people/{number:int}/reopen", Need.ADMINISTRATOR, reopen_sent),
    Route("POST", "/admin/people/{number:int}/password-link", Need.ADMINISTRATOR, password_link_sent),
    Route("GET", "/admin/audit", Need.ADMINISTRATOR, audit_page),
)
