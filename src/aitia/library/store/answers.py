"""Answers that were kept, and which of them cite a source that may no longer be relied on."""

import msgspec
from msgspec import Struct
from sqlalchemy import Engine, insert, select

from aitia.evidence.article import Article
from aitia.evidence.nouns import Standing
from aitia.library.store.database import reading, writing
from aitia.library.store.libraries import now
from aitia.library.store.tables import answers, cited, sources


class Kept(Struct, frozen=True):
    """A kept answer that cites a source with a notice about it."""

    id: int
    made: str
    question: str
    source: str
    """The source's id."""
    standing: Standing


def keep(database: Engine, library_id: int, article: Article) -> int:
    """Keep an answer; its number."""
    with writing(database) as connection:
        made = connection.execute(
            insert(answers)
            .values(
                library_id=library_id,
                made=now(),
                question=article.question,
                audience=article.audience,
                content_hash=article.content_hash,
                article=msgspec.json.encode(article).decode(),
            )
            .returning(answers.c.id)
        )
        number = int(made.scalar_one())
        if article.references:
            rows = [{"answer_id": number, "key": reference.id} for reference in article.references]
            connection.execute(insert(cited), rows)
    return number


def touched(database: Engine, library_id: int) -> list[Kept]:
    """The kept answers that cite a source which is not current, the retracted first."""
    query = (
        select(answers.c.id, answers.c.made, answers.c.question, sources.c.key, sources.c.standing)
        .join(cited, cited.c.answer_id == answers.c.id)
        .join(sources, (sources.c.key == cited.c.key) & (sources.c.library_id == answers.c.library_id))
        .where(answers.c.library_id == library_id, sources.c.standing != Standing.CURRENT.value)
        .order_by(sources.c.standing != Standing.RETRACTED.value, answers.c.id)
    )
    with reading(database) as connection:
        return [
            Kept(number, made, question, key, Standing(standing))
            for number, made, question, key, standing in connection.execute(query)
        ]
