"""Europe PMC's Articles REST service (https://europepmc.org/RestfulWebService), version 6.9.

A page of a search gives the records with their abstracts and notices; after it come the full texts of those that are
open access, as JATS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from aitia.library.connectors import Connector, Fetched, FetchError
from aitia.library.document import Document, Extent, Notice, NoticeKind

if TYPE_CHECKING:
    from aitia.library.connectors.fetch import Fetcher, Reply

PAGE = 100
_NOTICES = {
    # What a record of `commentCorrectionList` says of this work and of the other: (kind, whether this one is struck).
    "retraction in": (NoticeKind.RETRACTION, True),
    "retraction of": (NoticeKind.RETRACTION, False),
    "partial retraction in": (NoticeKind.CORRECTION, True),
    "partial retraction of": (NoticeKind.CORRECTION, False),
    "erratum in": (NoticeKind.CORRECTION, True),
    "erratum for": (NoticeKind.CORRECTION, False),
    "corrected and republished in": (NoticeKind.SUPERSESSION, True),
    "corrected and republished from": (NoticeKind.SUPERSESSION, False),
    "retracted and republished in": (NoticeKind.RETRACTION, True),
    "retracted and republished from": (NoticeKind.RETRACTION, False),
    "expression of concern in": (NoticeKind.CONCERN, True),
    "expression of concern for": (NoticeKind.CONCERN, False),
    "update in": (NoticeKind.SUPERSESSION, True),
    "update of": (NoticeKind.SUPERSESSION, False),
    "preprint of": (NoticeKind.SUPERSESSION, True),
    "preprint in": (NoticeKind.SUPERSESSION, False),
}


def fetch(query: str, fetcher: Fetcher, position: str | None = None) -> Iterator[Fetched]:
    """The records of a Europe PMC search as documents, page by page, each page's open full texts after it."""
    query = " ".join(query.split())
    if not query:
        raise FetchError('the Europe PMC search is empty: write europepmc:"motor neuron disease".')
    cursor, done = _position(position)
    while True:
        page = _search(query, cursor, fetcher)
        records = page["resultList"]["result"]
        total = page.get("hitCount")
        if not records:
            return
        origin = f"{fetcher.settings.europepmc}/search"
        if done == 0:
            documents = tuple(map(document, records))
            yield Fetched(
                origin=origin,
                name="europepmc-records",
                position=json.dumps([cursor, 1]),
                documents=documents,
                total=total,
            )
            done = 1
        for place, text in enumerate(filter(None, map(_full_text, records)), 1):
            if place < done:
                continue
            address = f"{fetcher.settings.europepmc}/{text}/fullTextXML"
            data = _article(address, fetcher)
            yield Fetched(
                origin=address,
                name=f"{text}.xml",
                position=json.dumps([cursor, place + 1]),
                data=data or b"",
                reader=None if data is None else "jats",
                missing=(f"pmcid:{text}",) if data is None else (),
                total=total,
            )
        following = page.get("nextCursorMark")
        if not following or following == cursor:
            return
        cursor, done = following, 0


def document(record: dict[str, Any]) -> Document:
    """A record of a search with result type "core", with its abstract if it has one."""
    from aitia.library.connectors.bodies import abstract

    blocks = abstract(_text(record, "abstractText"))
    journal = _object(record, "journalInfo")
    book = _object(record, "bookOrReportDetails")
    title = " ".join(block.text for block in abstract(_text(record, "title")))
    year = _text(record, "pubYear")
    source, number = _text(record, "source"), _text(record, "id")
    doi = _text(record, "doi").lower() or None
    this = _work(source, number) or (f"doi:{doi}" if doi else None)
    headings = [_text(item, "descriptorName") for item in _list(record, "meshHeadingList", "meshHeading")]
    words = [item for item in _list(record, "keywordList", "keyword") if isinstance(item, str)]
    types = [item for item in _list(record, "pubTypeList", "pubType") if isinstance(item, str)]
    return Document(
        format="europepmc",
        title=title,
        extent=Extent.ABSTRACT if blocks else Extent.METADATA,
        blocks=blocks,
        authors=_authors(record),
        year=int(year) if re.fullmatch(r"[12]\d{3}", year) else None,
        year_rule="pubYear" if re.fullmatch(r"[12]\d{3}", year) else None,
        container=_text(_object(journal, "journal"), "title") or _text(book, "publisher") or None,
        doi=doi,
        pmid=_text(record, "pmid") or (number if source == "MED" else None),
        pmcid=_text(record, "pmcid") or (f"PMC{number.removeprefix('PMC')}" if source == "PMC" else None),
        url=f"https://europepmc.org/article/{source}/{number}",
        identifier=None if this else f"{source}:{number}",
        language=_text(record, "language") or None,
        publication_types=tuple(types),
        subjects=tuple(dict.fromkeys(filter(None, [*headings, *words]))),
        notices=tuple(_notices(record, this)) if this else (),
        revised=_text(record, "dateOfRevision") or None,
    )


def _search(query: str, cursor: str, fetcher: Fetcher) -> dict[str, Any]:
    from aitia.library.connectors.bodies import json_object
    from aitia.library.connectors.fetch import Unfit

    def read(reply: Reply) -> dict[str, Any]:
        page = json_object(reply)
        if page.get("errMsg"):
            raise FetchError(
                f"Europe PMC cannot read the search: {str(page['errMsg'])[:200]}. Mend the query."
            )
        records = _object(page, "resultList").get("result")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise Unfit("sent an answer without results")
        if cursor == "*" and page.get("hitCount") and not records:
            raise Unfit(f"found {page['hitCount']} records and gave none of them")
        return page

    form = {
        "query": query,
        "resultType": "core",
        "format": "json",
        "cursorMark": cursor,
        "pageSize": str(PAGE),
    }
    if fetcher.settings.contact:
        form["email"] = fetcher.settings.contact
    return fetcher.request(f"{fetcher.settings.europepmc}/search", read, query=form)


def _article(address: str, fetcher: Fetcher) -> bytes | None:
    """The full text, or None if there is none after all, or none that can be used after five tries.

    The record of the work was given already, and one bad text must not hold up all that come after it.
    """
    from aitia.library.connectors.bodies import xml_root
    from aitia.library.connectors.fetch import Unfit

    def read(reply: Reply) -> bytes:
        if not str(xml_root(reply, end=b"</article>").tag).endswith("article"):
            raise Unfit("sent XML that is no article")
        return reply.data

    try:
        return fetcher.request(address, read)
    except FetchError as error:
        if error.status in (200, 403, 404, 410, 500):
            return None
        raise


def _full_text(record: dict[str, Any]) -> str | None:
    """The name under which the full text can be had, if the work is open access and its text is there."""
    if record.get("isOpenAccess") != "Y" or record.get("inEPMC") != "Y":
        return None
    names = [*_list(record, "fullTextIdList", "fullTextId"), record.get("pmcid")]
    return next((str(name) for name in names if re.fullmatch(r"(PMC|PPR)\d+", str(name))), None)


def _notices(record: dict[str, Any], this: str) -> Iterator[Notice]:
    for item in _list(record, "commentCorrectionList", "commentCorrection"):
        if not isinstance(item, dict):
            continue
        kind, struck = _NOTICES.get(_text(item, "type").casefold(), (None, False))
        other = _work(_text(item, "source"), _text(item, "id"))
        if kind is None or (other is None and not struck):
            continue
        about, by = (this, other) if struck else (other or "", this)
        yield Notice(kind, about, by, f"commentCorrection {_text(item, 'type')}")
    if "Retracted Publication" in _list(record, "pubTypeList", "pubType"):
        yield Notice(NoticeKind.RETRACTION, this, None, "pubType Retracted Publication")


def _work(source: str, number: str) -> str | None:
    """How a notice names a work of Europe PMC: preprints and others without PMID have no such name."""
    if source == "MED" and number.isdecimal():
        return f"pmid:{number}"
    if source == "PMC" and re.fullmatch(r"(PMC)?\d+", number):
        return f"pmcid:PMC{number.removeprefix('PMC')}"
    return None


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    named = [item for item in _list(record, "authorList", "author") if isinstance(item, dict)]
    names = [_text(item, "fullName") or _text(item, "collectiveName") for item in named]
    if not any(names):
        names = _text(record, "authorString").rstrip(".").split(", ")
    return tuple(filter(None, names))


def _position(position: str | None) -> tuple[str, int]:
    """The cursor of a page and how many parts of it were given."""
    if position is None:
        return "*", 0
    try:
        cursor, done = json.loads(position)
        return str(cursor), int(done)
    except (ValueError, TypeError):
        raise FetchError(
            "the position in the Europe PMC search cannot be read: begin the load again."
        ) from None


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _list(holder: dict[str, Any], name: str, item: str) -> list[Any]:
    found = _object(holder, name).get(item)
    return found if isinstance(found, list) else []


def _text(holder: Any, name: str) -> str:
    found = holder.get(name) if isinstance(holder, dict) else None
    return str(found).strip() if isinstance(found, str | int) else ""


CONNECTOR = Connector("europepmc", fetch)
