"""Tables of a PDF, told by cells that stand below each other, row by row."""

import re
from collections.abc import Sequence
from itertools import pairwise

from aitia.library.readers.pdf_layout import Line, gap_between, text_of
from aitia.library.readers.prose import marked
from aitia.library.readers.tables import statements

_FIGURE = re.compile(r"\d")
# Two figures in one cell: the columns were not told apart, and a figure must not get another column's name.
_TWO_FIGURES = re.compile(r"[-−]?\d[\d.,]*%?\s+[-−]?\d[\d.,]*%?")


def tables_in(lines: Sequence[Line]) -> dict[int, int]:
    """Where tables begin, and where each ends, as places in `lines`.

    A table is three rows or more of two cells or more, with white between the cells that runs down; rows of one
    cell in between are cells that go on.
    """
    found: dict[int, int] = {}
    start = 0
    while start < len(lines):
        stop, rows = _run(lines, start)
        if rows >= 3 and _column_edges(lines[start:stop]):
            found[start] = stop
        start = stop
    return found


def _run(lines: Sequence[Line], start: int) -> tuple[int, int]:
    """Where the rows of cells that begin with a line end, and how many there are; the next line if there are none."""
    if len(lines[start].cells) < 2:
        return start + 1, 0
    stop, rows, last = start + 1, 1, start + 1
    while stop < len(lines):
        gap = gap_between(lines[stop - 1], lines[stop])
        if gap is None or not 0 < gap < 3.2 or stop - last > 2:
            break
        if len(lines[stop].cells) > 1:
            rows += 1
            last = stop + 1
        elif lines[stop].x1 - lines[stop].x0 > 0.75 * (lines[stop].right - lines[stop].left):
            break
        stop += 1
    return last, rows


def rows_of(lines: Sequence[Line]) -> list[str]:
    """The rows of a table as statements; a row whose first cell is empty goes on from the one above."""
    edges = _column_edges(lines)
    rows: list[list[str]] = []
    for line in lines:
        row = [""] * (len(edges) + 1)
        for cell in line.cells:
            middle = (cell[0].x0 + cell[-1].x1) / 2
            column = sum(1 for edge in edges if middle > edge)
            row[column] = f"{row[column]} {marked(text_of(cell))}".strip()
        if rows and _continues(rows[-1], row):
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
    doubtful = any(_TWO_FIGURES.fullmatch(cell) for row in rows for cell in row)
    return statements(rows, header=False if doubtful else None)


def _continues(above: Sequence[str], row: Sequence[str]) -> bool:
    """Whether the cells of a row are the next lines of the cells above: fewer of them, of words only, and no label."""
    filled = [cell for cell in row if cell]
    if filled == [row[0]]:
        return row[0][:1].islower() and bool(above[0])
    if row[0] or len(filled) >= sum(map(bool, above)) or any(_FIGURE.match(cell) for cell in filled):
        return False
    return all(above[index] for index, cell in enumerate(row) if cell)


def _column_edges(lines: Sequence[Line]) -> list[float]:
    """The middles of the white strips that run down between the cells of most rows."""
    rows = [line for line in lines if len(line.cells) > 1]
    intervals = sorted((cell[0].x0, cell[-1].x1) for line in rows for cell in line.cells)
    points = sorted({point for interval in intervals for point in interval})
    edges: list[float] = []
    allowed = max(0.15 * len(rows), 1 if len(rows) > 3 else 0)
    open_since: float | None = None
    for left, right in pairwise(points):
        middle = (left + right) / 2
        over = sum(1 for x0, x1 in intervals if x0 < middle < x1)
        if over <= allowed:
            open_since = left if open_since is None else open_since
            closes = right
        elif open_since is not None:
            edges.append((open_since + closes) / 2)
            open_since = None
    return edges
