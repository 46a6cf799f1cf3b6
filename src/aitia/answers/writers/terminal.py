"""The article for a terminal: wrapped to its width, with colour where it shows colour."""

import os
import shutil
import sys
import textwrap

from aitia.answers.writers.labels import (
    authors,
    ground,
    heading,
    kind,
    legend,
    marks,
    places,
    status_line,
    title,
)
from aitia.evidence.article import Article, Reference

_BOLD, _DIM, _YELLOW, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"


def write(article: Article, width: int | None = None, colour: bool | None = None) -> str:
    """The article as text; width and colour are taken from the terminal unless given."""
    width = width or max(40, min(100, shutil.get_terminal_size((92, 24)).columns))
    if colour is None:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    page = _Page(width, colour)
    if article.notice:
        page.boxed(article.notice)
    page.line(article.title, _BOLD)
    page.line(status_line(article), _DIM)
    page.boxed(article.caution)
    where = places(article, article.lead.statement_ids)
    page.line(f"{article.lead.text} {marks(article.lead.citations)}{f' ({where})' if where else ''}".strip())
    if article.sections:
        page.blank()
        page.line(legend(article), _DIM)
    for section in article.sections:
        page.head(section.heading)
        for statement in section.statements:
            tail = f"{marks(statement.citations)} ({ground(article, statement)})"
            page.bullet(statement.text, tail)
            if statement.basis:
                page.note(statement.basis)
            if statement.model:
                page.note(f"run this model: {statement.model}")
    if article.disagreements:
        page.head(heading("disagreements", article))
        for disagreement in article.disagreements:
            page.bullet(
                disagreement.quantity + (" (found by comparing figures)" if disagreement.detected else "")
            )
            for member in disagreement.members:
                page.bullet(member.text, marks(member.citations), level=1)
            page.note(f"Why: {disagreement.explanation}")
    if article.gaps:
        page.head(heading("gaps", article))
        for gap in article.gaps:
            page.bullet(gap)
    if article.nearest_topics:
        page.head(heading("nearest", article))
        for topic in article.nearest_topics:
            page.bullet(topic)
    if article.references:
        page.head(heading("references", article))
        for reference in article.references:
            page.reference(reference, with_id=bool(article.passages))
    if article.follow_ups:
        page.head(heading("follow_ups", article))
        for question in article.follow_ups:
            page.bullet(question)
    page.blank()
    page.line(article.disclaimer, _DIM)
    return page.text()


class _Page:
    """Lines of text, wrapped."""

    def __init__(self, width: int, colour: bool) -> None:
        self._width = width
        self._colour = colour
        self._lines: list[str] = []

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def blank(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def line(self, text: str, style: str = "") -> None:
        self._lines += [self._styled(line, style) for line in self._wrap(text, "", "")]

    def head(self, text: str) -> None:
        self.blank()
        self.line(text, _BOLD)

    def boxed(self, text: str) -> None:
        self.blank()
        self._lines += [self._styled(line, _YELLOW) for line in self._wrap(text, "  ! ", "    ")]
        self.blank()

    def bullet(self, text: str, tail: str = "", level: int = 0) -> None:
        indent = "  " + "    " * level
        lines = self._wrap(f"{text} {tail}".strip(), f"{indent}- ", f"{indent}  ")
        if tail and self._colour:
            lines = self._dimmed(lines, tail)
        self._lines += lines

    def note(self, text: str) -> None:
        self._lines += [self._styled(line, _DIM) for line in self._wrap(text, "    ", "    ")]

    def reference(self, reference: Reference, with_id: bool) -> None:
        number = f"{reference.number:>4}. "
        year = str(reference.year) if reference.year else "no year"
        container = f" {reference.container}." if reference.container else ""
        text = f"{authors(reference)}. {title(reference)}{container} {year}. [{kind(reference)}]"
        self._lines += self._wrap(text, number, " " * len(number))
        if reference.url:
            pmid = f"  PMID {reference.pmid}" if reference.pmid and reference.doi else ""
            self._lines.append(self._styled(f"{' ' * len(number)}{reference.url}{pmid}", _DIM))
        if with_id:
            self.note(f"  ID: {reference.id}")
        if reference.note:
            self.note(f"  Note: {reference.note}")

    def _wrap(self, text: str, first: str, rest: str) -> list[str]:
        return textwrap.wrap(
            text, self._width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        ) or [first.rstrip()]

    def _styled(self, text: str, style: str) -> str:
        return f"{style}{text}{_RESET}" if self._colour and style else text

    def _dimmed(self, lines: list[str], tail: str) -> list[str]:
        """The citations and the certainty in a fainter colour, wherever the lines broke."""
        left = len(tail.replace(" ", ""))
        out = []
        for line in reversed(lines):
            start = len(line)
            while start > 0 and left > 0 and line[start - 1 :].strip():
                start -= 1
                left -= line[start] != " "
                if not line[:start].strip(" "):
                    break
            out.append(line[:start] + (f"{_DIM}{line[start:]}{_RESET}" if start < len(line) else ""))
        return out[::-1]
