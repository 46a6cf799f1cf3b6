"""The page of a PDF: from glyphs in any order to lines in reading order, column by column."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from msgspec import Struct

from aitia.library.readers.pdf_glyphs import WIDE, Span
from aitia.library.readers.prose import CLOSE, OPEN

_LABEL = re.compile(
    r"[•‣▪◦●○∙·■□➢✓❶-➓–—*-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]|\[\d{1,3}\]|\d(?:\.\d){1,3}"
)
"""The mark of a list item or heading, which stands apart from its words but is no cell."""
_MOST_STRIPS = 30
"""How many strips of white are tried as the gutter, those that the fewest spans cross first."""
_LETTERSPACED = re.compile(r"(?:\w ){5,60}\w")
_BESIDE_ABSTRACT = re.compile(r"(?:article|paper) ?(?:info(?:rmation)?|history)|key ?words:?", re.IGNORECASE)


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
    text = "".join(parts)
    return text.replace(" ", "") if _LETTERSPACED.fullmatch(text) else text


def gap_between(before: Line | None, line: Line) -> float | None:
    """The distance of two baselines in sizes of the lower line's type; None across columns and pages."""
    if before is None or before.page != line.page or before.region != line.region:
        return None
    return (before.y - line.y) / line.size


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
        if span.x0 - before.x1 > WIDE * max(span.size, before.size):
            cells.append([])
        cells[-1].append(span)
    if len(cells) > 1 and _LABEL.fullmatch(text_of(cells[0])):
        cells[:2] = [cells[0] + cells[1]]
    return tuple(tuple(cell) for cell in cells)


def _columns(spans: list[Span], depth: int, usual: float | None = None) -> list[list[Span]]:
    """The spans parted into columns in reading order: what crosses the gutter parts the page into bands."""
    box = _abstract_box(spans) if depth == 0 else None
    if box:
        above, left, right, below = box
        return [*_columns(above, 1, usual), left, right, *_columns(below, 1, usual)]
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
        columns += _columns(whole, depth + 1, usual)
        whole = []
        columns += _columns(left, depth + 1) + _columns(right, depth + 1)
    if len(whole) == len(spans):
        return [whole]
    return columns + _columns(whole, depth + 1, usual)


def _abstract_box(spans: list[Span]) -> tuple[list[Span], list[Span], list[Span], list[Span]] | None:
    """What is above, left in, right in and below a box in which the keywords stand beside the abstract."""
    words = [(span, _LETTERSPACED.sub(lambda match: match[0].replace(" ", ""), span.text)) for span in spans]
    heads = [span for span, text in words if text.casefold().strip(" .:") in ("abstract", "summary")]
    labels = [span for span, text in words if _BESIDE_ABSTRACT.fullmatch(text)]
    for head in heads:
        if not any(abs(label.y - head.y) < 3 and label.x1 < head.x0 - head.size for label in labels):
            continue
        gutter, foot = head.x0 - 1, head.y
        for row in _rows([span for span in spans if span.x1 > gutter and span.y < head.y - 1]):
            if (
                row[0].x0 < gutter
                or row[0].x0 > gutter + 3 * head.size
                or foot - row[0].y > 2.6 * row[0].size
            ):
                break
            foot = row[0].y
        within = [span for span in spans if foot - 1 <= span.y <= head.y + 3]
        return (
            [span for span in spans if span.y > head.y + 3],
            [span for span in within if span.x0 < gutter],
            [span for span in within if span.x0 >= gutter],
            [span for span in spans if span.y < foot - 1],
        )
    return None


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
    strips: list[tuple[int, float]] = []
    high = int(0.85 * width)
    index = int(0.15 * width)
    while index < high:
        stop = index
        while stop < high and covered[stop] == covered[index]:
            stop += 1
        if stop - index >= max(4.0, 0.5 * size):
            strips.append((covered[index], start + (index + stop) / 2))
        index = stop
    best: tuple[int, float] | None = None
    for crossing, gutter in sorted(strips)[:_MOST_STRIPS]:
        filled = _filled(spans, gutter, start, end)
        if filled and (best is None or filled - crossing > best[0]):
            best = (filled - crossing, gutter)
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
