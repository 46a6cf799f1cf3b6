"""JSON Lines: one document a line, in the fields of this project.

`{"id": "a1", "title": "...", "text": "..."}`, or `sentences` (a list) in place of `text`; besides, if known: `url`,
`year`, `kind` (a `Kind`), `doi`, `pmid`, `authors` (a list of names) and `container`.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from aitia.evidence.nouns import Kind
from aitia.library.document import Block, Document, DocumentError, Extent, Item, Reader, Rejected
from aitia.library.readers.bylines import author, doi_of, pmid_of
from aitia.library.readers.prose import tidy

LINES_A_PART = 500
LONGEST_LINE = 20_000_000
"""Bytes."""

_HEAD = re.compile(rb'\s*\{\s*"')
_FIELD = re.compile(rb'"(?:id|title|text|sentences)"\s*:')
_MARK = b"#aitia line "
"""Begins a part: a line that tells the number of its first line within the file."""
_PARAGRAPH = re.compile(r"\n\s*\n")


class _Line(msgspec.Struct):
    id: str | int | None = None
    title: str | None = None
    text: str | None = None
    sentences: list[str] | None = None
    url: str | None = None
    year: int | None = None
    kind: Kind | None = None
    doi: str | None = None
    pmid: str | int | None = None
    authors: list[str] | None = None
    container: str | None = None


_DECODER = msgspec.json.Decoder(_Line, strict=False)


def recognises(head: bytes) -> bool:
    """Whether the first line begins an object with one of the fields."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    return bool(_HEAD.match(first)) and bool(_FIELD.search(first))


def split(stream: BinaryIO) -> Iterator[bytes]:
    """Parts of up to 500 lines. Raises DocumentError for a line of more than 20 MB."""
    number, lines, size = 1, [], 0
    first = number
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise DocumentError(f"line {number} is longer than {LONGEST_LINE // 1_000_000} MB")
        lines.append(line)
        size += len(line)
        number += 1
        if len(lines) == LINES_A_PART or size > LONGEST_LINE // 4:
            yield b"".join((_MARK, b"%d\n" % first, *lines))
            lines, size, first = [], 0, number
    if lines:
        yield b"".join((_MARK, b"%d\n" % first, *lines))


def read(data: bytes, _name: str) -> Iterator[Item]:
    """Each line; those that are damaged, or in which a field is not of its kind, are rejected."""
    number = 1
    if data.startswith(_MARK):
        mark, _, data = data.partition(b"\n")
        number = int(mark[len(_MARK) :])
    for number, line in enumerate(data.split(b"\n"), start=number):  # noqa: B020
        line = line.removeprefix(b"\xef\xbb\xbf").strip()
        if line:
            yield _item(line, number)


READER = Reader(name="jsonl", suffixes=(".jsonl", ".ndjson"), recognises=recognises, read=read, split=split)


def _item(line: bytes, number: int) -> Document | Rejected:
    where = f"line {number}"
    try:
        fields = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Rejected(where, str(error))
    title = tidy(fields.title or "")
    texts = fields.sentences if fields.sentences is not None else _PARAGRAPH.split(fields.text or "")
    blocks = tuple(Block(text) for text in map(tidy, texts) if text)
    if not title and not blocks:
        return Rejected(where, "it has neither a title nor a text")
    if fields.year is not None and not 1000 <= fields.year <= 2100:
        return Rejected(where, f"the year {fields.year} is not between 1000 and 2100")
    return Document(
        format="jsonl",
        title=title,
        extent=Extent.FULL if blocks else Extent.METADATA,
        blocks=blocks,
        authors=tuple(dict.fromkeys(name for name in map(author, fields.authors or ()) if name)),
        year=fields.year,
        year_rule="year" if fields.year is not None else None,
        container=tidy(fields.container or "") or None,
        doi=doi_of(fields.doi),
        pmid=pmid_of(str(fields.pmid)) if fields.pmid is not None else None,
        url=(fields.url or "").strip() or None,
        identifier=tidy(str(fields.id)) if fields.id is not None else None,
        kind=fields.kind,
        kind_rule="kind" if fields.kind is not None else None,
    )
