"""Small drawings as SVG: no script, no style attribute; colours come from the page's style sheet by class.

They are drawn 360 units wide, so that the letters can be read on a telephone, and have a table beside them.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape
from msgspec import Struct

from aitia.evidence.numbers import written

_WIDTH = 360
_LEFT, _RIGHT = 8, 352
_ROW = 36
_LONGEST_LABEL = 58
"""Characters of eleven units that fit the width."""
_SIGN = 5.6
"""Units that a character beside a bar takes, at most on average."""


class Interval(Struct, frozen=True):
    """A row of an interval plot."""

    label: str
    words: str
    """The figures as they are read."""
    value: float
    low: float | None
    high: float | None
    is_range: bool = False
    """Low and high are all that the source gives; there is no dot between them."""


class Moment(Struct, frozen=True):
    """A source on a timeline."""

    year: int
    row: int
    label: str


def interval_plot(title: str, rows: Sequence[Interval], *, unit: str, is_ratio: bool) -> Markup:
    """A forest plot: one row a source, the interval as a bar, the estimate as a dot.

    is_ratio: on a logarithmic axis, with a line at 1.
    """
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    if is_ratio:
        ends = [end for end in ends if end > 0] + [1.0]
    ticks = _ratio_ticks(min(ends), max(ends)) if is_ratio else _even_ticks(min(ends), max(ends))
    first, last = min(ticks[0], *ends), max(ticks[-1], *ends)

    def across(value: float) -> float:
        if is_ratio:
            value, start, end = math.log(max(value, first)), math.log(first), math.log(last)
        else:
            start, end = first, last
        return round(_LEFT + (value - start) / ((end - start) or 1) * (_RIGHT - _LEFT), 1)

    bottom = len(rows) * _ROW + 6
    parts = [
        f'<line class="plot-grid" x1="{across(tick)}" y1="0" x2="{across(tick)}" y2="{bottom}"/>'
        for tick in ticks
    ]
    if is_ratio:
        parts.append(f'<line class="plot-none" x1="{across(1)}" y1="0" x2="{across(1)}" y2="{bottom}"/>')
    for number, row in enumerate(rows):
        base = number * _ROW + 13
        parts.append(f'<text class="plot-label" x="{_LEFT}" y="{base}">{escape(_short(row.label))}</text>')
        middle = base + 11
        parts += _beside(row, across, middle)
        if row.low is not None and row.high is not None:
            ends_ = f'x1="{across(row.low)}" y1="{middle}" x2="{across(row.high)}" y2="{middle}"'
            parts.append(f'<line class="plot-bar" {ends_}/>')
        if not row.is_range:
            parts.append(f'<circle class="plot-dot" cx="{across(row.value)}" cy="{middle}" r="4"/>')
    parts += _axis(ticks, across, bottom, unit)
    words = "; ".join(f"{row.label}: {row.words}" for row in rows)
    return _drawing(title, words, bottom + (34 if unit not in ("", "1", "%") else 20), parts)


def time_plot(title: str, rows: Sequence[str], moments: Sequence[Moment]) -> Markup:
    """Dots over the years, one row a kind; dots of one year and kind stand over each other."""
    first, last = min(one.year for one in moments), max(one.year for one in moments)

    def across(year: float) -> float:
        return round(_LEFT + 6 + (year - first) / ((last - first) or 1) * (_RIGHT - _LEFT - 12), 1)

    counts = Counter((one.row, one.year) for one in moments)
    parts: list[str] = []
    top = 0
    for row, name in enumerate(rows):
        held = [(year, count) for (place, year), count in sorted(counts.items()) if place == row]
        if not held:
            continue
        height = 6 * max(min(count, 8) for _, count in held)
        parts.append(f'<text class="plot-label" x="{_LEFT}" y="{top + 13}">{escape(name)}</text>')
        floor = top + 22 + height
        parts.append(f'<line class="plot-grid" x1="{_LEFT}" y1="{floor}" x2="{_RIGHT}" y2="{floor}"/>')
        for year, count in held:
            for place in range(min(count, 8)):
                parts.append(
                    f'<circle class="plot-dot" cx="{across(year)}" cy="{floor - 4 - place * 6}" r="2.6"/>'
                )
        top = floor + 4
    ticks = [float(year) for year in _even_ticks(first, last) if first <= year <= last and year == int(year)]
    parts += _axis(ticks or [float(first), float(last)], across, top, "", thousands=False)
    words = ", ".join(
        f"{sum(1 for one in moments if one.row == row)} {name}" for row, name in enumerate(rows)
    )
    return _drawing(title, f"{first} to {last}: {words}", top + 20, parts)


def _beside(row: Interval, across: Callable[[float], float], middle: float) -> list[str]:
    """The figures in words, on the side of the bar that has room for them; nothing where neither has."""
    ends = [across(end) for end in (row.value, row.low, row.high) if end is not None]
    needed = len(row.words) * _SIGN + 10
    if max(ends) + needed <= _RIGHT:
        place, anchor = max(ends) + 8, "start"
    elif min(ends) - needed >= _LEFT:
        place, anchor = min(ends) - 8, "end"
    else:
        return []
    return [
        f'<text class="plot-tick" x="{place:g}" y="{middle + 4}" text-anchor="{anchor}">{escape(row.words)}</text>'
    ]


def _drawing(title: str, description: str, height: float, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {height:g}" role="img" aria-label="{escape(title)}. '
        f'{escape(description)}" focusable="false">{"".join(parts)}</svg>'
    )


def _axis(
    ticks: Sequence[float],
    across: Callable[[float], float],
    bottom: float,
    unit: str,
    thousands: bool = True,
) -> list[str]:
    parts = []
    for tick in ticks:
        place = across(tick)
        anchor = "start" if place < _LEFT + 14 else "end" if place > _RIGHT - 14 else "middle"
        words = (written(tick) if thousands else str(int(tick))) + ("%" if unit == "%" else "")
        parts.append(
            f'<text class="plot-tick" x="{place}" y="{bottom + 14}" text-anchor="{anchor}">{words}</text>'
        )
    if unit not in ("", "1", "%"):
        parts.append(f'<text class="plot-tick" x="{_LEFT}" y="{bottom + 29}">{escape(unit)}</text>')
    return parts


def _even_ticks(low: float, high: float) -> list[float]:
    """Four to six round numbers around a span."""
    span = (high - low) or abs(high) or 1.0
    size = 10 ** math.floor(math.log10(span / 4))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if span / (size * factor) <= 5)
    start = math.floor(low / step)
    return [round(step * count, 10) for count in range(start, math.ceil(high / step) + 1)]


def _ratio_ticks(low: float, high: float) -> list[float]:
    """Round ratios around a span, with 1 among them."""
    among = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
    if high / low < 4:
        among = sorted({*among, 0.7, 0.8, 1.2, 1.5, 3.0})
    inside = [tick for tick in among if low <= tick <= high]
    below = [tick for tick in among if tick < low][-1:]
    above = [tick for tick in among if tick > high][:1]
    ticks = [*below, *inside, *above] or [low, high]
    return (
        ticks
        if len(ticks) <= 7
        else [tick for tick in ticks if tick in (0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0)]
    )


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1].rstrip() + "…"
