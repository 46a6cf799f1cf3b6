"""New versions of an article: other words, or a fresh answer from its library."""

from starlette.responses import Response

from aitia.errors import LibraryError
from aitia.evidence.article import Article
from aitia.review import journal
from aitia.review.differences import differences
from aitia.review.editing import edited, places
from aitia.review.errors import ReviewError
from aitia.review.nouns import Dossier, Edit
from aitia.web.actions import act, action_of, number_in, several, typed
from aitia.web.call import Call
from aitia.web.desk import desk_of
from aitia.web.failures import sentence
from aitia.web.pages.desk import not_done, overtaken
from aitia.web.routes import Need, Route
from aitia.web.rows import followed


def edit_page(call: Call) -> Response:
    """All statements in one form, those first for which other words are asked."""
    return call.page("review/edit.html.jinja", desk=desk_of(call, call.path("number")), filled={}, error="")


def edit(call: Call) -> Response:
    """A new version with other words in one or several places."""
    number = call.path("number")
    try:
        seen = number_in(call.field("seen"))
        read = journal.article_of(call.services.database, number, seen)
        words = {one.place: one.text for one in places(read)}
        changes: dict[str, str | None] = {
            place: value
            for name, value in call.form.items()
            if name.startswith("text.") and isinstance(value, str)
            if value.split() != words.get(place := name.removeprefix("text."), "").split()
        }
        accepted = tuple(number_in(one) for one in several(call, "accept"))
        for place, text in _proposed(call, number, read, seen, accepted).items():
            # Words typed over a proposal's stand; an untouched box takes the proposal's.
            changes.setdefault(place, text)
        changes |= dict.fromkeys(several(call, "remove"))
        if not changes:
            raise ReviewError(f"nothing was changed: the words are those of version {seen}.")
        action = action_of(Edit, reason=typed(call, "reason"), accepted=accepted)
        act(call, number, seen, action, edited(read, changes))
    except ReviewError as error:
        return not_done(call, number, "edit", error)
    return call.go(f"/review/{number}")


def _proposed(call: Call, number: int, read: Article, seen: int, accepted: tuple[int, ...]) -> dict[str, str]:
    """The words of some proposals, by where their statements stand in the version that was read."""
    database = call.services.database
    found: dict[str, str] = {}
    for proposed in journal.dossier(database, number).proposals:
        if proposed.event not in accepted:
            continue
        place = proposed.proposal.place
        if proposed.version < seen:
            before = journal.article_of(database, number, proposed.version)
            place = followed(before, read).get(place, ("", False))[0]
        if place:
            found[place] = proposed.proposal.text
    return found


def renew_page(call: Call) -> Response:
    """What a fresh answer of the library would say, beside what the article says now."""
    return _renewal(call, call.path("number"))


def _renewal(call: Call, number: int, status: int = 200, error: str = "") -> Response:
    made = desk_of(call, number)
    fresh = _fresh(call, made.dossier)
    return call.page(
        "review/renew.html.jinja",
        status,
        desk=made,
        fresh=fresh,
        found=differences(made.article, fresh) if fresh.answered else (),
        reason=typed(call, "reason"),
        error=error,
    )


def _fresh(call: Call, dossier: Dossier) -> Article:
    """What the article's library answers now. Raises LibraryError if it is not served any more."""
    library = call.services.shelf.find(dossier.library)
    if library is None:
        raise LibraryError(f"the library {dossier.library} is not served here any more.")
    return library.ask(dossier.question, dossier.audience, dossier.length)


def renew(call: Call) -> Response:
    """A new version: the library's fresh answer, the very one that was shown."""
    number = call.path("number")
    try:
        seen = number_in(call.field("seen"))
        fresh = _fresh(call, journal.dossier(call.services.database, number))
        if fresh.content_hash != call.field("fresh"):
            return _renewal(
                call, number, 409, "The library has changed since you looked: this is its answer of now."
            )
        act(call, number, seen, action_of(Edit, reason=typed(call, "reason"), renewed=True), fresh)
    except ReviewError as error:
        return overtaken(call, number, "renew", error) or _renewal(call, number, 422, sentence(error))
    return call.go(f"/review/{number}")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/review/{number:int}/edit", Need.BOARD, edit_page),
    Route("POST", "/review/{number:int}/edit", Need.BOARD, edit),
    Route("GET", "/review/{number:int}/renew", Need.BOARD, renew_page),
    Route("POST", "/review/{number:int}/renew", Need.BOARD, renew),
)
