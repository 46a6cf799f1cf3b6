"""BibTeX and BibLaTeX, read by bibtexparser 2, which goes on after a damaged entry."""

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from aitia.evidence.nouns import Kind
from aitia.library.document import DocumentError, Item, Reader, Rejected
from aitia.library.readers.bylines import author
from aitia.library.readers.encoding import decode
from aitia.library.readers.fields import words, work

_HEAD = re.compile(rb"(?:^|\n)\s*@(?:string|preamble|comment|[a-z]{3,20})\s*[{(]", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*@(?!string|preamble|comment)[a-z]+\s*[{(]", re.IGNORECASE | re.MULTILINE)
_LATEX = re.compile(r"[\\{}$~]")
_MARK = re.compile(r"\$?\^\{?\\?(?:textsuperscript)?\{?([0-9+-]{1,4})\}?\$?|\$?_\{?([0-9]{1,3})\}?\$?")
_LONGEST_FIELD = 100_000


def recognises(head: bytes) -> bool:
    """Whether a line begins an entry: "@article{"."""
    return _HEAD.search(head) is not None and b"\0" not in head


def read(data: bytes, _name: str) -> Iterator[Item]:
    """Each entry; those that are damaged are rejected with their line. Two of one key are both read."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, Entry

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    text = decode(data)
    if not _ENTRY.search(text):
        raise DocumentError('it holds no entry of BibTeX, such as "@article{key, ..."')
    library = parse_string(text)
    for block in library.blocks:
        entry = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        line = (block.start_line or 0) + 1
        if isinstance(entry, Entry):
            fields = {field.key.lower(): str(field.value) for field in entry.fields}
            yield _document(entry.entry_type.lower(), entry.key, fields) or Rejected(
                f"line {line}", "the entry has neither a title nor a DOI"
            )
        elif block in library.failed_blocks:
            yield Rejected(
                f"line {line}", "the entry is not valid BibTeX: a brace, quotation mark or comma is amiss"
            )


READER = Reader(name="bibtex", suffixes=(".bib", ".bibtex"), recognises=recognises, read=read)


def _document(kind: str, key: str, fields: dict[str, str]) -> Item | None:
    date, rule = (fields.get("year"), "year") if fields.get("year") else (fields.get("date"), "date")
    arxiv = fields.get("eprinttype", fields.get("archiveprefix", "")).lower()
    return work(
        "bibtex",
        title=_plain(": ".join(fields[name] for name in ("title", "subtitle") if fields.get(name))),
        abstract=_plain(fields.get("abstract")),
        authors=_authors(fields.get("author") or ""),
        date=date,
        date_rule=rule,
        container=_plain(_first(fields, "journal", "journaltitle", "booktitle")),
        doi=_plain(fields.get("doi")),
        pmid=_plain(fields.get("pmid") or (fields.get("eprint") if arxiv == "pubmed" else "")),
        pmcid=_plain(_first(fields, "pmcid", "pmc")),
        url=_plain(fields.get("url")),
        identifier=key,
        language=_plain(_first(fields, "langid", "language")),
        subjects=re.split(r"\s*[;,]\s*", _plain(_first(fields, "keywords", "keyword"))),
        note=_plain(fields.get("note")),
        kind=Kind.WEB_PAGE if kind in ("online", "www", "electronic") else None,
        kind_rule=f"@{kind}",
    )


def _first(fields: dict[str, str], *names: str) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


def _authors(text: str) -> list[str]:
    """Names parted by "and" outside braces; what stands in braces as a whole is a group."""
    people: list[str] = []
    depth = begin = 0
    for token in re.finditer(r"\\.|[{}]|\s+and\s+", text, re.IGNORECASE | re.DOTALL):
        depth += (token[0] == "{") - (token[0] == "}")
        if depth == 0 and token[0].strip().lower() == "and":
            people.append(text[begin : token.start()])
            begin = token.end()
    people.append(text[begin:])
    names = []
    for person in map(str.strip, people):
        whole = person.startswith("{") and person.endswith("}") and person.count("{") == 1
        if person and person.lower() != "others":
            names.append(words(_plain(person)) if whole else author(_plain(person)))
    return names


def _plain(text: str | None) -> str:
    """LaTeX as text: accents and signs, without braces. Text that cannot be read as LaTeX only loses its braces."""
    if not text or not _LATEX.search(text):
        return text or ""
    text = _MARK.sub(lambda found: f"<sup>{found[1]}</sup>" if found[1] else found[2], text)
    if len(text) <= _LONGEST_FIELD:
        try:
            return str(_latex().latex_to_text(text))
        except (ValueError, RecursionError, IndexError, AttributeError):
            pass
    return text.replace("{", "").replace("}", "")


@cache
def _latex() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    return LatexNodes2Text(math_mode="text", keep_comments=True, strict_latex_spaces=False)
