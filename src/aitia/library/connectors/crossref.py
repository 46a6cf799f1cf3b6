"""Crossref's REST API (https://api.crossref.org): the record of a DOI, and the notices about it.

A notice says what it updates in `update-to`; Crossref turns that round into `updated-by` of the work itself, and adds
what Retraction Watch knows. The twelve kinds of update are those of its documentation on registering updates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from aitia.library.connectors import Connector, Fetched, FetchError
from aitia.library.document import Document, Extent, Notice, NoticeKind

if TYPE_CHECKING:
    from aitia.library.connectors.fetch import Fetcher, Reply

BATCH = 20
"""DOIs of one question on standing: as many as fit into an address."""
_ROWS = 1000
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_UPDATES = {
    "retraction": NoticeKind.RETRACTION,
    "withdrawal": NoticeKind.RETRACTION,
    "removal": NoticeKind.RETRACTION,
    # As in PubMed, where a retraction of a part is an erratum.
    "partial_retraction": NoticeKind.CORRECTION,
    "correction": NoticeKind.CORRECTION,
    "corrigendum": NoticeKind.CORRECTION,
    "erratum": NoticeKind.CORRECTION,
    "clarification": NoticeKind.CORRECTION,
    "addendum": NoticeKind.CORRECTION,
    "expression_of_concern": NoticeKind.CONCERN,
    "new_version": NoticeKind.SUPERSESSION,
    "new_edition": NoticeKind.SUPERSESSION,
}
# Relations in which this work is replaced by the other, and those in which it replaces the other.
_REPLACED = ("is-replaced-by", "is-preprint-of")
_REPLACES = ("replaces", "has-preprint")


def doi_of(text: str) -> str:
    """A DOI in lower case, from a DOI with or without "doi:" or an address before it. Raises FetchError."""
    bare = re.sub(r"^(?:doi:\s*|https?://(?:dx\.|www\.)?doi\.org/)", "", text.strip(), flags=re.IGNORECASE)
    if "://" in text:
        bare = unquote(bare)
    if not _DOI.fullmatch(bare) or len(bare) > 500 or re.search(r"[\x00-\x1f\x7f]", bare):
        raise FetchError(f"{text[:100]!r} is no DOI: it begins with 10., as doi:10.1000/182.")
    return bare.lower()


def fetch(query: str, fetcher: Fetcher, position: str | None = None) -> Iterator[Fetched]:
    """The record of one DOI, with its abstract where the publisher gave it to Crossref."""
    doi = doi_of(query)
    if position is not None:
        return
    try:
        message = _work(doi, fetcher)
    except FetchError as error:
        if error.status == 404:
            raise FetchError(
                f"Crossref does not know the DOI {doi}: check it at https://doi.org/{doi}. If it opens there, "
                "another agency registered it; add its page or its file.",
                404,
            ) from None
        raise
    yield Fetched(
        origin=f"{fetcher.settings.crossref}/works/{quote(doi, safe='/')}",
        name=doi,
        position="done",
        documents=(document(message),),
    )


def standing(dois: Sequence[str], fetcher: Fetcher) -> Iterator[Fetched]:
    """The present records of DOIs and of the notices that update them, as documents.

    What belongs to the works is in the notices of these documents; a document whose DOI was not asked for is a notice.
    """
    wanted = sorted({doi_of(doi) for doi in dois})
    # A comma parts the filters of a question, so these few are asked for one by one.
    plain = [doi for doi in wanted if "," not in doi]
    for start in range(0, len(plain), BATCH):
        batch = plain[start : start + BATCH]
        works = _list(",".join(f"doi:{doi}" for doi in batch), fetcher)
        notices = _list(",".join(f"updates:{doi}" for doi in batch), fetcher)
        found = {work.doi for work in works}
        held = tuple(work for work in works if work.doi in batch)
        about = tuple(notice for notice in notices if notice.doi not in found)
        missing = tuple(f"doi:{doi}" for doi in batch if doi not in found)
        yield _standing(batch[-1], held + about, missing, fetcher)
    for doi in wanted:
        if "," in doi:
            try:
                yield _standing(doi, (document(_work(doi, fetcher)),), (), fetcher)
            except FetchError as error:
                if error.status != 404:
                    raise
                yield _standing(doi, (), (f"doi:{doi}",), fetcher)


def document(message: dict[str, Any]) -> Document:
    """The `message` of a work."""
    from aitia.library.connectors.bodies import abstract

    doi = str(message.get("DOI", "")).lower()
    markup = message.get("abstract")
    blocks = abstract(markup) if isinstance(markup, str) else ()
    title, subtitle = _first(message, "title"), _first(message, "subtitle")
    if subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title}: {subtitle}"
    year, rule = _year(message)
    language, kind = message.get("language"), message.get("type")
    subjects = message.get("subject")
    return Document(
        format="crossref",
        title=" ".join(block.text for block in abstract(title)),
        extent=Extent.ABSTRACT if blocks else Extent.METADATA,
        blocks=blocks,
        authors=tuple(filter(None, map(_author, _items(message, "author")))),
        year=year,
        year_rule=rule,
        container=_first(message, "container-title") or str(message.get("publisher") or "") or None,
        doi=doi,
        language=language if isinstance(language, str) else None,
        publication_types=(kind,) if isinstance(kind, str) else (),
        subjects=tuple(map(str, subjects)) if isinstance(subjects, list) else (),
        notices=tuple(dict.fromkeys(_notices(message, f"doi:{doi}"))),
        revised=_day(message.get("deposited")),
    )


def _work(doi: str, fetcher: Fetcher) -> dict[str, Any]:
    from aitia.library.connectors.bodies import json_object
    from aitia.library.connectors.fetch import Unfit

    def read(reply: Reply) -> dict[str, Any]:
        message = json_object(reply).get("message")
        if not isinstance(message, dict) or str(message.get("DOI", "")).lower() != doi:
            # A DOI that was merged into another is answered with that other one.
            if isinstance(message, dict) and _DOI.fullmatch(str(message.get("DOI", ""))):
                return message
            raise Unfit("sent an answer without the record of a DOI")
        return message

    address = f"{fetcher.settings.crossref}/works/{quote(doi, safe='')}"
    return fetcher.request(address, read, query=_who(fetcher))


def _list(filters: str, fetcher: Fetcher) -> list[Document]:
    from aitia.library.connectors.bodies import json_object
    from aitia.library.connectors.fetch import Unfit

    def read(reply: Reply) -> list[Document]:
        message = json_object(reply).get("message")
        items = message.get("items") if isinstance(message, dict) else None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Unfit("sent an answer without a list of records")
        return [document(item) for item in items if _DOI.fullmatch(str(item.get("DOI", "")))]

    # Questions with a list are granted at one a second, at three to those who give a contact (since December 2025).
    pace = 3.0 if fetcher.settings.contact else 1.0
    query = {"filter": filters, "rows": str(_ROWS)} | _who(fetcher)
    return fetcher.request(f"{fetcher.settings.crossref}/works", read, query=query, per_second=pace)


def _standing(
    doi: str, documents: tuple[Document, ...], missing: tuple[str, ...], fetcher: Fetcher
) -> Fetched:
    return Fetched(
        origin=f"{fetcher.settings.crossref}/works",
        name="crossref-records",
        position=doi,
        documents=documents,
        missing=missing,
    )


def _who(fetcher: Fetcher) -> dict[str, str]:
    return {"mailto": fetcher.settings.contact} if fetcher.settings.contact else {}


def _notices(message: dict[str, Any], this: str) -> Iterator[Notice]:
    for item in _items(message, "update-to"):
        kind, other = _update(item), _other(item.get("DOI"))
        if kind is not None and other is not None:
            # A work changed in place names itself.
            yield Notice(kind, other, None if other == this else this, f"update-to {item['type']}")
    for item in _items(message, "updated-by"):
        kind, other = _update(item), _other(item.get("DOI"))
        if kind is not None:
            yield Notice(kind, this, None if other == this else other, f"updated-by {item['type']}")
    relations = message.get("relation")
    for name, items in relations.items() if isinstance(relations, dict) else ():
        for item in items if isinstance(items, list) else ():
            other = (
                _other(item.get("id")) if isinstance(item, dict) and item.get("id-type") == "doi" else None
            )
            if other is None or other == this:
                continue
            if name in _REPLACED:
                yield Notice(NoticeKind.SUPERSESSION, this, other, f"relation {name}")
            elif name in _REPLACES:
                yield Notice(NoticeKind.SUPERSESSION, other, this, f"relation {name}")


def _update(item: dict[str, Any]) -> NoticeKind | None:
    return _UPDATES.get(re.sub(r"[\s-]+", "_", str(item.get("type", "")).strip().lower()))


def _other(doi: object) -> str | None:
    try:
        return f"doi:{doi_of(doi)}" if isinstance(doi, str) else None
    except FetchError:
        return None


def _author(author: dict[str, Any]) -> str:
    """ "Rosen DR", or the name of a group."""
    family, given = str(author.get("family") or "").strip(), str(author.get("given") or "")
    if not family:
        return str(author.get("name") or "").strip()
    initials = "".join(part[0].upper() for part in re.split(r"[\s.-]+", given) if part)
    return f"{family} {initials}".strip()


def _year(message: dict[str, Any]) -> tuple[int | None, str | None]:
    for field in ("issued", "published", "created"):
        try:
            year = int(message[field]["date-parts"][0][0])
        except (KeyError, IndexError, TypeError, ValueError):
            continue
        if 1000 <= year < 3000:
            return year, field
    return None, None


def _day(moment: object) -> str | None:
    text = str(moment.get("date-time", "")) if isinstance(moment, dict) else ""
    return text[:10] if re.match(r"\d{4}-\d\d-\d\d", text) else None


def _first(message: dict[str, Any], name: str) -> str:
    found = message.get(name)
    return found[0].strip() if isinstance(found, list) and found and isinstance(found[0], str) else ""


def _items(message: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = message.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


CONNECTOR = Connector("doi", fetch, "doi", standing)
