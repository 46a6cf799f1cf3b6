"""Who may do what to an article in which state: a table, and the reason in words where it says no."""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from aitia.people.roles import Role
from aitia.review.errors import NotAllowedError, ReviewError, WrongStateError
from aitia.review.nouns import (
    Action,
    Approve,
    Assign,
    Begin,
    Comment,
    Decision,
    Declare,
    Dossier,
    Edit,
    Expire,
    Mark,
    Open,
    Person,
    Propose,
    Reopen,
    Resolve,
    Sign,
    Signed,
    State,
    Submit,
    Withdraw,
)
from aitia.review.policy import Policy


class Actor(StrEnum):
    """In what quality somebody acts. One who has several may act in any."""

    AUTHOR = "its author"
    """Who opened the article, while they hold the role."""
    REVIEWER = "a reviewer"
    EDITOR = "an editor"
    ADMINISTRATOR = "an administrator"
    SYSTEM = "the system"


class Condition(Struct, frozen=True):
    """What must be true besides role and state."""

    words: str
    broken: Callable[[Dossier, Person], str | None]
    """How the person fails it, in words."""


def contributors(dossier: Dossier) -> frozenset[int]:
    """The ids of everybody who made a version: none of them may judge the article."""
    return frozenset({dossier.author.id, *(version.by.id for version in dossier.versions)})


def open_requests(dossier: Dossier) -> tuple[Signed, ...]:
    """The requests for changes that stand on the latest version."""
    return tuple(
        one for one in dossier.signatures if one.counts and one.sign.decision is not Decision.APPROVE
    )


def approvals(dossier: Dossier) -> tuple[Signed, ...]:
    """The approving signatures that stand on the latest version, one a reviewer."""
    return tuple(one for one in dossier.signatures if one.counts and one.sign.decision is Decision.APPROVE)


def _own_work(dossier: Dossier, person: Person) -> str | None:
    if person.id in contributors(dossier):
        return "you wrote or edited this article; nobody reviews their own work."
    return None


def _not_named(dossier: Dossier, person: Person) -> str | None:
    if dossier.assigned and person.id not in dossier.assigned:
        return "an editor has named the reviewers of this article, and you are not among them."
    return None


def _not_declared(dossier: Dossier, person: Person) -> str | None:
    mine = [one.declaration for one in dossier.declarations if one.by.id == person.id]
    if not mine:
        return "declare first whether you have a conflict of interest on this article."
    if mine[0].has_conflict:
        return "you declared a conflict of interest on this article; you may comment on it, not judge it."
    return None


def _being_edited(dossier: Dossier, _: Person) -> str | None:
    if dossier.state is State.CHANGES_REQUESTED and not open_requests(dossier):
        return f"version {dossier.latest.number} is still being worked on; it has not been submitted again."
    return None


INDEPENDENT = Condition("it is not their own work: they made no version of it", _own_work)
NAMED = Condition("an editor named them, where reviewers were named", _not_named)
UNCONFLICTED = Condition("they declared that they have no conflict of interest", _not_declared)
COMPLETE = Condition("no new version waits to be submitted", _being_edited)
JUDGING = (INDEPENDENT, NAMED, UNCONFLICTED, COMPLETE)

DRAFT, SUBMITTED, UNDER_REVIEW = State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW
CHANGES_REQUESTED, APPROVED = State.CHANGES_REQUESTED, State.APPROVED
WITHDRAWN, EXPIRED = State.WITHDRAWN, State.EXPIRED
UNDECIDED = (DRAFT, SUBMITTED, UNDER_REVIEW, CHANGES_REQUESTED)
SEEN = (SUBMITTED, UNDER_REVIEW, CHANGES_REQUESTED, APPROVED, EXPIRED, WITHDRAWN)
EVERY = (DRAFT, *SEEN)


class Rule(Struct, frozen=True):
    """A row of the table."""

    action: type[Action]
    by: Actor
    states: tuple[State, ...]
    """From which; none for the action that makes the article."""
    to: State | None = None
    """To which; None: it stays."""
    conditions: tuple[Condition, ...] = ()
    decision: Decision | None = None
    """Of a signature: which one."""
    note: str = ""


RULES = (
    Rule(Open, Actor.AUTHOR, (), DRAFT),
    Rule(Open, Actor.EDITOR, (), DRAFT),
    # A new version. It ends approval, and the marks and signatures on the version before.
    Rule(Edit, Actor.AUTHOR, UNDECIDED),
    Rule(Edit, Actor.AUTHOR, (APPROVED, EXPIRED, WITHDRAWN), DRAFT),
    Rule(Edit, Actor.EDITOR, UNDECIDED),
    Rule(Edit, Actor.EDITOR, (APPROVED, EXPIRED, WITHDRAWN), DRAFT),
    # The way to a decision.
    Rule(Submit, Actor.AUTHOR, (DRAFT, CHANGES_REQUESTED), SUBMITTED),
    Rule(Submit, Actor.EDITOR, (DRAFT, CHANGES_REQUESTED), SUBMITTED),
    Rule(Assign, Actor.EDITOR, (SUBMITTED,), UNDER_REVIEW),
    Rule(Assign, Actor.EDITOR, (UNDER_REVIEW, CHANGES_REQUESTED)),
    Rule(Begin, Actor.REVIEWER, (SUBMITTED,), UNDER_REVIEW, (INDEPENDENT, NAMED)),
    Rule(
        Declare,
        Actor.REVIEWER,
        SEEN,
        note="a conflict ends the reviewer's signature; an approval that it leaves without its quorum is re-opened",
    ),
    Rule(Mark, Actor.REVIEWER, (UNDER_REVIEW, CHANGES_REQUESTED), None, JUDGING),
    Rule(Propose, Actor.REVIEWER, (UNDER_REVIEW, CHANGES_REQUESTED), None, JUDGING),
    Rule(
        Sign,
        Actor.REVIEWER,
        (UNDER_REVIEW, CHANGES_REQUESTED),
        CHANGES_REQUESTED,
        JUDGING,
        Decision.REQUEST_CHANGES,
    ),
    Rule(
        Sign,
        Actor.REVIEWER,
        (UNDER_REVIEW, CHANGES_REQUESTED),
        None,
        JUDGING,
        Decision.APPROVE,
        "back under review, if it lifts the last request for changes",
    ),
    Rule(
        Approve,
        Actor.SYSTEM,
        (UNDER_REVIEW,),
        APPROVED,
        note="with the signature that completes the quorum, no request for changes standing",
    ),
    # Talk.
    Rule(Comment, Actor.AUTHOR, EVERY),
    Rule(Comment, Actor.EDITOR, EVERY),
    Rule(Comment, Actor.REVIEWER, SEEN),
    Rule(Resolve, Actor.AUTHOR, EVERY, note="threads that they began"),
    Rule(Resolve, Actor.EDITOR, EVERY),
    Rule(Resolve, Actor.REVIEWER, SEEN, note="threads that they began"),
    # The end of an article, and its return.
    Rule(Withdraw, Actor.AUTHOR, UNDECIDED, WITHDRAWN),
    Rule(Withdraw, Actor.EDITOR, (*UNDECIDED, APPROVED, EXPIRED), WITHDRAWN),
    Rule(Withdraw, Actor.ADMINISTRATOR, (*UNDECIDED, APPROVED, EXPIRED), WITHDRAWN, note="for safety"),
    Rule(Expire, Actor.SYSTEM, (APPROVED,), EXPIRED),
    # Signatures end.
    Rule(Reopen, Actor.EDITOR, (APPROVED, EXPIRED), SUBMITTED),
    Rule(Reopen, Actor.EDITOR, (UNDER_REVIEW,)),
    Rule(Reopen, Actor.SYSTEM, (APPROVED, EXPIRED), SUBMITTED),
    Rule(Reopen, Actor.SYSTEM, (UNDER_REVIEW,)),
)
"""All that may be done. What is not here may not be done."""

_NEXT = {
    (rule.action, rule.decision, state): rule.to for rule in RULES for state in (rule.states or (DRAFT,))
}

_ROLE = {
    Actor.AUTHOR: Role.AUTHOR,
    Actor.REVIEWER: Role.REVIEWER,
    Actor.EDITOR: Role.EDITOR,
    Actor.ADMINISTRATOR: Role.ADMINISTRATOR,
}

DONE = {
    Open: "opened",
    Edit: "edited",
    Submit: "submitted",
    Assign: "given to reviewers",
    Begin: "taken up for review",
    Declare: "declared on",
    Mark: "marked",
    Comment: "commented on",
    Resolve: "settled threads of",
    Propose: "given other wordings",
    Sign: "signed",
    Approve: "approved",
    Withdraw: "withdrawn",
    Expire: "expired",
    Reopen: "re-opened",
}
"""What an action makes of an article, in words: it is, or can be, ..."""

STATE_WORDS = {
    DRAFT: "a draft",
    SUBMITTED: "submitted",
    UNDER_REVIEW: "under review",
    CHANGES_REQUESTED: "waiting for changes",
    APPROVED: "approved",
    WITHDRAWN: "withdrawn",
    EXPIRED: "expired",
}
"""An article's state in words: it is ..."""


def state_after(action: Action, state: State) -> State:
    """The state to which an action leads. Raises WrongStateError if the table has no such step."""
    try:
        to = _NEXT[type(action), getattr(action, "decision", None), state]
    except KeyError:
        raise WrongStateError(_wrong_state(type(action), state)) from None
    return to or state


def refusal(
    dossier: Dossier | None, person: Person, kind: type[Action], policy: Policy
) -> ReviewError | None:
    """Why a person may not do a kind of action to an article now; None if they may. No article: to make one."""
    rows = [rule for rule in RULES if rule.action is kind]
    mine = [rule for rule in rows if _acts_as(rule.by, dossier, person)]
    if not mine:
        if kind is Approve:
            return NotAllowedError(
                f"nobody approves an article alone: it is approved once {policy.quorum} reviewers have signed."
            )
        who = " or ".join(dict.fromkeys(str(rule.by) for rule in rows)).replace(
            "its author", "its own author"
        )
        if dossier is None:
            return NotAllowedError("only an author or an editor can open an article.")
        return NotAllowedError(f"the article can be {DONE[kind]} only by {who}.")
    if dossier is None:
        return None
    here = [rule for rule in mine if dossier.state in rule.states]
    if not here:
        return WrongStateError(_wrong_state(kind, dossier.state, {rule.by for rule in mine}))
    reasons = [
        next((words for one in rule.conditions if (words := one.broken(dossier, person))), None)
        for rule in here
    ]
    if None in reasons:
        return None
    return NotAllowedError(reasons[0] or "")


def why_not(dossier: Dossier, person: Person, kind: type[Action], policy: Policy) -> str | None:
    """None if the person may do this kind of action to the article now, else the reason as a sentence."""
    error = refusal(dossier, person, kind, policy)
    return None if error is None else str(error)


def _acts_as(actor: Actor, dossier: Dossier | None, person: Person) -> bool:
    if actor is Actor.SYSTEM:
        return person.id == 0
    if actor is Actor.AUTHOR and dossier is not None and dossier.author.id != person.id:
        return False
    return _ROLE[actor] in person.roles


def _wrong_state(kind: type[Action], state: State, actors: set[Actor] | None = None) -> str:
    states = dict.fromkeys(
        STATE_WORDS[one]
        for rule in RULES
        if rule.action is kind and (actors is None or rule.by in actors)
        for one in rule.states
    )
    possible = " or ".join(states)
    return f"the article is {STATE_WORDS[state]}; it can be {DONE[kind]} only while it is {possible}."
