"""The words of a JATS article: abstracts, and the body in reading order with the headings that it stands under."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aitia.library.document import Block
from aitia.library.readers import xml
from aitia.library.readers.outline import is_left_out
from aitia.library.readers.tables import one_header, statements

if TYPE_CHECKING:
    from lxml import etree

_MARKERS = frozenset(("bibr", "fn", "table-fn", "aff", "corresp", "author-notes"))
_APART = frozenset(
    ("list", "table-wrap", "table-wrap-group", "fig", "fig-group", "boxed-text", "def-list", "disp-quote")
)
_SKIPPED = frozenset(
    ("ref-list", "ack", "fn-group", "glossary", "notes", "bio", "title", "label", "sec-meta", "supplementary-material",
     "media", "graphic", "permissions", "object-id", "kwd-group", "related-article")
)  # fmt: skip
_GROUPS = frozenset(("fig-group", "table-wrap-group", "disp-quote", "statement", "app-group", "verse-group"))
_EMPTIED = re.compile(r"\s*[\[(](?:\s|[,;–—−‐-]|and|see|e\.g\.,?|refs?\.?)*[\])]")
_BEFORE_STOP = re.compile(r"\s+(?=[.,;:](?:\s|$))")
_TWO_STOPS = re.compile(r"(?<=[a-z\d)])([,;])(?=[.;])")
_CITED = re.compile(r"(?:\s*[,–])+$")
_MOST_CELLS = 200_000
_DEEPEST = 40

_ABSTRACTS = {
    "graphical": "Graphical abstract",
    "teaser": "Teaser",
    "plain-language-summary": "Plain language summary",
    "plain-language": "Plain language summary",
    "lay-summary": "Plain language summary",
    "key-points": "Key points",
    "author-highlights": "Highlights",
    "executive-summary": "Executive summary",
}


def drop_citations(article: etree._Element) -> None:
    """Empties the marks of references and footnotes, in place; the brackets around them stay, empty too.

    A reference that is part of the sentence ("as Quimby (2019) found") is kept.
    """
    enclosed = False
    last: etree._Element | None = None
    for mark in list(article.iter("xref")):
        parent, previous = mark.getparent(), mark.getprevious()
        if parent is None or mark.get("ref-type") not in _MARKERS:
            continue
        before = ((parent.text if previous is None else previous.tail) or "")[-500:]
        opened, closed = max(before.rfind("("), before.rfind("[")), max(before.rfind(")"), before.rfind("]"))
        if opened != closed or parent is not last:
            enclosed = opened > closed
        last = parent
        words = "".join(str(piece) for piece in mark.itertext())
        named = sum(letter.isalpha() for letter in words) > 2
        if named and not enclosed and parent.tag != "sup" and mark.get("ref-type") == "bibr":
            continue
        for child in list(mark):
            mark.remove(child)
        mark.text = None


def abstracts(meta: etree._Element) -> list[Block]:
    """Every abstract, those of special kinds under their own name; a translation only if there is nothing else."""
    found = [element for element in meta if element.tag == "abstract"]
    found = found or [element for element in meta if element.tag == "trans-abstract"][:1]
    blocks: list[Block] = []
    for element in sorted(found, key=lambda element: element.get("abstract-type") is not None):
        kind = element.get("abstract-type")
        name = _ABSTRACTS.get(kind, kind.replace("-", " ").capitalize()) if kind else "Abstract"
        _walk(element, (name,), blocks, 0)
    return blocks


def body(element: etree._Element) -> list[Block]:
    """The body in reading order."""
    blocks: list[Block] = []
    _walk(element, (), blocks, 0)
    return blocks


def _walk(children: Iterable[etree._Element], path: tuple[str, ...], blocks: list[Block], depth: int) -> None:
    for child in children:
        tag = child.tag
        if not isinstance(tag, str) or tag in _SKIPPED:
            continue
        if depth > _DEEPEST:
            _add(" ".join(str(piece) for piece in child.itertext()), path, blocks)
        elif tag in ("sec", "app", "boxed-text"):
            title = next((xml.plain(part) for part in child if part.tag == "title"), "")
            title = _clean(title).rstrip(" .:")
            if not is_left_out(title):
                _walk(child, (*path, title) if title else path, blocks, depth + 1)
        elif tag == "p":
            _add(xml.plain(child, _APART), path, blocks)
            _walk([part for part in child if part.tag in _APART], path, blocks, depth + 1)
        elif tag == "list":
            for item in child.iter("list-item"):
                words = [
                    part for part in item if part.tag not in ("list", "label") and isinstance(part.tag, str)
                ]
                _add(" ".join(xml.plain(part, _APART) for part in words), path, blocks)
        elif tag == "def-list":
            for item in child.iter("def-item"):
                _add(": ".join(xml.plain(part) for part in item), path, blocks)
        elif tag == "table-wrap":
            _table(child, path, blocks)
        elif tag == "fig":
            _add(_caption(child), path, blocks)
        elif tag in _GROUPS:
            _walk(child, path, blocks, depth + 1)
        elif tag in ("disp-formula", "preformat", "attrib"):
            _add(xml.plain(child), path, blocks)


def _table(table: etree._Element, path: tuple[str, ...], blocks: list[Block]) -> None:
    _add(_caption(table), path, blocks)
    left = _MOST_CELLS
    for grid in table.iter("table"):
        head = [_cells(row) for part in grid if part.tag == "thead" for row in part.iter("tr")]
        rows = [_cells(row) for part in grid if part.tag in ("tbody", "tr") for row in part.iter("tr")]
        left -= sum(len(row) for row in rows)
        if left < 0:
            return
        if head:
            rows = [one_header(head), *rows]
        for line in statements(rows, header=True if head else None):
            _add(line, path, blocks)
    for note in table.iter("table-wrap-foot"):
        _add(xml.plain(note), path, blocks)


def _cells(row: etree._Element) -> list[str]:
    """The cells of a row; one that spans several columns is repeated."""
    cells: list[str] = []
    for cell in row:
        if cell.tag in ("td", "th"):
            span = cell.get("colspan") or ""
            columns = int(span) if span.isascii() and span.isdecimal() and len(span) < 3 else 1
            cells += [_clean(xml.plain(cell))] * columns
    return cells[:200]


def _caption(element: etree._Element) -> str:
    label = next((xml.plain(child) for child in element if child.tag == "label"), "").rstrip(" .:")
    caption = next((child for child in element if child.tag == "caption"), None)
    words = (
        " ".join(xml.plain(part) for part in caption if isinstance(part.tag, str))
        if caption is not None
        else ""
    )
    return f"{label}. {words}" if label and words else ""


def _add(text: str, path: tuple[str, ...], blocks: list[Block]) -> None:
    text = _clean(text)
    if text:
        blocks.append(Block(text, " > ".join(path) or None))


def _clean(text: str) -> str:
    """Without what is left of the marks of references that were taken out."""
    if "(" in text or "[" in text:
        text = _EMPTIED.sub("", text)
    text = _BEFORE_STOP.sub("", _CITED.sub("", text) if text.endswith((",", "–")) else text)
    return _TWO_STOPS.sub("", " ".join(text.split()))
