"""XML from strangers: read without its declarations, in whatever encoding it comes, and turned into plain text."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING, BinaryIO

from aitia.library.document import DocumentError
from aitia.library.readers.prose import raised

if TYPE_CHECKING:
    from lxml import etree

CHUNK = 3_000_000
"""Bytes taken from a stream at a time."""

_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]{0,200}\?>")
_ENCODING = re.compile(rb"""<\?xml\s[^>]{0,150}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PASSED_OVER = r"(?>\s+|<\?.*?\?>|<!--.*?-->)*+"
_ROOT = re.compile(_PASSED_OVER + r"<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?([A-Za-z_][\w.-]*)", re.DOTALL)
_CODECS = re.compile(
    r"utf-?8|ascii|iso-?8859-\d+|cp125\d|cp932|gb18030|gbk|gb2312|big5|shift_jis|euc_jp|euc_kr|koi8-[ru]|mac-roman"
)


def root_name(head: bytes) -> str | None:
    """The local name of the outermost element, or of the document type, of XML that starts with these bytes."""
    codec, skipped = _encoding(head)
    found = _ROOT.match(head[skipped:].decode(codec, "replace"))
    return found[1] if found else None


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in UTF-8, a few megabytes at a time, without byte order mark and XML declaration.

    A compressed stream that breaks off ends where it breaks. Bytes that are not in the declared encoding become
    U+FFFD, except in UTF-8, where the XML parser finds them. Raises DocumentError for an unknown encoding.
    """
    chunk = _fill(stream)
    codec, skipped = _encoding(chunk[:4096])
    chunk = chunk[skipped:]
    decoder = None if codec == "utf-8" else codecs.getincrementaldecoder(codec)("replace")
    first = True
    while chunk:
        following = _fill(stream)
        if decoder is not None:
            chunk = decoder.decode(chunk, final=not following).encode("utf-8", "replace")
        if first:
            chunk = _DECLARATION.sub(b"", chunk, count=1) if _DECLARATION.match(chunk) else chunk
            first = False
        yield chunk
        chunk = following


def utf8(data: bytes) -> bytes:
    """A whole file, as `chunks` gives it."""
    return b"".join(chunks(io.BytesIO(data)))


def refuse_entities(data: bytes) -> None:
    """Raises DocumentError if XML (in UTF-8) declares entities, which can swell without end or fetch other files."""
    if b"<!ENTITY" in data:
        raise DocumentError(
            "it declares XML entities, which are not read because they can be made to swell without end or to "
            "fetch other files; save it without a document type declaration and add it again"
        )


def parse(data: bytes) -> etree._Element:
    """The outermost element. Nothing is fetched, no entity is replaced, and libxml2's limits on depth and size hold.

    Raises lxml.etree.XMLSyntaxError, a SyntaxError.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    return etree.fromstring(data, parser)


def local_names(root: etree._Element) -> None:
    """Takes the namespaces off every name, in place."""
    for element in root.iter():
        tag = element.tag
        if isinstance(tag, str) and tag[0] == "{":
            element.tag = tag.rpartition("}")[2]


_EXPONENT = re.compile(r"[-+−–]?[0-9]")
_BREAKS = frozenset(
    (
        "p",
        "title",
        "sec",
        "list",
        "list-item",
        "break",
        "br",
        "disp-formula",
        "td",
        "th",
        "tr",
        "label",
        "def",
    )
)
_SILENT = frozenset(("annotation", "annotation-xml", "tex-math"))
_NOTES = " ,;–—*∗†‡§¶‖#()[]"
"""What a superscript is made of that only marks a note, or stood between the marks of references."""
_DEEPEST = 60


def plain(element: etree._Element, without: frozenset[str] = frozenset()) -> str:
    """The text of an element on one line, without the elements of some names.

    Superscripts are written as in other formats (10⁵, m², Ca²⁺, ¹⁸F; see `prose.raised`), but none that may be a
    number is left out: 10<sup>11</sup> is 10^11 and never 10. Subscripts are set on the line (CO2).
    """
    text = _inline(element, 0, without) if len(element) else element.text or ""
    return " ".join(text.split())


def _inline(element: etree._Element, depth: int, without: frozenset[str]) -> str:
    if depth > _DEEPEST:
        return "".join(str(piece) for piece in element.itertext())
    text = element.text or ""
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            text += html5.get((child.text or "")[1:], "")
        else:
            name = tag.rpartition("}")[2]
            if name == "sup":
                text += _raised(text, _inline(child, depth + 1, without).strip(), (child.tail or "")[:40])
            elif name == "msup" and len(child) == 2:
                text += (
                    _inline(child[0], depth + 1, without).strip()
                    + "^"
                    + _inline(child[1], depth + 1, without).strip()
                )
            elif name == "mfrac" and len(child) == 2:
                text += (
                    _inline(child[0], depth + 1, without).strip()
                    + "/"
                    + _inline(child[1], depth + 1, without).strip()
                )
            elif name in without:
                text += " "
            elif name in _BREAKS:
                text += " " + _inline(child, depth + 1, without) + " "
            elif name not in _SILENT:
                text += _inline(child, depth + 1, without)
        text += child.tail or ""
    return text


def _raised(before: str, mark: str, after: str) -> str:
    if not mark.strip(_NOTES):
        return ""
    shown = raised(before, mark, after)
    if shown or not any(letter.isalnum() for letter in mark):
        return shown
    return "^" + mark if before[-1:].isdigit() and _EXPONENT.match(mark) else mark


_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_OWN = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))


def named_entities(data: bytes) -> bytes:
    """With the entities of HTML replaced, which some publishers use without declaring them."""

    def letter(found: re.Match[bytes]) -> bytes:
        name = found[1]
        if name in _XML_OWN:
            return found[0]
        return html5.get(name.decode() + ";", found[0].decode()).encode()

    return _NAMED.sub(letter, data)


def _encoding(head: bytes) -> tuple[str, int]:
    """The codec that the bytes are in, and how many of the first belong to its mark."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    for mark, codec in (
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return codec, len(mark)
    if head.startswith(b"<\0"):
        return "utf-16-le", 0
    if head.startswith(b"\0<"):
        return "utf-16-be", 0
    declared = _ENCODING.match(head.lstrip()[:300])
    if declared is None:
        return "utf-8", 0
    name = declared[1].decode("ascii")
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = ""
    if codec.startswith(
        ("utf-16", "utf-32")
    ):  # The declaration itself can be read as ASCII, so it is mistaken.
        return "utf-8", 0
    if not _CODECS.fullmatch(codec):
        raise DocumentError(
            f'it says that it is written in "{name}", an encoding that is not read; save it as UTF-8'
        )
    return ("utf-8" if codec in ("utf-8", "ascii") else codec), 0


def _fill(stream: BinaryIO) -> bytes:
    """Some bytes from the stream; less than CHUNK, or none, only at its end."""
    pieces: list[bytes] = []
    size = 0
    while size < CHUNK:
        try:
            piece = stream.read(65536)
        except EOFError:
            break
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)
