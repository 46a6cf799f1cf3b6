"""PubMed by NCBI's E-utilities (https://www.ncbi.nlm.nih.gov/books/NBK25499/).

A search gives at most 9,999 PMIDs, and a set of results kept at NCBI (WebEnv) ends after some hours and changes its
order as records come in. So a search is cut into ranges of PMIDs that fit, each is fetched in ascending order by its
own PMIDs, and the position is the last PMID that was fetched: it holds however long the pause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from aitia.library.connectors import Connector, Fetched, FetchError

if TYPE_CHECKING:
    from aitia.library.connectors.fetch import Fetcher, Reply

PAGE = 200
"""Records of one request: what NCBI asks to keep to."""
MOST = 9_999
"""PMIDs that one search of PubMed gives."""
_LAST = 99_999_999
_FAULT = "answered with an error"


def fetch(query: str, fetcher: Fetcher, position: str | None = None) -> Iterator[Fetched]:
    """The records of a PubMed search, oldest PMID first, for the reader "pubmed"."""
    query = " ".join(query.split())
    if not query:
        raise FetchError('the PubMed search is empty: write pubmed:"motor neuron disease[mesh]".')
    if position is not None and not position.isdecimal():
        raise FetchError("the position in the PubMed search cannot be read: begin the load again.")
    first = int(position or 0) + 1
    total: int | None = None
    for found, pmids in _searches(query, first, _LAST, fetcher):
        total = found if total is None else total
        for page in _batches(pmids):
            parts = list(_page(page, fetcher, total))
            if len(parts[-1].missing) == len(page):
                raise FetchError(
                    f"{fetcher.settings.eutils} found {len(page)} records and gives none of them; asked twice. "
                    "Try again later: what is loaded already is kept."
                )
            yield from parts


def standing(pmids: Sequence[str], fetcher: Fetcher) -> Iterator[Fetched]:
    """The present records of PMIDs, with their notices of retraction and correction, for the reader "pubmed"."""
    for pmid in pmids:
        if not pmid.isdecimal():
            raise FetchError(f"{pmid[:40]!r} is no PMID: it has digits only.")
    for page in _batches(sorted({int(pmid) for pmid in pmids})):
        yield from _page(page, fetcher, None)


def _batches(pmids: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return (tuple(pmids[start : start + PAGE]) for start in range(0, len(pmids), PAGE))


def _searches(query: str, low: int, high: int, fetcher: Fetcher) -> Iterator[tuple[int, list[int]]]:
    """The count and the PMIDs, ascending, of the query within a range, and of its halves where that is too much."""
    count, pmids = _search(query, low, high, fetcher)
    if count <= MOST or low >= high:
        yield count, pmids
        return
    yield count, []
    middle = (low + high) // 2
    yield from _searches(query, low, middle, fetcher)
    yield from _searches(query, middle + 1, high, fetcher)


def _search(query: str, low: int, high: int, fetcher: Fetcher) -> tuple[int, list[int]]:
    from aitia.library.connectors.bodies import json_object
    from aitia.library.connectors.fetch import Unfit

    def read(reply: Reply) -> dict[str, Any]:
        answer = json_object(reply)
        result = answer.get("esearchresult")
        fault = answer.get("error") or (result.get("ERROR") if isinstance(result, dict) else result)
        if fault or not isinstance(result, dict):
            raise Unfit(f"{_FAULT} ({str(fault)[:200]})")
        pmids = result.get("idlist", [])
        count = str(result.get("count", ""))
        if not count.isdecimal() or not all(str(pmid).isdecimal() for pmid in pmids):
            raise Unfit("sent a result without count or with what are no PMIDs")
        if not all(low <= int(pmid) <= high for pmid in pmids):
            raise Unfit(f"named PMIDs that are not between {low} and {high}")
        if len(pmids) < min(int(count), MOST):
            raise Unfit(f"found {count} records and named {len(pmids)} of them")
        return result

    whole = low == 1 and high == _LAST
    term = query if whole else f"({query}) AND {low}:{high}[uid]"
    form = {"db": "pubmed", "term": term, "retmode": "json", "retmax": str(MOST)}
    result = fetcher.request(
        f"{fetcher.settings.eutils}/esearch.fcgi", read, form=form | _who(fetcher), per_second=_pace(fetcher)
    )
    fields = (result.get("errorlist") or {}).get("fieldsnotfound") or []
    if fields:
        raise FetchError(
            f"PubMed has no search field {', '.join(map(str, fields))[:80]}: mend the tag in square brackets."
        )
    return int(result["count"]), sorted({int(pmid) for pmid in result["idlist"]})


def _page(pmids: Sequence[int], fetcher: Fetcher, total: int | None) -> Iterator[Fetched]:
    """The records of some PMIDs; those left out are asked for once more. The last part names what stays missing."""
    data, missing = _records(pmids, fetcher)
    if missing:
        if len(missing) < len(pmids):
            # The position stays before this page until all of it is there.
            yield _part(data, pmids, fetcher, total, pmids[0] - 1, ())
        asked = missing
        data, missing = _records(asked, fetcher)
        data = b"" if missing == asked else data
    yield _part(data, pmids, fetcher, total, pmids[-1], missing)


def _part(
    data: bytes,
    pmids: Sequence[int],
    fetcher: Fetcher,
    total: int | None,
    position: int,
    missing: Sequence[int],
) -> Fetched:
    return Fetched(
        origin=f"{fetcher.settings.eutils}/efetch.fcgi",
        name=f"pubmed-{pmids[0]}-{pmids[-1]}.xml",
        position=str(position),
        data=data,
        reader="pubmed" if data else None,
        missing=tuple(f"pmid:{pmid}" for pmid in missing),
        total=total,
    )


def _records(pmids: Sequence[int], fetcher: Fetcher) -> tuple[bytes, list[int]]:
    from aitia.library.connectors.bodies import xml_root
    from aitia.library.connectors.fetch import Unfit

    def read(reply: Reply) -> tuple[bytes, list[int]]:
        root = xml_root(reply, end=b"</PubmedArticleSet>")
        fault = root.findtext(".//ERROR")
        if fault or root.tag != "PubmedArticleSet":
            raise Unfit(f"{_FAULT} ({(fault or str(root.tag))[:200]})")
        held = {
            found.text
            for path in ("PubmedArticle/MedlineCitation/PMID", "PubmedBookArticle/BookDocument/PMID")
            for found in root.iterfind(path)
        }
        return reply.data, [pmid for pmid in pmids if str(pmid) not in held]

    form = {"db": "pubmed", "id": ",".join(map(str, pmids)), "retmode": "xml"}
    return fetcher.request(
        f"{fetcher.settings.eutils}/efetch.fcgi", read, form=form | _who(fetcher), per_second=_pace(fetcher)
    )


def _who(fetcher: Fetcher) -> dict[str, str]:
    """What NCBI asks a program to say of itself. In a form, so that the key stands in no address."""
    settings = fetcher.settings
    who = {"tool": "aitia"}
    if settings.contact:
        who["email"] = settings.contact
    if settings.ncbi_key:
        who["api_key"] = settings.ncbi_key
    return who


def _pace(fetcher: Fetcher) -> float:
    return 10.0 if fetcher.settings.ncbi_key else 3.0


CONNECTOR = Connector("pubmed", fetch, "pmid", standing)
