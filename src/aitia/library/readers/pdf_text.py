"""The lines of a PDF as a work: running heads dropped, headings told by their type, paragraphs put together."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from msgspec import Struct

from aitia.library.readers.outline import Heading, Part, Passage, is_left_out, is_section_name
from aitia.library.readers.pdf_layout import Line, gap_between
from aitia.library.readers.pdf_tables import rows_of, tables_in
from aitia.library.readers.prose import CLOSE, OPEN, join_lines, marked, tidy, vocabulary

_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4}|[IVX]{1,5}|[A-H](?:\.\d{1,2}){0,3})[.)]?\s+(?=\S)")
_BULLET = re.compile(r"[•‣▪◦●○∙·■□➢✓❶-➓–—*-]\s+|[•‣▪●○■□]")
_ITEM = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)|\[\d{1,3}\]\s")
_CAPTION = re.compile(
    r"(?:supplementa(?:ry|l) |extended data |online )?"
    r"(?:table|figure|fig\.?|box|panel|scheme|tabelle|abbildung|tableau|tabla)"
    r"\s?[S]?(?:\d{1,3}|[IVX]{1,4}|[A-Z])(?:[.:|)—–]|\s|$)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?:;][\"'”’)\]]*(?:⸨[^⸩]*⸩)?$")
_JOURNAL = re.compile(
    r"(?:\S+ ){0,3}(?:journal|annals|archives|acta|proceedings|bulletin|lancet|frontiers in|reviews? (?:of|in))\b"
    r"(?: \S+){0,6}$",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"(?:abstract|summary|zusammenfassung|résumé|resumen)\W?", re.IGNORECASE)
_INTRODUCTION = re.compile(
    r"(?:(?:1|I)[.)]?\s+)?(?:introduction|background|einleitung|introducción)\W?", re.IGNORECASE
)
_LEADERS = re.compile(r"(?:\.\s?){6}[.\s;]*\d{0,5}$")
_WORD = re.compile(r"[^\W\d_]{3}|[^\W_]{2}[:;]")
_MARK = re.compile(f"[{OPEN}{CLOSE}]")


class Style(Struct, frozen=True, order=True):
    """How a heading is set, the most prominent first."""

    smallness: float
    """The size of the type, negative, so that large type sorts first."""
    light: bool
    small_letters: bool
    upright: bool
    depth: int


class _Group(Struct, frozen=True):
    """Lines that belong together."""

    lines: tuple[Line, ...]
    style: Style | None = None
    """None: a paragraph."""
    rows: tuple[str, ...] = ()
    """The statements of a table; then it is no paragraph."""


def body_size(lines: Sequence[Line]) -> float:
    """The size of most of the letters, in points."""
    sizes: Counter[float] = Counter()
    for line in lines:
        for span in line.spans:
            sizes[round(span.size * 2) / 2] += len(span.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _common_sizes(lines: Sequence[Line]) -> frozenset[float]:
    """The sizes in which more than a seventh of the text is set: none of them makes a heading by itself."""
    sizes: Counter[float] = Counter()
    rows: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
        rows[round(line.size * 2) / 2] += 1
    return frozenset(
        size for size, letters in sizes.items() if letters * 7 > sizes.total() and rows[size] > 12
    )


def parts_of(lines: Sequence[Line]) -> tuple[str, list[Part]]:
    """The title, and the headings and passages in reading order.

    The title is the largest type in the upper two thirds of the first page, if it is larger than the text.
    """
    size = body_size(lines)
    letters = sum(len(line.text) for line in lines)
    bold = sum(len(line.text) for line in lines if line.bold) > 0.5 * letters
    body = _Type(size, bold, _leading(lines, size), _common_sizes(lines))
    groups = list(_grouped(lines, body))
    title_at = _title(groups, size)
    title = _heading_text(groups[title_at]).rstrip("*∗†‡§ ") if title_at is not None else ""
    groups = _without_byline_headings(groups, title_at)
    styles = sorted({group.style for group in groups if group.style})
    levels = {style: level for level, style in enumerate(styles, 1)}
    introductions = [
        levels[group.style]
        for group in groups
        if group.style and _INTRODUCTION.fullmatch(_heading_text(group))
    ]
    words = vocabulary(_MARK.sub("", line.text) for line in lines)
    parts: list[Part] = []
    sizes: list[float] = []
    unfinished: set[int] = set()
    for index, group in enumerate(groups):
        page = group.lines[0].page
        if index == title_at or not any(
            map(_says_something, group.rows or [line.text for line in group.lines])
        ):
            continue
        if group.style:
            heading, level = _heading_text(group), levels[group.style]
            if introductions and _ABSTRACT.fullmatch(heading):
                # However large it is set, an abstract does not hold the rest of the work.
                level = max(level, introductions[0])
            parts.append(Heading(heading, level, page))
            sizes.append(0)
        elif group.rows:
            parts += [Passage(row, page) for row in group.rows]
            sizes += [0] * len(group.rows)
        else:
            text = join_lines([line.text for line in group.lines], words)
            parts.append(Passage(_BULLET.sub("", text, count=1) if _BULLET.match(text) else text, page))
            if abs(group.lines[0].size - size) < 0.6 and not short_of_column(group.lines[-1]):
                unfinished.add(len(sizes))
            sizes.append(group.lines[0].size)
    return title, _made_whole(parts, sizes, unfinished, words)


def _without_byline_headings(groups: Sequence[_Group], title_at: int | None) -> list[_Group]:
    """Names of the journal above the title and of authors below it are often set large; they head nothing."""
    if title_at is None:
        return list(groups)
    named = (
        index
        for index, group in enumerate(groups)
        if index > title_at and group.style and _heads_a_section(_heading_text(group))
    )
    first = next(named, title_at)
    if groups[first].lines[0].page > groups[title_at].lines[0].page + 1:
        first = title_at
    return [
        _Group(group.lines) if group.style and index < first and index != title_at else group
        for index, group in enumerate(groups)
    ]


def _heads_a_section(text: str) -> bool:
    """Whether a heading can be no author's name: it is a section's usual name, numbered, or a question."""
    return is_section_name(text) or _NUMBERED.match(text) is not None or text.endswith("?")


def _says_something(text: str) -> bool:
    """Whether there is a word in it, as in no piece of a formula; lines of a table of contents say nothing either."""
    return bool(_WORD.search(text)) and not _LEADERS.search(text)


def _heading_text(group: _Group) -> str:
    return marked(join_lines([line.text for line in group.lines]))


def _title(groups: Sequence[_Group], size: float) -> int | None:
    """The group that is the title: of those in the largest type but for names of journals, which are short."""
    candidates = [
        (index, group)
        for index, group in enumerate(groups)
        if group.style
        and group.lines[0].page == groups[0].lines[0].page
        and group.lines[0].size >= 1.12 * size
        and not is_section_name(_heading_text(group))
    ]
    prose = (
        index
        for index, group in enumerate(groups)
        if not group.style and len(_heading_text(group).split()) > 25
    )
    first = next(prose, len(groups))
    candidates = [(index, group) for index, group in candidates if index < first]
    # "1 Gout" is a heading like others of its size; "5 signs of gout" alone in large type is a title.
    sizes = Counter(round(group.lines[0].size) for group in groups if group.style)
    candidates = [
        (index, group)
        for index, group in candidates
        if sizes[round(group.lines[0].size)] == 1 or not _NUMBERED.match(_heading_text(group))
    ]
    if not candidates:
        return None
    long = [
        (index, group)
        for index, group in candidates
        if len(_heading_text(group).split()) >= 4 and not _JOURNAL.match(_heading_text(group))
    ]
    return max(long or candidates, key=lambda pair: pair[1].lines[0].size)[0]


def _is_sentence(lines: Sequence[Line]) -> bool:
    text = tidy(" ".join(line.text for line in lines))
    return text.endswith((".", ".)", "!")) and len(text.split()) > 7


class _Type(Struct, frozen=True):
    """How the running text is set."""

    size: float
    bold: bool
    leading: float
    """The usual distance of baselines within paragraphs, in sizes of type."""
    common: frozenset[float]


def _grouped(lines: Sequence[Line], body: _Type) -> Iterator[_Group]:
    tables = tables_in(lines)
    index = 0
    while index < len(lines):
        if index in tables:
            stop = tables[index]
            yield _Group(tuple(lines[index:stop]), rows=tuple(rows_of(lines[index:stop])))
            index = stop
            continue
        before = lines[index - 1] if index else None
        after = lines[index + 1] if index + 1 < len(lines) else None
        style = _style(lines[index], before, after, body)
        stop = index + 1
        while stop < len(lines):
            previous, line = lines[stop - 1], lines[stop]
            if stop in tables:
                break
            following = lines[stop + 1] if stop + 1 < len(lines) else None
            other = _style(line, previous, following, body)
            if style is None:
                if other is not None or _begins(previous, line, body.leading):
                    break
            elif not _goes_on(style, other, previous, line):
                break
            stop += 1
        if style and stop - index > (3 if lines[index].size < 1.2 * body.size else 8):
            style = None  # an abstract in bold, or advice in a box
        if style and lines[index].size < 1.3 * body.size and _is_sentence(lines[index:stop]):
            style = None  # a recommendation in bold
        yield _Group(tuple(lines[index:stop]), style)
        index = stop


def _leading(lines: Sequence[Line], size: float) -> float:
    """The usual distance of baselines within paragraphs, in sizes of type."""
    steps = [
        (before.y - line.y) / line.size
        for before, line in pairwise(lines)
        if before.page == line.page and before.region == line.region and abs(line.size - size) < 0.6
    ]
    steps = [step for step in steps if 0.8 < step < 3]
    return median(steps) if steps else 1.2


def _style(line: Line, before: Line | None, after: Line | None, body: _Type) -> Style | None:
    """How the line is set if that makes it a heading, else None."""
    text = tidy(_MARK.sub("", line.text))
    letters = sum(map(str.isalpha, text))
    if len(line.cells) > 2 or not letters >= 2 or len(text) > 220 or letters * 3 < len(text):
        return None
    if _CAPTION.match(text) or _BULLET.match(text):
        return None
    size, leading = body.size, body.leading
    gap = gap_between(before, line)
    apart = gap is None or gap > 1.25 * leading
    large = line.size > 1.09 * size and round(line.size * 2) / 2 not in body.common
    bold = line.bold and not body.bold
    capitals = text.isupper() and letters >= 4
    sentence = text[-1] in ".,;" and not _is_short_name(text)
    named = is_section_name(text) and text[0] != text[0].lower()
    numbered = _NUMBERED.match(text)
    depth = numbered[1].count(".") + 1 if numbered else 1
    narrow = line.x1 - line.x0 < 0.8 * (line.right - line.left) or len(text) < 70
    alone = apart or after is None or (gap_between(line, after) or 9) > 1.25 * leading
    is_heading = (
        (large and not (sentence and line.size < 1.3 * size))
        or (
            bold
            and line.size > 0.85 * size
            and not (sentence and len(text) > 60)
            and text[0] != text[0].lower()
        )
        or (bold and numbered is not None and not sentence)
        or (named and narrow and (apart or capitals or line.italic or is_left_out(text)))
        or (capitals and narrow and alone and len(text) < 80 and line.size > 0.85 * size and not sentence)
        or (line.italic and narrow and alone and not sentence and len(text) < 90 and line.size > 0.85 * size)
    )
    if (
        is_heading
        and not large
        and before is not None
        and not apart
        and not bold
        and not _ENDS.search(before.text)
    ):
        is_heading = capitals and named
    if not is_heading:
        return None
    italic_only = line.italic and not (bold or large or capitals)
    return Style(-round(line.size * 2) / 2, not bold, not capitals, not italic_only, depth)


def _is_short_name(text: str) -> bool:
    return is_section_name(text) or (len(text) < 60 and text.count(".") == 1 and bool(_NUMBERED.match(text)))


def _goes_on(style: Style, other: Style | None, previous: Line, line: Line) -> bool:
    """Whether a line continues the heading that the previous one is of."""
    gap = gap_between(previous, line)
    text = tidy(_MARK.sub("", line.text))
    if (
        gap is None
        or not 0 < gap < 1.75
        or abs(line.size - previous.size) > 0.5
        or line.bold != previous.bold
    ):
        return False
    if is_section_name(tidy(previous.text)) or is_section_name(text) or _NUMBERED.match(text):
        return False
    if other is None and not (line.bold and previous.bold):
        return False
    return other is None or other.smallness == style.smallness


def _begins(previous: Line, line: Line, leading: float) -> bool:
    """Whether a line begins a paragraph after the previous one."""
    text, last = tidy(line.text), tidy(previous.text)
    if abs(line.size - previous.size) > 0.1 * previous.size or (_CAPTION.match(text) and line.level[0].bold):
        return True
    if _BULLET.match(text) or (_CAPTION.match(text) and _ENDS.search(last)):
        return True
    ended = bool(_ENDS.search(last))
    short = previous.x1 < line.right - 0.12 * (line.right - line.left)
    gap = gap_between(previous, line)
    if gap is None:
        if ended:
            return True
        # A column or page ends within a paragraph only with a full line, or where the next goes on in small letters.
        return not (text[:1].islower() or last[-1:] in "-\u0002" or not short_of_column(previous))
    if gap > (1.2 if ended else 1.4) * leading or gap < -0.5:
        return True
    indent = line.x0 - line.left
    if _ITEM.match(text) and (ended or short):
        return True
    deeper = line.x0 - previous.x0
    if (
        0.8 * line.size < deeper < 4 * line.size
        and indent > 0.8 * line.size
        and ended
        and not _BULLET.match(last)
    ):
        return not text[:1].islower()
    return ended and short and not text[:1].islower()


def short_of_column(line: Line) -> bool:
    """Whether a line ends well before its column does."""
    return line.x1 < line.right - 0.12 * (line.right - line.left)


def _made_whole(
    parts: list[Part], sizes: list[float], unfinished: set[int], words: frozenset[str]
) -> list[Part]:
    """Paragraphs that a figure, a table, a footnote or the foot of a page parts are joined again.

    `sizes`: of the type of each part, 0 for headings and tables. `unfinished`: the parts in the size of the text
    whose last line is full.
    """
    whole: list[Part] = []
    taken: set[int] = set()
    for index, part in enumerate(parts):
        if index in taken:
            continue
        if isinstance(part, Heading):
            whole.append(part)
            continue
        text, last = part.text, index
        while last in unfinished and not _ENDS.search(text) and not _CAPTION.match(text):
            following = _continuation(parts, sizes, last, sizes[index], taken)
            if following is None:
                break
            taken.add(following)
            last = following
            text = join_lines([text, parts[following].text], words)
        whole.append(Passage(marked(text), part.page))
    return whole


def _continuation(
    parts: Sequence[Part], sizes: Sequence[float], start: int, size: float, taken: set[int]
) -> int | None:
    """The passage that goes on in small letters after floats; None if a heading or another paragraph comes first."""
    page = parts[start].page or 0
    for index in range(start + 1, min(start + 40, len(parts))):
        part = parts[index]
        if isinstance(part, Heading) or (part.page or 0) > page + 2:
            return None
        if index in taken:
            continue
        label = len(part.text.split()) < 8 and not _ENDS.search(part.text) and not part.text[:1].islower()
        floats = not sizes[index] or abs(sizes[index] - size) >= 0.6 or bool(_CAPTION.match(part.text))
        if not floats and not label:
            return index if part.text[:1].islower() else None
    return None
