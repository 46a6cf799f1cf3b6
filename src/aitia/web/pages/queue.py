"""The review queue: what waits for whoever looks, and all articles."""

from datetime import date
from urllib.parse import urlencode

from starlette.responses import Response

from aitia.moments import today
from aitia.people.roles import Role
from aitia.review import journal, listing
from aitia.review.nouns import State
from aitia.web.call import Call, whole_number
from aitia.web.routes import Need, Route
from aitia.web.waiting import SOON_DAYS, waiting

_PAGE = 30
"""Articles on a page of the list."""
_MOST_WAITING = 60
"""Articles that are looked at for what waits, those first that have not moved for longest."""
_UNDECIDED = (State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.CHANGES_REQUESTED, State.EXPIRED)


def queue(call: Call) -> Response:
    """What waits for the visitor, and all articles."""
    database, policy, person = call.services.database, call.services.policy, call.person
    day = today()
    open_ones = listing.listed(database, states=_UNDECIDED, limit=None)
    if call.visitor.may(Role.AUTHOR, Role.EDITOR):
        ending = [
            one
            for one in listing.listed(database, states=(State.APPROVED,), limit=None)
            if one.due and (date.fromisoformat(one.due) - day).days <= SOON_DAYS
        ]
        open_ones += ending
    # A draft is its author's until it is submitted; an editor sees it in the list.
    mine = [one for one in open_ones if one.state is not State.DRAFT or one.author.id == person.id]
    mine.sort(key=lambda one: one.changed)
    found = [
        task
        for one in mine[:_MOST_WAITING]
        if (task := waiting(journal.dossier(database, one.id), person, policy, day.isoformat()))
    ]
    found.sort(key=lambda one: (not one.is_overdue, one.since))
    state, text, library = call.query("state"), call.query("text").strip(), call.query("library")
    after = call.query("after")
    listed = listing.listed(
        database,
        states=(State(state),) if state in set(State) - {State.SUPERSEDED} else (),
        text=text[:200],
        library=library or None,
        after=whole_number(after),
        limit=_PAGE + 1,
    )
    chosen = {
        name: value for name, value in (("state", state), ("text", text), ("library", library)) if value
    }
    return call.page(
        "review/queue.html.jinja",
        waiting=found,
        left_out=max(0, len(mine) - _MOST_WAITING),
        listed=listed[:_PAGE],
        older=f"/review?{urlencode({**chosen, 'after': listed[_PAGE - 1].id})}#all"
        if len(listed) > _PAGE
        else "",
        newest=f"/review?{urlencode(chosen)}#all" if after else "",
        states=[one for one in State if one is not State.SUPERSEDED],
        chosen={"state": state, "text": text, "library": library},
        libraries=call.services.shelf.names(),
        review_days=policy.review_days,
    )


ROUTES: tuple[Route, ...] = (Route("GET", "/review", Need.BOARD, queue),)
