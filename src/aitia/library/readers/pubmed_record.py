"""One record of PubMed, as a document.

Elements are those of the PubMed DTD (https://dtd.nlm.nih.gov/ncbi/pubmed/doc/). Children are walked in one pass,
not sought by path, because records are read by the million.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from aitia.library.document import Block, Document, Extent, Notice, NoticeKind, Rejected
from aitia.library.readers import xml

if TYPE_CHECKING:
    from lxml import etree

_NOTICES = {
    "RetractionIn": (NoticeKind.RETRACTION, False),
    "RetractionOf": (NoticeKind.RETRACTION, True),
    "RetractedandRepublishedIn": (NoticeKind.RETRACTION, False),
    "RetractedandRepublishedFrom": (NoticeKind.RETRACTION, True),
    # NLM has kept partial retractions as errata since October 2016 (NLM Tech Bull 2016;(412):e3): the method and
    # the conclusions of such an article stand.
    "PartialRetractionIn": (NoticeKind.CORRECTION, False),
    "PartialRetractionOf": (NoticeKind.CORRECTION, True),
    "ErratumIn": (NoticeKind.CORRECTION, False),
    "ErratumFor": (NoticeKind.CORRECTION, True),
    "ExpressionOfConcernIn": (NoticeKind.CONCERN, False),
    "ExpressionOfConcernFor": (NoticeKind.CONCERN, True),
    # The republished article stands in place of the first.
    "CorrectedandRepublishedIn": (NoticeKind.SUPERSESSION, False),
    "CorrectedandRepublishedFrom": (NoticeKind.SUPERSESSION, True),
    "UpdateIn": (NoticeKind.SUPERSESSION, False),
    "UpdateOf": (NoticeKind.SUPERSESSION, True),
}
"""What a RefType says, and whether of the other work (True) or of the one whose record it stands in (False)."""

_DOI = re.compile(r"\b10\.[0-9]{4,9}/\S+")
_YEAR = re.compile(r"\b(?:1[5-9]|20)[0-9]{2}\b")
_DAY = re.compile(r"(?:1[5-9]|20)[0-9]{2}-[01][0-9]-[0-3][0-9]")
_NUMBER = re.compile(r"\s*([0-9]{1,12})\s*")
_MONTHS = {
    "jan": "01",
    "feb": "02",
    "mar": "03",
    "apr": "04",
    "may": "05",
    "jun": "06",
    "jul": "07",
    "aug": "08",
    "sep": "09",
    "oct": "10",
    "nov": "11",
    "dec": "12",
}
# fmt: off
_LANGUAGES = {
    "ara": "ar", "bul": "bg", "cze": "cs", "dan": "da", "ger": "de", "gre": "el", "eng": "en", "spa": "es",
    "per": "fa", "fin": "fi", "fre": "fr", "heb": "he", "hrv": "hr", "hun": "hu", "ita": "it", "jpn": "ja",
    "kor": "ko", "dut": "nl", "nor": "no", "pol": "pl", "por": "pt", "rum": "ro", "rus": "ru", "slo": "sk",
    "slv": "sl", "srp": "sr", "swe": "sv", "tur": "tr", "ukr": "uk", "chi": "zh",
}
# fmt: on
"""From MARC's codes, which NLM uses, to the two letters of ISO 639-1; others stay as they are."""


def number_of(text: str | None) -> str | None:
    """A PMID without what stands around it, or None if it is not one."""
    found = _NUMBER.fullmatch(text) if text else None
    return found[1].lstrip("0") or None if found else None


def article(element: etree._Element, number: int) -> Document | Rejected:
    """One PubmedArticle or PubmedBookArticle."""
    pmid = title = vernacular = iso = journal = book = doi = pmcid = accession = language = revised = None
    issued: str | None = None
    medline: str | None = None
    online: str | None = None
    blocks: list[Block] = []
    others: list[etree._Element] = []
    authors: list[str] = []
    types: list[str] = []
    major: list[str] = []
    minor: list[str] = []
    keywords: list[str] = []
    corrections: list[etree._Element] = []
    ids: list[etree._Element] = []

    fields: list[etree._Element] = []
    for part in element:
        tag = part.tag
        if tag == "MedlineCitation" or tag == "BookDocument":
            for field in part:
                if field.tag == "Article":
                    fields.extend(field)
                else:
                    fields.append(field)
        elif tag == "PubmedData" or tag == "PubmedBookData":
            # The list of the article itself; every Reference in ReferenceList has one of its own.
            for field in part:
                if field.tag == "ArticleIdList":
                    ids.extend(field)

    for field in fields:
        tag = field.tag
        if tag == "PMID":
            pmid = number_of(field.text)
        elif tag == "Abstract":
            _abstract(field, blocks)
        elif tag == "AuthorList":
            if field.get("Type") != "editors" or not authors:
                authors = _authors(field)
        elif tag == "MeshHeadingList":
            for heading in field:
                _mesh(heading, major, minor)
        elif tag == "Journal":
            for child in field:
                tag = child.tag
                if tag == "ISOAbbreviation":
                    iso = child.text
                elif tag == "Title":
                    journal = child.text
                elif tag == "JournalIssue":
                    for date in child:
                        if date.tag == "PubDate":
                            issued, medline = _date(date)
        elif tag == "ArticleTitle":
            title = xml.plain(field)
        elif tag == "Book":
            for child in field:
                if child.tag == "BookTitle":
                    book = xml.plain(child)
                elif child.tag == "PubDate":
                    issued, medline = _date(child)
                elif child.tag == "AuthorList" and not authors:
                    authors = _authors(child)
        elif tag == "PublicationTypeList":
            types.extend([child.text.strip() for child in field if child.text])
        elif tag == "PublicationType":
            types.append((field.text or "").strip())
        elif tag == "Language":
            language = language or (field.text or "").strip().lower()
        elif tag == "ELocationID":
            if field.get("EIdType") == "doi" and field.get("ValidYN") != "N":
                doi = field.text
        elif tag == "ArticleDate":
            for child in field:
                if child.tag == "Year":
                    online = child.text
        elif tag == "DateRevised":
            revised = _day(field)
        elif tag == "KeywordList":
            keywords.extend([xml.plain(child) for child in field])
        elif tag == "CommentsCorrectionsList":
            corrections.extend(field)
        elif tag == "OtherAbstract":
            others.append(field)
        elif tag == "VernacularTitle":
            vernacular = xml.plain(field)
        elif tag == "ArticleIdList":
            ids.extend(field)

    for child in ids:
        kind = child.get("IdType")
        if kind == "doi":
            doi = doi or child.text
        elif kind == "pmc":
            pmcid = child.text
        elif kind == "bookaccession":
            accession = child.text

    if not pmid:
        return Rejected(f"record {number}", "it gives no valid PMID")
    if not blocks and others:
        _abstract(next((other for other in others if other.get("Language") == "eng"), others[0]), blocks)
    year, rule = _year(issued, medline, online)
    return Document(
        format="pubmed",
        title=_title(title or "", vernacular) or book or "",
        extent=Extent.ABSTRACT if blocks else Extent.METADATA,
        blocks=tuple(blocks),
        authors=tuple(authors),
        year=year,
        year_rule=rule,
        container=_line(iso) or _line(journal) or (book if title else None) or None,
        doi=_plain_doi(doi),
        pmid=pmid,
        pmcid=_pmcid(pmcid),
        identifier=_line(accession) or None,
        language=_LANGUAGES.get(language, language) if language and language != "und" else None,
        publication_types=tuple(types),
        subjects=tuple(dict.fromkeys(major + minor + [word for word in keywords if word])),
        notices=_notices(corrections, types, f"pmid:{pmid}"),
        revised=revised,
    )


def _abstract(element: etree._Element, blocks: list[Block]) -> None:
    for child in element:
        if child.tag == "AbstractText":
            text = xml.plain(child)
            if text.endswith("WORDS)"):
                text = text.rpartition("(ABSTRACT TRUNCATED")[0].rstrip() or text
            if text:
                blocks.append(Block(text, _section(child.get("Label"))))


@lru_cache(maxsize=4096)
def _section(label: str | None) -> str:
    """The label of a part of an abstract in sentence case; capitals are kept where not all are."""
    words = " ".join(label.split()).rstrip(" :.") if label else ""
    if not words or words.upper() in ("UNLABELLED", "UNLABELED", "UNASSIGNED", "ABSTRACT"):
        return "Abstract"
    return words.capitalize() if words.isupper() else words[0].upper() + words[1:]


def _authors(element: etree._Element) -> list[str]:
    authors = []
    for author in element:
        if author.get("ValidYN") == "N":
            continue
        last = initials = suffix = first = group = None
        for child in author:
            tag = child.tag
            if tag == "LastName":
                last = child.text
            elif tag == "Initials":
                initials = child.text
            elif tag == "ForeName":
                first = child.text
            elif tag == "Suffix":
                suffix = child.text
            elif tag == "CollectiveName":
                group = xml.plain(child)
        if last:
            if not initials and first:
                initials = "".join([name[0] for name in first.split()])
            authors.append(_line(" ".join([name for name in (last, initials, suffix) if name])))
        elif group:
            authors.append(group)
    return authors


def _mesh(heading: etree._Element, major: list[str], minor: list[str]) -> None:
    """A heading, then the heading with each of its qualifiers; those of the article's main subjects go to `major`."""
    descriptor = ""
    for child in heading:
        text = child.text or ""
        if child.tag == "DescriptorName":
            descriptor = text
            if child.get("MajorTopicYN") == "Y":
                major.append(text)
            else:
                minor.append(text)
        elif child.tag == "QualifierName":
            name = f"{descriptor}/{text}"
            if child.get("MajorTopicYN") == "Y":
                major.append(descriptor)
                major.append(name)
            else:
                minor.append(name)


def _date(element: etree._Element) -> tuple[str | None, str | None]:
    """Year and MedlineDate of a PubDate."""
    year = medline = None
    for child in element:
        if child.tag == "Year":
            year = child.text
        elif child.tag == "MedlineDate":
            medline = child.text
    return year, medline


def _year(issued: str | None, medline: str | None, online: str | None) -> tuple[int | None, str | None]:
    """The year of the issue, under which the work is cited; else that of its appearance online."""
    for text, rule in (
        (issued, "PubDate/Year"),
        (medline, "PubDate/MedlineDate"),
        (online, "ArticleDate/Year"),
    ):
        if text and (found := _YEAR.search(text)):
            return int(found[0]), rule
    return None, None


def _day(element: etree._Element) -> str | None:
    year = month = day = ""
    for child in element:
        text = (child.text or "").strip()
        if child.tag == "Year":
            year = text
        elif child.tag == "Month":
            month = _MONTHS.get(text[:3].lower()) or text.zfill(2)
        elif child.tag == "Day":
            day = text.zfill(2)
    written = f"{year}-{month or '01'}-{day or '01'}"
    return written if _DAY.fullmatch(written) else None


def _title(title: str, vernacular: str | None) -> str:
    """Without the full stop at its end and the brackets that mark a translation."""
    if vernacular and title.strip("[]. ").lower() in ("", "not available", "in process citation"):
        title = vernacular
    title = _without_stop(title)
    if title.startswith("[") and title.endswith("]") and _encloses(title):
        title = _without_stop(title[1:-1].removesuffix("(author's transl)").rstrip())
    return title


def _without_stop(title: str) -> str:
    return title[:-1].rstrip() if title.endswith(".") and not title.endswith("..") else title


def _encloses(title: str) -> bool:
    """Whether the first bracket is closed by the last: not so in "[18F]FDG and [11C]PiB [corrected]"."""
    depth = 0
    for position, letter in enumerate(title):
        depth += (letter == "[") - (letter == "]")
        if depth == 0:
            return position == len(title) - 1
    return False


def _line(text: str | None) -> str:
    return " ".join(text.split()) if text else ""


def _plain_doi(doi: str | None) -> str | None:
    found = _DOI.search(doi) if doi else None
    return found[0].lower() if found else None


def _pmcid(text: str | None) -> str | None:
    digits = number_of((text or "").strip().upper().removeprefix("PMC").partition(".")[0])
    return f"PMC{digits}" if digits else None


def _notices(corrections: list[etree._Element], types: list[str], own: str) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    for element in corrections:
        reference = element.get("RefType") or ""
        if reference not in _NOTICES:
            continue
        kind, of_the_other = _NOTICES[reference]
        other = _named(element)
        rule = f"CommentsCorrections {reference}"
        if not of_the_other:
            notices.append(Notice(kind, own, other, rule))
            if reference == "RetractedandRepublishedIn" and other:
                notices.append(Notice(NoticeKind.SUPERSESSION, own, other, rule))
        elif other and other != own:
            notices.append(Notice(kind, other, own, rule))
    retracted = any(notice.kind is NoticeKind.RETRACTION and notice.about == own for notice in notices)
    if "Retracted Publication" in types and not retracted:
        notices.append(Notice(NoticeKind.RETRACTION, own, None, 'PublicationType "Retracted Publication"'))
    return tuple(dict.fromkeys(notices))


def _named(element: etree._Element) -> str | None:
    """The other work, by its PMID or by a DOI in the words of the reference."""
    source = ""
    for child in element:
        if child.tag == "PMID" and (pmid := number_of(child.text)):
            return f"pmid:{pmid}"
        if child.tag == "RefSource":
            source = child.text or ""
    found = _DOI.search(source)
    return f"doi:{found[0].lower().rstrip('.,;)')}" if found else None
