"""From events to the dossier that they add up to. Nothing else decides where an article stands."""

from collections.abc import Iterable

from msgspec.structs import replace

from aitia.review.chain import DAMAGED
from aitia.review.errors import ReviewError, WrongStateError
from aitia.review.nouns import (
    Approve,
    Assign,
    Comment,
    Decision,
    Declare,
    Declared,
    Dossier,
    Edit,
    Event,
    Expire,
    Mark,
    Marked,
    Open,
    Propose,
    Proposed,
    Reopen,
    Resolve,
    Sign,
    Signed,
    State,
    Submit,
    Thread,
    Version,
    Withdraw,
)
from aitia.review.transitions import state_after


def fold(history: Iterable[Event]) -> Dossier:
    """The dossier of its events, in their order.

    Raises ReviewError, with the event's number, for a history that cannot have happened: it does not begin with the
    opening, takes a step that the table of transitions does not have, or refers to what is not in it.
    """
    events = tuple(history)
    first = events[0]
    if not isinstance(first.action, Open):
        raise ReviewError(f"event {first.number} of article {first.dossier} is not its opening. {DAMAGED}")
    made = _Folding(first, first.action)
    for event in events[1:]:
        try:
            made.add(event)
        except (WrongStateError, LookupError, ValueError):
            raise ReviewError(
                f"event {event.number} of article {event.dossier} cannot follow on those before it. {DAMAGED}"
            ) from None
    return made.dossier(events)


def standing(made: Dossier) -> dict[str, str | int | None]:
    """What the row of a dossier says of it."""
    return {
        "created": made.events[0].at,
        "changed": made.events[-1].at,
        "state": made.state.value,
        "version": made.latest.number,
        "due": made.latest.expires if made.state is State.APPROVED else None,
    }


def composed(made: Dossier, version: int) -> int:
    """The version that the library composed, on whose words those of a version rest: itself, or one before it."""
    return max(
        event.version
        for event in made.events
        if event.version <= version
        and (isinstance(event.action, Open) or (isinstance(event.action, Edit) and event.action.renewed))
    )


class _Folding:
    """The dossier while it is added up."""

    def __init__(self, event: Event, opened: Open) -> None:
        self.id = event.dossier
        self.opened = opened
        self.author = event.person
        self.state = State.DRAFT
        self.versions = [Version(event.version, event.content_hash, event.at, event.person, "", State.DRAFT)]
        self.assigned: tuple[int, ...] = ()
        self.declarations: dict[int, Declared] = {}
        self.marks: dict[tuple[int, str], Marked] = {}
        self.proposals: dict[int, Proposed] = {}
        self.signatures: list[Signed] = []
        self.standing: dict[int, int] = {}
        """The place in `signatures` of each reviewer's signature that counts."""
        self.threads: dict[int, Thread] = {}
        self.reasons: tuple[str, ...] = ()

    def add(self, event: Event) -> None:
        action, person = event.action, event.person
        state = state_after(action, self.state)
        match action:
            case Open():
                raise ValueError("a dossier is opened once")
            case Edit():
                self._end_signatures()
                self.marks.clear()
                self.reasons = ()
                self.versions[-1] = replace(self.versions[-1], state=State.SUPERSEDED)
                self.versions.append(
                    Version(event.version, event.content_hash, event.at, person, action.reason, state)
                )
                for number in action.accepted:
                    self.proposals[number] = replace(self.proposals[number], accepted=event.version)
            case Submit():
                self.reasons = ()
            case Assign():
                self.assigned = action.reviewers
            case Declare():
                self.declarations[person.id] = Declared(event.at, person, action)
                if action.has_conflict and self._end_signature(person.id) and not self._requests():
                    state = State.UNDER_REVIEW if state is State.CHANGES_REQUESTED else state
            case Mark():
                self.marks[person.id, action.place] = Marked(
                    event.number, event.at, person, event.version, action
                )
            case Propose():
                self.proposals[event.number] = Proposed(event.number, event.at, person, event.version, action)
            case Sign():
                lifted = self._end_signature(person.id)
                self.standing[person.id] = len(self.signatures)
                self.signatures.append(
                    Signed(event.number, event.at, person, event.version, action, counts=True)
                )
                if lifted and state is State.CHANGES_REQUESTED and not self._requests():
                    state = State.UNDER_REVIEW
            case Approve():
                self.reasons = ()
                self.versions[-1] = replace(self.versions[-1], expires=action.expires)
            case Comment():
                self._add_comment(event, action)
            case Resolve():
                self.threads[action.thread] = replace(self.threads[action.thread], resolved=person)
            case Withdraw():
                self.reasons = (action.reason,)
            case Expire():
                self.reasons = (f"Its approval held until {action.expired}.",)
            case Reopen():
                self._end_signatures()
                self.reasons = action.reasons
        self.state = state

    def _add_comment(self, event: Event, comment: Comment) -> None:
        if comment.thread is None:
            self.threads[event.number] = Thread(event.number, comment.place, event.version, (event,), None)
        else:
            # An answer opens a settled thread again.
            thread = self.threads[comment.thread]
            self.threads[comment.thread] = replace(thread, comments=(*thread.comments, event), resolved=None)

    def _requests(self) -> bool:
        return any(
            self.signatures[place].sign.decision is Decision.REQUEST_CHANGES
            for place in self.standing.values()
        )

    def _end_signature(self, person: int) -> bool:
        """End a reviewer's signature; whether it was a request for changes."""
        place = self.standing.pop(person, None)
        if place is None:
            return False
        self.signatures[place] = replace(self.signatures[place], counts=False)
        return self.signatures[place].sign.decision is Decision.REQUEST_CHANGES

    def _end_signatures(self) -> None:
        for person in tuple(self.standing):
            self._end_signature(person)

    def dossier(self, events: tuple[Event, ...]) -> Dossier:
        """What it adds up to."""
        self.versions[-1] = replace(self.versions[-1], state=self.state)
        opened = self.opened
        return Dossier(
            self.id,
            opened.library,
            opened.question,
            opened.audience,
            opened.length,
            self.author,
            self.state,
            tuple(self.versions),
            self.assigned,
            tuple(self.declarations.values()),
            tuple(self.marks.values()),
            tuple(self.proposals.values()),
            tuple(self.signatures),
            tuple(self.threads.values()),
            self.reasons,
            events,
        )
