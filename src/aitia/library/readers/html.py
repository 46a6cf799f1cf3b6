"""Web pages: the main content only, as trafilatura finds it."""

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aitia.library.document import Document, DocumentError, Reader
from aitia.library.readers.encoding import decode
from aitia.library.readers.html_head import Head, head_of
from aitia.library.readers.outline import Heading, Part, Passage, blocks_of, extent_of
from aitia.library.readers.prose import CLOSE, OPEN, marked, tidy
from aitia.library.readers.tables import one_header, statements

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LARGEST = 20 * 1024 * 1024
_MOST_TAGS = 200_000
_DEEPEST = 256
_MOST_LINKS = 10_000
"""With more, trafilatura's search for navigation takes minutes; then links are read as words."""

_BEGINNING = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*|<!--(?:[^-]|-(?!->)){0,3000}-->\s*){0,20}"
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|article|main|section|h[1-6]|p|table)\b",
    re.IGNORECASE,
)
_CHARSET = re.compile(
    rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})|encoding=[\"']([A-Za-z0-9_.-]{2,40})", re.IGNORECASE
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,40})")
CLOSED_BY_OTHERS = re.compile(
    r"(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|tr|td|th|thead|tbody|tfoot|"
    r"option|optgroup|colgroup|rp|rt|html|head|body|path|circle|rect|line|use|g|font)",
    re.IGNORECASE,
)
_NEVER_SHOWN = (
    "script", "style", "noscript", "template", "iframe", "svg", "canvas", "form", "button", "select", "textarea",
    "object", "audio", "video", "map", "dialog", "nav",
)  # fmt: skip
_INLINE = (
    "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "dfn", "em", "font", "i", "kbd", "mark", "q", "s", "small",
    "span", "strong", "sub", "sup", "tt", "u", "var", "wbr",
)  # fmt: skip
_HIDDEN = (
    "//*[@aria-hidden='true' or contains(concat(' ', normalize-space(@class), ' '), ' sr-only ')"
    " or contains(concat(' ', normalize-space(@class), ' '), ' visually-hidden ')"
    " or contains(concat(' ', normalize-space(@class), ' '), ' mw-editsection ')]"
)
_SUPERSCRIPTS = (
    "//sup | //span[contains(translate(@style, ' ', ''), 'vertical-align:super')"
    " or contains(concat(' ', normalize-space(@class), ' '), ' superscript ')]"
)
_BLOCK = re.compile(r"p|div|br|li|ul|ol|dl|dt|dd|tr|td|th|table|caption|figure|section|h[1-6]")


def _recognises(beginning: bytes) -> bool:
    if b"\0" in beginning and not beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    match = _BEGINNING.match(beginning.replace(b"\0", b"").lstrip(b"\xff\xfe"))
    return bool(match) or b"<html" in beginning[:1024].lower()


def _read(content: bytes, name: str) -> Iterator[Document]:  # noqa: ARG001
    text = _decoded(content)
    _check(text)
    head, parts = _parsed(text)
    blocks = blocks_of(parts, head.title)
    if not blocks:
        raise DocumentError("It holds no text besides navigation, headings and references.")
    yield Document(
        format="html",
        title=head.title,
        extent=extent_of(blocks),
        blocks=blocks,
        authors=head.authors,
        year=head.year,
        year_rule=head.year_rule,
        container=head.container,
        doi=head.doi,
        pmid=head.pmid,
        pmcid=head.pmcid,
        url=head.url,
        language=head.language,
        subjects=head.subjects,
    )


def _decoded(content: bytes) -> str:
    """The page in the encoding that it declares, else as any text.

    Raises DocumentError if it is too large or cannot be read.
    """
    if len(content) > _LARGEST:
        raise DocumentError(f"It is larger than {_LARGEST // 2**20} MB, too large for one web page.")
    if not content.strip():
        raise DocumentError("It is empty.")
    declared = _CHARSET.search(content[:4096])
    if declared and not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = (declared[1] or declared[2]).decode("ascii").lower()
        # Browsers read both names as Windows-1252, and so do the people who write the pages.
        encoding = (
            "cp1252" if encoding in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii") else encoding
        )
        try:
            if not encoding.startswith("utf-16"):
                return content.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            pass
    return decode(content)


def _check(text: str) -> None:
    """Raises DocumentError for a page that would cost the parser more than any real page does."""
    if text.count("<") > _MOST_TAGS:
        raise DocumentError(f"It has more than {_MOST_TAGS:,} tags, too many for one web page.")
    depth = 0
    for match in _TAG.finditer(text):
        if CLOSED_BY_OTHERS.fullmatch(match[2]):
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > _DEEPEST:
            raise DocumentError(f"Its tags are nested more than {_DEEPEST} deep, as in no real web page.")


def _parsed(text: str) -> tuple[Head, list[Part]]:
    import trafilatura
    from lxml import etree, html

    for library in ("trafilatura", "htmldate", "courlan", "readability", "justext"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    text = re.sub(r"^\s*<\?xml[^>]{0,300}\?>", "", text).replace(OPEN, "((").replace(CLOSE, "))")
    try:
        parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
        tree = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError):
        raise DocumentError("It cannot be read as a web page; save it again from the browser.") from None
    head = head_of(tree)
    _simplify(tree)
    try:
        # Anew, because text that was taken apart by superscripts stays in pieces, which trafilatura is slow to read.
        tree = html.document_fromstring(html.tostring(tree, encoding="unicode"), parser=parser)
        found = trafilatura.bare_extraction(tree, include_comments=False, include_formatting=False)
    except Exception as error:  # a page can break any of the four libraries behind it
        raise DocumentError(
            f"Its main text cannot be told from the rest ({type(error).__name__}); save it as plain text."
        ) from None
    body = getattr(found, "body", None)
    return head, list(_parts(body)) if body is not None else []


def _simplify(tree: "HtmlElement") -> None:
    """Takes out what is never shown, marks superscripts, and makes captions and rows of tables paragraphs."""
    from lxml import etree

    for element in [*tree.iter(*_NEVER_SHOWN), *tree.xpath(_HIDDEN)]:
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.xpath(_SUPERSCRIPTS):
        content = " ".join(element.text_content().split())
        for child in list(element):
            element.remove(child)
        element.text = f"{OPEN}{content}{CLOSE}" if content else None
        element.tag = "sup"
    for element in [*tree.iter("details", "summary")]:
        # What opens at a click is text like any other; trafilatura does not look into it.
        element.tag = "div" if element.tag == "details" else "p"
        element.attrib.clear()
    links = tree.xpath("count(//a)")
    etree.strip_tags(tree, *_INLINE, *(("a",) if links > _MOST_LINKS else ()))
    for table in list(tree.iter("table")):
        rows = _rows(table)
        if rows and table.getparent() is not None:
            captions = [_words(caption) for caption in table.iter("caption")]
            _replace(table, [*captions, *rows])
    for caption in list(tree.iter("figcaption")):
        _replace(caption, [_words(caption)])


def _replace(element: "HtmlElement", paragraphs: list[str]) -> None:
    """Puts paragraphs in the place of an element, out of the figure that it may stand in."""
    from lxml import html

    new = []
    for text in paragraphs:
        if text:
            paragraph = html.Element("p")
            paragraph.text = text
            new.append(paragraph)
    place = element
    ancestor = element.getparent()
    if ancestor is not None and ancestor.tag == "figure" and ancestor.getparent() is not None:
        place = ancestor
    for paragraph in reversed(new):
        place.addnext(paragraph)
    if new and place.tail:
        new[-1].tail, place.tail = place.tail, None
    element.drop_tree()


def _words(element: "HtmlElement") -> str:
    """The text within an element, with spaces where a browser would break the line."""
    parts = []
    for event, node in _walk(element):
        if event == "text":
            parts.append(node)
        elif _BLOCK.fullmatch(node):
            parts.append(" ")
    return " ".join("".join(parts).split())


def _walk(element: "HtmlElement") -> Iterator[tuple[str, str]]:
    from lxml import etree

    for event, node in etree.iterwalk(element, events=("start", "end")):
        if isinstance(node.tag, str):
            yield "edge", node.tag
        if event == "start" and node.text:
            yield "text", node.text
        if event == "end" and node is not element and node.tail:
            yield "text", node.tail


def _rows(table: "HtmlElement") -> list[str]:
    """The rows of a table of data as statements; none for a table that only lays out the page."""
    if next(table.iterdescendants("table"), None) is not None:
        return []
    grid: list[list[str]] = []
    spans: dict[tuple[int, int], str] = {}
    heads = 0
    for number, row in enumerate(table.iter("tr")):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        line: list[str] = []
        for cell in cells[:100]:
            while (number, len(line)) in spans:
                line.append(spans.pop((number, len(line))))
            text = marked(_words(cell))
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for column in range(len(line), len(line) + across):
                for below in range(1, down):
                    spans[number + below, column] = text
            line += [text] * across
        while (number, len(line)) in spans:
            line.append(spans.pop((number, len(line))))
        parent = row.getparent()
        named = parent is not None and parent.tag == "thead"
        if (named or (cells and all(cell.tag == "th" for cell in cells))) and heads == number:
            heads += 1
        grid.append(line)
    if len(grid) < 2 or max(len(line) for line in grid) < 2:
        return []
    if max((len(cell) for line in grid for cell in line), default=0) > 1500:
        return []
    if heads and heads < len(grid):
        return statements([one_header(grid[:heads]), *grid[heads:]], header=True)
    return statements(grid)


def _span(cell: "HtmlElement", name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), 50) if value.isascii() and value.isdigit() and len(value) < 5 else 1


def _parts(body: "HtmlElement") -> Iterator[Part]:
    """The headings and passages of what trafilatura returns, in order."""
    loose = body.text or ""
    for element in body:
        tag = element.tag
        if tag == "head":
            yield Heading(_shown(element), _level(element.get("rend")))
        elif tag == "p":
            for text in _paragraphs(element):
                yield Passage(text)
        elif tag == "list":
            yield from _items(element)
        elif tag == "table":
            rows = [[_shown(cell) for cell in row.iter("cell")] for row in element.iter("row")]
            yield from (Passage(text) for text in statements(rows))
        elif tag in ("quote", "div", "figure") and len(element):
            yield from _parts(element)
        elif tag not in ("graphic", "lb", "code"):
            yield Passage(_shown(element))
        loose = element.tail or ""
        if tidy(loose):
            yield Passage(marked(loose))
    if not len(body) and tidy(loose):
        yield Passage(marked(loose))


def _level(rend: str | None) -> int:
    return int(rend[1]) if rend and re.fullmatch(r"h[1-6]", rend) else 2


def _paragraphs(element: "HtmlElement") -> Iterator[str]:
    """A paragraph, parted where two line breaks follow each other."""
    text, breaks = element.text or "", 0
    parts = [text]
    for child in element:
        if child.tag == "lb":
            breaks = breaks + 1 if not (child.getprevious() is None or tidy(parts[-1])) else 1
            parts.append("\n")
        else:
            parts.append("".join(child.itertext()))
        parts.append(child.tail or "")
    for paragraph in re.split(
        r"\n[ \t\r]*\n", "".join(part if part == "\n" else part.replace("\n", " ") for part in parts)
    ):
        if tidy(paragraph):
            yield marked(paragraph)


def _items(element: "HtmlElement") -> Iterator[Part]:
    term = ""
    for item in element:
        lists = [child for child in item if child.tag == "list"]
        own = [item.text or ""]
        for child in item:
            if child.tag == "lb":
                own.append(" ")
            elif child.tag != "list":
                own.append("".join(child.itertext()) + (" " if child.tag in ("p", "head") else ""))
            own.append(child.tail or "")
        text = marked("".join(own))
        rend = item.get("rend") or ""
        if rend.startswith("dt"):
            if term:
                yield Passage(term)
            term = text
        elif text:
            yield Passage(f"{term.rstrip(':')}: {text}" if term else text)
            term = ""
        for inner in lists:
            yield from _items(inner)
    if term:
        yield Passage(term)


def _shown(element: "HtmlElement") -> str:
    return marked("".join(element.itertext()))


READER = Reader(name="html", suffixes=(".html", ".htm", ".xhtml"), recognises=_recognises, read=_read)
