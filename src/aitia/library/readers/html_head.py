"""What a web page says of itself: Highwire (citation_*), Dublin Core, Open Graph and schema.org fields."""

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from aitia.library.readers import bylines
from aitia.library.readers.prose import tidy

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_YEAR_FIELDS = (
    "citation_publication_date", "citation_date", "citation_year", "citation_cover_date", "citation_online_date",
    "prism.publicationdate", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "article:published_time",
    "datepublished",
)  # fmt: skip
_ADDRESS = re.compile(r"https?://[^\s<>\"]{3,2000}")
_PMCID = re.compile(r"PMC[1-9]\d{0,9}", re.IGNORECASE)


class Head(Struct, frozen=True, kw_only=True):
    """The fields of `Document` that a page's head can fill."""

    title: str
    authors: tuple[str, ...]
    year: int | None
    year_rule: str | None
    container: str | None
    doi: str | None
    pmid: str | None
    pmcid: str | None
    url: str | None
    language: str | None
    subjects: tuple[str, ...]


def head_of(tree: "HtmlElement") -> Head:
    """The fields of a parsed page; what it does not give is empty. The tree is left as it is."""
    fields = _fields(tree)
    guess = _guess(tree)
    year_field = next((name for name in _YEAR_FIELDS if bylines.year_of(_first(fields, name))), None)
    people = fields.get("citation_author") or fields.get("dc.creator") or fields.get("dcterms.creator") or []
    people = people or [name for line in fields.get("citation_authors", []) for name in line.split(";")]
    address = tree.xpath("string(//link[@rel='canonical'][1]/@href)").strip()
    language = (tree.get("lang") or tree.get("xml:lang") or "").strip()
    language = language or _first(fields, "citation_language", "dc.language", "dcterms.language")
    date = guess["date"]
    return Head(
        title=tidy(_first(fields, "citation_title", "dc.title", "dcterms.title") or guess["title"])[:1000],
        authors=bylines.names(people[:2000]) or bylines.authors(guess["author"]),
        year=bylines.year_of(_first(fields, year_field) if year_field else date),
        year_rule=f"meta {year_field}"
        if year_field
        else "date of the page"
        if bylines.year_of(date)
        else None,
        container=tidy(
            _first(fields, "citation_journal_title", "prism.publicationname", "og:site_name") or guess["site"]
        )
        or None,
        doi=bylines.doi_of(_first(fields, "citation_doi", "prism.doi", "bepress_citation_doi"))
        or bylines.doi_of(_first_doi(fields, "dc.identifier", "dcterms.identifier", "dc.source")),
        pmid=bylines.pmid_of(_first(fields, "citation_pmid", "ncbi_uidlist") if _is_one(fields) else None),
        pmcid=_pmcid(address) or _pmcid(_first(fields, "citation_pmcid")),
        url=next((url for url in (address, guess["url"]) if _ADDRESS.fullmatch(url)), None),
        language=tidy(re.split(r"[-_,]", language.lower())[0])[:8] or None,
        subjects=tuple(
            dict.fromkeys(tidy(word) for word in fields.get("citation_keyword", []) if tidy(word))
        )[:100],
    )


def _fields(tree: "HtmlElement") -> dict[str, list[str]]:
    """The contents of meta elements by name, in lower case: DC_Title, dc:title and DC.title are one."""
    fields: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").strip().lower()
        name = re.sub(r"^(dc|dcterms|prism)[:_]", r"\1.", name)
        content = (meta.get("content") or "").strip()
        if name and content and len(fields) < 1000:
            fields.setdefault(name, []).append(content[:5000])
    return fields


def _first(fields: dict[str, list[str]], *names: str) -> str:
    return next((fields[name][0] for name in names if fields.get(name)), "")


def _first_doi(fields: dict[str, list[str]], *names: str) -> str:
    return next((value for name in names for value in fields.get(name, []) if bylines.doi_of(value)), "")


def _is_one(fields: dict[str, list[str]]) -> bool:
    return len(set(fields.get("citation_pmid", []))) < 2 and "," not in _first(fields, "ncbi_uidlist")


def _pmcid(text: str) -> str | None:
    match = _PMCID.search(text)
    return match.group().upper() if match else None


def _guess(tree: "HtmlElement") -> dict[str, str]:
    """What trafilatura makes of a page without such fields."""
    from trafilatura.metadata import extract_metadata

    try:
        found = extract_metadata(
            tree, date_config={"extensive_search": False, "original_date": True}, extensive=False
        )
    except Exception:  # any page can break it, and the text can do without
        return {"title": "", "author": "", "date": "", "site": "", "url": ""}
    return {
        "title": found.title or "",
        "author": found.author or "",
        "date": found.date or "",
        "site": found.sitename or "",
        "url": found.url or "",
    }
