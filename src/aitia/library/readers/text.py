"""Plain text: paragraphs parted by blank lines, with or without hard line breaks."""

import re
from collections.abc import Iterator

from aitia.library.document import Document, DocumentError, Reader
from aitia.library.readers import bylines
from aitia.library.readers.encoding import decode, is_text
from aitia.library.readers.outline import (
    Heading,
    Part,
    Passage,
    blocks_of,
    extent_of,
    is_left_out,
    is_section_name,
)
from aitia.library.readers.prose import join_lines, tidy, vocabulary
from aitia.library.readers.tables import statements

_LARGEST = 50 * 1024 * 1024
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|head|body)\b", re.IGNORECASE)
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,})\s*")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})[.)]?\s+([^\W\d_][^\n]{1,79})")
_ITEM = re.compile(r"\s*(?:(?P<bullet>[-*•‣▪◦●○·–])\s+|\(?(?:\d{1,3}|[a-z])[.)]\s+)(?=\S)")
_CELLS = re.compile(r"\t+| {2,}")
_LABEL = re.compile(
    r"(?:(?P<key>doi|pmid|pubmed id|authors?|by|title|date|published|year|url|source|journal)\s?:"
    r"\s*(?P<value>\S.{0,1000})"
    r"|(?P<address>https?://(?:dx\.)?doi\.org/10\.\S{3,200}))",
    re.IGNORECASE,
)
_SOFT_WRAPPED = 120
"""A line longer than this is a paragraph of its own: no one breaks lines by hand so late."""


def _recognises(beginning: bytes) -> bool:
    return is_text(beginning) and not _MARKUP.match(beginning)


def _read(content: bytes, name: str) -> Iterator[Document]:  # noqa: ARG001
    if len(content) > _LARGEST:
        raise DocumentError(f"It is larger than {_LARGEST // 2**20} MB, too large for one text; split it.")
    groups = _groups(decode(content))
    if not groups:
        raise DocumentError("It is empty.")
    title, groups = _title(groups)
    fields, groups = _labels(groups)
    blocks = blocks_of(_parts(groups), title)
    if not blocks:
        raise DocumentError("It holds no text besides headings and references.")
    year_field = next(
        (key for key in ("year", "date", "published") if bylines.year_of(fields.get(key))), None
    )
    yield Document(
        format="text",
        title=title or tidy(fields.get("title", ""))[:500],
        extent=extent_of(blocks),
        blocks=blocks,
        authors=bylines.authors(fields.get("author", "")),
        year=bylines.year_of(fields.get(year_field or "")),
        year_rule=f"line {year_field!r}" if year_field else None,
        container=tidy(fields.get("journal", "")) or None,
        doi=bylines.doi_of(fields.get("doi")),
        pmid=bylines.pmid_of(fields.get("pmid")),
        url=fields.get("url"),
    )


def _groups(text: str) -> list[list[str]]:
    """The lines between blank lines."""
    groups: list[list[str]] = [[]]
    for line in text.replace("\f", "\n\n").splitlines():
        if tidy(line):
            groups[-1].append(line.rstrip())
        elif groups[-1]:
            groups.append([])
    return groups if groups[-1] else groups[:-1]


def _title(groups: list[list[str]]) -> tuple[str, list[list[str]]]:
    """A title is the first line, if it is underlined, or stands alone, is short and is no sentence."""
    first = groups[0]
    title = tidy(first[0])
    if len(title) > 250 or is_section_name(title) or _LABEL.fullmatch(title):
        return "", groups
    if len(first) > 1 and _UNDERLINE.fullmatch(first[1]) and first[1].strip()[0] == "=":
        return title, [first[2:], *groups[1:]] if len(first) > 2 else groups[1:]
    if len(first) == 1 and len(groups) > 1 and title[-1] not in ".,;:" and not _ITEM.match(title):
        return title, groups[1:]
    return "", groups


def _labels(groups: list[list[str]]) -> tuple[dict[str, str], list[list[str]]]:
    """Lines such as "DOI: 10.1/x" in the groups at the start that hold nothing else, and the other groups."""
    fields: dict[str, str] = {}
    for index, group in enumerate(groups[:6]):
        matches = [_LABEL.fullmatch(tidy(line)) for line in group]
        if not all(matches):
            return fields, groups[index:]
        for match in matches:
            if match and match["address"]:
                fields.setdefault("doi", match["address"])
            elif match:
                key = match["key"].lower()
                key = {"authors": "author", "by": "author", "pubmed id": "pmid", "source": "journal"}.get(
                    key, key
                )
                fields.setdefault(key, match["value"])
    return fields, groups[6:]


def _parts(groups: list[list[str]]) -> Iterator[Part]:
    words = vocabulary(line for group in groups for line in group)
    in_list = False
    for index, group in enumerate(groups):
        following = groups[index + 1] if index + 1 < len(groups) else []
        numbered = bool(_NUMBERED.fullmatch(tidy(group[0])))
        heading = _heading(group, following) if not (numbered and in_list) else None
        in_list = numbered and not heading
        if heading:
            yield heading
            group = group[2:] if len(group) > 1 else []
        for text in _passages(group, words):
            yield Passage(text)


def _heading(group: list[str], following: list[str]) -> Heading | None:
    line = tidy(group[0])
    if not line or len(line) > 100:
        return None
    if len(group) > 1:
        underline = _UNDERLINE.fullmatch(group[1])
        if underline and len(underline[1]) * 2 >= len(line):
            return Heading(line, 1 if underline[1][0] == "=" else 2)
        return None
    numbered = _NUMBERED.fullmatch(line)
    if numbered and numbered[2][0].isupper() and line[-1] not in ".,;:?" and len(line.split()) <= 12:
        depth = numbered[1].count(".") + 1
        after = _NUMBERED.fullmatch(tidy(following[0])) if following else None
        if following and (not after or after[1].startswith(numbered[1] + ".")):
            return Heading(line, depth)
    if is_left_out(line) or is_section_name(line):
        return Heading(line.rstrip(" :"), 1)
    letters = sum(character.isalpha() for character in line)
    shouted = line.isupper() and letters >= 4 and letters * 2 > len(line) and len(line.split()) <= 10
    return Heading(line.rstrip(" :"), 1) if shouted and line[-1] not in ".,;!?" and following else None


def _passages(group: list[str], words: frozenset[str]) -> Iterator[str]:
    rows = [_CELLS.split(line.strip()) for line in group]
    if len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
        yield from statements(rows)
        return
    soft_wrapped = any(len(line) > _SOFT_WRAPPED for line in group)
    lines: list[str] = []
    for line in group:
        item = _ITEM.match(line)
        if lines and (soft_wrapped or item):
            yield join_lines(lines, words)
            lines = []
        lines.append(line[item.end() :] if item and item["bullet"] else line)
    if lines:
        yield join_lines(lines, words)


READER = Reader(name="text", suffixes=(".txt", ".text"), recognises=_recognises, read=_read)
