"""What a PDF repeats at the head and foot of its pages, and the numbers of the pages."""

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from aitia.library.readers.pdf_glyphs import Span
from aitia.library.readers.prose import tidy

_FIGURES = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|[-–—|])?\s*(?:[eES]?\d{1,5}|[ivxl]{1,6})(?:\s*(?:of|/|von)\s*\d{1,5}|\s*[-–—|])?",
    re.IGNORECASE,
)
_PAGE_OF_PAGES = re.compile(r"(?:page|seite) \d{1,5}(?: (?:of|von) \d{1,5})?", re.IGNORECASE)


class Sheet(Struct, frozen=True):
    """The spans of a page."""

    spans: tuple[Span, ...]
    height: float
    page: int


def without_running_heads(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The pages without page numbers and without what stands at the same height above or below the text of many.

    A row in the outer eighth of a page goes if its words, figures aside, come at that height on three pages (on two
    of up to four), or if most pages have a row at that height that stands well apart from the text.
    """
    words: Counter[tuple[str, int]] = Counter()
    heights: Counter[int] = Counter()
    outer = [_outer_rows(sheet) for sheet in sheets]
    for rows in outer:
        words.update({(_words(row), place) for row, _, _ in rows for place in _places(row)})
        heights.update(
            {place for row, apart, outermost in rows if apart and outermost for place in _places(row)}
        )
    enough = 2 if len(sheets) <= 4 else 3
    cleared = []
    for sheet, rows in zip(sheets, outer, strict=True):
        out: set[int] = set()
        for row, apart, outermost in rows:
            often = max(words[_words(row), place] for place in _places(row)) >= enough
            usual = max(heights[place] for place in _places(row))
            numbered = all(_PAGE_NUMBER.fullmatch(tidy(span.text)) for span in row)
            if (
                often
                or (numbered and outermost)
                or (apart and outermost and len(sheets) >= 4 and usual >= 0.6 * len(sheets))
            ):
                out.update(id(span) for span in row)
            elif outermost:
                out.update(id(span) for span in row if _PAGE_OF_PAGES.fullmatch(tidy(span.text)))
        cleared.append(
            Sheet(tuple(span for span in sheet.spans if id(span) not in out), sheet.height, sheet.page)
        )
    return cleared


def _outer_rows(sheet: Sheet) -> list[tuple[list[Span], bool, bool]]:
    """The rows in the outer eighths: their spans, whether apart from the text, whether outermost."""
    rows: list[list[Span]] = []
    for span in sorted(sheet.spans, key=lambda span: -span.y):
        if rows and abs(rows[-1][0].y - span.y) < 2:
            rows[-1].append(span)
        else:
            rows.append([span])
    found: list[tuple[list[Span], bool, bool]] = []
    for order in (rows, rows[::-1]):
        margin = sheet.height / 8
        for index, row in enumerate(order[:4]):
            y = row[0].y
            if min(abs(y), abs(sheet.height - y)) > margin or any(row is other for other, _, _ in found):
                continue
            inner = order[index + 1][0] if index + 1 < len(order) else None
            apart = inner is not None and abs(inner.y - y) > 1.9 * max(inner.size, row[0].size)
            found.append((row, apart, index == 0))
    return found


def _words(row: Sequence[Span]) -> str:
    return _FIGURES.sub("#", tidy(" ".join(span.text for span in row))).casefold()


def _places(row: Sequence[Span]) -> tuple[int, int]:
    """Two neighbouring steps of height, so that heights on either side of a step's edge meet in one."""
    return int(row[0].y // 4), -int((row[0].y + 2) // 4) - 1
