"""JATS, the format of full texts in PubMed Central: an article, or a set of many.

Elements are those of the Journal Archiving Tag Set (https://jats.nlm.nih.gov/archiving/).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from aitia.library.document import (
    Document,
    Extent,
    Item,
    Notice,
    NoticeKind,
    Reader,
    Rejected,
)
from aitia.library.readers import jats_text, records, xml
from aitia.library.readers.bylines import doi_of, pmid_of, year_of

if TYPE_CHECKING:
    from lxml import etree

LARGEST_ARTICLE = 60_000_000
"""Bytes. The largest articles of PubMed Central, with long tables, have some 30 MB."""

_ID = re.compile(rb"""pub-id-type=["'](pmid|pmc|pmcid|doi)["'][^<>]*>\s*([^<>\s]{1,100})\s*<""")
_OF_JATS = re.compile(rb"<(?:[\w.-]+:)?front\b|article-type=|//NLM//DTD|JATS|dtd-version=")
_XLINK = "{http://www.w3.org/1999/xlink}href"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def _name(raw: bytes) -> str | None:
    found = _ID.search(raw, 0, 20_000)
    return found[1].decode().upper() + " " + found[2].decode("utf-8", "replace") if found else None


_RECORDS = records.records(
    "JATS article",
    "article",
    "pmc-articleset",
    alone="pmc-articleset",
    a_part=20,
    largest=LARGEST_ARTICLE,
    name=_name,
)


def recognises(head: bytes) -> bool:
    """Whether the outermost element is a set of articles, or an article with the marks of JATS."""
    name = xml.root_name(head)
    return name == "pmc-articleset" or (name == "article" and bool(_OF_JATS.search(head.replace(b"\0", b""))))


def split(stream: BinaryIO) -> Iterator[bytes]:
    """Parts of about 20 articles."""
    return records.split(_RECORDS, stream)


def read(data: bytes, _name: str) -> Iterator[Item]:
    """The articles of a file or of a part; those that are not well-formed are rejected one by one."""
    return records.read(_RECORDS, data, _record)


READER = Reader(name="jats", suffixes=(".xml", ".nxml"), recognises=recognises, read=read, split=split)


def _record(element: etree._Element, number: int) -> Iterator[Item]:
    xml.local_names(element)
    if element.tag == "article":
        yield _article(element, number)
    else:
        yield Rejected(f"record {number}", f"{element.tag} is not an article")


_NOTICES = {
    "retracted-article": (NoticeKind.RETRACTION, True),
    "retraction-forward": (NoticeKind.RETRACTION, False),
    # Part of the work stands; NLM keeps such notices as errata (NLM Tech Bull 2016;(412):e3).
    "partial-retraction": (NoticeKind.CORRECTION, True),
    "corrected-article": (NoticeKind.CORRECTION, True),
    "correction-forward": (NoticeKind.CORRECTION, False),
    "object-of-concern": (NoticeKind.CONCERN, True),
    "concern-forward": (NoticeKind.CONCERN, False),
    "updated-article": (NoticeKind.SUPERSESSION, True),
    "update-of": (NoticeKind.SUPERSESSION, True),
    "updated-in": (NoticeKind.SUPERSESSION, False),
    "republished-article": (NoticeKind.SUPERSESSION, True),
    "republication-forward": (NoticeKind.SUPERSESSION, False),
}
"""What a related-article-type says, and whether of the other work (True) or of the one that it stands in (False)."""

_DATES = ("ppub", "epub-ppub", "collection", "pub", "epub", "preprint")
"""Dates of publication, in the order in which they give the year: that of the issue first, as in PubMed."""


def _article(article: etree._Element, number: int) -> Document | Rejected:
    front = _child(article, "front")
    front = _child(article, "front-stub") if front is None else front
    meta = front if front is None or front.tag == "front-stub" else _child(front, "article-meta")
    if meta is None:
        return Rejected(f"record {number}", "it has no front matter")
    jats_text.drop_citations(article)
    journal = _child(front, "journal-meta") if front is not None else None
    ids: dict[str, str] = {}
    subjects: list[str] = []
    authors: list[str] = []
    related: list[etree._Element] = []
    title = ""
    for field in meta:
        tag = field.tag
        if tag == "article-id":
            ids.setdefault(field.get("pub-id-type") or "", xml.plain(field))
        elif tag == "title-group":
            title = _title(field)
        elif tag == "contrib-group":
            authors += _authors(field)
        elif tag == "article-categories":
            subjects += [xml.plain(subject) for subject in field.iter("subject")]
        elif tag == "kwd-group":
            subjects += [xml.plain(word) for word in field.iter("kwd")]
        elif tag == "related-article":
            related.append(field)
    doi = doi_of(ids.get("doi"))
    pmid = pmid_of(ids.get("pmid"))
    pmcid = _pmcid(ids.get("pmc") or ids.get("pmcid") or ids.get("pmcaid"))
    if not title and not doi and not pmid and not pmcid:
        return Rejected(f"record {number}", "it has neither a title nor a number")
    abstract = jats_text.abstracts(meta)
    body = _child(article, "body")
    text = jats_text.body(body) if body is not None else []
    kind = article.get("article-type") or ""
    year, rule = _year(meta)
    own = f"pmid:{pmid}" if pmid else f"doi:{doi}" if doi else f"pmcid:{pmcid}" if pmcid else None
    return Document(
        format="jats",
        title=title,
        extent=Extent.FULL if text else Extent.ABSTRACT if abstract else Extent.METADATA,
        blocks=tuple(abstract + text),
        authors=tuple(dict.fromkeys(authors)),
        year=year,
        year_rule=rule,
        container=_container(journal),
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        identifier=ids.get("publisher-id") or None,
        language=(article.get(_LANGUAGE) or "").split("-")[0].lower() or None,
        publication_types=(kind,) if kind else (),
        subjects=tuple(dict.fromkeys(subject for subject in subjects if subject)),
        notices=_notices(related, own) if own else (),
    )


def _child(element: etree._Element, tag: str) -> etree._Element | None:
    return next((child for child in element if child.tag == tag), None)


def _title(group: etree._Element) -> str:
    main = _child(group, "article-title")
    sub = _child(group, "subtitle")
    title = xml.plain(main) if main is not None else ""
    if sub is not None and (more := xml.plain(sub)):
        title = f"{title.rstrip(' :.')}: {more}"
    return title[:-1].rstrip() if title.endswith(".") and not title.endswith("..") else title


def _authors(group: etree._Element) -> list[str]:
    authors = []
    for person in group:
        if person.tag != "contrib" or person.get("contrib-type") not in (None, "author"):
            continue
        name = next(person.iter("name", "string-name", "collab"), None)
        if name is None:
            continue
        if name.tag == "collab":
            # A group may list its members inside; only what stands before them is its name.
            group_name = " ".join((name.text or "").split()) or next(
                (xml.plain(child) for child in name if child.tag != "contrib-group"), ""
            )
            authors.append(group_name)
            continue
        family, given = _child(name, "surname"), _child(name, "given-names")
        if family is None:
            authors.append(xml.plain(name))
            continue
        initials = ""
        if given is not None:
            initials = given.get("initials") or "".join(
                word[0].upper() for word in re.split(r"[\s.‐-]+", xml.plain(given)) if word[:1].isalpha()
            )
        suffix = _child(name, "suffix")
        parts = [xml.plain(family), initials, xml.plain(suffix) if suffix is not None else ""]
        authors.append(" ".join(part for part in parts if part))
    return [author for author in authors if author]


def _container(journal: etree._Element | None) -> str | None:
    if journal is None:
        return None
    names = {
        name.get("journal-id-type") or name.get("abbrev-type") or name.tag: xml.plain(name)
        for name in journal.iter("journal-id", "journal-title", "abbrev-journal-title")
    }
    for kind in ("iso-abbrev", "iso-abbrev-title", "journal-title", "nlm-ta"):
        if names.get(kind):
            return names[kind]
    return None


def _year(meta: etree._Element) -> tuple[int | None, str | None]:
    years: dict[str, int] = {}
    for date in meta.iter("pub-date"):
        kind = date.get("pub-type") or date.get("date-type") or "pub"
        if kind == "pub" and date.get("publication-format") in ("print", "ppub"):
            kind = "ppub"
        written = _child(date, "year")
        year = year_of(xml.plain(written)) if written is not None else None
        if year:
            years.setdefault(kind, year)
    for kind in _DATES:
        if kind in years:
            return years[kind], f'pub-date "{kind}"'
    return None, None


def _pmcid(text: str | None) -> str | None:
    digits = (text or "").strip().upper().removeprefix("PMC").partition(".")[0]
    return f"PMC{digits}" if digits.isascii() and digits.isdecimal() and len(digits) <= 12 else None


def _notices(related: list[etree._Element], own: str) -> tuple[Notice, ...]:
    notices = []
    for element in related:
        kind = element.get("related-article-type") or ""
        if kind not in _NOTICES:
            continue
        said, of_the_other = _NOTICES[kind]
        other = _named(element)
        rule = f"related-article {kind}"
        if not of_the_other:
            notices.append(Notice(said, own, other, rule))
        elif other and other != own:
            notices.append(Notice(said, other, own, rule))
    return tuple(dict.fromkeys(notices))


def _named(element: etree._Element) -> str | None:
    address = (element.get(_XLINK) or element.get("href") or "").strip()
    link = element.get("ext-link-type") or ""
    if doi := doi_of(address):
        return f"doi:{doi}"
    if link in ("pubmed", "pmid") and (pmid := pmid_of(address)):
        return f"pmid:{pmid}"
    if link in ("pmc", "pmcid") and (pmcid := _pmcid(address)):
        return f"pmcid:{pmcid}"
    return None
