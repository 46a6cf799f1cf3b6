"""An article as a page shows it: each citation with the address of the words that it rests on."""

from collections.abc import Iterable, Mapping

import jinja2
from markupsafe import Markup
from msgspec import Struct

from aitia.answers.writers import labels
from aitia.documents import DocumentLibrary
from aitia.evidence.article import Article, ArticleStatement, Cited, Reference
from aitia.evidence.nouns import Standing, Statement
from aitia.service import Library
from aitia.web import addresses
from aitia.web.catalogue import catalogue, curated_of
from aitia.web.library_words import KINDS, STANDINGS
from aitia.web.plots import plots
from aitia.web.remembered import Remembered

READERS = {
    "patient": "Patient or carer",
    "clinician": "Clinician",
    "researcher": "Researcher or student",
}
"""The audiences, as the question "Which best describes you?" offers them."""
LENGTHS = {"short": "Short", "standard": "Standard", "full": "Full"}


class Citation(Struct, frozen=True):
    """A number in brackets."""

    number: int
    address: str
    """Of the page on which the cited words stand."""


class Line(Struct, frozen=True):
    """Words with their citations."""

    text: str
    citations: tuple[Citation, ...]
    certainty: str = ""
    """The grade; empty for the words of a document, which nobody has graded."""
    certainty_words: str = ""
    where: str = ""
    """For the words of a document: where in it they stand."""
    basis: str = ""
    model: str = ""
    model_guide: str = ""
    """The document that tells of the model."""


class Part(Struct, frozen=True):
    """Lines under a heading."""

    heading: str
    lines: tuple[Line, ...]


class Differing(Struct, frozen=True):
    """A matter on which sources do not agree."""

    quantity: str
    lines: tuple[Line, ...]
    explanation: str
    detected: bool


class Listed(Struct, frozen=True):
    """An entry of the reference list."""

    number: int
    address: str
    """Of the source's page in the library."""
    authors: str
    title: str
    container: str
    year: str
    kind: str
    standing: str
    """Empty if the source is current."""
    is_bad: bool
    """Whether it was retracted, or is under concern."""
    pmid: str
    link: str
    """Where it can be opened elsewhere; empty if nowhere."""
    note: str


class Reading(Struct, frozen=True):
    """An article made ready for the template."""

    article: Article
    lead: Line
    parts: tuple[Part, ...]
    disagreements: tuple[Differing, ...]
    references: tuple[Listed, ...]
    nearest: tuple[tuple[str, str], ...]
    """Each nearest topic with the address of a search for it."""


def reading_of(article: Article, library: Library | DocumentLibrary | None) -> Reading:
    """An article made ready to be shown.

    library: as it is now; without it (it is served no more) citations lead to the sources' pages.
    """
    name = article.library.name
    curated = curated_of(library)
    finder = _Finder(article, name, catalogue(curated).statements if curated is not None else {})
    words = labels.CERTAINTY[article.audience]

    def bullet(statement: ArticleStatement) -> Line:
        model = statement.model or ""
        return Line(
            statement.text,
            finder.citations(statement.citations, statement.statement_ids),
            str(statement.certainty or ""),
            words[statement.certainty] if statement.certainty else "",
            "" if statement.certainty else finder.where(statement.statement_ids),
            statement.basis or "",
            model,
            f"docs/model-{model.split()[2]}.md" if model else "",
        )

    return Reading(
        article,
        finder.line(article.lead),
        tuple(Part(part.heading, tuple(map(bullet, part.statements))) for part in article.sections),
        tuple(
            Differing(one.quantity, tuple(map(finder.line, one.members)), one.explanation, one.detected)
            for one in article.disagreements
        ),
        tuple(_listed(reference, name) for reference in article.references),
        tuple((topic, addresses.library(name, q=topic)) for topic in article.nearest_topics),
    )


def safe_link(address: str | None) -> str:
    """The address if it is one that a browser may open, else nothing."""
    if (
        address
        and address.startswith(("https://", "http://"))
        and not any(mark in address for mark in " \"'<>\n")
    ):
        return address
    return ""


class _Finder:
    """Finds the page on which cited words stand."""

    def __init__(self, article: Article, name: str, statements: Mapping[str, Statement]) -> None:
        self._name = name
        self._statements = statements
        self._passages = {place.statement_id: place for place in article.passages}
        self._ids = {reference.number: reference.id for reference in article.references}

    def line(self, cited: Cited) -> Line:
        return Line(cited.text, self.citations(cited.citations, cited.statement_ids))

    def citations(self, numbers: Iterable[int], statement_ids: tuple[str, ...]) -> tuple[Citation, ...]:
        return tuple(Citation(number, self._address(self._ids[number], statement_ids)) for number in numbers)

    def where(self, statement_ids: tuple[str, ...]) -> str:
        """Page and section of the first of some sentences of documents."""
        place = self._passages.get(statement_ids[0]) if statement_ids else None
        if place is None:
            return ""
        return addresses.place_of(place.section, place.page)

    def _address(self, source_id: str, statement_ids: tuple[str, ...]) -> str:
        also = ""
        for name in statement_ids:
            place = self._passages.get(name)
            if place is not None:
                if place.source_id == source_id:
                    return addresses.passage(self._name, source_id, place.passage, name)
                continue
            statement = self._statements.get(name)
            if statement is not None:
                if statement.source_id == source_id:
                    return addresses.statement(self._name, name)
                if source_id in statement.also:
                    also = also or addresses.statement(self._name, name)
        return also or addresses.source(self._name, source_id)


def _listed(reference: Reference, name: str) -> Listed:
    return Listed(
        reference.number,
        addresses.source(name, reference.id),
        labels.authors(reference),
        labels.title(reference),
        reference.container or "",
        str(reference.year) if reference.year else "No year",
        KINDS[reference.kind],
        "" if reference.standing is Standing.CURRENT else STANDINGS[reference.standing],
        reference.standing in (Standing.RETRACTED, Standing.CONCERN),
        reference.pmid or "",
        safe_link(reference.url),
        reference.note or "",
    )


class Drawn(Struct, frozen=True):
    """What of a page is the same for everyone who reads an article, as HTML."""

    opening: Markup
    """The lead and the plots."""
    rest: Markup
    """The sections, the disagreements, the gaps and the references."""


_drawn: Remembered[str, Drawn] = Remembered()


def drawn(
    templates: jinja2.Environment, article: Article, library: Library | DocumentLibrary | None
) -> Drawn:
    """Draw an article, or give it as it was drawn before; see `reading_of`."""
    if library is None:
        return _draw(templates, article, library)
    return _drawn.find(library, article.content_hash) or _drawn.keep(
        library, article.content_hash, _draw(templates, article, library)
    )


def _draw(
    templates: jinja2.Environment, article: Article, library: Library | DocumentLibrary | None
) -> Drawn:
    reading = reading_of(article, library)
    curated = curated_of(library)
    opening = templates.get_template("reading/opening.html.jinja").render(
        reading=reading, legend=_legend(article)
    )
    rest = templates.get_template("reading/rest.html.jinja").render(
        reading=reading, article=article, plots=plots(article, curated.contents if curated else None)
    )
    return Drawn(Markup(opening), Markup(rest))


def _legend(article: Article) -> str:
    if article.passages:
        return (
            "The sentences are the documents' own words. Each number opens the page on which they stand."
            if article.audience == "patient"
            else "The sentences are the documents' own words. Each number opens the passage in which they stand."
        )
    if article.audience == "patient":
        return (
            "Each number opens the source. The bar after it shows how sure the studies let us be: sure, fairly sure, "
            "not very sure or not at all sure."
        )
    return (
        "Each number opens the words that a statement rests on. Certainty is as the library grades it: high, "
        "moderate, low or very low."
    )
