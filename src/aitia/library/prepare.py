"""From a document to what is stored: one text, its passages and its sentences as spans of that text, and an id."""

import hashlib
import re
import unicodedata

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aitia.evidence.nouns import Kind, Standing, Statement
from aitia.library.design import appraise
from aitia.library.document import Curation, Deleted, Document, Extent, Item, Notice, Rejected
from aitia.library.sentences import spans

LONGEST_PASSAGE = 2500
"""Characters. A longer block is cut between sentences, so that a citation opens a readable piece."""
_HALVES = re.compile("[\ud800-\udfff]")
_KINDS = {"pubmed": Kind.ARTICLE, "jats": Kind.ARTICLE, "html": Kind.WEB_PAGE}


class Details(Struct, frozen=True, omit_defaults=True):
    """What is known of a source besides its columns in the database."""

    authors: tuple[str, ...] = ()
    container: str | None = None
    url: str | None = None
    population: str | None = None
    size: str | None = None
    note: str | None = None
    seen_at: tuple[str, ...] = ()
    language: str | None = None
    publication_types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    kind_rule: str | None = None
    size_rule: str | None = None
    year_rule: str | None = None
    standing_rule: str | None = None


class Prepared(Struct, frozen=True, array_like=True, tag="prepared"):
    """A source, ready to be stored."""

    key: str
    format: str
    extent: Extent
    title: str
    kind: Kind
    year: int | None
    doi: str | None
    pmid: str | None
    pmcid: str | None
    identifier: str | None
    revised: str | None
    details: Details
    content_hash: str
    text: str
    passages: tuple[tuple[str | None, int | None, int, int], ...]
    """Section, page, start, end."""
    statements: tuple[tuple[int, int, int], ...]
    """Passage (counted from 1), start, end."""
    notices: tuple[Notice, ...]
    name: str
    """The file that it came from."""
    standing: Standing = Standing.CURRENT
    """What an editor gave it; notices may make it graver."""
    written: tuple[Statement, ...] = ()
    """Statements that an editor wrote."""


class Failed(Struct, frozen=True, array_like=True, tag="failed"):
    """A file or record that cannot be read."""

    where: str
    reason: str


class Removed(Struct, frozen=True, array_like=True, tag="removed"):
    """A work that a file of updates takes out."""

    about: str


class Vocabulary(Struct, frozen=True, array_like=True, tag="vocabulary"):
    """What editors wrote besides sources and statements."""

    contents: bytes


Outcome = Prepared | Failed | Removed | Vocabulary


def prepare(item: Item, name: str) -> Outcome:
    """What becomes of one thing that a reader found in a file of this name."""
    if isinstance(item, Rejected):
        return Failed(item.where, item.reason)
    if isinstance(item, Deleted):
        return Removed(item.about)
    if isinstance(item, Curation):
        return Vocabulary(item.contents)
    document = appraise(_storable(item))
    text, passages, statements = _laid_out(document)
    title = document.title or _title_from(name)
    details = Details(
        authors=document.authors,
        container=document.container,
        url=document.url,
        size=document.size,
        language=document.language,
        publication_types=document.publication_types,
        subjects=document.subjects,
        kind_rule=document.kind_rule,
        size_rule=document.size_rule,
        year_rule=document.year_rule,
        population=document.record.population if document.record else None,
        note=document.record.note if document.record else None,
        seen_at=document.record.seen_at if document.record else (),
    )
    content_hash = hashlib.blake2b(msgspec.msgpack.encode((title, document)), digest_size=16).hexdigest()
    return Prepared(
        key=key_of(document, title, text),
        format=document.format,
        extent=document.extent,
        title=title,
        kind=document.kind or _KINDS.get(document.format, Kind.DOCUMENT),
        year=document.year,
        doi=document.doi,
        pmid=document.pmid,
        pmcid=document.pmcid,
        # An id of a file's own ("17") says nothing outside it: two files may use the same one.
        identifier=f"{name.rsplit('/', 1)[-1]}#{document.identifier}" if document.identifier else None,
        revised=document.revised,
        details=details,
        content_hash=content_hash,
        text=text,
        passages=passages,
        statements=statements,
        notices=document.notices,
        name=name,
        standing=document.record.standing if document.record else Standing.CURRENT,
        written=document.written,
    )


def _storable(document: Document) -> Document:
    """The document without what no database holds: null characters and halves of characters."""
    whole = "\n".join([document.title, *(f"{block.text}\n{block.section}" for block in document.blocks)])
    if "\0" not in whole and (whole.isascii() or not _HALVES.search(whole)):
        return document

    def mended(text: str) -> str:
        return _HALVES.sub("?", text.replace("\0", ""))

    return replace(
        document,
        title=mended(document.title),
        blocks=tuple(
            replace(block, text=mended(block.text), section=mended(block.section) if block.section else None)
            for block in document.blocks
        ),
    )


def _laid_out(
    document: Document,
) -> tuple[str, tuple[tuple[str | None, int | None, int, int], ...], tuple[tuple[int, int, int], ...]]:
    """The blocks as one text, a blank line between any two, with the spans of passages and sentences in it."""
    passages: list[tuple[str | None, int | None, int, int]] = []
    statements: list[tuple[int, int, int]] = []
    place = 0
    for block in document.blocks:
        start = 0
        sentences = spans(block.text)
        for number, (first, last) in enumerate(sentences):
            if last - start > LONGEST_PASSAGE and first > start:
                passages.append((block.section, block.page, place + start, place + sentences[number - 1][1]))
                start = first
            statements.append((len(passages) + 1, place + first, place + last))
        passages.append((block.section, block.page, place + start, place + len(block.text)))
        place += len(block.text) + 2
    return "\n\n".join(block.text for block in document.blocks), tuple(passages), tuple(statements)


def key_of(document: Document, title: str, text: str) -> str:
    """The id that people see: by PubMed's number, else the DOI, else PubMed Central's, else the title."""
    if document.record is not None:
        return document.record.id
    if document.pmid:
        return f"pmid-{document.pmid}"
    if document.doi:
        slug = _slug(document.doi)
        return f"doi-{slug}" if len(slug) <= 100 else f"doi-{slug[:90]}-{_short_hash(document.doi)}"
    if document.pmcid:
        return _slug(document.pmcid)
    if document.identifier and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", document.identifier):
        return document.identifier
    return f"{_slug(title)[:60].strip('-.') or 'document'}-{_short_hash(document.identifier or title + text)}"


def _short_hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _slug(text: str) -> str:
    """Lower-case letters, digits, hyphens, underscores and points, beginning with a letter or digit."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._]+", "-", plain).strip("-._")


def _title_from(name: str) -> str:
    stem = re.sub(r"(\.[A-Za-z0-9]{1,5}){1,2}$", "", name.rsplit("/", 1)[-1])
    return re.sub(r"[_\s]+", " ", stem).strip() or "Untitled document"
