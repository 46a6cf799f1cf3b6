"""Does an article from documents say only what they say? Every sentence is compared with the stored text."""

from collections.abc import Iterator

from sqlalchemy import Connection

from aitia.evidence.article import Article, content_hash
from aitia.evidence.nouns import Standing
from aitia.library.store.reading import StoredSource, by_key


def problems(article: Article, connection: Connection, library_id: int) -> Iterator[str]:
    """What is wrong with an article, a line each; nothing if all is well.

    Each bullet and the lead must be, word for word, the text at the place that is cited; each number in brackets
    must be in the reference list, which holds nothing else; no source may be retracted.
    """
    held = {reference.id: by_key(connection, library_id, reference.id) for reference in article.references}
    for name, stored in held.items():
        if stored is None:
            yield f"the library holds no source {name}"
        elif stored.source.standing is Standing.RETRACTED:
            yield f"{name} was retracted"
    numbers = {reference.id: reference.number for reference in article.references}
    cited: list[int] = list(article.lead.citations)
    parts = [
        (
            "lead",
            article.lead.text,
            article.lead.citations,
            article.lead.source_ids,
            article.lead.statement_ids,
        )
    ]
    for section in article.sections:
        for bullet in section.statements:
            where = f"“{section.heading}”: “{bullet.text[:60]}”"
            parts.append((where, bullet.text, bullet.citations, bullet.source_ids, bullet.statement_ids))
            cited += bullet.citations
            if bullet.certainty is not None:
                yield f"{where}: has a certainty that nobody gave it"
    if not article.answered:
        if cited or article.references:
            yield "the article is not answered, yet it cites"
        return
    for where, text, citations, source_ids, statement_ids in parts:
        if not citations or [numbers.get(name) for name in source_ids] != list(citations):
            yield f"{where}: its citations are not those of its sources"
        yield from _words(article, where, text, statement_ids, held)
    if list(dict.fromkeys(cited)) != [reference.number for reference in article.references]:
        yield "the references are not exactly what is cited, in the order of first use"
    if article.content_hash != content_hash(article):
        yield "the content hash does not match the content"


def _words(
    article: Article,
    where: str,
    text: str,
    statement_ids: tuple[str, ...],
    held: dict[str, StoredSource | None],
) -> Iterator[str]:
    places = {place.statement_id: place for place in article.passages}
    for number, name in enumerate(statement_ids):
        place = places.get(name)
        stored = held.get(place.source_id) if place else None
        if place is None or stored is None:
            yield f"{where}: {name} is cited from nowhere"
            continue
        passage = stored.passages[place.passage - 1]
        if not passage.start <= place.start < place.end <= passage.end:
            yield f"{where}: {name} lies outside its passage"
        if (place.section, place.page) != (passage.section, passage.page):
            yield f"{where}: {name} is cited to another page or section than its passage's"
        if number == 0 and not text.startswith(stored.text[place.start : place.end]):
            yield f"{where}: is not the words of {name}"
