"""The service itself: its policy, its journal's end, who you are, and its people."""

from msgspec import Struct

from aitia.library.store.database import reading
from aitia.people import accounts
from aitia.people.audit import Doer
from aitia.people.roles import Role
from aitia.people.tokens import Scope
from aitia.review import chain
from aitia.review.nouns import Person
from aitia.review.policy import Policy, policy_hash
from aitia.web.api.nouns import ApiCall, ApiRoute, Reply
from aitia.web.api.reading import READ
from aitia.web.call import caller_address
from aitia.web.routes import Need

ADMIN = (Scope.ADMIN,)
ANY = tuple(Scope)


class PolicyView(Struct, frozen=True):
    """The editorial policy in force."""

    policy: Policy
    hash: str
    """SHA-256, as approvals name it."""


class JournalHead(Struct, frozen=True):
    """The end of the journal of review. Kept elsewhere, it later shows whether events were removed."""

    number: int
    """Of the last event; 0 before the first."""
    hash: str


class Me(Struct, frozen=True):
    """Whose token it is, and for what it may be used."""

    person: Person
    scopes: tuple[Scope, ...]


class AccountView(Struct, frozen=True):
    """An account."""

    id: int
    name: str
    email: str
    credentials: str
    roles: tuple[Role, ...]
    is_active: bool
    created: str


class RolesBody(Struct, frozen=True, forbid_unknown_fields=True):
    """All roles that a person is to have; those not named are taken away."""

    roles: tuple[Role, ...]


def policy(call: ApiCall) -> Reply:
    found = call.services.policy
    return Reply(PolicyView(found, policy_hash(found)), etag=policy_hash(found)[:32])


def journal_head(call: ApiCall) -> Reply:
    with reading(call.services.database) as connection:
        end = chain.head(connection)
    return Reply(JournalHead(end.number, end.hash))


def me(call: ApiCall) -> Reply:
    return Reply(Me(call.who, tuple(sorted(call.scopes))))


def people(call: ApiCall) -> Reply:
    return Reply(tuple(_view(one) for one in accounts.people(call.services.database, is_active=None)))


def person(call: ApiCall) -> Reply:
    return Reply(_view(accounts.account(call.services.database, call.path("number"))))


def set_roles(call: ApiCall) -> Reply:
    body: RolesBody = call.body
    doer = Doer(call.who.id, caller_address(call.request))
    return Reply(_view(accounts.set_roles(call.services.database, call.path("number"), body.roles, doer)))


def _view(one: accounts.Account) -> AccountView:
    return AccountView(one.id, one.name, one.email, one.credentials, one.roles, one.is_active, one.created)


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("GET", "/policy", Need.READ, READ, policy, PolicyView, "Read the editorial policy"),
    ApiRoute("GET", "/journal", Need.READ, READ, journal_head, JournalHead, "Read the end of the journal of review"),
    ApiRoute("GET", "/me", Need.SIGNED_IN, ANY, me, Me, "Tell whose token this is"),
    ApiRoute("GET", "/people", Need.ADMINISTRATOR, ADMIN, people, tuple[AccountView, ...], "List people"),
    ApiRoute("GET", "/people/{number:int}", Need.ADMINISTRATOR, ADMIN, person, AccountView, "Tell of a person"),
    ApiRoute(
        "PUT", "/people/{number:int}/roles", Need.ADMINISTRATOR, ADMIN, set_roles, AccountView, "Give and take roles",
        body=RolesBody, problems=(409,),
    ),
)  # fmt: skip
