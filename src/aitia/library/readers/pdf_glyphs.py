"""The glyphs of a page of a PDF, put together to spans of one style on one baseline."""

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from aitia.library.document import DocumentError

# Fonts of TeX without a table of Unicode give the places of their glyphs: in the T1 encoding, and in OT1 below 0x10.
_BY_PLACE = {
    "\x1b": "ff", "\x1c": "fi", "\x1d": "fl", "\x1e": "ffi", "\x1f": "ffl", "\x10": "“", "\x11": "”", "\x12": "„",
    "\x13": "«", "\x14": "»", "\x15": "–", "\x16": "—", "\x0b": "ff", "\x0c": "fi", "\x0d": "fl", "\x0e": "ffi",
    "\x0f": "ffl",
}  # fmt: skip
WIDE = 0.95
"""Ems of white that part two cells or columns; justified words stand closer."""
_MOST_GLYPHS = 100_000
_BOLD = re.compile(
    r"bold|black|heavy|semib|demi|cmbx|cmssbx|cmb\d|[a-z]tb[i]?$|[-.,_]b[di]?$|\.b[+.]|-bd", re.IGNORECASE
)
_ITALIC = re.compile(r"ital|obli|kursiv|cmti|cmsl|[a-z]ti$|[-.,_]b?i$", re.IGNORECASE)
_SIGNS = re.compile(r"cmex|cmsy|cmmi|msam|msbm|math|symbol", re.IGNORECASE)
_FORCED_BOLD = 1 << 18
_ACCENTS = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "¸": "\u0327",
    "ˇ": "\u030c",
    "˚": "\u030a",
}


class Span(Struct, frozen=True):
    """Glyphs of one style next to each other. Lengths are in points, y upwards from the foot of the page."""

    text: str
    x0: float
    x1: float
    y: float
    """The baseline."""
    size: float
    bold: bool = False
    italic: bool = False
    spaced: bool = False
    """Whether the file puts white space before it."""
    raised: bool = False


def spans_of(page: Any) -> tuple[list[Span], float, int]:
    """The spans of a page in the file's order, its height, and how many glyphs say not which letter they are.

    The page is turned so that most of its text is upright. What stands across it (stamps of download, tables set
    sideways on an upright page) is left out.
    """
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    count = pdfium.FPDFText_CountChars(textpage.raw)
    if count > _MOST_GLYPHS:
        raise DocumentError(f"It has a page with more than {_MOST_GLYPHS:,} letters; print it anew to a PDF.")
    glyphs = list(_glyphs(textpage.raw, max(count, 0), pdfium))
    directions = Counter(
        glyph.direction for glyph in glyphs if glyph.direction is not None and not glyph.letter.isspace()
    )
    if not directions:
        return [], float(page.get_height()), 0
    main = directions.most_common(1)[0][0]
    wide, high = page.get_size()
    if page.get_rotation() in (90, 270):
        wide, high = high, wide
    height = float(wide if main % 2 else high)
    upright = [_turned(glyph, main, height) for glyph in glyphs if glyph.direction in (main, None)]
    unknown = sum(
        1 for glyph in upright if glyph.letter in "\ufffd\ufffe\uffff" or "\ue000" <= glyph.letter <= "\uefff"
    )
    return _hosted(list(_joined(upright))), height, unknown


class _Glyph(Struct):
    letter: str
    """One letter, or those of a ligature."""
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    italic: bool
    direction: int | None
    """Quarter turns anticlockwise; None for white space that pdfium put in."""


def _glyphs(textpage: Any, count: int, pdfium: Any) -> Iterator[_Glyph]:
    rect, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    name, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    drawn_by, size, bold, italic, signs, direction = 0, 0.0, False, False, False, 0
    high = 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
            high = 0
        if pdfium.FPDFText_IsGenerated(textpage, index) == 1:
            yield _Glyph(" ", 0, 0, 0, 0, False, False, None)
            continue
        letter = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        pdfium.FPDFText_GetLooseCharBox(textpage, index, rect)
        pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
        pointer = pdfium.FPDFText_GetTextObject(textpage, index)
        address = ctypes.addressof(pointer.contents) if pointer else -1
        if address != drawn_by:
            drawn_by = address
            pdfium.FPDFText_GetMatrix(textpage, index, matrix)
            size = pdfium.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
            pdfium.FPDFText_GetFontInfo(textpage, index, name, 256, flags)
            font = name.value.decode("utf-8", "replace")
            bold = bool(_BOLD.search(font)) or bool(flags.value & _FORCED_BOLD)
            italic = bool(_ITALIC.search(font))
            signs = bool(_SIGNS.search(font))
            direction = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
        if letter < " " and rect.right > rect.left and letter != "\u0002":
            # In fonts of mathematical signs these places hold pieces of brackets.
            letter = " " if signs else _BY_PLACE.get(letter, "\ufffd")
        if direction % 2:
            x0, x1 = sorted((rect.bottom, rect.top))
            yield _Glyph(letter, x0, x1, x.value, size, bold, italic, direction)
        else:
            yield _Glyph(letter, rect.left, rect.right, y.value, size, bold, italic, direction)


def _turned(glyph: _Glyph, direction: int, height: float) -> _Glyph:
    """The glyph as it stands when the page is turned so that `direction` is upright and the page has this height."""
    if direction in (1, 2):
        glyph.y = height - glyph.y
    if direction in (2, 3):
        glyph.x0, glyph.x1 = -glyph.x1, -glyph.x0
    return glyph


def _joined(glyphs: Sequence[_Glyph]) -> Iterator[Span]:
    letters: list[str] = []
    first = last = None
    space = broke = False
    for glyph in glyphs:
        if glyph.direction is None or (glyph.letter.isspace() or glyph.letter == "\u00a0"):
            space = True
            continue
        if glyph.letter == "\ufffe":
            glyph.letter = "\u0002"
        if first is not None and last is not None:
            gap = glyph.x0 - last.x1
            joins = (
                abs(glyph.y - last.y) < 0.08 * last.size
                and abs(glyph.size - last.size) < 0.04 * last.size
                and glyph.bold == last.bold
                and glyph.italic == last.italic
                and -0.6 * last.size < gap < WIDE * last.size
            )
            if not joins:
                yield _span(letters, first, last, broke)
                letters, first, broke = [], None, space
            elif letters[-1] in _ACCENTS and gap < -0.1 * last.size and glyph.letter.isalpha():
                letters[-1] = unicodedata.normalize("NFC", glyph.letter + _ACCENTS[letters[-1]])
                last, space = glyph, False
                continue
            elif (space and gap > -0.05 * last.size) or gap > 0.25 * last.size:
                letters.append(" ")
        if first is None:
            first = glyph
        letters.append(glyph.letter)
        last, space = glyph, False
    if first is not None and last is not None:
        yield _span(letters, first, last, broke)


def _span(letters: list[str], first: _Glyph, last: _Glyph, spaced: bool) -> Span:
    text = "".join(letters)
    text = text[:-1].replace("\u0002", "-") + text[-1:]
    size = max(round(first.size, 1), 0.1)
    return Span(text, first.x0, last.x1, round(first.y, 2), size, first.bold, first.italic, spaced)


def _hosted(spans: list[Span]) -> list[Span]:
    """Small spans above or below the baseline of a larger neighbour are put on it."""
    placed = list(spans)
    for index, span in enumerate(spans):
        for other in (index - 1, index + 1, index - 2):
            if not 0 <= other < len(spans) or spans[other].size < 1.15 * span.size:
                continue
            host = placed[other]
            rise = span.y - host.y
            beside = min(abs(span.x0 - host.x1), abs(host.x0 - span.x1))
            if other == index - 2:
                beside = abs(span.x0 - placed[index - 1].x1)
            if beside < 0.45 * host.size and -0.4 * host.size < rise < 0.75 * host.size:
                placed[index] = replace(span, y=host.y, raised=rise > 0.12 * host.size)
                break
    return placed
