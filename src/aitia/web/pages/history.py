"""What happened to an article, for readers and for the board, and what differs between two of its versions."""

from msgspec import Struct
from starlette.responses import Response

from aitia.review import journal
from aitia.review.chain import event_text, hash_of
from aitia.review.differences import differences, summary
from aitia.review.editing import places
from aitia.review.errors import NotFoundError
from aitia.review.nouns import (
    Approve,
    Begin,
    Declare,
    Dossier,
    Edit,
    Event,
    Expire,
    Mark,
    Open,
    Reopen,
    Sign,
    Submit,
    Verdict,
    Withdraw,
)
from aitia.review.readers import readable, sees_drafts
from aitia.review.telling import type_words
from aitia.web.call import Call, whole_number
from aitia.web.routes import Need, Route

_FOR_READERS = (Open, Edit, Submit, Begin, Declare, Sign, Approve, Withdraw, Expire, Reopen)
"""What readers see of. Marks, proposals, comments and who was assigned are the board's."""


class Line(Struct, frozen=True):
    """An event as the history shows it."""

    event: Event
    kind: str
    """The action's name."""
    hash: str
    """SHA-256 of the event, which the next one in the journal holds."""
    places: tuple[str, ...] = ()
    """For several agreements of one person in a row: of which this is the last."""
    marked: tuple[int, int] | None = None
    """For a signature: how many statements its signer had marked by then, and of how many."""


def _read_dossier(call: Call) -> tuple[Dossier, frozenset[int]]:
    """The article of the address, and the numbers of the versions that the visitor may read. Raises NotFoundError."""
    dossier = journal.dossier(call.services.database, call.path("number"))
    return dossier, frozenset(one.number for one in readable(dossier, call.visitor.person))


def history(call: Call) -> Response:
    """All that happened, the newest first, under the version that it happened to."""
    dossier, seen = _read_dossier(call)
    board = sees_drafts(dossier, call.visitor.person)
    statements = {
        number: len(places(journal.article_of(call.services.database, dossier.id, number)))
        for number in {event.version for event in dossier.events if isinstance(event.action, Sign)} & seen
    }
    lines = [
        Line(
            event,
            type_words(type(event.action)),
            hash_of(event_text(event)),
            marked=(_marked(dossier, event), statements[event.version])
            if isinstance(event.action, Sign)
            else None,
        )
        for event in reversed(dossier.events)
        if event.version in seen and (board or isinstance(event.action, _FOR_READERS))
    ]
    lines = _gathered(lines)
    versions = [version for version in reversed(dossier.versions) if version.number in seen]
    return call.page(
        "review/history.html.jinja",
        dossier=dossier,
        board=board,
        versions=[
            (version, [line for line in lines if line.event.version == version.number])
            for version in versions
        ],
        before={
            version.number: max((one for one in seen if one < version.number), default=0)
            for version in versions
        },
        policy_in_force=_policy_in_force(dossier),
        names={event.person.id: event.person.name for event in dossier.events},
        last=Line(dossier.events[-1], "", hash_of(event_text(dossier.events[-1]))),
    )


def _marked(dossier: Dossier, signed: Event) -> int:
    """On how many statements of the version a signer had passed judgement when they signed."""
    return len(
        {
            event.action.place
            for event in dossier.events
            if isinstance(event.action, Mark)
            and event.number < signed.number
            and _is_same_turn(event, signed)
        }
    )


def _gathered(lines: list[Line]) -> list[Line]:
    """The lines, newest first, with one person's agreements in a row told as one."""
    found: list[Line] = []
    for line in lines:
        action = line.event.action
        if isinstance(action, Mark) and action.verdict is Verdict.AGREE:
            before = found[-1] if found else None
            if before is not None and before.places and _is_same_turn(before.event, line.event):
                found[-1] = Line(before.event, before.kind, before.hash, (action.place, *before.places))
            else:
                found.append(Line(line.event, "agree", line.hash, (action.place,)))
        else:
            found.append(line)
    return found


def _is_same_turn(one: Event, other: Event) -> bool:
    return (one.person.id, one.version) == (other.person.id, other.version)


def _policy_in_force(dossier: Dossier) -> str:
    """The hash of the policy under which the article was approved the last time; empty if it never was."""
    for event in reversed(dossier.events):
        if isinstance(event.action, Approve):
            return event.action.policy
    return ""


def compare(call: Call) -> Response:
    """Two versions, statement by statement."""
    dossier, seen = _read_dossier(call)
    numbers = sorted(seen)
    new = _chosen(call.query("new"), numbers, numbers[-1])
    old = _chosen(call.query("old"), numbers, max((one for one in numbers if one < new), default=numbers[0]))
    database = call.services.database
    before = journal.article_of(database, dossier.id, old)
    after = journal.article_of(database, dossier.id, new)
    found = differences(before, after)
    by_number = {version.number: version for version in dossier.versions}
    return call.page(
        "review/compare.html.jinja",
        dossier=dossier,
        numbers=numbers,
        old=by_number[old],
        new=by_number[new],
        before=before,
        after=after,
        found=found,
        summary=summary(found),
    )


def _chosen(text: str, numbers: list[int], default: int) -> int:
    """A version's number from the address. Raises NotFoundError for one that is not there for the visitor."""
    if not text:
        return default
    number = whole_number(text)
    if number not in numbers:
        raise NotFoundError("there is no such version to compare.")
    return number


ROUTES: tuple[Route, ...] = (
    Route("GET", "/articles/{number:int}/history", Need.READ, history),
    Route("GET", "/articles/{number:int}/compare", Need.READ, compare),
)
