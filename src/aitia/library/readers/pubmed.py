"""PubMed XML: the yearly baseline, the daily update files, and what efetch gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from aitia.library.document import Deleted, Item, Reader, Rejected
from aitia.library.readers import records, xml
from aitia.library.readers.pubmed_record import article, number_of

if TYPE_CHECKING:
    from lxml import etree

LARGEST_RECORD = 20_000_000
"""Bytes. The largest real records, with thousands of references, have a few million."""

_PMID = re.compile(rb"<(?:[\w.-]{1,40}:)?PMID\b[^<>]*>\s*(\d{1,12})\s*<")


def _name(raw: bytes) -> str | None:
    pmid = _PMID.search(raw)
    return f"PMID {pmid[1].decode()}" if pmid else None


_RECORDS = records.records(
    "PubMed record",
    r"(?:Pubmed(?:Book)?Article|Delete(?:Citation|Document))",
    r"Pubmed(?:Book)?ArticleSet",
    alone="PubmedArticleSet",
    a_part=500,
    largest=LARGEST_RECORD,
    name=_name,
)
_NAMES = ("PubmedArticleSet", "PubmedBookArticleSet", "PubmedArticle", "PubmedBookArticle", "DeleteCitation")


def recognises(head: bytes) -> bool:
    """Whether the outermost element is a set of PubMed records, or one of them."""
    return xml.root_name(head) in _NAMES


def split(stream: BinaryIO) -> Iterator[bytes]:
    """Parts of about 500 records."""
    return records.split(_RECORDS, stream)


def read(data: bytes, _name: str) -> Iterator[Item]:
    """The records of a file or of a part; those that are not well-formed are rejected one by one."""
    return records.read(_RECORDS, data, _record)


READER = Reader(name="pubmed", suffixes=(".xml",), recognises=recognises, read=read, split=split)


def _record(element: etree._Element, number: int) -> Iterator[Item]:
    tag = element.tag
    if tag[0] == "{":
        xml.local_names(element)
        tag = element.tag
    if tag in ("PubmedArticle", "PubmedBookArticle"):
        yield article(element, number)
    elif tag in ("DeleteCitation", "DeleteDocument"):
        for child in element:
            pmid = number_of(child.text) if child.tag == "PMID" else None
            if pmid:
                yield Deleted(f"pmid:{pmid}")
            else:
                yield Rejected(f"record {number}", "it asks to take out a work without a valid PMID")
    else:
        yield Rejected(f"record {number}", f"{tag} is not an element of a PubMed set")
