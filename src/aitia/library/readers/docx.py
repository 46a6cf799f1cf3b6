"""Word documents (DOCX): the body of the text in its order, headings by style or outline level, tables row by row.

Footnotes and endnotes are not read: most are citations, and apart from the sentence that they belong to they state
nothing that could be checked. Headers, footers, comments, text boxes, pictures and macros are not read either.
Only three parts of the package are opened at all.
"""

import re
import zipfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aitia.library.document import Document, DocumentError, Reader
from aitia.library.readers import bylines
from aitia.library.readers.outline import Heading, Part, Passage, blocks_of, extent_of, is_section_name
from aitia.library.readers.prose import CLOSE, OPEN, marked, tidy
from aitia.library.readers.tables import one_header, statements

if TYPE_CHECKING:
    from lxml.etree import _Element

_LARGEST_UNPACKED = 200 * 1024 * 1024
_MOST_PARTS = 20_000
_MOST_SWOLLEN = 200
"""Text shrinks to a twentieth or so; what shrinks to less than this part of itself was made to swell."""
_MAIN = "word/document.xml"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CORE = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "creator": "{http://purl.org/dc/elements/1.1/}creator",
    "language": "{http://purl.org/dc/elements/1.1/}language",
    "subjects": "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}keywords",
    "created": "{http://purl.org/dc/terms/}created",
}
_HEADING_NAME = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|overskrift|otsikko|nagłówek|заголовок|cabeçalho) ?([1-9])",
    re.IGNORECASE,
)
_TITLE_NAMES = ("title", "titel", "titre", "título", "titolo")
_ENCODING = re.compile(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}encoding=[\"']([A-Za-z0-9_.-]{1,40})[\"']")
_TEMPLATE = "2013-12-23T23:15"
"""When the template of python-docx was made, which many generated documents keep as their date."""
# What programs put in where nobody gave a name.
_NOBODY = re.compile(
    r".*\b(?:microsoft|office|user|admin(?:istrator)?|windows|unknown|author|owner|python-docx|libreoffice)\b.*",
    re.IGNORECASE,
)
_JUNK_TITLE = re.compile(r"(?:untitled|document\d*|microsoft word\b.*|title|.*\.docx?)", re.IGNORECASE)


class Style(Struct, frozen=True):
    """What a paragraph style says, its parents' word included."""

    level: int | None = None
    """1 for the outermost headings; None for text."""
    title: bool = False
    contents: bool = False
    """A line of a table of contents."""
    raised: bool = False


def _recognises(beginning: bytes) -> bool:
    if not beginning.startswith(b"PK\x03\x04"):
        return False
    if b"word/" in beginning:
        return True
    # Word's own files begin with these; which kind of package it is may come later.
    named = b"[Content_Types].xml" in beginning or b"_rels/.rels" in beginning
    return named and not (b"xl/" in beginning or b"ppt/" in beginning)


def _read(content: bytes, name: str) -> Iterator[Document]:  # noqa: ARG001
    try:
        yield _document(_unpacked(content))
    except RecursionError:
        raise DocumentError("Its tables are nested too deep; open it in Word and take them apart.") from None


def _document(parts: dict[str, bytes]) -> Document:
    styles = _styles(parts.get("word/styles.xml"))
    body = _parsed(_MAIN, parts[_MAIN]).find(f"{_W}body")
    if body is None:
        raise DocumentError("It is damaged: its main part has no body; open it in Word and save it again.")
    core = _properties(parts.get("docProps/core.xml"))
    found = list(_parts(body, styles))
    title, pieces = _title(found, core.get("title", ""))
    blocks = blocks_of(pieces, title)
    if not blocks:
        raise DocumentError("It holds no text besides headings and references.")
    creator = core.get("creator", "")
    year = bylines.year_of(core.get("created")) if not core.get("created", "").startswith(_TEMPLATE) else None
    return Document(
        format="docx",
        title=title,
        extent=extent_of(blocks),
        blocks=blocks,
        authors=() if _NOBODY.fullmatch(creator) or " " not in creator else bylines.authors(creator),
        year=year,
        year_rule="dcterms:created" if year else None,
        language=core.get("language", "").lower().split("-")[0] or None,
        subjects=tuple(tidy(word) for word in re.split(r"[;,]", core.get("subjects", "")) if tidy(word))[:50],
    )


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The three parts that are read, by name.

    Raises DocumentError if the archive is empty, damaged, protected, no Word document, or swells when unpacked.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise DocumentError("It is empty.")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentError(
            "It is protected by a password or is an old DOC file; save it as DOCX without a password."
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            if len(entries) > _MOST_PARTS or total > _LARGEST_UNPACKED:
                raise DocumentError(
                    f"It would unpack to more than {_LARGEST_UNPACKED // 2**20} MB or {_MOST_PARTS:,} parts; "
                    "split it or take out its pictures."
                )
            names = {entry.filename for entry in entries}
            if _MAIN not in names:
                raise DocumentError("It is no Word document: it has no word/document.xml; save it as DOCX.")
            return {
                name: _part(archive, name)
                for name in (_MAIN, "word/styles.xml", "docProps/core.xml")
                if name in names
            }
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, NotImplementedError):
        raise DocumentError(
            "It is damaged or not a whole DOCX file; open it in Word and save it again."
        ) from None
    except RuntimeError:  # what zipfile raises for an encrypted entry
        raise DocumentError("It is protected by a password; save a copy without one.") from None


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    entry = archive.getinfo(name)
    if entry.file_size > 1_000_000 and entry.file_size > _MOST_SWOLLEN * max(entry.compress_size, 1):
        raise DocumentError("It swells more than two hundredfold when unpacked, as no written text does.")
    with archive.open(entry) as part:
        # The size in the directory may be a lie.
        content = part.read(entry.file_size + 1)
    if len(content) > entry.file_size:
        raise DocumentError(
            "It is damaged: a part is larger than it says; open it in Word and save it again."
        )
    return content.replace(_STRICT, _TRANSITIONAL)


def _parsed(name: str, content: bytes) -> "_Element":
    """A part as a tree. No part may declare a document type: Word writes none, and entities come with it."""
    from lxml import etree

    declared = _ENCODING.match(content)
    if b"\0" in content[:100] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise DocumentError(f"Its part {name} is not in UTF-8, as Word writes it; save it again in Word.")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DocumentError(
            f"Its part {name} declares a document type, as Word never does; save it again in Word."
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise DocumentError(
            f"It is damaged: its part {name} is not XML; open it in Word and save it again."
        ) from None
    return root


def _properties(content: bytes | None) -> dict[str, str]:
    if content is None:
        return {}
    root = _parsed("docProps/core.xml", content)
    return {key: tidy(root.findtext(tag) or "")[:2000] for key, tag in _CORE.items()}


def _styles(content: bytes | None) -> dict[str, Style]:
    """The styles by their ids."""
    if content is None:
        return {}
    elements = {
        style.get(f"{_W}styleId", ""): style
        for style in _parsed("word/styles.xml", content).iter(f"{_W}style")
    }

    @cache
    def resolved(identifier: str, depth: int = 0) -> Style:
        element = elements.get(identifier)
        if element is None or depth > 30:
            return Style()
        parent = resolved(_value(element, "basedOn") or "", depth + 1)
        name = (_value(element, "name") or identifier).strip().lower()
        named = _HEADING_NAME.fullmatch(name)
        outline = element.find(f"{_W}pPr/{_W}outlineLvl")
        level = parent.level
        if outline is not None:
            value = outline.get(f"{_W}val", "9")
            level = int(value) + 1 if value.isdigit() and int(value) < 9 else None
        elif named:
            level = int(named[1])
        return Style(
            level=level,
            title=parent.title or name in _TITLE_NAMES,
            contents=parent.contents or name.startswith(("toc ", "table of figures")),
            raised=_raises(element.find(f"{_W}rPr"), parent.raised),
        )

    return {identifier: resolved(identifier) for identifier in elements}


def _value(element: "_Element", child: str) -> str | None:
    found = element.find(f"{_W}{child}")
    return found.get(f"{_W}val") if found is not None else None


def _raises(properties: "_Element | None", otherwise: bool) -> bool:
    value = _value(properties, "vertAlign") if properties is not None else None
    return value == "superscript" if value else otherwise


class _Paragraph(Struct, frozen=True):
    part: Part
    title: bool = False


def _parts(container: "_Element", styles: dict[str, Style]) -> Iterator[_Paragraph]:
    """The paragraphs and rows of tables in their order. Content controls and insertions are text; deletions are not."""
    pending = list(reversed(container))
    while pending:
        element = pending.pop()
        if element.tag == f"{_W}p":
            paragraph = _paragraph(element, styles)
            if paragraph:
                yield paragraph
        elif element.tag == f"{_W}tbl":
            yield from (_Paragraph(Passage(row)) for row in _rows(element, styles))
        elif element.tag == f"{_W}sdt":
            content = element.find(f"{_W}sdtContent")
            gallery = element.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
            listed = gallery is not None and (gallery.get(f"{_W}val") or "").lower() in ("table of contents",)
            if content is not None and not listed:
                pending += reversed(content)
        elif element.tag in (f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"):
            pending += reversed(element)


def _paragraph(element: "_Element", styles: dict[str, Style]) -> _Paragraph | None:
    text = marked(_text(element, styles))
    properties = element.find(f"{_W}pPr")
    style = styles.get(_value(properties, "pStyle") or "", Style()) if properties is not None else Style()
    if not text or style.contents:
        return None
    level = style.level
    outline = _value(properties, "outlineLvl") if properties is not None else None
    if outline is not None and outline.isdigit():
        level = int(outline) + 1 if int(outline) < 9 else None
    if level is None and not style.title and _is_plain_heading(element, text):
        # Many people set headings in bold by hand; only the usual names of sections are taken for such.
        level = 1
    if level is not None or style.title:
        return _Paragraph(Heading(text, level or 1), title=style.title)
    return _Paragraph(Passage(text))


def _is_plain_heading(element: "_Element", text: str) -> bool:
    if len(text) > 80 or not is_section_name(text):
        return False
    runs = [run for run in element.iter(f"{_W}r") if run.find(f"{_W}t") is not None]
    bold = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return text.isupper() or all(
        mark is not None and mark.get(f"{_W}val") not in ("0", "false") for mark in bold
    )


def _text(element: "_Element", styles: dict[str, Style]) -> str:
    """The words of a paragraph, superscripts marked.

    Left out: deleted and moved text, codes of fields, marks of footnotes and comments, pictures and text boxes.
    """
    parts: list[str] = []
    pending: list[Any] = list(reversed(element))
    while pending:
        child = pending.pop()
        tag = child.tag
        if tag == f"{_W}r":
            parts.append(_run(child, styles))
        elif tag in _WRAPPERS:
            pending += reversed(child)
        elif isinstance(tag, str) and tag.endswith("}oMath"):
            parts.append("".join(node.text or "" for node in child.iter() if str(node.tag).endswith("}t")))
        elif isinstance(tag, str) and tag.endswith("}oMathPara"):
            pending += reversed(child)
    return "".join(parts)


_WRAPPERS = frozenset(
    f"{_W}{name}"
    for name in (
        "hyperlink",
        "ins",
        "moveTo",
        "smartTag",
        "customXml",
        "sdt",
        "sdtContent",
        "fldSimple",
        "dir",
        "bdo",
    )
)


def _run(run: "_Element", styles: dict[str, Style]) -> str:
    properties = run.find(f"{_W}rPr")
    if properties is not None and properties.find(f"{_W}vanish") is not None:
        return ""
    style = styles.get(_value(properties, "rStyle") or "", Style()) if properties is not None else Style()
    letters: list[str] = []
    for child in run:
        if child.tag == f"{_W}t":
            letters.append((child.text or "").replace(OPEN, "((").replace(CLOSE, "))"))
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}ptab"):
            letters.append(" ")
        elif child.tag == f"{_W}noBreakHyphen":
            letters.append("-")
        elif child.tag == f"{_W}sym":
            code = child.get(f"{_W}char") or ""
            letters.append(chr(int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{4}", code) else "\ufffd")
    text = "".join(letters)
    return f"{OPEN}{text}{CLOSE}" if text and _raises(properties, style.raised) else text


def _rows(table: "_Element", styles: dict[str, Style]) -> list[str]:
    """The rows as statements. A merged cell counts for every row that it spans; a table in a cell follows in place."""
    rows: list[list[str]] = []
    heads, marked_heads = 0, 0
    for element in table.iter(f"{_W}tr"):
        if next(element.iterancestors(f"{_W}tbl"), None) is not table:
            continue
        row: list[str] = []
        for cell in element.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr"), None) is not element:
                continue
            properties = cell.find(f"{_W}tcPr")
            span = _value(properties, "gridSpan") if properties is not None else None
            merge = properties.find(f"{_W}vMerge") if properties is not None else None
            text = " ".join(paragraph.part.text for paragraph in _parts(cell, styles))
            if merge is not None and merge.get(f"{_W}val") != "restart" and rows and len(row) < len(rows[-1]):
                text = rows[-1][len(row)]
            row += [text] * (min(int(span), 60) if span and span.isdigit() and int(span) > 0 else 1)
        if element.find(f"{_W}trPr/{_W}tblHeader") is not None and marked_heads == len(rows):
            marked_heads += 1
        if not rows and _all_bold(element):
            heads = 1
        rows.append(row)
    heads = marked_heads or heads
    if heads and heads < len(rows) and len(rows[0]) > 1:
        return statements([one_header(rows[:heads]), *rows[heads:]], header=True)
    return statements(rows)


def _all_bold(row: "_Element") -> bool:
    runs = [run for run in row.iter(f"{_W}r") if run.find(f"{_W}t") is not None]
    return bool(runs) and all(run.find(f"{_W}rPr/{_W}b") is not None for run in runs)


def _title(found: list[_Paragraph], named: str) -> tuple[str, list[Part]]:
    """The title of the text, else of the properties, else the heading that the text begins with, if none is as high."""
    parts = [paragraph.part for paragraph in found]
    for index, paragraph in enumerate(found[:20]):
        if paragraph.title:
            return paragraph.part.text, parts[:index] + parts[index + 1 :]
    if len(named) > 3 and not _JUNK_TITLE.fullmatch(named):
        repeated = parts and tidy(parts[0].text).casefold() == named.casefold()
        return named, parts[1:] if repeated else parts
    outermost = [part for part in parts if isinstance(part, Heading) and part.level == 1]
    if parts and len(outermost) == 1 and parts[0] is outermost[0] and not is_section_name(parts[0].text):
        return parts[0].text, parts[1:]
    return "", parts


READER = Reader(name="docx", suffixes=(".docx",), recognises=_recognises, read=_read)
