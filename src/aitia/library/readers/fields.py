"""From the fields of a bibliography (RIS, BibTeX, CSL-JSON) to a document."""

import html
import re
from collections.abc import Iterable

from aitia.evidence.nouns import Kind
from aitia.library.document import Block, Document, Extent
from aitia.library.readers.bylines import doi_of, pmid_of, year_of
from aitia.library.readers.prose import CLOSE, OPEN, marked

_ATTRIBUTES = r"(?:\s+[\w:-]{1,40}=(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}'))*\s*/?"
_TAG = re.compile(
    r"<(/?)(?:jats:|mml:)?(i|b|em|strong|u|sub|sup|span|p|br|div|sc|italic|bold|sec|title|list|list-item|math|mi|mn|mo|mrow)"
    + _ATTRIBUTES
    + ">",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\s*\n\s*\n\s*|\f")
_PMID_NOTE = re.compile(r"\bPMID:?\s*([1-9][0-9]{0,8})\b")
_PMCID = re.compile(r"\b(?:PMC)?([0-9]{1,12})\b")
_ADDRESS = re.compile(r"https?://\S{1,2000}")


def words(text: str | None) -> str:
    """One line of plain text; the simple markup that publishers put into titles and abstracts goes."""
    if not text:
        return ""
    if "<" in text:
        text = _TAG.sub(_mark, text)
    return marked(html.unescape(text) if "&" in text else text)


def paragraphs(text: str | None) -> list[str]:
    """Plain text, one line a paragraph."""
    if not text:
        return []
    text = _TAG.sub(_mark, text) if "<" in text else text
    return [line for line in map(words, _PARAGRAPH.split(text)) if line and line.lower() != "abstract"]


def work(
    format: str,
    *,
    title: str | None = None,
    abstract: str | None = None,
    authors: Iterable[str] = (),
    date: str | None = None,
    date_rule: str = "",
    container: str | None = None,
    doi: str | None = None,
    pmid: str | None = None,
    pmcid: str | None = None,
    url: str | None = None,
    identifier: str | None = None,
    language: str | None = None,
    subjects: Iterable[str] = (),
    note: str | None = None,
    kind: Kind | None = None,
    kind_rule: str | None = None,
) -> Document | None:
    """A document of an abstract at most, or None if the fields name no work: no title and no number."""
    name = words(title)
    name = name[:-1].rstrip() if name.endswith(".") and not name.endswith("..") else name
    address = _ADDRESS.search(url or "")
    found = _PMID_NOTE.search(note) if note else None
    number = pmid_of(pmid) or (found[1] if found else None)
    own_doi = doi_of(doi) or (doi_of(url) if url and "doi.org/" in url else None)
    if not name and not own_doi and not number:
        return None
    year = year_of(date)
    central = _PMCID.search(pmcid) if pmcid else None
    blocks = tuple(Block(line, "Abstract") for line in paragraphs(abstract))
    return Document(
        format=format,
        title=name,
        extent=Extent.ABSTRACT if blocks else Extent.METADATA,
        blocks=blocks,
        authors=tuple(dict.fromkeys(author for author in authors if author)),
        year=year,
        year_rule=date_rule if year else None,
        container=words(container) or None,
        doi=own_doi,
        pmid=number,
        pmcid=f"PMC{central[1]}" if central else None,
        url=address[0] if address else None,
        identifier=words(identifier) or None,
        language=(language or "").strip().lower().replace("_", "-").split("-")[0][:20] or None,
        subjects=tuple(dict.fromkeys(subject for subject in map(words, subjects) if subject)),
        kind=kind,
        kind_rule=kind_rule if kind else None,
    )


def _mark(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name == "sup":
        return CLOSE if tag[1] else OPEN
    return "\f" if name in ("p", "br", "div", "sec", "title", "list-item") else ""
