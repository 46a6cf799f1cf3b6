"""The shape of a library's files, as docs/library-format.md tells it."""

from typing import Annotated

from msgspec import Meta, Struct

from aitia.evidence.nouns import (
    Certainty,
    Condition,
    Figure,
    Identifier,
    Passage,
    Source,
    Statement,
)


class Card(Struct, frozen=True, forbid_unknown_fields=True):
    """library.yaml: what the library is."""

    format: int
    name: Identifier
    title: str
    version: str
    updated: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    conditions: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=1)]
    """One condition a library, for now: a question is answered from all of it."""
    description: str = ""
    licence: str = ""


class StatementRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """A statement in a source's record. Without an id it is named after its source and its place."""

    text: Annotated[str, Meta(min_length=1)]
    topics: Annotated[tuple[str, ...], Meta(min_length=1)]
    certainty: Certainty
    id: Identifier | None = None
    plain: str | None = None
    figures: tuple[Figure, ...] = ()
    also: tuple[str, ...] = ()
    passage: Passage | None = None
    aside: bool = False


class SourceRecord(Source, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A source with its statements, as a file in sources/ lists it."""

    statements: tuple[StatementRecord, ...]

    def source(self) -> Source:
        """The source without its statements."""
        return Source(**{field: getattr(self, field) for field in Source.__struct_fields__})

    def statement(self, place: int) -> Statement:
        """The statement at a place, counted from 0."""
        record = self.statements[place]
        return Statement(
            id=record.id or f"{self.id}.{place + 1}",
            source_id=self.id,
            text=one_line(record.text),
            plain=one_line(record.plain) if record.plain else None,
            topics=record.topics,
            certainty=record.certainty,
            figures=record.figures,
            also=record.also,
            passage=record.passage,
            aside=record.aside,
        )


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
