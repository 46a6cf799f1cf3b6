"""What a reader makes of a file: documents, in plain data. No database, no network, no files in here."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import BinaryIO

from msgspec import Struct

from aitia.errors import AitiaError
from aitia.evidence.nouns import Kind, Source, Statement


class DocumentError(AitiaError):
    """A document cannot be read: encrypted, damaged, too large, or not what its name says.

    The message is one sentence for the person who added it; the file's name is added by the caller.
    """

    exit_code = 4


class Extent(StrEnum):
    """How much of a work a document holds. When the same work comes twice, the larger extent is kept."""

    METADATA = "metadata"
    ABSTRACT = "abstract"
    FULL = "full"


class NoticeKind(StrEnum):
    """The four things that may have happened to a source since it was published; they are never mixed up."""

    RETRACTION = "retraction"
    CORRECTION = "correction"
    CONCERN = "expression-of-concern"
    SUPERSESSION = "supersession"


class Block(Struct, frozen=True, omit_defaults=True):
    """A paragraph, list item or table row, in reading order."""

    text: str
    """Plain text with single spaces; no markup, no line breaks within a sentence."""
    section: str | None = None
    """The headings that it stands under, outermost first, joined by " > "."""
    page: int | None = None
    """The page, counted from 1, where the format has pages."""


class Notice(Struct, frozen=True, omit_defaults=True):
    """That one work retracts, corrects, doubts or replaces another.

    Works are named by "pmid:123", "doi:10.1/x" (lower case) or "pmcid:PMC1".
    """

    kind: NoticeKind
    about: str
    """The work that is retracted, corrected, doubted or replaced."""
    by: str | None = None
    """The notice, or the work that replaces it, where the record names one."""
    rule: str = ""
    """The field of the record that said so: "CommentsCorrections RetractionIn"."""


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One work, or as much of it as the file holds."""

    format: str
    """The name of the reader that made it."""
    title: str
    """Empty where the file gives none; then the file's name stands in."""
    extent: Extent
    blocks: tuple[Block, ...] = ()
    authors: tuple[str, ...] = ()
    """"Rosen DR": family name, then initials; or a group's name."""
    year: int | None = None
    year_rule: str | None = None
    """Where the year was read: "PubDate/Year"."""
    container: str | None = None
    """The journal, book or site."""
    doi: str | None = None
    """Lower case, without an address before it."""
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    identifier: str | None = None
    """An id that the file itself gives the work, where it has none of those above."""
    language: str | None = None
    publication_types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    """MeSH headings or keywords."""
    kind: Kind | None = None
    """The design, where the file states it outright; otherwise it is worked out from the words."""
    kind_rule: str | None = None
    size: str | None = None
    """How many took part, as the source says it: "1,234 patients". Absent unless the words leave no doubt."""
    size_rule: str | None = None
    """The words that the size was read from."""
    notices: tuple[Notice, ...] = ()
    revised: str | None = None
    """The date of the record, as YYYY-MM-DD: of two records of one work and one extent, the later is kept."""
    record: Source | None = None
    """What an editor wrote about the work, where it comes from a curated library; it goes before all else."""
    written: tuple[Statement, ...] = ()
    """The statements that an editor wrote about it."""


class Rejected(Struct, frozen=True):
    """One record in a file of many that cannot be read; the rest of the file can."""

    where: str
    """"record 12", "line 40", "PMID 123"."""
    reason: str


class Deleted(Struct, frozen=True):
    """A work that a file of updates takes out."""

    about: str
    """As in `Notice`."""


class Curation(Struct, frozen=True):
    """What editors wrote besides sources and statements: conditions, topics, quantities, disagreements."""

    contents: bytes
    """JSON of `Contents` without sources and statements."""


Item = Document | Rejected | Deleted | Curation
"""What a reader yields, in the order of the file."""


class Reader(Struct, frozen=True):
    """How to read one format. Found by the entry point group `aitia.readers`.

    Both functions are pure: from bytes to data, with no other file read and nothing written, so that they can run
    in another process or on another machine.
    """

    name: str
    suffixes: tuple[str, ...]
    """Lower case, with the point; the longest that fits a file's name wins."""
    recognises: Callable[[bytes], bool]
    """Whether the first 4,096 bytes of a file (after decompression) are of this format. A file whose suffix
    belongs to one format and whose first bytes are of another is refused, unless both readers share the suffix."""
    read: Callable[[bytes, str], Iterable[Item]]
    """From a whole file or one part of it, and its name, to its items. Raises DocumentError."""
    split: Callable[[BinaryIO], Iterator[bytes]] | None = None
    """For files of many records: cuts a stream into parts that `read` takes, each of some hundred records, in order.
    Memory stays bounded however long the stream is. Raises DocumentError. None: the file is read as a whole."""
