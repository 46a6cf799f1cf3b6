"""PubMed XML: the yearly baseline, the daily update files, and what efetch gives."""

from __future__ import annotations

import io
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from aitia.library.document import Deleted, DocumentError, Item, Reader, Rejected
from aitia.library.readers import xml
from aitia.library.readers.pubmed_record import article, number_of

if TYPE_CHECKING:
    from lxml import etree

RECORDS_A_PART = 500
LARGEST_RECORD = 20_000_000
"""Bytes. The largest real records, with thousands of references, have a few million."""

_RECORDS = ("PubmedArticle", "PubmedBookArticle", "DeleteCitation", "DeleteDocument")
_SETS = ("PubmedArticleSet", "PubmedBookArticleSet")

_PREFIX = rb"(?:[\w.-]{1,40}:)?"
_NAME = rb"(?:Pubmed(?:Book)?Article|Delete(?:Citation|Document))"
_OPENING = re.compile(rb"<" + _PREFIX + rb"Pubmed(?:Book)?ArticleSet(?=[\s>/])[^<>]*>")
_CLOSING = re.compile(rb"</" + _PREFIX + rb"Pubmed(?:Book)?ArticleSet\s*>(?>\s+|<!--.*?-->)*+\Z", re.DOTALL)
_START = re.compile(rb"<" + _PREFIX + _NAME + rb"(?=[\s>/])")
_END = re.compile(rb"</" + _PREFIX + _NAME + rb"\s*>")
_END_OUTSIDE = re.compile(
    rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|(</" + _PREFIX + _NAME + rb"\s*>)", re.DOTALL
)
_BETWEEN = re.compile(
    rb"\s+|<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)|<!DOCTYPE[^<>]*>|</?"
    + _PREFIX
    + rb"Pubmed(?:Book)?ArticleSet(?=[\s>/])[^<>]*>",
    re.DOTALL,
)
_MARK = b'<?aitia first="'
"""Begins a part: a processing instruction that tells the number of its first record within the file."""
_FIRST = re.compile(re.escape(_MARK) + rb'(\d{1,12})"\?>')
_PMID = re.compile(rb"<" + _PREFIX + rb"PMID\b[^<>]*>\s*(\d{1,12})\s*<")
_BROKEN_OFF = "the file breaks off within this record (number {number}); fetch the file again"


def recognises(head: bytes) -> bool:
    """Whether the outermost element is a set of PubMed records, or one of them."""
    return xml.root_name(head) in _SETS + _RECORDS


def split(stream: BinaryIO) -> Iterator[bytes]:
    """Parts of up to 500 records, each a small PubmedArticleSet of its own, in UTF-8.

    Only the bytes are looked at. What follows the last whole record of a file that breaks off is a part too, which
    is not well-formed. Raises DocumentError.
    """
    pending = b""
    opening: bytes | None = None
    number = 1
    for chunk in xml.chunks(stream):
        pending += chunk
        xml.refuse_entities(pending)
        if opening is None:
            record = _START.search(pending)
            until = record.start() if record else len(pending)
            found = _OPENING.search(pending, 0, until)
            if found or record:
                opening = found[0] if found and not found[0].endswith(b"/>") else b"<PubmedArticleSet>"
                pending = pending[found.end() if found else until :]
        ends = _ends(pending)
        left = len(pending) - ends[-1] if ends else len(pending)
        if left > LARGEST_RECORD or any(end - start > LARGEST_RECORD for start, end in pairwise([0, *ends])):
            raise DocumentError(
                f"a record after number {number - 1} is larger than {LARGEST_RECORD // 1_000_000} MB, as no PubMed "
                "record is; fetch the file again"
            )
        for index in range(0, len(ends), RECORDS_A_PART):
            group = ends[index : index + RECORDS_A_PART]
            start = ends[index - 1] if index else 0
            yield b"".join(
                (_MARK, b'%d"?>' % number, opening or b"", pending[start : group[-1]], _closed(opening))
            )
            number += len(group)
        pending = pending[len(pending) - left :]
    if opening is None:
        raise DocumentError("no PubMed records are in it: the element PubmedArticleSet is missing")
    if not _whole(pending):
        yield b"".join((_MARK, b'%d"?>' % number, opening, pending))


def read(data: bytes, _name: str) -> Iterator[Item]:
    """The records of a file or of a part; those that are not well-formed are rejected one by one."""
    for part in (data,) if data.startswith(_MARK) else split(io.BytesIO(data)):
        yield from _part(part)


READER = Reader(name="pubmed", suffixes=(".xml",), recognises=recognises, read=read, split=split)


def _ends(data: bytes, final: bool = False) -> list[int]:
    """Where records end, passing over what only looks like it inside comments and CDATA.

    With `final`, no more data follow, and a comment that is never closed is a damaged byte.
    """
    if b"<!" not in data:
        return [found.end() for found in _END.finditer(data)]
    ends = []
    for found in _END_OUTSIDE.finditer(data):
        if found[1]:
            ends.append(found.end())
        elif final and found.end() == len(data) and not found[0].endswith((b"-->", b"]]>")):
            ends += [end.end() for end in _END.finditer(data, found.start())]
    return ends


def _closed(opening: bytes | None) -> bytes:
    return b"</" + opening[1:-1].split(None, 1)[0] + b">" if opening else b""


def _whole(data: bytes) -> bool:
    """Whether the closing tag of the set ends it."""
    return _CLOSING.match(data, max(data.rfind(b"</"), 0)) is not None


def _part(data: bytes) -> Iterator[Item]:
    xml.refuse_entities(data)
    mark = _FIRST.match(data)
    number = int(mark[1]) if mark else 1
    try:
        root = xml.parse(data)
    except SyntaxError:
        yield from _one_by_one(data[mark.end() if mark else 0 :], number)
        return
    for element in root:
        yield from _record(element, number)
        number += 1


def _one_by_one(data: bytes, number: int) -> Iterator[Item]:
    """A part that is not well-formed: each record for itself, from its start tag to its end tag or the next start."""
    found = _OPENING.match(data)
    opening = found[0] if found else b"<PubmedArticleSet>"
    position = found.end() if found else 0
    whole = _whole(data)
    starts = [found.start() for found in _START.finditer(data)]
    ends = _ends(data, final=True)
    while True:
        index = bisect_left(starts, position)
        start = starts[index] if index < len(starts) else len(data)
        broken_off = start == len(data) and not whole
        stray = _BETWEEN.sub(b"", data[position:start])
        if stray:
            reason = (
                _BROKEN_OFF.format(number=number) if broken_off else "what stands here is not a PubMed record"
            )
            yield Rejected(_where(stray, number), reason)
            number += 1
        elif broken_off:
            yield Rejected(f"after record {number - 1}", "the file breaks off here; fetch it again")
        if start == len(data):
            return
        following = starts[index + 1] if index + 1 < len(starts) else len(data)
        index = bisect_right(ends, start)
        closed = index < len(ends) and ends[index] <= following
        position = ends[index] if closed else following
        record = data[start:position]
        if not closed and following == len(data) and not whole:
            yield Rejected(_where(record, number), _BROKEN_OFF.format(number=number))
            return
        try:
            root = xml.parse(opening + record + _closed(opening))
        except SyntaxError as error:
            yield Rejected(_where(record, number), f"the record is not well-formed XML: {error.msg}")
        else:
            for element in root:
                yield from _record(element, number)
        number += 1


def _where(record: bytes, number: int) -> str:
    pmid = _PMID.search(record)
    return f"PMID {pmid[1].decode()}" if pmid else f"record {number}"


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
