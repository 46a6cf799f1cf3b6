"""Articles: reading them, and acting on them."""

from typing import Annotated

from msgspec import Meta, Struct, structs

from aitia.answers.thread import resolve_thread
from aitia.evidence.article import Article
from aitia.people.roles import BOARD, Role
from aitia.people.tokens import Scope
from aitia.review import journal, listing
from aitia.review.differences import Difference, differences
from aitia.review.editing import edited
from aitia.review.errors import NotAllowedError, NotFoundError, ReviewError, StaleError
from aitia.review.listing import Summary
from aitia.review.nouns import (
    Assign,
    Begin,
    Comment,
    Declare,
    Dossier,
    Edit,
    Event,
    Mark,
    Person,
    Place,
    Propose,
    Reopen,
    Resolve,
    Sign,
    State,
    Submit,
    Version,
    Withdraw,
    Words,
)
from aitia.review.readers import readable
from aitia.review.transitions import refusal
from aitia.web.api.libraries import AfterNumber, Limit
from aitia.web.api.nouns import ApiCall, ApiRoute, Reply
from aitia.web.api.problems import Problematic
from aitia.web.api.reading import READ, Ask, LibraryName
from aitia.web.routes import Need

WRITE, ACT = (Scope.WRITE,), (Scope.WRITE, Scope.REVIEW)
_BY_WRITERS = (Edit, Submit)
"""Actions for which the scope `write` is enough; the others need `review`."""

PersonsAction = (
    Edit | Submit | Assign | Begin | Declare | Mark | Comment | Resolve | Propose | Sign | Withdraw | Reopen
)
"""What a person does: all but opening, and what the system records."""


class ArticlesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which articles to list."""

    state: State | None = None
    library: LibraryName = ""
    q: Annotated[str, Meta(max_length=1000, description="Words that all occur in the question.")] = ""
    after: AfterNumber = 0
    limit: Limit = 50


class SummaryPage(Struct, frozen=True):
    """Some articles, the newest first."""

    items: tuple[Summary, ...]


class ArticleView(Struct, frozen=True):
    """An article that is kept: its latest version that you may read."""

    number: int
    state: State
    """Of that version."""
    version: int
    versions: tuple[Version, ...]
    """Those that you may read, oldest first."""
    article: Article


class VersionView(Struct, frozen=True):
    """A version with its text."""

    number: int
    version: Version
    article: Article


class CompareQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which versions to compare."""

    old: Annotated[int, Meta(ge=1, le=999_999_999)]
    new: Annotated[int, Meta(ge=1, le=999_999_999)]


class EventsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which events to list."""

    after: AfterNumber = 0
    limit: Limit = 50


class EventPage(Struct, frozen=True):
    """Some events, oldest first."""

    items: tuple[Event, ...]


class ActionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An action on an article."""

    seen: Annotated[int, Meta(ge=1, le=999_999_999)]
    """The number of the version that you read. If a newer one was made since, nothing is recorded (409, /api#stale)."""
    action: PersonsAction
    changes: dict[Place, Words | None] = {}
    """For an edit of words: the new text by place; null takes the statement out."""


def articles(call: ApiCall) -> Reply:
    query: ArticlesQuery = call.query
    if _is_board(call):
        states = (query.state,) if query.state else ()
    elif query.state in (None, State.APPROVED):
        states = (State.APPROVED,)
    else:
        return Reply(SummaryPage(()))
    found = listing.listed(
        call.services.database,
        states=states,
        library=query.library or None,
        text=query.q,
        after=query.after or None,
        limit=query.limit,
    )
    items = tuple(structs.replace(one, author=_named(one.author)) for one in found)
    more = {"after": items[-1].id} if len(items) == query.limit else None
    return Reply(SummaryPage(items), next=more)


def _is_board(call: ApiCall) -> bool:
    """Whether those who ask may read drafts."""
    return call.person is not None and not BOARD.isdisjoint(call.person.roles)


def _named(person: Person) -> Person:
    """A person as readers see them: roles are the administrators' business."""
    return structs.replace(person, roles=())


def _visible(call: ApiCall) -> tuple[Dossier, tuple[Version, ...]]:
    """The dossier of the address with the versions that may be read. Raises NotFoundError if there are none."""
    found = journal.dossier(call.services.database, call.path("number"))
    seen = readable(found, call.person)
    return found, tuple(structs.replace(one, by=_named(one.by)) for one in seen)


def article(call: ApiCall) -> Reply:
    found, seen = _visible(call)
    latest = seen[-1]
    text = journal.article_of(call.services.database, found.id, latest.number)
    return Reply(
        ArticleView(found.id, latest.state, latest.number, seen, text),
        etag=f"{found.id}-{found.events[-1].number}-{latest.content_hash[:16]}",
    )


def version(call: ApiCall) -> Reply:
    found, seen = _visible(call)
    chosen = _version(found, seen, call.path("version"))
    text = journal.article_of(call.services.database, found.id, chosen.number)
    return Reply(VersionView(found.id, chosen, text), etag=f"{chosen.content_hash[:32]}-{chosen.state}")


def _version(found: Dossier, seen: tuple[Version, ...], number: int) -> Version:
    for one in seen:
        if one.number == number:
            return one
    raise NotFoundError(f"there is no version {number} of article {found.id}.")


def compare(call: ApiCall) -> Reply:
    query: CompareQuery = call.query
    found, seen = _visible(call)
    old, new = (_version(found, seen, number) for number in (query.old, query.new))
    database = call.services.database
    return Reply(
        differences(
            journal.article_of(database, found.id, old.number), journal.article_of(database, found.id, new.number)
        )
    )  # fmt: skip


def dossier(call: ApiCall) -> Reply:
    return _reply(journal.dossier(call.services.database, call.path("number")))


def events(call: ApiCall) -> Reply:
    query: EventsQuery = call.query
    history = journal.dossier(call.services.database, call.path("number")).events
    items = tuple(event for event in history if event.number > query.after)[: query.limit]
    more = {"after": items[-1].number} if len(items) == query.limit else None
    return Reply(EventPage(items), next=more)


def open_article(call: ApiCall) -> Reply:
    asked: Ask = call.body
    library = call.services.shelf.open(asked.library)
    article = library.ask(resolve_thread(library, asked.questions).question, asked.audience, asked.length)
    made = journal.open_dossier(call.services.database, call.who.id, article)
    return structs.replace(_reply(made), location=f"/articles/{made.id}")


def act(call: ApiCall) -> Reply:
    body: ActionBody = call.body
    number = call.path("number")
    needed = Scope.WRITE if isinstance(body.action, _BY_WRITERS) else Scope.REVIEW
    if needed not in call.scopes:
        raise Problematic(403, f"This action needs a token with the scope {needed}.", "scope")
    database = call.services.database
    try:
        before = _permitted(call, body)
        _check_state(call, before)
        made = journal.act(
            database,
            call.services.policy,
            call.who.id,
            number,
            body.action,
            seen=body.seen,
            article=_new_article(call, before, body),
        )
    except StaleError as error:
        raise _stale(journal.dossier(database, number), error) from None
    return _reply(made)


def _permitted(call: ApiCall, body: ActionBody) -> Dossier:
    """The dossier of the address, before anything of it is told to one who may not do this to it."""
    if _is_board(call) or Role.ADMINISTRATOR in call.who.roles:
        found = journal.dossier(call.services.database, call.path("number"))
    else:
        found, _ = _visible(call)
    error = refusal(found, call.who, type(body.action), call.services.policy)
    if isinstance(error, NotAllowedError):
        raise error
    return found


def _new_article(call: ApiCall, before: Dossier, body: ActionBody) -> Article | None:
    if not isinstance(body.action, Edit):
        if body.changes:
            raise ReviewError("changes go only with an edit.")
        return None
    if body.action.renewed:
        if body.changes:
            raise ReviewError("an edit is a fresh answer or changed words, not both.")
        library = call.services.shelf.open(before.library)
        return library.ask(before.question, before.audience, before.length)
    return edited(journal.article_of(call.services.database, before.id, body.seen), body.changes)


def _check_state(call: ApiCall, before: Dossier) -> None:
    """Refuse what was sent for an earlier state of the article, if the caller named the state."""
    sent = call.request.headers.get("if-match")
    if sent is not None and sent.strip() not in ("*", f'"{_etag(before)}"'):
        raise Problematic(
            412,
            f"Something happened to the article since: its state is now {_etag(before)!r}. Nothing was recorded.",
            "changed",
        )


def _stale(now: Dossier, error: StaleError) -> Problematic:
    hashes = {one.number: one.content_hash for one in now.versions}
    return Problematic(
        409,
        str(error),
        "stale",
        more={
            "seen": error.seen,
            "latest": error.latest,
            "seen_hash": hashes.get(error.seen),
            "latest_hash": hashes.get(error.latest),
        },
    )


def _etag(found: Dossier) -> str:
    return f"{found.id}-{found.events[-1].number}"


def _reply(found: Dossier) -> Reply:
    return Reply(found, etag=_etag(found))


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        "GET", "/articles", Need.READ, READ, articles, SummaryPage, "List articles", ArticlesQuery,
        description="Readers find the approved ones; authors, reviewers, editors and administrators all.",
    ),
    ApiRoute(
        "POST", "/articles", Need.AUTHOR, WRITE, open_article, Dossier, "Keep an answer as an article", body=Ask,
        status=201, problems=(404, 409),
    ),
    ApiRoute(
        "GET", "/articles/{number:int}", Need.READ, READ, article, ArticleView, "Read an article", problems=(304,)
    ),
    ApiRoute(
        "GET", "/articles/{number:int}/versions/{version:int}", Need.READ, READ, version, VersionView,
        "Read a version", problems=(304,),
    ),
    ApiRoute(
        "GET", "/articles/{number:int}/compare", Need.READ, READ, compare, tuple[Difference, ...],
        "Compare two versions", CompareQuery,
    ),
    ApiRoute(
        "GET", "/articles/{number:int}/dossier", Need.BOARD, READ, dossier, Dossier,
        "See where review stands", problems=(304,),
    ),
    ApiRoute(
        "GET", "/articles/{number:int}/events", Need.BOARD, READ, events, EventPage, "List an article's events",
        EventsQuery,
    ),
    ApiRoute(
        "POST", "/articles/{number:int}/actions", Need.SIGNED_IN, ACT, act, Dossier, "Act on an article",
        body=ActionBody, problems=(409, 412),
        description="Edit and submit need the scope write, all else review; what somebody may do now, the review's "
        "own rules decide. The field seen keeps you from acting on words that you have not read. To keep a request "
        "that is sent twice from being recorded twice, send the dossier's ETag in If-Match: once it was recorded, the "
        "repetition gets 412.",
    ),
)  # fmt: skip
