import json
from typing import Any

import pytest

from aitia.library.connectors import Fetched, FetchError
from aitia.library.connectors.europepmc import document, fetch
from aitia.library.connectors.fetch import Fetcher
from aitia.library.document import Block, Extent, Notice, NoticeKind
from tests.library.connectors.conftest import MakeFetcher
from tests.library.connectors.server import Answer, Asked, Server


def record(number: int, **fields: Any) -> dict[str, Any]:
    """A record of result type "core", as the service's version 6.9 gives it."""
    return {
        "id": str(number),
        "source": "MED",
        "pmid": str(number),
        "doi": f"10.5555/Made.{number}",
        "title": f"Made-up study {number} of <i>SOD1</i>.",
        "authorString": "Muster A, Beispiel BC.",
        "authorList": {
            "author": [
                {"fullName": "Muster A", "firstName": "Anna", "lastName": "Muster", "initials": "A"},
                {"collectiveName": "Made-up Study Group"},
            ]
        },
        "journalInfo": {"yearOfPublication": 2024, "journal": {"title": "Journal of made-up studies"}},
        "pubYear": "2024",
        "abstractText": "<h4>Background</h4>A first sentence. <h4>Results</h4>Of 10 people, 4 (p<0.05) did.",
        "language": "eng",
        "pubTypeList": {"pubType": ["Journal Article"]},
        "meshHeadingList": {"meshHeading": [{"majorTopic_YN": "N", "descriptorName": "Humans"}]},
        "keywordList": {"keyword": ["Als"]},
        "isOpenAccess": "N",
        "inEPMC": "N",
        "dateOfRevision": "2025-02-03",
        **fields,
    }


def open_access(number: int) -> dict[str, Any]:
    pmcid = f"PMC{number}"
    return record(number, pmcid=pmcid, isOpenAccess="Y", inEPMC="Y", fullTextIdList={"fullTextId": [pmcid]})


class EuropePMC:
    """Pages by cursor; the last page repeats its cursor."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.records = records
        self.texts: dict[str, bytes] = {}
        self.cursors: list[str] = []
        for item in records:
            for name in item.get("fullTextIdList", {}).get("fullTextId", []):
                self.texts[name] = f"<article><body><p>{name}</p></body></article>".encode()

    def __call__(self, asked: Asked) -> Answer:
        if asked.path.endswith("/fullTextXML"):
            text = self.texts.get(asked.path.split("/")[1])
            return Answer(404) if text is None else Answer(body=text, type="application/xml")
        assert asked.path == "/search"
        assert asked.fields["resultType"] == "core"
        assert asked.fields["format"] == "json"
        cursor = asked.fields["cursorMark"]
        self.cursors.append(cursor)
        start = 0 if cursor == "*" else int(cursor.removeprefix("AoIIP+/"))
        size = int(asked.fields["pageSize"])
        page = self.records[start : start + size]
        following = f"AoIIP+/{start + len(page)}" if page else cursor
        return answer(
            {
                "version": "6.9",
                "hitCount": len(self.records),
                "nextCursorMark": following,
                "resultList": {"result": page},
            }
        )


def answer(data: object) -> Answer:
    return Answer(body=json.dumps(data).encode(), type="application/json;charset=UTF-8")


def make(server: Server, records: list[dict[str, Any]]) -> EuropePMC:
    server.route = service = EuropePMC(records)
    return service


def names(parts: list[Fetched]) -> list[str]:
    """The works of some parts, in order."""
    found: list[str] = []
    for part in parts:
        if part.reader == "jats":
            assert part.data.startswith(b"<article>")
            found.append(part.name)
        else:
            found += [str(document.pmid) for document in part.documents]
    return found


def test_pages_follow_each_other_until_the_cursor_repeats(server: Server, fetcher: Fetcher) -> None:
    service = make(server, [record(90_000_000 + place) for place in range(250)])
    parts = list(fetch('"motor neuron disease"', fetcher))
    assert names(parts) == [str(90_000_000 + place) for place in range(250)]
    assert service.cursors == ["*", "AoIIP+/100", "AoIIP+/200", "AoIIP+/250"]
    assert parts[0].total == 250
    assert server.asked[0].fields["query"] == '"motor neuron disease"'


@pytest.mark.parametrize("following", ["*", None, ""])
def test_a_page_without_a_new_cursor_is_the_last(
    server: Server, fetcher: Fetcher, following: str | None
) -> None:
    page = {"hitCount": 1, "nextCursorMark": following, "resultList": {"result": [record(1)]}}
    server.route = lambda _: answer(page)
    assert names(list(fetch("x", fetcher))) == ["1"]
    assert len(server.asked) == 1


def test_full_texts_come_after_the_records_of_their_page(server: Server, fetcher: Fetcher) -> None:
    closed = record(90_000_002, pmcid="PMC90000002", inEPMC="Y")
    preprint = record(
        3, id="PPR3", source="PPR", isOpenAccess="Y", inEPMC="Y", fullTextIdList={"fullTextId": ["PPR3"]}
    )
    elsewhere = record(4, isOpenAccess="Y", inEPMC="N", fullTextIdList={"fullTextId": ["PMC4"]})
    make(server, [open_access(90_000_001), closed, preprint, elsewhere])
    parts = list(fetch("x", fetcher))
    assert names(parts) == ["90000001", "90000002", "3", "4", "PMC90000001.xml", "PPR3.xml"]
    assert parts[1].origin == f"{server.url}/PMC90000001/fullTextXML"
    assert [asked.path for asked in server.asked].count("/PMC90000002/fullTextXML") == 0


@pytest.mark.parametrize("after", range(1, 8))
def test_a_load_that_was_cut_off_goes_on_after_any_part(
    server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr("aitia.library.connectors.europepmc.PAGE", 2)
    records = [open_access(1), record(2), open_access(3), open_access(4), record(5), open_access(6)]
    make(server, records)
    whole = list(fetch("x", fetcher))
    assert len(whole) == 7
    rest = list(fetch("x", fetcher, whole[after - 1].position))
    assert rest == whole[after:]


@pytest.mark.parametrize(
    "fault",
    [
        Answer(404),
        Answer(403),
        Answer(500),
        Answer(body=b"<article><body>", type="application/xml"),
        Answer(body=bytes(3000)),
    ],
)
def test_a_full_text_that_cannot_be_had_holds_up_nothing(
    server: Server, fetcher_of: MakeFetcher, fault: Answer
) -> None:
    service = make(server, [open_access(1), open_access(2)])
    server.route = lambda asked: fault if asked.path == "/PMC1/fullTextXML" else service(asked)
    parts = list(fetch("x", fetcher_of(body_limit=2900)))
    assert [(part.name, part.reader, part.missing) for part in parts] == [
        ("europepmc-records", None, ()),
        ("PMC1.xml", None, ("pmcid:PMC1",)),
        ("PMC2.xml", "jats", ()),
    ]


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_service_that_is_down_in_between_stops_the_load(
    server: Server, fetcher: Fetcher, status: int
) -> None:
    make(server, [open_access(1), open_access(2)])
    parts = fetch("x", fetcher)
    first = next(parts)
    server.faults.extend([Answer(status)] * 5)
    with pytest.raises(FetchError, match="tried 5 times"):
        next(parts)
    assert names(list(fetch("x", fetcher, first.position))) == ["PMC1.xml", "PMC2.xml"]


@pytest.mark.parametrize(
    "fault",
    [
        Answer(500),
        Answer(body=b'{"version":"6.9","hitCount"', type="application/json"),
        answer({"version": "6.9", "hitCount": 3, "resultList": {"result": []}}),
        answer({"version": "6.9", "hitCount": 3}),
        answer({"version": "6.9", "resultList": {"result": ["busy"]}}),
    ],
)
def test_a_search_that_fails_is_tried_again(server: Server, fetcher: Fetcher, fault: Answer) -> None:
    make(server, [record(1)])
    server.faults.append(fault)
    assert names(list(fetch("x", fetcher))) == ["1"]
    server.faults.extend([fault] * 5)
    with pytest.raises(FetchError, match=r"/search .*; tried 5 times"):
        list(fetch("x", fetcher))


def test_a_full_text_with_an_entity_of_html_is_left_to_the_reader(server: Server, fetcher: Fetcher) -> None:
    service = make(server, [open_access(1)])
    service.texts["PMC1"] = b"<article><body><p>4&nbsp;mg</p></body></article>\n"
    assert list(fetch("x", fetcher))[1].data == service.texts["PMC1"]


@pytest.mark.parametrize("text", [b"<article><body>", b"<html>Busy</html>"])
def test_a_full_text_that_is_broken_is_tried_again(server: Server, fetcher: Fetcher, text: bytes) -> None:
    make(server, [open_access(1)])
    parts = fetch("x", fetcher)
    next(parts)
    server.faults.append(Answer(body=text, type="application/xml"))
    assert next(parts).data.startswith(b"<article>")


def test_a_search_that_cannot_be_read_is_told_at_once(server: Server, fetcher: Fetcher) -> None:
    server.route = lambda _: answer({"version": "6.9", "errCode": 404, "errMsg": "Invalid cursor mark"})
    with pytest.raises(FetchError, match="Invalid cursor mark"):
        list(fetch("x", fetcher))
    assert len(server.asked) == 1


@pytest.mark.parametrize(("query", "position"), [(" ", None), ("x", "7"), ("x", "{"), ("x", '["*", null]')])
def test_what_cannot_be_asked_is_told_before_asking(
    server: Server, fetcher: Fetcher, query: str, position: str | None
) -> None:
    with pytest.raises(FetchError):
        list(fetch(query, fetcher, position))
    assert server.asked == []


class TestDocument:
    def test_a_record_becomes_a_document(self) -> None:
        made = document(record(90_000_001, pmcid="PMC7000001"))
        assert made.title == "Made-up study 90000001 of SOD1."
        assert made.extent is Extent.ABSTRACT
        assert made.blocks == (
            Block("A first sentence.", "Background"),
            Block("Of 10 people, 4 (p<0.05) did.", "Results"),
        )
        assert made.authors == ("Muster A", "Made-up Study Group")
        assert (made.year, made.year_rule) == (2024, "pubYear")
        assert made.container == "Journal of made-up studies"
        assert (made.doi, made.pmid, made.pmcid) == ("10.5555/made.90000001", "90000001", "PMC7000001")
        assert made.subjects == ("Humans", "Als")
        assert made.publication_types == ("Journal Article",)
        assert made.revised == "2025-02-03"

    def test_without_abstract_it_is_metadata(self) -> None:
        made = document(record(1, abstractText=""))
        assert made.extent is Extent.METADATA
        assert made.blocks == ()

    @pytest.mark.parametrize(
        "field", ["authorList", "journalInfo", "pubTypeList", "meshHeadingList", "pubYear"]
    )
    @pytest.mark.parametrize("value", [None, [], "?", {"author": "x"}, 7])
    def test_a_field_of_another_shape_is_passed_over(self, field: str, value: object) -> None:
        assert document(record(1, **{field: value})).pmid == "1"

    def test_the_notices_of_a_record_are_kept_apart(self) -> None:
        listed = [
            {"id": "90000011", "source": "MED", "type": "Retraction in"},
            {"id": "90000012", "source": "MED", "type": "Erratum in"},
            {"id": "90000013", "source": "MED", "type": "Expression of concern in"},
            {"id": "90000014", "source": "MED", "type": "Update in"},
            {"id": "90000015", "source": "MED", "type": "Comment in"},
            {"id": "90000016", "source": "MED", "type": "Retraction of"},
            {"reference": "Journal of made-up studies. 2024;1:1", "type": "Erratum in"},
        ]
        made = document(record(1, commentCorrectionList={"commentCorrection": listed}))
        assert [(notice.kind, notice.about, notice.by) for notice in made.notices] == [
            (NoticeKind.RETRACTION, "pmid:1", "pmid:90000011"),
            (NoticeKind.CORRECTION, "pmid:1", "pmid:90000012"),
            (NoticeKind.CONCERN, "pmid:1", "pmid:90000013"),
            (NoticeKind.SUPERSESSION, "pmid:1", "pmid:90000014"),
            (NoticeKind.RETRACTION, "pmid:90000016", "pmid:1"),
            (NoticeKind.CORRECTION, "pmid:1", None),
        ]
        assert made.notices[0].rule == "commentCorrection Retraction in"

    def test_a_preprint_is_replaced_by_its_article(self) -> None:
        listed = [{"id": "90000021", "source": "MED", "type": "Preprint of"}]
        made = document(
            record(1, id="PPR1", source="PPR", pmid=None, commentCorrectionList={"commentCorrection": listed})
        )
        assert made.pmid is None
        assert made.notices == (
            Notice(
                NoticeKind.SUPERSESSION,
                "doi:10.5555/made.1",
                "pmid:90000021",
                "commentCorrection Preprint of",
            ),
        )

    def test_a_retracted_publication_is_one_without_its_notice_too(self) -> None:
        made = document(record(1, pubTypeList={"pubType": ["Journal Article", "Retracted Publication"]}))
        assert [(notice.kind, notice.about) for notice in made.notices] == [(NoticeKind.RETRACTION, "pmid:1")]
