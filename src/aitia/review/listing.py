"""Finding articles: lists, and the approved answer to a question."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine, Row, Select, bindparam, select

from aitia.evidence.article import Article
from aitia.library.store.database import reading
from aitia.moments import today
from aitia.people.roles import roles_of
from aitia.people.tables import people
from aitia.review.chain import hash_of
from aitia.review.nouns import Person, State
from aitia.review.tables import dossiers, versions
from aitia.review.texts import article_from


class Summary(Struct, frozen=True):
    """A dossier as a list shows it."""

    id: int
    library: str
    question: str
    audience: str
    length: str
    state: State
    version: int
    """The latest version's number."""
    author: Person
    """As they are now."""
    changed: str
    """When the last event happened."""
    due: str | None
    """Approved: the day on which it expires, YYYY-MM-DD."""


def question_key(question: str) -> str:
    """What two askings of one question have in common: SHA-256 without case, spacing, and punctuation at its ends."""
    text = " ".join(unicodedata.normalize("NFKC", question).casefold().translate(_TYPED).split())
    inner = [place for place, sign in enumerate(text) if unicodedata.category(sign)[0] not in "PZ"]
    return hash_of(text[inner[0] : inner[-1] + 1].encode() if inner else b"")


_TYPED = str.maketrans("‘’“”‐‑‒–—", "''\"\"-----")
"""Quotation marks and dashes, as a keyboard has them."""


def listed(
    database: Engine,
    *,
    states: Sequence[State] = (),
    author: int | None = None,
    library: str | None = None,
    text: str = "",
    after: int | None = None,
    limit: int | None = 50,
) -> list[Summary]:
    """Dossiers, the newest first.

    states: any of these; none: all. author: a person's id. text: words that all occur in the question.
    after: the id of the last one on the page before. limit: the most to give; None: all.
    """
    query = _summaries().order_by(dossiers.c.id.desc())
    if states:
        query = query.where(dossiers.c.state.in_([state.value for state in states]))
    if author is not None:
        query = query.where(dossiers.c.author_id == author)
    if library is not None:
        query = query.where(dossiers.c.library == library)
    for word in text.split():
        query = query.where(dossiers.c.question.icontains(word, autoescape=True))
    if after is not None:
        query = query.where(dossiers.c.id < after)
    with reading(database) as connection:
        return [_summary(row) for row in connection.execute(query.limit(limit))]


def approved_answer(
    database: Engine, library: str, question: str, audience: str, length: str
) -> tuple[Summary, Article] | None:
    """The approved article that answers a question, the newest if there are several; None without one.

    One whose approval has run out is none, whether or not that has been recorded yet.
    """
    query = (
        _summaries(versions.c.article, versions.c.content_hash)
        .join(versions, (versions.c.dossier_id == dossiers.c.id) & (versions.c.number == dossiers.c.version))
        .where(
            dossiers.c.library == library,
            dossiers.c.question_key == question_key(question),
            dossiers.c.audience == audience,
            dossiers.c.length == length,
            dossiers.c.state == State.APPROVED.value,
            dossiers.c.due > today().isoformat(),
        )
        .order_by(dossiers.c.id.desc())
        .limit(1)
    )
    with reading(database) as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else (_summary(row), article_from(row.article, row.content_hash))


def kept_on(
    database: Engine, library: str, question: str, audience: str, length: str
) -> tuple[Summary, str] | None:
    """The article on a question that readers may know of, with its latest version's content hash; None without one.

    An approved one if there is any, else the newest; a draft is none.
    """
    asked = {
        "library": library,
        "question_key": question_key(question),
        "audience": audience,
        "length": length,
    }
    with reading(database) as connection:
        row = connection.execute(_kept_on(), asked).one_or_none()
    return None if row is None else (_summary(row), row.content_hash)


@cache
def _kept_on() -> Select[Any]:
    """Made once: it runs for every answer, and takes longer to make than to run."""
    return (
        _summaries(versions.c.content_hash)
        .join(versions, (versions.c.dossier_id == dossiers.c.id) & (versions.c.number == dossiers.c.version))
        .where(
            *(
                dossiers.c[name] == bindparam(name)
                for name in ("library", "question_key", "audience", "length")
            ),
            dossiers.c.state != State.DRAFT.value,
        )
        .order_by((dossiers.c.state == State.APPROVED.value).desc(), dossiers.c.id.desc())
        .limit(1)
    )


def _summaries(*more: Any) -> Select[Any]:
    columns = (
        dossiers.c.id,
        dossiers.c.library,
        dossiers.c.question,
        dossiers.c.audience,
        dossiers.c.length,
        dossiers.c.state,
        dossiers.c.version,
        dossiers.c.author_id,
        dossiers.c.changed,
        dossiers.c.due,
        people.c.name,
        people.c.credentials,
        people.c.roles,
    )
    joined = dossiers.outerjoin(people, people.c.id == dossiers.c.author_id)
    return select(*columns, *more).select_from(joined)


def _summary(row: Row[Any]) -> Summary:
    return Summary(
        row.id,
        row.library,
        row.question,
        row.audience,
        row.length,
        State(row.state),
        row.version,
        Person(row.author_id, row.name or "", row.credentials or "", roles_of(row.roles or "[]")),
        row.changed,
        row.due,
    )
