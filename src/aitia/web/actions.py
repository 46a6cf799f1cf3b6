"""What a form of the desk says, as an action of review."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from aitia.evidence.article import Article
from aitia.review import journal
from aitia.review.errors import ReviewError
from aitia.review.nouns import (
    LONGEST,
    Action,
    Assign,
    Begin,
    Comment,
    Declare,
    Mark,
    Propose,
    Reopen,
    Resolve,
    Sign,
    Submit,
    Withdraw,
)
from aitia.web.call import Call, whole_number

_A = TypeVar("_A")


def number_in(text: str) -> int:
    """A number from a hidden field. Raises ReviewError if it is none."""
    found = whole_number(text)
    if found is None:
        raise ReviewError("the form is not whole: open the page again and send it from there.")
    return found


def typed(call: Call, name: str) -> str:
    """What was typed into a field, with lines that end as they do here."""
    return call.field(name).replace("\r\n", "\n").strip()


def action_of(kind: type[_A], **fields: object) -> _A:
    """An action from what was sent. Raises ReviewError if it is not one."""
    try:
        return msgspec.convert({"action": kind.__struct_config__.tag, **fields}, type=kind)  # type: ignore[attr-defined]
    except msgspec.ValidationError as error:
        if "length >= 1" in str(error):
            raise ReviewError("there is nothing written: write it, then send the form again.") from None
        if "length <=" in str(error):
            raise ReviewError(f"that is too long: {LONGEST:,} characters are the most. Shorten it.") from None
        raise ReviewError("the form is not whole: open the page again and send it from there.") from None


def _declare(call: Call) -> Action:
    answer = call.field("has_conflict")
    if answer not in ("yes", "no"):
        raise ReviewError("say whether you have a conflict of interest.")
    return action_of(Declare, has_conflict=answer == "yes", statement=typed(call, "statement"))


def _mark(call: Call) -> Action:
    return action_of(
        Mark, place=call.field("place"), verdict=call.field("verdict"), reason=typed(call, "reason")
    )


def _comment(call: Call) -> Action:
    thread = call.field("thread")
    return action_of(
        Comment,
        text=typed(call, "text"),
        place=call.field("place") or None,
        thread=number_in(thread) if thread else None,
    )


def _propose(call: Call) -> Action:
    return action_of(
        Propose, place=call.field("place"), text=typed(call, "text"), reason=typed(call, "reason")
    )


def _sign(call: Call) -> Action:
    if call.field("decision") not in ("approve", "request-changes"):
        raise ReviewError("choose a decision.")
    return action_of(Sign, decision=call.field("decision"), reason=typed(call, "reason"))


def _reopen(call: Call) -> Action:
    reasons = [line.strip() for line in typed(call, "reasons").splitlines() if line.strip()]
    if not reasons:
        raise ReviewError("say why the article is re-opened.")
    return action_of(Reopen, reasons=reasons)


ACTIONS: dict[str, Callable[[Call], Action]] = {
    "submit": lambda call: action_of(Submit, note=typed(call, "note")),
    "assign": lambda call: action_of(Assign, reviewers=[number_in(one) for one in several(call, "reviewer")]),
    "begin": lambda _: Begin(),
    "declare": _declare,
    "mark": _mark,
    "comment": _comment,
    "resolve": lambda call: Resolve(number_in(call.field("thread"))),
    "propose": _propose,
    "sign": _sign,
    "withdraw": lambda call: action_of(Withdraw, reason=typed(call, "reason")),
    "reopen": _reopen,
}
"""By the name in the address: makes the action of the form, or raises ReviewError where it is not whole."""


def act(call: Call, number: int, seen: int, action: Action, article: Article | None = None) -> None:
    """Do an action as whoever sent the form. seen: the version that they read. Raises ReviewError: see the journal."""
    journal.act(
        call.services.database,
        call.services.policy,
        call.person.id,
        number,
        action,
        seen=seen,
        article=article,
    )


def several(call: Call, name: str) -> list[str]:
    """The values of a field that may be sent more than once."""
    return [value for value in call.form.getlist(name) if isinstance(value, str)]
