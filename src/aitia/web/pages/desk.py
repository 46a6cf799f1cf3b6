"""The review desk: an article statement by statement with its sources beside, and all that may be done to it."""

from collections.abc import Callable

from starlette.responses import HTMLResponse, Response

from aitia.review import journal
from aitia.review.editing import places
from aitia.review.errors import (
    NotAllowedError,
    NotFoundError,
    ReviewError,
    StaleError,
    WrongStateError,
)
from aitia.review.nouns import LONGEST, Mark, Verdict
from aitia.review.wording import flags
from aitia.web.actions import ACTIONS, act, number_in, several, typed
from aitia.web.call import Call
from aitia.web.desk import Desk, desk_of
from aitia.web.failures import sentence
from aitia.web.kept import kept_form
from aitia.web.routes import Need, Route
from aitia.web.rows import under_headings
from aitia.web.stale import stale_page

_ROW_FORMS = ("mark", "propose", "comment", "edit")
"""Forms that open inside a row."""


def desk(call: Call) -> Response:
    """An article on the desk. `open` and `at` open a form in one of its rows, for those without JavaScript too."""
    made = desk_of(call, call.path("number"))
    opened, at = call.query("open"), call.query("at")
    row = made.row(at)
    filled = _prefilled(made, call)
    if row is not None and call.request.headers.get("hx-request"):
        return call.page("review/slot.html.jinja", desk=made, row=row, opened=opened, filled=filled, error="")
    return _desk_page(call, made, opened=opened, at=at if row else "", filled=filled)


def _desk_page(
    call: Call,
    made: Desk,
    status: int = 200,
    *,
    opened: str = "",
    at: str = "",
    filled: dict[str, object] | None = None,
    error: str = "",
) -> HTMLResponse:
    return call.page(
        "review/desk.html.jinja",
        status,
        desk=made,
        groups=under_headings(made.rows),
        opened=opened,
        at=at,
        filled=filled or {},
        error=error,
    )


def _prefilled(made: Desk, call: Call) -> dict[str, object]:
    """What a form starts with: the words of a proposal that is to be taken up, or the verdict that was pressed."""
    chosen = call.query("proposal")
    for row in made.rows:
        for proposed in row.proposals:
            if str(proposed.event) == chosen:
                return {
                    f"text.{row.placed.place}": proposed.proposal.text,
                    "accept": (proposed.event,),
                    "reason": f"Takes up the wording that {proposed.by.name} proposed.",
                }
    opened = call.query("open")
    return {"verdict": opened} if opened in ("change", "remove") else {}


def _acting(name: str) -> Callable[[Call], Response]:
    """The function of the address that does an action."""

    def sent(call: Call) -> Response:
        number = call.path("number")
        try:
            seen = number_in(call.field("seen"))
            act(call, number, seen, ACTIONS[name](call))
        except ReviewError as error:
            return not_done(call, number, name, error)
        return _done(call, number, call.field("place"), name)

    return sent


def _done(call: Call, number: int, place: str, name: str) -> Response:
    """Back to the desk, where one was; with htmx, the row alone."""
    if place and call.request.headers.get("hx-request"):
        made = desk_of(call, number)
        row = made.row(place)
        if row is not None:
            return call.page(
                "review/row_only.html.jinja", desk=made, row=row, opened="", filled={}, error="", said=name
            )
    return call.go(f"/review/{number}" + (f"#s-{place.replace('.', '-')}" if place else ""))


def overtaken(call: Call, number: int, name: str, error: ReviewError) -> Response | None:
    """The page for what can no longer be done to the version that was read, whatever is typed; None for the rest."""
    if isinstance(error, StaleError):
        return stale_page(call, number, name, error)
    if isinstance(error, NotAllowedError | WrongStateError):
        return kept_form(call, error)
    if isinstance(error, NotFoundError):
        raise error
    return None


def not_done(call: Call, number: int, name: str, error: ReviewError) -> Response:
    """Why not, with the form as it was filled in."""
    if (page := overtaken(call, number, name, error)) is not None:
        return page
    made = desk_of(call, number)
    filled: dict[str, object] = {key: value for key, value in call.form.items() if isinstance(value, str)}
    filled |= {"accept": tuple(several(call, "accept")), "remove": tuple(several(call, "remove"))}
    at = call.field("place") or next(
        (key.removeprefix("text.") for key in filled if key.startswith("text.")), ""
    )
    words = sentence(error)
    row = made.row(at)
    if name == "edit" and call.field("several"):
        return call.page("review/edit.html.jinja", 422, desk=made, filled=filled, error=words)
    if name == "withdraw":
        return call.page("review/withdraw.html.jinja", 422, desk=made, filled=filled, error=words)
    opened = f"reply-{call.field('thread')}" if call.field("thread") else name
    if row is not None and name in _ROW_FORMS and call.request.headers.get("hx-request"):
        return call.page(
            "review/row_only.html.jinja", 422, desk=made, row=row, opened=opened, filled=filled, error=words,
            said="",
        )  # fmt: skip
    return _desk_page(call, made, 422, opened=opened, at=at if row else "", filled=filled, error=words)


def confirm(call: Call) -> Response:
    """Agree again with every statement that one agreed with before and that has not changed since."""
    number = call.path("number")
    try:
        seen = number_in(call.field("seen"))
        for row in desk_of(call, number).confirmable:
            act(call, number, seen, Mark(row.placed.place, Verdict.AGREE))
    except ReviewError as error:
        return not_done(call, number, "confirm", error)
    return call.go(f"/review/{number}")


def live_flags(call: Call) -> Response:
    """How a wording that is being typed departs from its source. Records nothing."""
    number = call.path("number")
    at = call.query("at")
    text = typed(call, call.query("name", "text"))
    database = call.services.database
    article = journal.article_of(database, number, journal.dossier(database, number).latest.number)
    current = {one.place: one.text for one in places(article)}
    if at not in current or text.split() == current[at].split() or not text:
        return HTMLResponse("")
    return call.page("review/flags.html.jinja", found=flags(article, at, text[:LONGEST]))


def withdraw_page(call: Call) -> Response:
    """Asks for the reason before an article is withdrawn."""
    return call.page(
        "review/withdraw.html.jinja", desk=desk_of(call, call.path("number")), filled={}, error=""
    )


ROUTES: tuple[Route, ...] = (
    Route("GET", "/review/{number:int}", Need.BOARD, desk),
    Route("GET", "/review/{number:int}/withdraw", Need.BOARD, withdraw_page),
    *(Route("POST", f"/review/{{number:int}}/{name}", Need.BOARD, _acting(name)) for name in ACTIONS),
    Route("POST", "/review/{number:int}/confirm", Need.BOARD, confirm),
    Route("POST", "/review/{number:int}/flags", Need.BOARD, live_flags),
)
