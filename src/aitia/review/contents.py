"""Whether an action says what it must, and about what there is: places, threads, proposals, people."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from aitia.evidence.article import Article
from aitia.people.roles import Role
from aitia.review.editing import places
from aitia.review.errors import NotAllowedError, NotFoundError, ReviewError, WrongStateError
from aitia.review.nouns import (
    LONGEST,
    Action,
    Assign,
    Comment,
    Decision,
    Declare,
    Dossier,
    Edit,
    Mark,
    Person,
    Propose,
    Reopen,
    Resolve,
    Sign,
    Verdict,
    Withdraw,
)
from aitia.review.transitions import contributors
from aitia.review.wording import flags


def checked(action: Action) -> None:
    """Raises ReviewError unless an action is whole by itself: reasons given, nothing too long."""
    for field in action.__struct_fields__:
        value = getattr(action, field)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and len(text) > LONGEST:
                raise ReviewError(
                    f"the {field} has {len(text):,} characters; {LONGEST:,} are the most. Shorten it."
                )
    match action:
        case Edit() | Withdraw() if not action.reason.strip():
            raise ReviewError("say why: this needs a reason.")
        case Reopen() if not action.reasons or not all(reason.strip() for reason in action.reasons):
            raise ReviewError("say why the article is re-opened.")
        case Mark() if action.verdict is not Verdict.AGREE and not action.reason.strip():
            raise ReviewError("say why a statement should be changed or removed.")
        case Sign() if action.decision is Decision.REQUEST_CHANGES and not action.reason.strip():
            raise ReviewError("say what should be changed.")
        case Declare() if action.has_conflict and not action.statement.strip():
            raise ReviewError("say what the conflict of interest is.")
        case Comment() | Propose() if not action.text.strip():
            raise ReviewError("there is no text.")
        case _:
            pass
    try:
        msgspec.json.decode(msgspec.json.encode(action), type=type(action))
    except (msgspec.ValidationError, UnicodeEncodeError, OverflowError) as error:
        raise ReviewError(f"this cannot be recorded: {error}.") from None


def completed(
    action: Action,
    before: Dossier,
    person: Person,
    article: Callable[[], Article],
    known: Callable[[Sequence[int]], Mapping[int, Person]],
) -> Action:
    """The action as it is recorded: with the flags of a wording, and the place of an answer's thread.

    article: reads the latest version's. known: finds people. Raises ReviewError where it is about what there is not.
    """
    match action:
        case Mark():
            _check_place(article(), action.place)
        case Propose():
            return replace(action, flags=flags(article(), action.place, action.text))
        case Comment() if action.thread is not None:
            thread = next((one for one in before.threads if one.number == action.thread), None)
            if thread is None:
                raise NotFoundError(f"there is no thread {action.thread} on article {before.id}.")
            return replace(action, place=thread.place)
        case Comment() if action.place is not None:
            _check_place(article(), action.place)
        case Resolve():
            _check_resolve(action, before, person)
        case Edit():
            open_ones = {one.event for one in before.proposals if one.accepted is None}
            for number in action.accepted:
                if number not in open_ones:
                    raise NotFoundError(f"there is no open proposal {number} on article {before.id}.")
        case Declare() if not action.has_conflict:
            _check_declared(before, person)
        case Assign():
            _check_reviewers(action.reviewers, before, known)
        case Sign():
            _check_new(action, before, person)
        case _:
            pass
    return action


def _check_place(article: Article, place: str) -> None:
    if all(one.place != place for one in places(article)):
        raise NotFoundError(f"this version has no place {place!r}.")


def _check_resolve(action: Resolve, before: Dossier, person: Person) -> None:
    thread = next((one for one in before.threads if one.number == action.thread), None)
    if thread is None:
        raise NotFoundError(f"there is no thread {action.thread} on article {before.id}.")
    if thread.resolved is not None:
        raise WrongStateError(f"the thread was settled by {thread.resolved.name} already.")
    if Role.EDITOR not in person.roles and thread.comments[0].person.id != person.id:
        raise NotAllowedError("a thread is settled by whoever began it, or by an editor.")


def _check_declared(before: Dossier, person: Person) -> None:
    if any(one.by.id == person.id and one.declaration.has_conflict for one in before.declarations):
        raise NotAllowedError(
            "you declared a conflict of interest on this article, and it is not declared away again: "
            "leave the decision to other reviewers."
        )


def _check_reviewers(
    ids: tuple[int, ...], before: Dossier, known: Callable[[Sequence[int]], Mapping[int, Person]]
) -> None:
    if len(set(ids)) != len(ids):
        raise ReviewError("a reviewer is named twice.")
    found = known(ids)
    conflicted = {one.by.id for one in before.declarations if one.declaration.has_conflict}
    for number in ids:
        one = found[number]
        if Role.REVIEWER not in one.roles:
            raise NotFoundError(f"{one.name or f'person {number}'} is no reviewer.")
        if number in contributors(before):
            raise NotAllowedError(f"{one.name} wrote or edited this article; nobody reviews their own work.")
        if number in conflicted:
            raise NotAllowedError(f"{one.name} declared a conflict of interest on this article.")


def _check_new(action: Sign, before: Dossier, person: Person) -> None:
    for one in before.signatures:
        if one.counts and one.by.id == person.id and one.sign.decision is action.decision:
            what = "approval" if action.decision is Decision.APPROVE else "request for changes"
            raise WrongStateError(f"your {what} of version {one.version} stands already.")
