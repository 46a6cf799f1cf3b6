"""The article: an answer with its citations. Immutable; a change is a new version with another hash."""

import hashlib

import msgspec
from msgspec import Struct

from aitia.evidence.nouns import Certainty, Conflict, Figure, Kind, Standing

AUDIENCES = ("patient", "clinician", "researcher")


class Cited(Struct, frozen=True):
    """Words with the numbers of the references that support them."""

    text: str
    citations: tuple[int, ...] = ()
    source_ids: tuple[str, ...] = ()
    statement_ids: tuple[str, ...] = ()


class ArticleStatement(Struct, frozen=True, omit_defaults=True):
    """A bullet."""

    text: str
    citations: tuple[int, ...]
    certainty: Certainty | None
    """None for a sentence of a document, which nobody has graded."""
    figures: tuple[Figure, ...]
    source_ids: tuple[str, ...]
    statement_ids: tuple[str, ...]
    merged: bool = False
    """True if the wording joins several statements of the library."""
    basis: str | None = None
    """For researchers: design, population and size."""
    model: str | None = None
    """The command that runs a model of what the statement says."""


class CitedPassage(Struct, frozen=True, omit_defaults=True):
    """Where in a document a cited sentence stands."""

    statement_id: str
    source_id: str
    passage: int
    """The passage's place in the source, from 1."""
    sentence: int
    """The sentence's place in the passage, from 1."""
    start: int
    """Characters into the source's text."""
    end: int
    section: str | None = None
    page: int | None = None


class ArticleSection(Struct, frozen=True):
    """Bullets under a heading."""

    heading: str
    facet: str
    statements: tuple[ArticleStatement, ...]


class ArticleDisagreement(Struct, frozen=True, omit_defaults=True):
    """A matter on which sources do not agree."""

    quantity: str
    kind: Conflict
    members: tuple[Cited, ...]
    explanation: str
    detected: bool = False


class Reference(Struct, frozen=True, omit_defaults=True):
    """An entry of the reference list."""

    number: int
    id: str
    kind: Kind
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    container: str | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    standing: Standing = Standing.CURRENT
    note: str | None = None


class LibraryVersion(Struct, frozen=True):
    """The library that an article was written from."""

    name: str
    version: str


class Article(Struct, frozen=True, kw_only=True):
    """An answer, or the plain word that there is none (`answered` is then false)."""

    question: str
    audience: str
    length: str
    title: str
    status: str
    updated: str
    """The date of the evidence, as YYYY-MM-DD."""
    caution: str
    library: LibraryVersion
    answered: bool
    lead: Cited
    notice: str | None = None
    """A signpost that comes before everything else, for an emergency."""
    sections: tuple[ArticleSection, ...] = ()
    disagreements: tuple[ArticleDisagreement, ...] = ()
    gaps: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    passages: tuple[CitedPassage, ...] = ()
    """Where the sentences stand that are cited from documents."""
    follow_ups: tuple[str, ...] = ()
    nearest_topics: tuple[str, ...] = ()
    """When there is no answer: what the library holds that is nearest."""
    reading_grade: float | None = None
    """For patients: the Flesch-Kincaid grade of the lead and the bullets."""
    disclaimer: str
    elapsed_ms: float = 0.0
    version: str
    """The version of Aitia."""
    content_hash: str = ""


def text_of(article: Article) -> bytes:
    """All that a reader sees, as JSON: the article without its hash and the time that it took."""
    content = msgspec.structs.replace(article, elapsed_ms=0.0, content_hash="")
    return msgspec.json.encode(content, order="deterministic")


def content_hash(article: Article) -> str:
    """SHA-256 of all that a reader sees: the same question to the same library gives the same hash."""
    return hashlib.sha256(text_of(article)).hexdigest()


def sealed(article: Article, elapsed_ms: float) -> Article:
    """The article with its hash and the time that it took."""
    return msgspec.structs.replace(
        article, content_hash=content_hash(article), elapsed_ms=round(elapsed_ms, 3)
    )
