"""Living articles: which approved articles their library has changed under, and opening those again."""

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Engine, select

from aitia import moments
from aitia.documents import DocumentLibrary
from aitia.errors import LibraryError
from aitia.evidence.article import Article
from aitia.evidence.nouns import Source
from aitia.library.locate import named_libraries
from aitia.library.store.database import reading
from aitia.library.store.libraries import find
from aitia.library.store.reading import by_key
from aitia.review import journal, listing
from aitia.review.differences import Difference, differences
from aitia.review.editing import places, without
from aitia.review.errors import WrongStateError
from aitia.review.listing import Summary
from aitia.review.nouns import Dossier, Expire, Reopen, State
from aitia.review.policy import Policy
from aitia.review.reasons import reasons
from aitia.review.tables import journal as chain
from aitia.service import Library

_MOST = 5000
"""Answers of one library that are kept in memory."""


class Due(Struct, frozen=True):
    """An article that must be looked at again."""

    summary: Summary
    reasons: tuple[str, ...]
    """In sentences, the gravest first."""
    differences: tuple[Difference, ...] = ()
    """Between what the library composed when the article was made and what it answers now."""
    fresh: Article | None = None
    """What it answers now; None if it cannot be asked."""
    passed: str = ""
    """The day of review that has passed, YYYY-MM-DD; empty if it has not."""
    may_reopen: bool = True
    """False where the library is there and cannot be read: nothing is known of its articles."""


def due(
    database: Engine,
    open_library: Callable[[str], Library | DocumentLibrary],
    today: date,
    library: str | None = None,
) -> Iterator[Due]:
    """The approved articles, and those whose approval has run out, that must be looked at again; oldest first.

    open_library: gives a library by its name, as it is now, and raises LibraryError if it cannot. library: only the
    articles of this one.
    """
    standing = listing.listed(database, states=(State.APPROVED, State.EXPIRED), library=library, limit=None)
    opened: dict[str, Library | DocumentLibrary | LibraryError] = {}
    for summary in reversed(standing):
        passed = _passed(database, summary, today)
        if summary.library not in opened:
            opened[summary.library] = _opened(open_library, summary.library)
        held = opened[summary.library]
        found = (
            _without_library(database, summary, held)
            if isinstance(held, LibraryError)
            else changed_under(database, summary, held)
        )
        if passed:
            late = (f"Its review date {passed} has passed.", *(found.reasons if found else ()))
            found = Due(
                summary,
                late,
                found.differences if found else (),
                found.fresh if found else None,
                passed,
            )
        if found is not None:
            yield found


def changed_under(database: Engine, summary: Summary, library: Library | DocumentLibrary) -> Due | None:
    """What has changed in the library under the latest version of an article; None if nothing that touches it.

    A fresh answer is compared with the answer that the library gave when the version was made, so that words that
    people changed since are no difference; what they took out is passed over in both.
    """
    article = journal.article_of(database, summary.id, summary.version)
    base = journal.base_of(database, summary.id, summary.version)
    fresh = library.ask(summary.question, summary.audience, summary.length)
    if _dated_as(base, fresh) == base:
        return None
    kept = {name for one in places(article) for name in one.statement_ids}
    gone = frozenset(name for one in places(base) for name in one.statement_ids if name not in kept)
    if gone:
        base = without(base, gone)
    told = without(fresh, gone) if gone and fresh.answered else fresh
    why = reasons(base, told, lambda name: _source_of(library, name))
    return Due(summary, why, differences(base, told), fresh) if why else None


def _dated_as(base: Article, fresh: Article) -> Article:
    """A fresh answer under the dates and versions of another, so that the two are equal if they say the same."""
    return replace(
        fresh,
        library=base.library,
        updated=base.updated,
        version=base.version,
        elapsed_ms=base.elapsed_ms,
        content_hash=base.content_hash,
    )


def reopen_due(
    database: Engine,
    open_library: Callable[[str], Library | DocumentLibrary],
    policy: Policy,
    today: date,
    library: str | None = None,
) -> list[Dossier]:
    """Open again every article that is due, with the reasons; the dossiers after it.

    An approval whose day has passed expires first. What somebody else opened or withdrew in the meantime is left as
    it is, so that a second sweep, or another at the same time, does nothing.
    """
    return reopen(database, policy, due(database, open_library, today, library))


def reopen(database: Engine, policy: Policy, found: Iterable[Due]) -> list[Dossier]:
    """Open again what was found to be due; the dossiers after it."""
    return [
        after for one in found if one.may_reopen and (after := _reopen(database, policy, one)) is not None
    ]


def _reopen(database: Engine, policy: Policy, one: Due) -> Dossier | None:
    version = one.fresh.library.version if one.fresh else ""
    try:
        before = journal.dossier(database, one.summary.id)
        if (before.latest.number, before.state) != (one.summary.version, one.summary.state):
            return None
        if one.passed and before.state is State.APPROVED:
            journal.act_as_system(database, policy, before.id, Expire(one.passed))
        return journal.act_as_system(database, policy, before.id, Reopen(one.reasons, version))
    except WrongStateError:
        return None


def standing_answer(
    database: Engine, library: Library | DocumentLibrary, question: str, audience: str, length: str
) -> tuple[Summary, Article] | None:
    """The approved article that answers a question, if its library has not changed under it; else None.

    What was found is kept in memory until the journal or the library changes, or the day ends.
    """
    with reading(database) as connection:
        head = connection.execute(select(chain.c.number, chain.c.hash).where(chain.c.id == 1)).one_or_none()
    at = (database.url, tuple(head or ()), moments.today())
    key = (listing.question_key(question), audience, length)
    with _lock:
        held = _answers.get(library)
        if held is None or held[0] != at or len(held[1]) > _MOST:
            held = _answers[library] = (at, {})
        if key in held[1]:
            return held[1][key]
    found = listing.approved_answer(database, _name(library), question, audience, length)
    if found is not None and not (
        _is_recorded(database, *found, (_name(library), listing.question_key(question), audience, length))
        and changed_under(database, found[0], library) is None
    ):
        found = None
    with _lock:
        held[1][key] = found
    return found


def _is_recorded(
    database: Engine, summary: Summary, article: Article, asked: tuple[str, str, str, str]
) -> bool:
    """Whether the events say of an article what its row does: that these very words were approved, for this question.

    A row can be changed by whoever has the database, and nothing but the events is chained.
    """
    made = journal.dossier(database, summary.id)
    return (
        made.state is State.APPROVED
        and (made.latest.number, made.latest.content_hash) == (summary.version, article.content_hash)
        and (made.library, listing.question_key(made.question), made.audience, made.length) == asked
    )


_Answers = dict[tuple[str, str, str], tuple[Summary, Article] | None]
_answers: WeakKeyDictionary[Library | DocumentLibrary, tuple[object, _Answers]] = WeakKeyDictionary()
_lock = threading.Lock()


def _name(library: Library | DocumentLibrary) -> str:
    return library.contents.name if isinstance(library, Library) else library.library.name


def _source_of(library: Library | DocumentLibrary, name: str) -> Source | None:
    """A source of a library by its id, or None."""
    if isinstance(library, Library):
        try:
            return library.source(name)
        except KeyError:
            return None
    with reading(library.database) as connection:
        stored = by_key(connection, library.library.id, name)
    return stored.source if stored else None


def _passed(database: Engine, summary: Summary, today: date) -> str:
    """The day on which an approval ran out, if it did."""
    if summary.state is State.EXPIRED:
        expired = journal.dossier(database, summary.id).events
        return next((one.action.expired for one in reversed(expired) if isinstance(one.action, Expire)), "")
    return summary.due if summary.due and summary.due <= today.isoformat() else ""


def _opened(
    open_library: Callable[[str], Library | DocumentLibrary], name: str
) -> Library | DocumentLibrary | LibraryError:
    try:
        return open_library(name)
    except LibraryError as error:
        return error


def _without_library(database: Engine, summary: Summary, error: LibraryError) -> Due:
    """For an article whose library cannot be opened: it is gone, or it is there and something is wrong with it."""
    name = summary.library
    if name in named_libraries() or find(database, name) is not None:
        why = f"The library {name} cannot be read now, and nothing was compared: {error}"
        return Due(summary, (why,), may_reopen=False)
    return Due(summary, (f"The library {name} is no longer there.",))
