"""Tables as statements, one a row, so that a figure is never shown without what it measures."""

import re
from collections.abc import Sequence

from aitia.library.readers.prose import tidy

_FIGURE = re.compile(r"\d")


def statements(rows: Sequence[Sequence[str]], *, header: bool | None = None) -> list[str]:
    """The rows of a table: "Drug: Colchicine; Dose: 0.5 mg", or "Age: over 50" for two columns without a header.

    `header` says whether the first row names the columns; None leaves it to the words: it does if there are three
    columns or more, all named but perhaps the first, none with a figure, while later rows have figures.
    A cell that repeats its neighbour (a merged cell) is given once; empty cells are left out.
    """
    table = [[tidy(cell) for cell in row] for row in rows]
    table = [row for row in table if any(row)]
    if not table:
        return []
    if len(table) > 1 and len(table[0]) > 1 and len(set(table[0])) == 1:
        # One cell across the whole table is its title and names no column.
        return [table[0][0], *statements(table[1:])]
    if header is None:
        header = _names_columns(table)
    if not header or len(table) < 2:
        return [_plain(row) for row in table]
    names = table[0]
    return [_named(names, row) for row in table[1:]]


def one_header(rows: Sequence[Sequence[str]]) -> list[str]:
    """Several rows that name the columns as one: "Topiramate, Mean" from a name above others."""
    width = max((len(row) for row in rows), default=0)
    columns = [[tidy(row[index]) for row in rows if index < len(row)] for index in range(width)]
    return [", ".join(dict.fromkeys(name for name in column if name)) for column in columns]


def _names_columns(table: list[list[str]]) -> bool:
    first, later = table[0], table[1:]
    if len(first) < 3 or not later or not all(first[1:]):
        return False
    if any(_FIGURE.search(name) for name in first[1:]):
        return False
    return any(_FIGURE.search(cell) for row in later for cell in row[1:])


def _plain(row: list[str]) -> str:
    cells = [cell for index, cell in enumerate(row) if cell and (index == 0 or cell != row[index - 1])]
    if len(cells) < 2:
        return "".join(cells)
    lead, rest = cells[0].rstrip(" :"), "; ".join(cells[1:])
    return f"{lead}: {rest}" if row[0] else f"{lead}; {rest}"


def _named(names: list[str], row: list[str]) -> str:
    if len({cell for cell in row if cell}) == 1:
        return next(cell for cell in row if cell)
    cells = []
    for index, cell in enumerate(row):
        if not cell:
            continue
        name = names[index].rstrip(" :") if index < len(names) else ""
        cells.append(f"{name}: {cell}" if name else cell)
    return "; ".join(cells)
