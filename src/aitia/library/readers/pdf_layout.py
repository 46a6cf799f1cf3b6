"""The page of a PDF: from glyphs in any order to lines in reading order, column by column."""

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from aitia.library.document import DocumentError
from aitia.library.readers.prose import CLOSE, OPEN

_MOST_GLYPHS = 100_000
_BOLD = re.compile(
    r"bold|black|heavy|semib|demi|cmbx|cmssbx|cmb\d|[a-z]tb[i]?$|[-.,_]b[di]?$|\.b[+.]|-bd", re.IGNORECASE
)
_ITALIC = re.compile(r"ital|obli|kursiv|cmti|cmsl|[a-z]ti$|[-.,_]b?i$", re.IGNORECASE)
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
_LABEL = re.compile(
    r"[•‣▪◦●○∙·■□➢✓❶-➓–—*-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]|\[\d{1,3}\]|\d(?:\.\d){1,3}"
)
"""The mark of a list item or heading, which stands apart from its words but is no cell."""
_CELL_GAP = 0.95
"""Ems of white that part two cells or columns; justified words stand closer."""


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


class Line(Struct, frozen=True):
    """Spans on one baseline within one column."""

    cells: tuple[tuple[Span, ...], ...]
    """The spans, parted where the white between them is wide."""
    left: float
    """Where the column begins and ends."""
    right: float
    region: int
    """The number of the column on the page, in reading order."""
    page: int

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(span for cell in self.cells for span in cell)

    @property
    def level(self) -> list[Span]:
        """The spans that are not superscripts."""
        return [span for span in self.spans if not span.raised] or list(self.spans)

    @property
    def x0(self) -> float:
        return self.cells[0][0].x0

    @property
    def x1(self) -> float:
        return max(span.x1 for span in self.spans)

    @property
    def y(self) -> float:
        return self.level[0].y

    @property
    def size(self) -> float:
        sizes: Counter[float] = Counter()
        for span in self.level:
            sizes[span.size] += len(span.text)
        return sizes.most_common(1)[0][0]

    @property
    def bold(self) -> bool:
        return all(span.bold for span in self.level if any(map(str.isalnum, span.text)))

    @property
    def italic(self) -> bool:
        return all(span.italic for span in self.level if any(map(str.isalpha, span.text)))

    @property
    def text(self) -> str:
        return " ".join(text_of(cell) for cell in self.cells)


def text_of(spans: Sequence[Span]) -> str:
    """The spans of a cell as text, superscripts between `OPEN` and `CLOSE`."""
    parts: list[str] = []
    for index, span in enumerate(spans):
        if index:
            gap = span.x0 - spans[index - 1].x1
            size = max(span.size, spans[index - 1].size)
            beside_raised = span.raised or spans[index - 1].raised
            if gap > (0.12 if beside_raised else 0.2) * size or (
                span.spaced and gap > 0.02 * size and not beside_raised
            ):
                parts.append(" ")
        parts.append(f"{OPEN}{span.text}{CLOSE}" if span.raised else span.text)
    return "".join(parts)


def gap_between(before: Line | None, line: Line) -> float | None:
    """The distance of two baselines in sizes of the lower line's type; None across columns and pages."""
    if before is None or before.page != line.page or before.region != line.region:
        return None
    return (before.y - line.y) / line.size


def spans_of(page: Any) -> tuple[list[Span], int]:
    """The spans of a page in the file's order, upright ones only, and how many glyphs say not which letter they are.

    What stands across the page (stamps of download, tables set sideways on an upright page) is left out.
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
        return [], 0
    main = directions.most_common(1)[0][0]
    upright = [_turned(glyph, main) for glyph in glyphs if glyph.direction in (main, None)]
    unknown = sum(
        1 for glyph in upright if glyph.letter in "\ufffd\ufffe\uffff" or "\ue000" <= glyph.letter <= "\uefff"
    )
    return _hosted(list(_joined(upright))), unknown


class _Glyph(Struct):
    letter: str
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
    drawn_by, size, bold, italic, direction = 0, 0.0, False, False, 0
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
            direction = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
        if direction % 2:
            x0, x1 = sorted((rect.bottom, rect.top))
            yield _Glyph(letter, x0, x1, x.value, size, bold, italic, direction)
        else:
            yield _Glyph(letter, rect.left, rect.right, y.value, size, bold, italic, direction)


def _turned(glyph: _Glyph, direction: int) -> _Glyph:
    """The glyph as it stands when the page is turned so that `direction` is upright."""
    if direction == 1:
        glyph.y = -glyph.y
    elif direction == 2:
        glyph.x0, glyph.x1, glyph.y = -glyph.x1, -glyph.x0, -glyph.y
    elif direction == 3:
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
                and -0.6 * last.size < gap < _CELL_GAP * last.size
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


def usual_gutter(pages: Sequence[Sequence[Span]]) -> float | None:
    """Where most pages with two columns part them; None unless it is there on two pages at least."""
    found = [gutter for spans in pages if (gutter := _gutter(list(spans))) is not None]
    if len(found) < 2:
        return None
    middle = median(found)
    return middle if sum(abs(gutter - middle) < 12 for gutter in found) >= max(2, 0.6 * len(found)) else None


def lines_of(spans: Sequence[Span], page: int, usual: float | None = None) -> list[Line]:
    """The lines of a page in reading order. `usual`: where other pages of the work part their columns."""
    lines: list[Line] = []
    for region, column in enumerate(_columns(list(spans), 0, usual)):
        rows = _rows(column)
        starts = sorted(row[0].x0 for row in rows)
        left, right = starts[len(starts) // 20], max(span.x1 for row in rows for span in row)
        lines += [Line(_cells(row), left, right, region, page) for row in rows]
    return lines


def _rows(spans: Sequence[Span]) -> list[list[Span]]:
    """Spans by baseline, from the top, each row from the left."""
    rows: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: -span.y):
        if rows and abs(rows[-1][0].y - span.y) < 0.3 * max(span.size, rows[-1][0].size):
            rows[-1].append(span)
        else:
            rows.append([span])
    for row in rows:
        row.sort(key=lambda span: span.x0)
    return rows


def _cells(row: Sequence[Span]) -> tuple[tuple[Span, ...], ...]:
    cells: list[list[Span]] = [[row[0]]]
    for before, span in pairwise(row):
        if span.x0 - before.x1 > _CELL_GAP * max(span.size, before.size):
            cells.append([])
        cells[-1].append(span)
    if len(cells) > 1 and _LABEL.fullmatch(text_of(cells[0])):
        cells[:2] = [cells[0] + cells[1]]
    return tuple(tuple(cell) for cell in cells)


def _columns(spans: list[Span], depth: int, usual: float | None = None) -> list[list[Span]]:
    """The spans parted into columns in reading order: what crosses the gutter parts the page into bands."""
    gutter = _gutter(spans) if depth < 4 else None
    if gutter is None and usual is not None and spans and _filled(spans, usual, *_extent(spans), enough=1):
        gutter = usual
    if gutter is None:
        return [spans] if spans else []
    rows = _rows(spans)
    crossing = [any(span.x0 < gutter < span.x1 for span in row) for row in rows]
    bands: list[tuple[bool, list[Span]]] = []
    for row, crosses in zip(rows, crossing, strict=True):
        if not bands or bands[-1][0] != crosses:
            bands.append((crosses, []))
        bands[-1][1].extend(row)
    columns: list[list[Span]] = []
    whole: list[Span] = []
    for crosses, band in bands:
        left = [span for span in band if span.x1 <= gutter]
        right = [span for span in band if span.x0 >= gutter]
        if crosses or min(len(_rows(left)), len(_rows(right))) < 2:
            # A lone line on one side only, such as the last line of an abstract, belongs to what is above it.
            whole += band
            continue
        columns += [whole] if whole else []
        whole = []
        columns += _columns(left, depth + 1) + _columns(right, depth + 1)
    return columns + ([whole] if whole else [])


def _gutter(spans: list[Span]) -> float | None:
    """Where white runs down between two columns of prose; None if there is one column, or a table."""
    spans = [span for span in spans if any(map(str.isalnum, span.text))]
    if len(spans) < 8:
        return None
    start, end = _extent(spans)
    width = int(end - start)
    size = median(span.size for span in spans)
    if width < 20 * size or width > 20_000:
        return None
    covered = [0] * (width + 3)
    for span in spans:
        covered[int(span.x0 - start) + 1] += 1
        covered[min(int(span.x1 - start), width) + 1] -= 1
    for index in range(1, len(covered)):
        covered[index] += covered[index - 1]
    best: tuple[int, float] | None = None
    low, high = int(0.15 * width), int(0.85 * width)
    index = low
    while index < high:
        stop = index
        while stop < high and covered[stop] == covered[index]:
            stop += 1
        if stop - index >= max(4.0, 0.5 * size):
            gutter = start + (index + stop) / 2
            filled = _filled(spans, gutter, start, end)
            if filled and (best is None or filled - covered[index] > best[0]):
                best = (filled - covered[index], gutter)
        index = stop
    return best[1] if best and best[0] > 0 else None


def _extent(spans: Sequence[Span]) -> tuple[float, float]:
    return min(span.x0 for span in spans), max(span.x1 for span in spans)


def _filled(spans: list[Span], gutter: float, start: float, end: float, enough: int = 3) -> int:
    """How many lines fill the columns left and right of the gutter; 0 unless both sides are prose."""
    total = 0
    for side, width in (
        ([span for span in spans if span.x1 <= gutter], gutter - start),
        ([span for span in spans if span.x0 >= gutter], end - gutter),
    ):
        rows = _rows([span for span in side if not span.raised])
        # The cells of a table leave white between them; words of a line do not.
        full = [row for row in rows if _is_full(row, width)]
        letters = sum(len(span.text) for row in full for span in row)
        if len(full) < enough or len(full) < 0.2 * len(rows) or letters < 20 * len(full):
            return 0
        total += len(full)
    return total


def _is_full(row: Sequence[Span], width: float) -> bool:
    ink = sum(span.x1 - span.x0 for span in row)
    return ink > 0.6 * width and ink > 0.85 * (row[-1].x1 - row[0].x0)
