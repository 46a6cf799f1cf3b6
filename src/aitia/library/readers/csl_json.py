"""CSL-JSON: an array of references, as Zotero, Pandoc and Crossref give them (https://docs.citationstyles.org)."""

import json
import re
from collections.abc import Iterator

from aitia.evidence.nouns import Kind
from aitia.library.document import DocumentError, Item, Reader, Rejected
from aitia.library.readers.bylines import author
from aitia.library.readers.fields import words, work

_ARRAY = re.compile(rb"\s*\[\s*(?:\{|\]\s*$)")
_OF_CSL = re.compile(rb'"(?:type|issued|container-title|DOI|author|title)"\s*:')
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")
_BETWEEN = re.compile(r"[\s,]*")
_PAGES = frozenset(("webpage", "post", "post-weblog"))
_OF_A_WORK = frozenset(("title", "type", "DOI", "id", "issued", "container-title"))
_MOST_TRIES = 5000


def recognises(head: bytes) -> bool:
    """Whether it is an array of objects with a field that references have."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    return bool(_ARRAY.match(head)) and bool(_OF_CSL.search(head) or not head.strip(b"[] \t\r\n"))


def read(data: bytes, _name: str) -> Iterator[Item]:
    """Each reference; those that are damaged are rejected, and so is what is missing at the end."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    for number, entry in enumerate(_entries(text), start=1):
        if isinstance(entry, Rejected):
            yield entry
            continue
        try:
            yield _document(entry) or Rejected(f"record {number}", "it has neither a title nor a DOI")
        except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
            yield Rejected(f"record {number}", f"a field is not of the kind that CSL-JSON has there: {error}")


READER = Reader(name="csl-json", suffixes=(".json",), recognises=recognises, read=read)


def _entries(text: str) -> Iterator[dict[str, object] | Rejected]:
    """One object after the other, so that damage to one is no harm to the others."""
    opening = re.match(r"\s*\[", text)
    if opening is None:
        raise DocumentError("it is not an array of references: it does not begin with [")
    decoder = json.JSONDecoder()
    place = opening.end()
    tries = number = 0
    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]
        if place >= len(text):
            yield Rejected(f"after record {number}", "the file breaks off here: its closing ] is missing")
            return
        if text[place] == "]":
            return
        number += 1
        try:
            entry, place = decoder.raw_decode(text, place)
            yield entry if isinstance(entry, dict) else Rejected(f"record {number}", "it is not an object")
            continue
        except json.JSONDecodeError as error:
            yield Rejected(f"record {number}", f"it is not valid JSON: {error.msg}")
        except (ValueError, RecursionError):
            yield Rejected(f"record {number}", "it is nested too deeply, or holds a number that is too long")
        while following := _NEXT.search(text, place):
            place = following.end()
            tries += 1
            if tries > _MOST_TRIES:
                raise DocumentError("too much of it is damaged")
            try:
                entry, _ = decoder.raw_decode(text, place)
            except (ValueError, RecursionError):
                continue
            # Authors are objects too: only what has a field of a work is one.
            if isinstance(entry, dict) and not _OF_A_WORK.isdisjoint(entry):
                break
        else:
            return


def _document(entry: dict[str, object]) -> Item | None:
    kind = _text(entry, "type")
    people = entry.get("author") or ()
    date, rule = _date(entry)
    keyword = entry.get("keyword") or entry.get("categories") or ()
    return work(
        "csl-json",
        title=_text(entry, "title"),
        abstract=_text(entry, "abstract"),
        authors=[_author(person) for person in people] if isinstance(people, list) else (),
        date=date,
        date_rule=rule,
        container=_text(entry, "container-title") or _text(entry, "container-title-short"),
        doi=_text(entry, "DOI"),
        pmid=_text(entry, "PMID"),
        pmcid=_text(entry, "PMCID"),
        url=_text(entry, "URL"),
        identifier=_text(entry, "id"),
        language=_text(entry, "language"),
        subjects=re.split(r"\s*[;,]\s*", keyword) if isinstance(keyword, str) else map(str, keyword),  # type: ignore[call-overload]
        note=_text(entry, "note"),
        kind=Kind.WEB_PAGE if kind in _PAGES else None,
        kind_rule=f'type "{kind}"',
    )


def _text(entry: dict[str, object], name: str) -> str:
    """A field as text; Crossref gives some as lists of one."""
    value = entry.get(name)
    if isinstance(value, list):
        value = value[0] if value else ""
    return "" if value is None or isinstance(value, dict | bool) else str(value)


def _author(person: object) -> str:
    if not isinstance(person, dict):
        return ""
    if person.get("literal") or not person.get("family"):
        return words(_text(person, "literal") or _text(person, "name"))
    particle = _text(person, "non-dropping-particle") or _text(person, "dropping-particle")
    family = f"{particle} {_text(person, 'family')}".strip()
    name = author(f"{family}, {_text(person, 'given')}") if person.get("given") else family
    return f"{name} {_text(person, 'suffix')}".strip()


def _date(entry: dict[str, object]) -> tuple[str, str]:
    issued = entry.get("issued")
    if isinstance(issued, dict):
        parts = issued.get("date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
            return str(parts[0][0]), "issued/date-parts"
        for name in ("literal", "raw"):
            if issued.get(name):
                return str(issued[name]), f"issued/{name}"
    return (issued, "issued") if isinstance(issued, str) else ("", "")
