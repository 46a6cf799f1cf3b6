"""What of an article readers may see: which of its versions, and whether an approval still counts."""

from aitia.moments import today
from aitia.people.roles import BOARD
from aitia.review.errors import NotFoundError
from aitia.review.nouns import Dossier, Person, State, Version
from aitia.review.transitions import state_after


def sees_drafts(dossier: Dossier, person: Person | None) -> bool:
    """Whether somebody sees all of an article: one of the board, or whoever opened it. None: nobody known."""
    return person is not None and (person.id == dossier.author.id or not BOARD.isdisjoint(person.roles))


def readable(dossier: Dossier, person: Person | None) -> tuple[Version, ...]:
    """The versions that somebody may read, oldest first.

    Raises NotFoundError if there are none, in the words for an article that does not exist: nobody learns which
    drafts there are.
    """
    if sees_drafts(dossier, person):
        return dossier.versions
    seen = seen_versions(dossier)
    if not seen:
        raise NotFoundError(f"there is no article {dossier.id}.")
    return tuple(one for one in dossier.versions if one.number in seen)


def seen_versions(dossier: Dossier) -> frozenset[int]:
    """The versions that ever left the draft: those that readers may see. One that was withdrawn as a draft has not."""
    state = State.DRAFT
    is_draft = True
    seen = set()
    for event in dossier.events[1:]:
        state = state_after(event.action, state)
        if state is not State.WITHDRAWN:
            is_draft = state is State.DRAFT
        if not is_draft:
            seen.add(event.version)
    return frozenset(seen)


def state_today(state: State, expires: str | None) -> State:
    """An approval that has run out counts no more, whether or not that was recorded yet. expires: YYYY-MM-DD."""
    if state is State.APPROVED and expires is not None and expires <= today().isoformat():
        return State.EXPIRED
    return state
