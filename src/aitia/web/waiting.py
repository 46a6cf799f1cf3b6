"""What waits for a person: the articles on which the next step is theirs, and why."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from aitia.people.roles import Role
from aitia.review.nouns import Assign, Dossier, Person, Reopen, Sign, State, Submit
from aitia.review.policy import Policy
from aitia.review.transitions import (
    COMPLETE,
    INDEPENDENT,
    NAMED,
    contributors,
    open_requests,
    why_not,
)

SOON_DAYS = 30
"""An approval that ends within so many days is shown to those who can renew it."""


class Waiting(Struct, frozen=True):
    """One article and what somebody is to do about it."""

    dossier: Dossier
    task: str
    """What is to be done, in words."""
    reasons: tuple[str, ...]
    since: str
    """From when it waits: YYYY-MM-DD or longer."""
    days: int
    """How long it has waited for a decision; 0 where no decision is due."""
    is_overdue: bool
    """Whether that is longer than the policy allows."""


def waiting(dossier: Dossier, person: Person, policy: Policy, today: str) -> Waiting | None:
    """What waits for a person on an article; None if it is somebody else's turn.

    today: YYYY-MM-DD, UTC.
    """
    found = next(_tasks(dossier, person, policy, today), None)
    if found is None:
        return None
    task, reasons = found
    since = submitted(dossier) or dossier.events[-1].at
    undecided = dossier.state in (State.SUBMITTED, State.UNDER_REVIEW, State.CHANGES_REQUESTED)
    days = (date.fromisoformat(today) - date.fromisoformat(since[:10])).days if undecided else 0
    return Waiting(dossier, task, reasons, since, days, days > policy.review_days)


def submitted(dossier: Dossier) -> str | None:
    """When review was asked for the last time: by submitting, or by re-opening. None if it never was."""
    turns = (event.at for event in reversed(dossier.events) if isinstance(event.action, Submit | Reopen))
    return next(turns, None)


def _tasks(
    dossier: Dossier, person: Person, policy: Policy, today: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is to be done, the first thing first."""
    state = dossier.state
    is_author = dossier.author.id == person.id and Role.AUTHOR in person.roles
    looks_after = is_author or Role.EDITOR in person.roles
    requests = open_requests(dossier)
    if state is State.CHANGES_REQUESTED and (is_author or person.id in contributors(dossier)):
        if requests:
            yield (
                "Change what reviewers ask for",
                tuple(f"{one.by.name}: {one.sign.reason}" for one in requests),
            )
        else:
            yield f"Submit version {dossier.latest.number}", ("Its changes have been made.",)
    if state is State.DRAFT and (is_author or (person.id in contributors(dossier) and looks_after)):
        yield "Submit it for review", ()
    if looks_after and dossier.reasons and state in (State.SUBMITTED, State.UNDER_REVIEW):
        yield "See what the library answers now, and renew it if need be", dossier.reasons
    if Role.REVIEWER in person.roles and (task := _review(dossier, person)):
        yield task, dossier.reasons
    if state is State.SUBMITTED and why_not(dossier, person, Assign, policy) is None:
        yield "Assign reviewers", dossier.reasons
    named = [one for one in dossier.assigned if one not in _conflicted(dossier)]
    is_short = state is State.UNDER_REVIEW and dossier.assigned and len(named) < policy.quorum
    if is_short and why_not(dossier, person, Assign, policy) is None:
        reason = f"{len(named)} without a conflict of interest named, {policy.quorum} must approve."
        yield "Name another reviewer", (reason,)
    if looks_after and state is State.EXPIRED:
        yield "Renew it, or withdraw it", dossier.reasons
    until = dossier.latest.expires or ""
    soon = (date.fromisoformat(today) + timedelta(days=SOON_DAYS)).isoformat()
    if looks_after and state is State.APPROVED and until <= soon:
        yield "Renew it before its approval ends", (f"Its approval holds until {until}.",)


def _conflicted(dossier: Dossier) -> frozenset[int]:
    """Those who have declared a conflict of interest."""
    return frozenset(one.by.id for one in dossier.declarations if one.declaration.has_conflict)


def _review(dossier: Dossier, person: Person) -> str:
    """What a reviewer is to do; empty if nothing."""
    if any(condition.broken(dossier, person) for condition in (INDEPENDENT, NAMED, COMPLETE)):
        return ""
    if person.id in _conflicted(dossier):
        return ""
    if any(one.counts and one.by.id == person.id for one in dossier.signatures):
        return ""
    if dossier.state is State.SUBMITTED:
        return "Begin the review"
    if dossier.state not in (State.UNDER_REVIEW, State.CHANGES_REQUESTED):
        return ""
    signed_before = any(
        isinstance(event.action, Sign) and event.person.id == person.id for event in dossier.events
    )
    return f"Review version {dossier.latest.number}" + (
        " (you signed an earlier one)" if signed_before else ""
    )
