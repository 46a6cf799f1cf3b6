"""Markdown, as CommonMark with tables, footnotes and YAML front matter writes it."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import Any

import yaml

from aitia.library.document import Document, DocumentError, Reader
from aitia.library.readers import bylines
from aitia.library.readers.encoding import decode, is_text
from aitia.library.readers.outline import Heading, Part, Passage, blocks_of, extent_of, is_section_name
from aitia.library.readers.prose import Run, join_lines, prose, tidy
from aitia.library.readers.tables import statements

_LARGEST = 20 * 1024 * 1024
_LARGEST_FRONT_MATTER = 64 * 1024

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_ATX_END = re.compile(r"(?:^|[ \t])#+$")
_ATTRIBUTES = re.compile(r"\{[#.][^{}]{0,200}\}$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_QUOTE = re.compile(r"(?: {0,3}>[ \t]?)+")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])(?:[ \t]+(?:\[[ xX]\][ \t]+)?|$)")
_DEFINITION = re.compile(
    r" {0,3}\[(?:(\^)[^\[\]]{1,200}\]:|[^\[\]^][^\[\]]{0,200}\]:[ \t]*\S{1,2000}(?:[ \t]+[\"'(].{0,500}[\"')])?[ \t]*$)"
)

_COMMENT_OPENS, _COMMENT_CLOSES = "<!--", "-->"
_UNSHOWN = re.compile(r"<(/?)(script|style|svg|iframe)\b[^<>]{0,2000}>", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPECIAL = "*_[]<>`&~^\\|"
_HIDE = {ord(sign): 0xE000 + number for number, sign in enumerate(_SPECIAL)}
_SHOW = {hidden: sign for sign, hidden in _HIDE.items()}
_PRIVATE = re.compile("[\ue000-\ue0ff]")
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]{1,2000})\1(?!`)")
_IMAGE = re.compile(r"!\[[^\[\]]{0,1000}\](?:\([^()\n]{0,2000}\)|\[[^\[\]]{0,200}\])?")
_FOOTNOTE = re.compile(r"[ \t]{0,4}(?:\^?\[\^[^\[\]]{1,200}\]|\[-?@[^\[\]]{1,500}\])")
_LINK = re.compile(
    r"\[([^\[\]]{0,2000})\](?:\((?:[^()\s]{0,2000}(?:\([^()\s]{0,500}\)[^()\s]{0,500})?)"
    r"(?:\s+(?:\"[^\"]{0,500}\"|'[^']{0,500}'))?\s*\)|\[[^\[\]]{0,200}\])"
)
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_RAISED = re.compile(r"<sup\b[^<>]{0,200}>(.{0,200}?)</sup>|\^([^\s^]{1,40})\^", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|code|dfn|em|font|i|kbd|mark|q|s|small|span|strong|sub|sup|tt|u|var|wbr)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,30}(?:\s[^<>]{0,500})?/?>")
_EMPHASIS = re.compile(r"[*_]{1,6}|~~")


def _recognises(beginning: bytes) -> bool:
    return is_text(beginning) and not beginning.lstrip()[:9].lower().startswith(
        (b"<!doctype", b"<?xml", b"<html")
    )


def _read(content: bytes, name: str) -> Iterator[Document]:  # noqa: ARG001
    if len(content) > _LARGEST:
        raise DocumentError(f"It is larger than {_LARGEST // 2**20} MB, too large for one text; split it.")
    fields, body = _front_matter(decode(content))
    parts = list(_parts(_PRIVATE.sub("", _without_unshown(body)).splitlines()))
    title = tidy(_string(fields.get("title")))
    if not title and parts and isinstance(parts[0], Heading) and parts[0].level == 1:
        title = "" if is_section_name(parts[0].text) else parts[0].text
    blocks = blocks_of(parts, title)
    if not blocks and not title:
        raise DocumentError("It holds no text.")
    year_field = next(
        (key for key in ("year", "date", "issued") if bylines.year_of(_string(fields.get(key)))), None
    )
    yield Document(
        format="markdown",
        title=title,
        extent=extent_of(blocks),
        blocks=blocks,
        authors=_authors(fields.get("authors") or fields.get("author")),
        year=bylines.year_of(_string(fields.get(year_field or ""))),
        year_rule=f"front matter {year_field}" if year_field else None,
        container=tidy(_string(fields.get("journal") or fields.get("container"))) or None,
        doi=bylines.doi_of(_string(fields.get("doi"))),
        pmid=bylines.pmid_of(_string(fields.get("pmid"))),
        url=_string(fields.get("url")).strip() or None,
        language=_string(fields.get("lang") or fields.get("language")).strip().lower() or None,
    )


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The fields between two lines of dashes at the start, all as text, and what follows them."""
    if not re.match(r"---[ \t]*\r?\n", text):
        return {}, text
    start = text.index("\n") + 1
    end = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE).search(
        text, start, start + _LARGEST_FRONT_MATTER
    )
    if not end:
        return {}, text
    try:
        fields = yaml.load(text[start : end.start()], Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        if not re.match(r"\s*[\w-]+\s*:", text[start : start + 200]):
            return {}, text
        line = f" at line {error.problem_mark.line + 2}" if error.problem_mark else ""
        raise DocumentError(
            f"It has front matter that is not valid YAML{line}; mend it or take it out."
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise DocumentError("It has front matter that is not valid YAML; mend it or take it out.") from None
    if not isinstance(fields, dict):
        return {}, text
    return {str(key).lower(): value for key, value in fields.items()}, text[end.end() :]


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _authors(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return bylines.authors(value)
    people = []
    for person in value if isinstance(value, list) else [value]:
        if isinstance(person, dict):
            family, given = _string(person.get("family")), _string(person.get("given"))
            people.append(f"{family}, {given}" if family and given else family or _string(person.get("name")))
        else:
            people.append(_string(person))
    return bylines.names(people)


def _without_unshown(text: str) -> str:
    """Without comments, scripts and styles; one that is not closed ends with the text."""
    kept, position = [], 0
    while (start := text.find(_COMMENT_OPENS, position)) >= 0:
        kept.append(text[position:start])
        end = text.find(_COMMENT_CLOSES, start)
        position = end + len(_COMMENT_CLOSES) if end >= 0 else len(text)
    text = "".join([*kept, text[position:]])
    kept, position, unshown = [], 0, ""
    for match in _UNSHOWN.finditer(text):
        closes, element = match[1] == "/", match[2].lower()
        if not unshown and not closes:
            kept.append(text[position : match.start()])
            unshown = element
        elif closes and unshown == element:
            unshown, position = "", match.end()
    return "".join([*kept, "" if unshown else text[position:]])


def _parts(lines: list[str]) -> Iterator[Part]:
    paragraph: list[str] = []
    index = 0
    while index < len(lines):
        line = _QUOTE.sub("", lines[index], count=1) if lines[index].lstrip()[:1] == ">" else lines[index]
        following = lines[index + 1] if index + 1 < len(lines) else ""
        index += 1
        fence, heading = _FENCE.match(line), _ATX.match(line)
        underline = _SETEXT.fullmatch(line) if paragraph else None
        if underline:
            yield Heading(inline(join_lines(paragraph)), 1 if underline[1][0] == "=" else 2)
            paragraph = []
        elif fence:
            yield from _passage(paragraph)
            paragraph = []
            index = _after_fence(lines, index, fence[1])
        elif heading:
            yield from _passage(paragraph)
            paragraph = []
            words = _ATX_END.sub("", line[heading.end() :].rstrip())
            yield Heading(inline(_ATTRIBUTES.sub("", words.rstrip())), len(heading[1]))
        elif not line.strip() or _RULE.fullmatch(line):
            yield from _passage(paragraph)
            paragraph = []
        elif not paragraph and (definition := _DEFINITION.match(line)):
            index = _after_note(lines, index) if definition[1] else index
        elif "|" in line and _parts_columns(following):
            yield from _passage(paragraph)
            paragraph = []
            rows = [_cells(line)]
            index += 1
            while index < len(lines) and "|" in lines[index] and lines[index].strip():
                rows.append(_cells(lines[index]))
                index += 1
            yield from (Passage(row) for row in statements(rows, header=True))
        elif item := _ITEM.match(line):
            yield from _passage(paragraph)
            paragraph = [line[item.end() :]]
        else:
            paragraph.append(line)
    yield from _passage(paragraph)


def _passage(paragraph: list[str]) -> Iterator[Passage]:
    text = inline(" ".join(line.strip().removesuffix("\\") for line in paragraph)) if paragraph else ""
    if text:
        yield Passage(text)


def _after_fence(lines: list[str], index: int, fence: str) -> int:
    while index < len(lines):
        index += 1
        close = lines[index - 1].strip(" \t>")
        if close.startswith(fence) and not close.strip(fence[0]):
            break
    return index


def _after_note(lines: list[str], index: int) -> int:
    """Past the lines that belong to a footnote: the rest of its paragraph, and indented ones after blank lines."""
    while index < len(lines):
        blank, following = not lines[index].strip(), lines[index + 1] if index + 1 < len(lines) else ""
        if blank and not following.startswith(("    ", "\t")):
            break
        if not blank and (_DEFINITION.match(lines[index]) or _ATX.match(lines[index])):
            break
        index += 1
    return index


def _parts_columns(line: str) -> bool:
    marks = line.strip(" \t>")
    return "|" in marks and "-" in marks and len(marks) < 10_000 and not marks.strip("|:- \t")


def _cells(line: str) -> list[str]:
    line = _ESCAPE.sub(lambda match: match[1].translate(_HIDE), line.strip(" \t>"))
    return [inline(cell) for cell in line.removeprefix("|").removesuffix("|").split("|")]


def inline(text: str) -> str:
    """The words of a paragraph without markup. Links keep their words; pictures and notes go."""
    text = _ESCAPE.sub(lambda match: match[1].translate(_HIDE), text)
    text = _CODE.sub(lambda match: match[2].translate(_HIDE), text)
    text = _FOOTNOTE.sub("", _IMAGE.sub("", text))
    text = _ADDRESS.sub(lambda match: match[1].translate(_HIDE), text)
    for _ in range(2):
        text = _LINK.sub(lambda match: match[1], text)
    text = _without_emphasis(text)
    runs, position = [], 0
    for match in _RAISED.finditer(text):
        runs += [
            Run(_shown(text[position : match.start()])),
            Run(_shown(match[1] or match[2] or ""), raised=True),
        ]
        position = match.end()
    return prose([*runs, Run(_shown(text[position:]))])


def _shown(text: str) -> str:
    return unescape(_TAG.sub(" ", _INLINE_TAG.sub("", text))).translate(_SHOW)


def _without_emphasis(text: str) -> str:
    """Without the asterisks, underscores and tildes that come in pairs around words; others (HLA-B*27) stay."""
    opened: dict[str, list[int]] = {"*": [], "_": [], "~": []}
    out: set[int] = set()
    for match in _EMPHASIS.finditer(text):
        sign, start, end = match[0][0], match.start(), match.end()
        before, after = text[start - 1 : start], text[end : end + 1]
        opens = bool(after) and not after.isspace() and (sign == "*" or not before.isalnum())
        closes = bool(before) and not before.isspace() and (sign == "*" or not after.isalnum())
        if sign == "*" and before.isalnum() and after.isalnum():
            opens = closes = end - start > 1
        for position in range(start, end):
            if closes and opened[sign]:
                out |= {opened[sign].pop(), position}
            elif opens:
                opened[sign].append(position)
    if not out:
        return text
    edges = [-1, *sorted(out), len(text)]
    return "".join(text[left + 1 : right] for left, right in pairwise(edges))


READER = Reader(name="markdown", suffixes=(".md", ".markdown"), recognises=_recognises, read=_read)
