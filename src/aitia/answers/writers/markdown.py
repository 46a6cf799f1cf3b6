"""The article as Markdown that reads well on GitHub."""

import re

from aitia.answers.writers.labels import authors, ground, heading, kind, legend, marks, status_line, title
from aitia.evidence.article import Article, Reference

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~])")


def write(article: Article) -> str:
    """A Markdown document with a final newline."""
    lines: list[str] = []
    if article.notice:
        lines += ["> [!CAUTION]", f"> {escaped(article.notice)}", ""]
    lines += [f"# {escaped(article.title)}", "", f"*{escaped(status_line(article))}*", ""]
    lines += ["> [!WARNING]", f"> {escaped(article.caution)}", ""]
    lines += [f"{escaped(article.lead.text)} {escaped(marks(article.lead.citations))}".rstrip(), ""]
    if article.sections:
        lines += [f"*{escaped(legend(article))}*", ""]
    for section in article.sections:
        lines += [f"## {escaped(section.heading)}", ""]
        for statement in section.statements:
            rests_on = escaped(ground(article, statement))
            lines.append(f"- {escaped(statement.text)} {escaped(marks(statement.citations))} *({rests_on})*")
            if statement.basis:
                lines.append(f"  <br><sub>{escaped(statement.basis)}</sub>")
            if statement.model:
                lines.append(f"  <br><sub>Run this model: <code>{escaped(statement.model)}</code></sub>")
        lines.append("")
    if article.disagreements:
        lines += [f"## {heading('disagreements', article)}", ""]
        for disagreement in article.disagreements:
            found = " (found by comparing figures)" if disagreement.detected else ""
            lines.append(f"- **{escaped(disagreement.quantity)}**{found}")
            lines += [
                f"  - {escaped(member.text)} {escaped(marks(member.citations))}"
                for member in disagreement.members
            ]
            lines.append(f"  - *Why:* {escaped(disagreement.explanation)}")
        lines.append("")
    for part, items in (
        ("gaps", article.gaps),
        ("nearest", article.nearest_topics),
    ):
        if items:
            lines += [f"## {heading(part, article)}", "", *(f"- {escaped(item)}" for item in items), ""]
    if article.references:
        lines += [f"## {heading('references', article)}", ""]
        lines += [_entry(reference) for reference in article.references]
        lines.append("")
    if article.follow_ups:
        lines += [f"## {heading('follow_ups', article)}", ""]
        lines += [f"- {escaped(question)}" for question in article.follow_ups]
        lines.append("")
    lines += ["---", "", f"*{escaped(article.disclaimer)}*"]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text in which Markdown and HTML see no marks of their own."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", text)


def _entry(reference: Reference) -> str:
    year = str(reference.year) if reference.year else "no year"
    container = f" *{escaped(reference.container)}.*" if reference.container else ""
    link = f" <{reference.url}>" if reference.url and re.match(r"https?://[^\s<>]+$", reference.url) else ""
    pmid = f" PMID {reference.pmid}." if reference.pmid else ""
    note = f" Note: {escaped(reference.note)}" if reference.note else ""
    return (
        f"{reference.number}. {escaped(authors(reference))}. {escaped(title(reference))}{container} "
        f"{year}. {kind(reference).capitalize()}.{pmid}{link}{note}"
    )
