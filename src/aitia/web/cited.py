"""Which approved articles cite a source or a statement."""

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, select

from aitia.library.store.database import reading
from aitia.review.nouns import State
from aitia.review.tables import dossiers, versions

_MOST = 20


class Citing(Struct, frozen=True):
    """An approved article that cites it."""

    number: int
    question: str
    audience: str


def citing(database: Engine, library: str, identifier: str) -> list[Citing]:
    """The approved articles of a library that name this id, the latest first, twenty at most.

    The texts of the library's approved articles are looked through: milliseconds for some hundred.
    """
    named = msgspec.json.encode(identifier).decode()
    query = (
        select(dossiers.c.id, dossiers.c.question, dossiers.c.audience)
        .join(versions, (versions.c.dossier_id == dossiers.c.id) & (versions.c.number == dossiers.c.version))
        .where(
            dossiers.c.library == library,
            dossiers.c.state == State.APPROVED.value,
            versions.c.article.contains(named, autoescape=True),
        )
        .order_by(dossiers.c.changed.desc())
        .limit(_MOST)
    )
    with reading(database) as connection:
        return [Citing(*row) for row in connection.execute(query)]
