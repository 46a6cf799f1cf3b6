"""A bullet before its citations are numbered, and the numbering."""

from collections.abc import Iterable

from msgspec import Struct

from aitia.answers.holdings import Holdings
from aitia.evidence.article import ArticleStatement, Cited, Reference
from aitia.evidence.nouns import KIND_LABELS, Certainty, Figure, Source
from aitia.evidence.wording import said


class Bullet(Struct, frozen=True):
    """Words and the statements that they rest on."""

    text: str
    places: tuple[int, ...]
    certainty: Certainty
    figures: tuple[Figure, ...] = ()
    merged: bool = False


def bullet_of(holdings: Holdings, place: int, audience: str) -> Bullet:
    """One statement of the library as a bullet."""
    statement = holdings.statements[place]
    figures = statement.figures
    if audience == "patient":
        # No doses for patients, not even beside the text.
        figures = tuple(figure for figure in figures if figure.unit != "mg")
    return Bullet(said(statement, audience), (place,), statement.certainty, figures)


class Numbering:
    """Gives each source a number at its first use."""

    def __init__(self, holdings: Holdings, audience: str) -> None:
        self._holdings = holdings
        self._audience = audience
        self._numbers: dict[str, int] = {}
        self._offered: set[str] = set()

    def cited(self, bullets: Iterable[Bullet]) -> Cited:
        """Several bullets as running text, with the citations of all of them."""
        bullets = tuple(bullets)
        places = tuple(dict.fromkeys(place for bullet in bullets for place in bullet.places))
        sources = self._sources(places)
        return Cited(
            " ".join(bullet.text for bullet in bullets),
            self._number(sources),
            sources,
            tuple(self._holdings.statements[place].id for place in places),
        )

    def statement(self, bullet: Bullet) -> ArticleStatement:
        """A bullet of a section."""
        sources = self._sources(bullet.places)
        return ArticleStatement(
            text=bullet.text,
            citations=self._number(sources),
            certainty=bullet.certainty,
            figures=bullet.figures,
            source_ids=sources,
            statement_ids=tuple(self._holdings.statements[place].id for place in bullet.places),
            merged=bullet.merged,
            basis=basis(self._holdings.sources[sources[0]])
            if self._audience == "researcher" and not bullet.merged
            else None,
            model=self._model(bullet),
        )

    def _model(self, bullet: Bullet) -> str | None:
        """The command that runs a model of what a bullet says, offered once in an article, to professionals."""
        if self._audience == "patient":
            return None
        topics = (
            self._holdings.topics[name]
            for place in bullet.places
            for name in self._holdings.statements[place].topics
        )
        for topic in topics:
            if topic.model is not None and topic.model not in self._offered:
                self._offered.add(topic.model)
                return topic.model
        return None

    def references(self) -> tuple[Reference, ...]:
        """The numbered list of all sources that were cited."""
        return tuple(
            reference(self._holdings.sources[source], number) for source, number in self._numbers.items()
        )

    def _sources(self, places: Iterable[int]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for place in places:
            statement = self._holdings.statements[place]
            found[statement.source_id] = None
            found.update(dict.fromkeys(name for name in statement.also if self._holdings.may_cite(name)))
        return tuple(found)

    def _number(self, sources: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._numbers.setdefault(source, len(self._numbers) + 1) for source in sources)


def basis(source: Source) -> str:
    """Design, population and size of a source, for researchers."""
    parts = [KIND_LABELS[source.kind]]
    if source.population:
        parts.append(source.population)
    if source.size:
        parts.append(f"n: {source.size}")
    return "; ".join(parts)


def reference(source: Source, number: int) -> Reference:
    """A source as an entry of the reference list."""
    return Reference(
        number=number,
        id=source.id,
        kind=source.kind,
        title=source.title,
        authors=source.authors,
        year=source.year,
        container=source.container,
        doi=source.doi,
        pmid=source.pmid,
        url=source.link,
        standing=source.standing,
        note=source.note,
    )
