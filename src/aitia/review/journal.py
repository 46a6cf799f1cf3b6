"""Acting on articles and reading where they stand: each action is one transaction under the journal's lock."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, insert, select, update

from aitia.evidence.article import Article, sealed, text_of
from aitia.library.store.database import reading, writing
from aitia.library.store.tables import LARGEST
from aitia.moments import moment
from aitia.people.roles import Role, roles_of
from aitia.people.tables import people
from aitia.review.chain import DAMAGED, Head, append, head, read_event
from aitia.review.contents import checked, completed
from aitia.review.errors import NotAllowedError, NotFoundError, ReviewError, StaleError
from aitia.review.folding import composed, fold, standing
from aitia.review.listing import question_key
from aitia.review.nouns import (
    SYSTEM,
    Action,
    Approve,
    Declare,
    Dossier,
    Edit,
    Event,
    Expire,
    Open,
    Person,
    Reopen,
    Sign,
    State,
)
from aitia.review.policy import Policy, policy_hash
from aitia.review.tables import dossiers, events, versions
from aitia.review.texts import article_from
from aitia.review.transitions import approvals, open_requests, refusal


def open_dossier(database: Engine, person_id: int, article: Article) -> Dossier:
    """Keep an answer as version 1 of an article, a draft.

    Raises NotAllowedError unless the person is an author or an editor, ReviewError if the article answers nothing.
    """
    _check_answered(article)
    made = sealed(article, 0.0)
    opened = Open(
        article.library.name, article.library.version, article.question, article.audience, article.length
    )
    checked(opened)
    with writing(database, durable=True) as connection:
        end = head(connection, lock=True)
        person = _person(connection, person_id)
        if error := refusal(None, person, Open, Policy()):
            raise error
        now = moment()
        number = connection.execute(
            insert(dossiers)
            .values(
                library=article.library.name,
                question=article.question,
                question_key=question_key(article.question),
                audience=article.audience,
                length=article.length,
                author_id=person.id,
                created=now,
                changed=now,
                state=State.DRAFT.value,
                version=1,
            )
            .returning(dossiers.c.id)
        ).scalar_one()
        _keep_version(connection, number, 1, made)
        event, _ = append(connection, end, number, person, 1, made.content_hash, opened)
        return _settle(connection, (event,))


def act(
    database: Engine,
    policy: Policy,
    person_id: int,
    dossier_id: int,
    action: Action,
    *,
    seen: int,
    article: Article | None = None,
) -> Dossier:
    """Do an action as a person; the dossier after it. All is recorded, or nothing.

    seen: the number of the version that the person read. article: the new content, for an Edit.
    The signature that completes the quorum also records the approval.
    Raises NotFoundError, NotAllowedError, WrongStateError or ReviewError with the reason; StaleError if a newer
    version was made since.
    """
    checked(action)
    with writing(database, durable=True) as connection:
        end = head(connection, lock=True)
        person = _person(connection, person_id)
        before = _dossier(connection, dossier_id)
        latest = before.latest
        error = refusal(before, person, type(action), policy)
        if isinstance(error, NotAllowedError):
            raise error
        if seen > latest.number or seen < 1:
            raise NotFoundError(f"article {dossier_id} has no version {seen}; the latest is {latest.number}.")
        if seen < latest.number:
            raise StaleError(
                f"version {latest.number} was made by {latest.by.name} since you read version {seen}. "
                "Nothing of yours was recorded: read the new version, then act on it.",
                seen,
                latest.number,
            )
        if error:
            raise error
        return _record(connection, end, before, person, action, policy, article)


def act_as_system(database: Engine, policy: Policy, dossier_id: int, action: Expire | Reopen) -> Dossier:
    """Do what no person decides: let an approval expire, or re-open. Raises WrongStateError if it does not fit."""
    checked(action)
    with writing(database, durable=True) as connection:
        end = head(connection, lock=True)
        before = _dossier(connection, dossier_id)
        if error := refusal(before, SYSTEM, type(action), policy):
            raise error
        return _record(connection, end, before, SYSTEM, action, policy, None)


def _record(
    connection: Connection,
    end: Head,
    before: Dossier,
    person: Person,
    action: Action,
    policy: Policy,
    article: Article | None,
) -> Dossier:
    """Record an action that is allowed, and what follows from it."""
    number, content = before.latest.number, before.latest.content_hash
    action = completed(
        action,
        before,
        person,
        lambda: _article(connection, before.id, number),
        lambda ids: _people(connection, ids),
    )
    if isinstance(action, Edit):
        made = _edited(before, article)
        number, content = number + 1, made.content_hash
        _keep_version(connection, before.id, number, made)
    elif article is not None:
        raise ReviewError("an article goes only with an edit.")
    event, end = append(connection, end, before.id, person, number, content, action)
    recorded = (*before.events, event)
    after = fold(recorded)
    follows = _what_follows(connection, after, action, event, policy)
    if follows is not None:
        event, end = append(connection, end, before.id, SYSTEM, number, content, follows)
        recorded = (*recorded, event)
    return _settle(connection, recorded)


def _what_follows(
    connection: Connection, after: Dossier, action: Action, event: Event, policy: Policy
) -> Approve | Reopen | None:
    """The approval that a signature completes, or its end where a conflict declared too late takes one away."""
    if not isinstance(action, Sign | Declare):
        return None
    signed = approvals(after)
    if after.state is State.APPROVED:
        quorum = next(one.action.quorum for one in reversed(after.events) if isinstance(one.action, Approve))
        if len(signed) < quorum:
            why = f"{event.person.name} declared a conflict of interest after signing; {quorum} signatures are needed."
            return Reopen((why,))
    if after.state is not State.UNDER_REVIEW or open_requests(after):
        return None
    # Somebody may have lost the role, or the account, since they signed.
    known = _people(connection, tuple(one.by.id for one in signed))
    still = tuple(one.event for one in signed if Role.REVIEWER in known[one.by.id].roles)
    if len(still) < policy.quorum:
        return None
    day = date.fromisoformat(event.at[:10]) + timedelta(days=policy.valid_days)
    return Approve(still, policy.quorum, policy_hash(policy), day.isoformat())


def _edited(before: Dossier, article: Article | None) -> Article:
    """The new version's content, sealed. Raises ReviewError if it is none."""
    if article is None:
        raise ReviewError("an edit needs the new words of the article.")
    _check_answered(article)
    made = sealed(article, 0.0)
    same = (before.question, before.audience, before.length, before.library)
    if (made.question, made.audience, made.length, made.library.name) != same:
        raise ReviewError(
            "an edit keeps the question, the reader, the length and the library of its article."
        )
    if made.content_hash == before.latest.content_hash:
        raise ReviewError(f"nothing was changed: the words are those of version {before.latest.number}.")
    return made


def _check_answered(article: Article) -> None:
    if not article.answered:
        raise ReviewError(
            "the library does not answer this question, so there is nothing to review. Add sources, and ask again."
        )


def _settle(connection: Connection, recorded: tuple[Event, ...]) -> Dossier:
    """Write down what the events add up to, for lists and lookups."""
    made = fold(recorded)
    connection.execute(update(dossiers).where(dossiers.c.id == made.id).values(standing(made)))
    return made


def _keep_version(connection: Connection, dossier_id: int, number: int, article: Article) -> None:
    connection.execute(
        insert(versions).values(
            dossier_id=dossier_id,
            number=number,
            content_hash=article.content_hash,
            article=text_of(article).decode(),
        )
    )


def dossier(database: Engine, number: int) -> Dossier:
    """A dossier by its number. Raises NotFoundError."""
    with reading(database) as connection:
        return _dossier(connection, number)


def head_of(database: Engine) -> Head:
    """The end of the journal."""
    with reading(database) as connection:
        return head(connection)


def article_of(database: Engine, number: int, version: int) -> Article:
    """The content of a version. Raises NotFoundError; ReviewError if it is not what the events tell of."""
    with reading(database) as connection:
        article = _article(connection, number, version)
        recorded = {one.number: one.content_hash for one in _dossier(connection, number).versions}
        if recorded.get(version) != article.content_hash:
            raise ReviewError(
                f"the words of version {version} of article {number} are not as recorded. {DAMAGED}"
            )
        return article


def base_of(database: Engine, number: int, version: int) -> Article:
    """What the library composed, from which a version was made. Raises NotFoundError."""
    with reading(database) as connection:
        made = _dossier(connection, number)
        if not 1 <= version <= made.latest.number:
            raise NotFoundError(f"there is no version {version} of article {number}.")
        return _article(connection, number, composed(made, version))


def _dossier(connection: Connection, number: int) -> Dossier:
    if not 0 < number <= LARGEST:
        raise NotFoundError(f"there is no article {number}.")
    rows = connection.execute(
        select(events.c.event).where(events.c.dossier_id == number).order_by(events.c.number)
    ).scalars()
    history = [read_event(text) for text in rows]
    if not history:
        raise NotFoundError(f"there is no article {number}.")
    return fold(history)


def _article(connection: Connection, number: int, version: int) -> Article:
    row = None
    if 0 < number <= LARGEST and 0 < version <= LARGEST:
        row = connection.execute(
            select(versions.c.article, versions.c.content_hash).where(
                versions.c.dossier_id == number, versions.c.number == version
            )
        ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no version {version} of article {number}.")
    return article_from(row.article, row.content_hash)


def _person(connection: Connection, number: int) -> Person:
    """Somebody who may act now: as they are, not as they were when they signed in."""
    found = _people(connection, (number,))[number]
    if not found.name:
        raise NotAllowedError("this account has been closed, or never was. Nothing was recorded.")
    return found


def _people(connection: Connection, ids: Sequence[int]) -> dict[int, Person]:
    """People by id; without name and roles for one who has no account any more."""
    found = {number: Person(number, "") for number in ids}
    rows = connection.execute(
        select(people.c.id, people.c.name, people.c.credentials, people.c.roles).where(
            people.c.id.in_([one for one in ids if 0 < one <= LARGEST]), people.c.is_active
        )
    )
    for row in rows:
        found[row.id] = Person(row.id, row.name, row.credentials, roles_of(row.roles))
    return found
