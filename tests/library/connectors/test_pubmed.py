import io
import json
import re
from collections.abc import Iterable

import pytest
from lxml import etree

from aitia.library.connectors import Fetched, FetchError
from aitia.library.connectors.fetch import Fetcher
from aitia.library.connectors.pubmed import CONNECTOR, MOST, fetch, standing
from aitia.library.document import Document, Rejected
from aitia.library.readers.pubmed import READER
from tests.library.connectors.conftest import MakeFetcher
from tests.library.connectors.server import Answer, Asked, Clock, Server


def record(pmid: int) -> str:
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>'
        f"<Article><ArticleTitle>Made-up study {pmid}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
    )


def article_set(records: Iterable[str]) -> Answer:
    text = '<?xml version="1.0" ?><!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"'
    text += ' "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>'
    return Answer(
        body=f"{text}{''.join(records)}</PubmedArticleSet>".encode(), type="text/xml; charset=UTF-8"
    )


class PubMed:
    """What the E-utilities do: 9,999 PMIDs of a search at most, newest first; ranges of PMIDs; records by PMID."""

    def __init__(self, pmids: Iterable[int]) -> None:
        self.pmids = set(pmids)
        self.hidden: set[int] = set()
        """Found by searches, left out by fetches."""
        self.terms: list[str] = []
        self.fetched: list[list[int]] = []

    def __call__(self, asked: Asked) -> Answer:
        assert asked.method == "POST"
        assert asked.fields["db"] == "pubmed"
        assert asked.fields["tool"] == "aitia"
        return {"/esearch.fcgi": self.search, "/efetch.fcgi": self.fetch}[asked.path](asked.fields)

    def search(self, fields: dict[str, str]) -> Answer:
        term = fields["term"]
        self.terms.append(term)
        assert fields["retmode"] == "json"
        found = sorted(self.pmids, reverse=True)
        limits = re.search(r" AND (\d+):(\d+)\[uid\]$", term)
        if limits:
            found = [pmid for pmid in found if int(limits[1]) <= pmid <= int(limits[2])]
        result = {
            "count": str(len(found)),
            "retmax": fields["retmax"],
            "retstart": "0",
            "idlist": [str(pmid) for pmid in found[: min(int(fields["retmax"]), 9999)]],
            "translationset": [],
            "querytranslation": term,
        }
        return answer({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result})

    def fetch(self, fields: dict[str, str]) -> Answer:
        assert fields["retmode"] == "xml"
        wanted = [int(pmid) for pmid in fields["id"].split(",")]
        self.fetched.append(wanted)
        return article_set(record(pmid) for pmid in wanted if pmid in self.pmids - self.hidden)


def answer(data: object) -> Answer:
    return Answer(body=json.dumps(data).encode(), type="application/json; charset=UTF-8")


def pmids_in(parts: Iterable[Fetched]) -> list[int]:
    found: list[int] = []
    for part in parts:
        if part.reader is None:
            assert part.missing
            assert not part.data
            continue
        assert part.reader == "pubmed"
        root = etree.fromstring(part.data)
        found += [int(element.text or "") for element in root.iterfind("PubmedArticle/MedlineCitation/PMID")]
    return found


def make(server: Server, pmids: Iterable[int]) -> PubMed:
    server.route = service = PubMed(pmids)
    return service


SOME = range(90_000_001, 90_000_451)


def test_a_search_gives_every_record_once_in_pages_of_200(server: Server, fetcher: Fetcher) -> None:
    service = make(server, SOME)
    parts = list(fetch("  amyotrophic lateral sclerosis[mesh]\n AND guideline[pt] ", fetcher))
    assert pmids_in(parts) == list(SOME)
    assert [len(page) for page in service.fetched] == [200, 200, 50]
    assert service.terms == ["amyotrophic lateral sclerosis[mesh] AND guideline[pt]"]
    assert {part.total for part in parts} == {450}
    assert parts[0].name == "pubmed-90000001-90000200.xml"
    assert len(server.asked) == 4


def test_a_load_that_was_cut_off_goes_on_after_the_last_part(server: Server, fetcher: Fetcher) -> None:
    service = make(server, SOME)
    parts = fetch("x", fetcher)
    first = next(parts)
    # Records that came in meanwhile shift nothing.
    service.pmids |= set(range(90_001_000, 90_001_010))
    rest = list(fetch("x", fetcher, first.position))
    assert pmids_in([first, *rest]) == sorted(service.pmids)
    assert service.terms[-1] == "(x) AND 90000201:99999999[uid]"
    assert list(fetch("x", fetcher, rest[-1].position)) == []


def test_more_than_a_search_gives_is_cut_into_ranges(server: Server, fetcher: Fetcher) -> None:
    pmids = [*range(100, 100 + 7000), *range(49_998_000, 49_998_000 + 5000)]
    service = make(server, pmids)
    parts = list(fetch("x", fetcher))
    assert pmids_in(parts) == pmids
    assert parts[0].total == 12_000
    assert list(fetch("x", fetcher, parts[50].position))[-1].position == parts[-1].position
    assert all(len(page) <= 200 for page in service.fetched)


def test_a_range_that_is_still_too_much_is_cut_again(server: Server, fetcher: Fetcher) -> None:
    dense = range(30_000_000, 30_000_000 + MOST + 1)
    service = make(server, dense)
    first = next(fetch("x", fetcher))
    assert pmids_in([first]) == list(dense)[:200]
    assert len(service.terms) < 40


def test_a_service_that_does_not_keep_to_a_range_is_found_out(server: Server, fetcher: Fetcher) -> None:
    make(server, SOME)
    server.faults.extend([answer({"esearchresult": {"count": "1", "idlist": ["90000001"]}})] * 5)
    with pytest.raises(FetchError, match="named PMIDs that are not between 90000002 and 99999999"):
        list(fetch("x", fetcher, "90000001"))


def test_nothing_found_is_no_part(server: Server, fetcher: Fetcher) -> None:
    make(server, ())
    assert list(fetch("x", fetcher)) == []


@pytest.mark.parametrize(
    "fault",
    [
        Answer(429, b'{"error":"API rate limit exceeded","count":"4"}', "application/json"),
        answer({"error": "API rate limit exceeded", "count": "4"}),
        answer({"header": {}, "esearchresult": {"ERROR": "Search Backend failed: timeout"}}),
        answer({"header": {}, "esearchresult": {"count": "450", "idlist": ["90000001"]}}),
        answer({"header": {}, "esearchresult": {"count": "450", "idlist": ["x"] * 450}}),
        answer({"header": {}, "esearchresult": {"idlist": []}}),
        answer({"header": {}, "esearchresult": "busy"}),
        answer([]),
        Answer(body=b'{"header": {"type": "esear', type="application/json"),
        Answer(body=b"<html>Down for maintenance</html>", type="text/html"),
    ],
)
def test_a_search_that_fails_behind_status_200_is_tried_again(
    server: Server, fetcher: Fetcher, fault: Answer
) -> None:
    make(server, SOME)
    server.faults.append(fault)
    assert pmids_in(fetch("x", fetcher)) == list(SOME)
    server.faults.extend([fault] * 5)
    with pytest.raises(FetchError, match=r"esearch\.fcgi .*; tried 5 times"):
        list(fetch("x", fetcher))


@pytest.mark.parametrize(
    "fault",
    [
        Answer(
            body=b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>", type="text/xml"
        ),
        Answer(body=b"<PubmedArticleSet><PubmedArticle>", type="text/xml"),
        Answer(body=b"<PubmedArticleSet><PubmedArticle>", type="text/xml", length=10_000),
        Answer(body=b"<html><body>Busy</body></html>", type="text/html"),
        Answer(body=b"", type="text/xml"),
        Answer(502),
    ],
)
def test_records_that_fail_behind_status_200_are_tried_again(
    server: Server, fetcher: Fetcher, fault: Answer
) -> None:
    make(server, SOME)
    parts = fetch("x", fetcher)
    first = next(parts)
    server.faults.extend([fault] * 4)
    assert pmids_in([first, *parts]) == list(SOME)
    server.faults.extend([fault] * 5)
    with pytest.raises(FetchError, match=r"efetch\.fcgi .*; tried 5 times"):
        list(standing(["90000001"], fetcher))


def test_one_record_that_is_broken_holds_up_nothing(server: Server, fetcher: Fetcher) -> None:
    service = make(server, (1, 2, 3))
    server.route = lambda asked: (
        article_set([record(1), record(2).replace("Made-up", "Made\x01up &"), record(3)])
        if asked.path == "/efetch.fcgi"
        else service(asked)
    )
    (part,) = fetch("x", fetcher)
    assert part.missing == ()
    assert READER.split is not None
    items = [item for piece in READER.split(io.BytesIO(part.data)) for item in READER.read(piece, part.name)]
    assert [type(item) for item in items] == [Document, Rejected, Document]


def test_an_empty_set_though_records_were_found_is_asked_again_and_then_told(
    server: Server, fetcher: Fetcher
) -> None:
    service = make(server, SOME)
    parts = fetch("x", fetcher)
    first = next(parts)
    server.faults.append(article_set(()))
    assert pmids_in([first, *parts]) == list(SOME)
    service.hidden = set(SOME)
    with pytest.raises(FetchError, match="found 200 records and gives none"):
        list(fetch("x", fetcher))


def test_records_that_are_left_out_are_asked_for_once_more_and_then_named(
    server: Server, fetcher: Fetcher
) -> None:
    service = make(server, SOME)
    service.hidden = {90_000_005, 90_000_007}
    parts = list(fetch("x", fetcher))
    assert pmids_in(parts) == [pmid for pmid in SOME if pmid not in service.hidden]
    assert service.fetched[1] == [90_000_005, 90_000_007]
    assert [part.missing for part in parts] == [(), ("pmid:90000005", "pmid:90000007"), (), ()]
    assert [part.reader for part in parts] == ["pubmed", None, "pubmed", "pubmed"]
    # Until the page is whole, the position stays before it.
    assert [part.position for part in parts[:2]] == ["90000000", "90000200"]


def test_the_standing_of_known_works_is_their_present_record(server: Server, fetcher: Fetcher) -> None:
    service = make(server, SOME)
    asked = [str(pmid) for pmid in reversed(SOME)] + ["90000001", "89999999"]
    parts = list(standing(asked, fetcher))
    assert pmids_in(parts) == list(SOME)
    assert sum((part.missing for part in parts), ()) == ("pmid:89999999",)
    assert [len(page) for page in service.fetched] == [200, 1, 200, 51]
    assert CONNECTOR.identifier == "pmid"
    with pytest.raises(FetchError, match="no PMID"):
        list(standing(["PMC12"], fetcher))


@pytest.mark.parametrize(("key", "pace"), [(None, 3), ("0123456789abcdef0123456789abcdef0123", 10)])
def test_ncbi_is_asked_three_times_a_second_or_ten_with_a_key(
    server: Server, fetcher_of: MakeFetcher, clock: Clock, key: str | None, pace: int
) -> None:
    make(server, SOME)
    list(fetch("x", fetcher_of(ncbi_key=key, contact="library@hospital.example")))
    assert clock.now == pytest.approx(1000 + 3 / pace)
    for asked in server.asked:
        assert asked.fields["email"] == "library@hospital.example"
        assert asked.fields.get("api_key") == key
        assert asked.target == asked.path


def test_a_field_that_pubmed_does_not_know_is_told(server: Server, fetcher: Fetcher) -> None:
    result = {"count": "0", "idlist": [], "errorlist": {"phrasesnotfound": [], "fieldsnotfound": ["pubtyp"]}}
    server.route = lambda _: answer({"esearchresult": result})
    with pytest.raises(FetchError, match="no search field pubtyp"):
        list(fetch("guideline[pubtyp]", fetcher))


@pytest.mark.parametrize(("query", "position"), [("", None), ("  ", None), ("x", "[1]"), ("x", "-1")])
def test_what_cannot_be_asked_is_told_before_asking(
    server: Server, fetcher: Fetcher, query: str, position: str | None
) -> None:
    with pytest.raises(FetchError):
        list(fetch(query, fetcher, position))
    assert server.asked == []
