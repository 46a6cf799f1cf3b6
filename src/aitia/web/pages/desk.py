"""The review desk: an article statement by statement with its sources beside, and all that may be done to it."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from starlette.responses import HTMLResponse, Response

from aitia.errors import LibraryError
from aitia.evidence.article import Article
from aitia.review import journal
from aitia.review.differences import differences
from aitia.review.editing import edited, places
from aitia.review.errors import (
    NotAllowedError,
    NotFoundError,
    ReviewError,
    StaleError,
    WrongStateError,
)
from aitia.review.nouns import (
    Action,
    Assign,
    Begin,
    Comment,
    Declare,
    Edit,
    Mark,
    Propose,
    Reopen,
    Resolve,
    Sign,
    Submit,
    Verdict,
    Withdraw,
)
from aitia.review.wording import flags
from aitia.web.call import Call
from aitia.web.desk import Desk, desk_of, library_of
from aitia.web.kept import kept_form
from aitia.web.routes import Need, Route
from aitia.web.rows import followed, under_headings
from aitia.web.stale import stale_page

_LARGEST = 2**31 - 1
_ROW_FORMS = ("mark", "propose", "comment", "edit")
"""Forms that open inside a row."""
_A = TypeVar("_A")


def desk(call: Call) -> Response:
    """An article on the desk. `open` and `at` open a form in one of its rows, for those without JavaScript too."""
    made = desk_of(call, number_of(call))
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


def number_of(call: Call) -> int:
    """The number of the article in the address. Raises NotFoundError for one that no article can have."""
    number = int(call.request.path_params["number"])
    if not 1 <= number <= _LARGEST:
        raise NotFoundError(f"there is no article {number}.")
    return number


def _whole(text: str) -> int:
    """A number from a hidden field. Raises ReviewError if it is none."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ReviewError("the form is not whole: open the page again and send it from there.")
    return int(text)


def _text(call: Call, name: str) -> str:
    """What was typed into a field, with lines that end as they do here."""
    return call.field(name).replace("\r\n", "\n").strip()


def _action(kind: type[_A], **fields: object) -> _A:
    """An action from what was sent. Raises ReviewError if it is not one."""
    try:
        return msgspec.convert({"action": kind.__struct_config__.tag, **fields}, type=kind)  # type: ignore[attr-defined]
    except msgspec.ValidationError as error:
        if "length >= 1" in str(error):
            raise ReviewError("there is nothing written: write it, then send the form again.") from None
        if "length <=" in str(error):
            raise ReviewError("that is too long: 5,000 characters are the most. Shorten it.") from None
        raise ReviewError("the form is not whole: open the page again and send it from there.") from None


def _declare(call: Call) -> Action:
    answer = call.field("has_conflict")
    if answer not in ("yes", "no"):
        raise ReviewError("say whether you have a conflict of interest.")
    return _action(Declare, has_conflict=answer == "yes", statement=_text(call, "statement"))


def _mark(call: Call) -> Action:
    return _action(
        Mark, place=call.field("place"), verdict=call.field("verdict"), reason=_text(call, "reason")
    )


def _comment(call: Call) -> Action:
    thread = call.field("thread")
    return _action(
        Comment,
        text=_text(call, "text"),
        place=call.field("place") or None,
        thread=_whole(thread) if thread else None,
    )


def _propose(call: Call) -> Action:
    return _action(Propose, place=call.field("place"), text=_text(call, "text"), reason=_text(call, "reason"))


def _sign(call: Call) -> Action:
    if call.field("decision") not in ("approve", "request-changes"):
        raise ReviewError("choose a decision.")
    return _action(Sign, decision=call.field("decision"), reason=_text(call, "reason"))


def _reopen(call: Call) -> Action:
    reasons = [line.strip() for line in _text(call, "reasons").splitlines() if line.strip()]
    if not reasons:
        raise ReviewError("say why the article is re-opened.")
    return _action(Reopen, reasons=reasons)


_MAKE: dict[str, Callable[[Call], Action]] = {
    "submit": lambda call: _action(Submit, note=_text(call, "note")),
    "assign": lambda call: _action(Assign, reviewers=[_whole(one) for one in _sent(call, "reviewer")]),
    "begin": lambda _: Begin(),
    "declare": _declare,
    "mark": _mark,
    "comment": _comment,
    "resolve": lambda call: Resolve(_whole(call.field("thread"))),
    "propose": _propose,
    "sign": _sign,
    "withdraw": lambda call: _action(Withdraw, reason=_text(call, "reason")),
    "reopen": _reopen,
}


def _sent(call: Call, name: str) -> list[str]:
    return [value for value in call.form.getlist(name) if isinstance(value, str)]


def _acting(name: str) -> Callable[[Call], Response]:
    """The function of the address that does an action."""

    def act(call: Call) -> Response:
        number = number_of(call)
        try:
            seen = _whole(call.field("seen"))
            _act(call, number, seen, _MAKE[name](call))
        except ReviewError as error:
            return _not_done(call, number, name, error)
        return _done(call, number, call.field("place"), name)

    return act


def _act(call: Call, number: int, seen: int, action: Action) -> None:
    journal.act(call.services.database, call.services.policy, call.person.id, number, action, seen=seen)


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


def _not_done(call: Call, number: int, name: str, error: ReviewError) -> Response:
    """Why not; with all that was typed."""
    if isinstance(error, StaleError):
        return stale_page(call, number, name, error)
    if isinstance(error, NotAllowedError | WrongStateError):
        return kept_form(call, error)
    if isinstance(error, NotFoundError):
        raise error
    made = desk_of(call, number)
    filled: dict[str, object] = {key: value for key, value in call.form.items() if isinstance(value, str)}
    filled |= {"accept": tuple(_sent(call, "accept")), "remove": tuple(_sent(call, "remove"))}
    at = call.field("place") or next((key[5:] for key in filled if key.startswith("text.")), "")
    words = str(error)[:1].upper() + str(error)[1:]
    row = made.row(at)
    if name == "edit" and call.field("several"):
        return _several_page(call, made, 422, filled, words)
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
    number = number_of(call)
    try:
        seen = _whole(call.field("seen"))
        for row in desk_of(call, number).confirmable:
            again = Mark(row.placed.place, Verdict.AGREE)
            _act(call, number, seen, again)
    except ReviewError as error:
        return _not_done(call, number, "confirm", error)
    return call.go(f"/review/{number}")


def edit_page(call: Call) -> Response:
    """All statements in one form, those first for which other words are asked."""
    return _several_page(call, desk_of(call, number_of(call)))


def _several_page(
    call: Call, made: Desk, status: int = 200, filled: dict[str, object] | None = None, error: str = ""
) -> Response:
    return call.page("review/edit.html.jinja", status, desk=made, filled=filled or {}, error=error)


def edit(call: Call) -> Response:
    """A new version with other words in one or several places."""
    number = number_of(call)
    try:
        seen = _whole(call.field("seen"))
        read = journal.article_of(call.services.database, number, seen)
        words = {one.place: one.text for one in places(read)}
        changes: dict[str, str | None] = {
            name[5:]: value
            for name, value in call.form.items()
            if name.startswith("text.") and isinstance(value, str)
            if value.split() != words.get(name[5:], "").split()
        }
        accepted = tuple(_whole(one) for one in _sent(call, "accept"))
        for place, text in _proposed(call, number, read, seen, accepted).items():
            # Words typed over a proposal's stand; an untouched box takes the proposal's.
            changes.setdefault(place, text)
        changes |= dict.fromkeys(_sent(call, "remove"))
        if not changes:
            raise ReviewError(f"nothing was changed: the words are those of version {seen}.")
        journal.act(
            call.services.database,
            call.services.policy,
            call.person.id,
            number,
            _action(Edit, reason=_text(call, "reason"), accepted=accepted),
            seen=seen,
            article=edited(read, changes),
        )
    except ReviewError as error:
        return _not_done(call, number, "edit", error)
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


def live_flags(call: Call) -> Response:
    """How a wording that is being typed departs from its source. Records nothing."""
    number = number_of(call)
    at = call.query("at")
    text = _text(call, call.query("name", "text"))
    database = call.services.database
    article = journal.article_of(database, number, journal.dossier(database, number).latest.number)
    current = {one.place: one.text for one in places(article)}
    if at not in current or text.split() == current[at].split() or not text:
        return HTMLResponse("")
    return call.page("review/flags.html.jinja", found=flags(article, at, text[:5000]))


def withdraw_page(call: Call) -> Response:
    """Asks for the reason before an article is withdrawn."""
    return call.page("review/withdraw.html.jinja", desk=desk_of(call, number_of(call)), filled={}, error="")


def renew_page(call: Call) -> Response:
    """What a fresh answer of the library would say, beside what the article says now."""
    return _renewal(call, number_of(call))


def _renewal(call: Call, number: int, status: int = 200, error: str = "") -> Response:
    made = desk_of(call, number)
    dossier = made.dossier
    library = library_of(call, dossier)
    if library is None:
        raise LibraryError(f"the library {dossier.library} is not served here any more.")
    fresh = library.ask(dossier.question, dossier.audience, dossier.length)
    return call.page(
        "review/renew.html.jinja",
        status,
        desk=made,
        fresh=fresh,
        found=differences(made.article, fresh) if fresh.answered else (),
        reason=_text(call, "reason"),
        error=error,
    )


def renew(call: Call) -> Response:
    """A new version: the library's fresh answer, the very one that was shown."""
    number = number_of(call)
    try:
        seen = _whole(call.field("seen"))
        dossier = journal.dossier(call.services.database, number)
        library = library_of(call, dossier)
        if library is None:
            raise LibraryError(f"the library {dossier.library} is not served here any more.")
        fresh = library.ask(dossier.question, dossier.audience, dossier.length)
        if fresh.content_hash != call.field("fresh"):
            return _renewal(
                call, number, 409, "The library has changed since you looked: this is its answer of now."
            )
        made = _action(Edit, reason=_text(call, "reason"), renewed=True)
        journal.act(
            call.services.database,
            call.services.policy,
            call.person.id,
            number,
            made,
            seen=seen,
            article=fresh,
        )
    except StaleError as error:
        return stale_page(call, number, "renew", error)
    except (NotAllowedError, WrongStateError) as error:
        return kept_form(call, error)
    except NotFoundError:
        raise
    except ReviewError as error:
        return _renewal(call, number, 422, str(error)[:1].upper() + str(error)[1:])
    return call.go(f"/review/{number}")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/review/{number:int}", Need.BOARD, desk),
    Route("GET", "/review/{number:int}/edit", Need.BOARD, edit_page),
    Route("GET", "/review/{number:int}/renew", Need.BOARD, renew_page),
    Route("GET", "/review/{number:int}/withdraw", Need.BOARD, withdraw_page),
    *(Route("POST", f"/review/{{number:int}}/{name}", Need.BOARD, _acting(name)) for name in _MAKE),
    Route("POST", "/review/{number:int}/edit", Need.BOARD, edit),
    Route("POST", "/review/{number:int}/renew", Need.BOARD, renew),
    Route("POST", "/review/{number:int}/confirm", Need.BOARD, confirm),
    Route("POST", "/review/{number:int}/flags", Need.BOARD, live_flags),
)
