"""Files of many XML records: cut by their bytes into parts, each small and well-formed; read despite damage."""

from __future__ import annotations

import io
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from aitia.library.document import DocumentError, Item, Rejected
from aitia.library.readers import xml

if TYPE_CHECKING:
    from lxml import etree

_PREFIX = rb"(?:[\w.-]{1,40}:)?"
_MARK = b'<?aitia first="'
"""Begins a part: a processing instruction that tells the number of its first record within the file."""
_FIRST = re.compile(re.escape(_MARK) + rb'(\d{1,12})"\?>')
_BROKEN_OFF = "the file breaks off within this record (number {number}); fetch the file again"


class Records(NamedTuple):
    """What the records of a format look like in the file; made by `records`."""

    noun: str
    a_part: int
    largest: int
    alone: bytes
    opening: re.Pattern[bytes]
    closing: re.Pattern[bytes]
    start: re.Pattern[bytes]
    end: re.Pattern[bytes]
    end_outside: re.Pattern[bytes]
    between: re.Pattern[bytes]
    name: Callable[[bytes], str | None]


def records(
    noun: str,
    names: str,
    sets: str,
    *,
    alone: str,
    a_part: int,
    largest: int,
    name: Callable[[bytes], str | None],
) -> Records:
    """Records whose elements have one of the names (a pattern), within an element that has one of the names of a set.

    A part holds about `a_part` records; a record may have `largest` bytes. `alone` is the set for records that come
    without one. `name` tells how a person calls a record that cannot be read: "PMID 123".
    """
    record, whole = names.encode(), sets.encode()
    end = rb"</" + _PREFIX + record + rb"\s*>"
    return Records(
        noun=noun,
        a_part=a_part,
        largest=largest,
        alone=b"<" + alone.encode() + b">",
        opening=re.compile(rb"<" + _PREFIX + whole + rb"(?=[\s>/])[^<>]*>"),
        closing=re.compile(rb"</" + _PREFIX + whole + rb"\s*>(?>\s+|<!--.*?-->)*+\Z", re.DOTALL),
        start=re.compile(rb"<" + _PREFIX + record + rb"(?=[\s>/])"),
        end=re.compile(end),
        end_outside=re.compile(rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|(" + end + rb")", re.DOTALL),
        between=re.compile(
            rb"\s+|<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)|<!DOCTYPE[^<>]*>|</?"
            + _PREFIX
            + whole
            + rb"(?=[\s>/])[^<>]*>",
            re.DOTALL,
        ),
        name=name,
    )


def split(shape: Records, stream: BinaryIO) -> Iterator[bytes]:
    """Parts of some records, each a small set of its own, in UTF-8 and without a document type.

    Only the bytes are looked at. What follows the last whole record of a file that breaks off is a part too, which
    is not well-formed. Raises DocumentError.
    """
    pending = b""
    opening: bytes | None = None
    in_set = False
    number = 1
    for chunk in xml.chunks(stream):
        pending += chunk
        xml.refuse_entities(pending)
        if opening is None:
            record = shape.start.search(pending)
            until = record.start() if record else len(pending)
            found = shape.opening.search(pending, 0, until)
            if found or record:
                in_set = found is not None
                opening = found[0] if found and not found[0].endswith(b"/>") else shape.alone
                pending = pending[found.end() if found else until :]
        ends = _ends(shape, pending)
        left = len(pending) - ends[-1] if ends else len(pending)
        if left > shape.largest or any(end - start > shape.largest for start, end in pairwise([0, *ends])):
            raise DocumentError(
                f"a record after number {number - 1} is larger than {shape.largest // 1_000_000} MB, as no "
                f"{shape.noun} is; fetch the file again"
            )
        size = -(-len(ends) // max(1, round(len(ends) / shape.a_part))) or 1
        for index in range(0, len(ends), size):
            group = ends[index : index + size]
            start = ends[index - 1] if index else 0
            yield b"".join(
                (_MARK, b'%d"?>' % number, opening or b"", pending[start : group[-1]], _closed(opening))
            )
            number += len(group)
        pending = pending[len(pending) - left :]
    if opening is None:
        raise DocumentError(f"it holds no {shape.noun}")
    if not _whole(shape, pending) and (in_set or shape.start.search(pending)):
        yield b"".join((_MARK, b'%d"?>' % number, opening, pending))


def read(
    shape: Records, data: bytes, record: Callable[[etree._Element, int], Iterator[Item]]
) -> Iterator[Item]:
    """The records of a file or of a part, as `record` makes items of an element and its number in the file.

    Those that are not well-formed are rejected one by one. Raises DocumentError.
    """
    for part in (data,) if data.startswith(_MARK) else split(shape, io.BytesIO(data)):
        yield from _part(shape, part, record)


def _ends(shape: Records, data: bytes, final: bool = False) -> list[int]:
    """Where records end, passing over what only looks like it inside comments and CDATA.

    With `final`, no more data follow, and a comment that is never closed is a damaged byte.
    """
    if b"<!" not in data:
        return [found.end() for found in shape.end.finditer(data)]
    ends = []
    for found in shape.end_outside.finditer(data):
        if found[1]:
            ends.append(found.end())
        elif final and found.end() == len(data) and not found[0].endswith((b"-->", b"]]>")):
            ends += [end.end() for end in shape.end.finditer(data, found.start())]
    return ends


def _closed(opening: bytes | None) -> bytes:
    return b"</" + opening[1:-1].split(None, 1)[0] + b">" if opening else b""


def _whole(shape: Records, data: bytes) -> bool:
    """Whether the closing tag of the set ends it."""
    return shape.closing.match(data, max(data.rfind(b"</"), 0)) is not None


def _part(
    shape: Records, data: bytes, record: Callable[[etree._Element, int], Iterator[Item]]
) -> Iterator[Item]:
    xml.refuse_entities(data)
    mark = _FIRST.match(data)
    number = int(mark[1]) if mark else 1
    try:
        root = xml.parse(data)
    except SyntaxError:
        yield from _one_by_one(shape, data[mark.end() if mark else 0 :], number, record)
        return
    for element in root:
        yield from record(element, number)
        number += 1


def _one_by_one(
    shape: Records, data: bytes, number: int, record: Callable[[etree._Element, int], Iterator[Item]]
) -> Iterator[Item]:
    """A part that is not well-formed: each record for itself, from its start tag to its end tag or the next start."""
    found = shape.opening.match(data)
    opening = found[0] if found else shape.alone
    position = found.end() if found else 0
    whole = _whole(shape, data)
    starts = [found.start() for found in shape.start.finditer(data)]
    ends = _ends(shape, data, final=True)
    while True:
        index = bisect_left(starts, position)
        start = starts[index] if index < len(starts) else len(data)
        broken_off = start == len(data) and not whole
        stray = shape.between.sub(b"", data[position:start])
        if stray:
            reason = (
                _BROKEN_OFF.format(number=number) if broken_off else f"what stands here is no {shape.noun}"
            )
            yield Rejected(_where(shape, data[position:start], number), reason)
            number += 1
        elif broken_off:
            yield Rejected(f"after record {number - 1}", "the file breaks off here; fetch it again")
        if start == len(data):
            return
        following = starts[index + 1] if index + 1 < len(starts) else len(data)
        index = bisect_right(ends, start)
        closed = index < len(ends) and ends[index] <= following
        position = ends[index] if closed else following
        raw = data[start:position]
        if not closed and following == len(data) and not whole:
            yield Rejected(_where(shape, raw, number), _BROKEN_OFF.format(number=number))
            return
        try:
            root = _parsed(opening, raw)
        except SyntaxError as error:
            yield Rejected(_where(shape, raw, number), f"the record is not well-formed XML: {error.msg}")
        else:
            for element in root:
                yield from record(element, number)
        number += 1


def _parsed(opening: bytes, raw: bytes) -> etree._Element:
    try:
        return xml.parse(opening + raw + _closed(opening))
    except SyntaxError:
        mended = xml.named_entities(raw)
        if mended == raw:
            raise
        return xml.parse(opening + mended + _closed(opening))


def _where(shape: Records, raw: bytes, number: int) -> str:
    return shape.name(raw) or f"record {number}"
