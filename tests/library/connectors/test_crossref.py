import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitia.library.connectors import FetchError
from aitia.library.connectors.bodies import abstract
from aitia.library.connectors.crossref import document, doi_of, fetch, standing
from aitia.library.connectors.fetch import Fetcher
from aitia.library.document import Block, Extent, Notice, NoticeKind
from tests.library.connectors.conftest import MakeFetcher
from tests.library.connectors.server import Answer, Asked, Clock, Server


def work(doi: str, **fields: Any) -> dict[str, Any]:
    """The message of a work, as https://api.crossref.org gives it."""
    return {
        "DOI": doi,
        "URL": f"https://doi.org/{doi}",
        "type": "journal-article",
        "title": ["A made-up trial of <i>nothing</i>"],
        "container-title": ["Journal of Made-Up Studies"],
        "author": [
            {"given": "Anna-Lena B.", "family": "Muster", "sequence": "first", "affiliation": []},
            {"name": "Made-Up Study Group", "sequence": "additional", "affiliation": []},
        ],
        "issued": {"date-parts": [[2024, 5]]},
        "deposited": {"date-parts": [[2025, 1, 2]], "date-time": "2025-01-02T03:04:05Z", "timestamp": 1},
        "abstract": (
            "<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title>"
            "<jats:p>Of 10<jats:sup>5</jats:sup> people,\n  4 had CO<jats:sub>2</jats:sub> &lt; 40.</jats:p></jats:sec>"
            "<jats:sec><jats:title>Results:</jats:title><jats:p>One.</jats:p><jats:p>Two.</jats:p></jats:sec>"
        ),
        **fields,
    }


class Crossref:
    def __init__(self, *works: dict[str, Any]) -> None:
        self.works = {item["DOI"].lower(): item for item in works}

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == "/works":
            return self.list(asked.fields["filter"].split(","))
        assert asked.path.count("/") == 2
        doi = next((doi for doi in self.works if asked.path == f"/works/{quote(doi, safe='')}"), None)
        if doi is None:
            return Answer(404, b"Resource not found.", "text/plain")
        return answer("work", self.works[doi])

    def list(self, filters: list[str]) -> Answer:
        wanted = {tuple(item.split(":", 1)) for item in filters}
        assert len({name for name, _ in wanted}) == 1
        found = [
            item
            for doi, item in self.works.items()
            if ("doi", doi) in wanted
            or any(("updates", update["DOI"].lower()) in wanted for update in item.get("update-to", []))
        ]
        return answer("work-list", {"total-results": len(found), "items": found})


def answer(kind: str, message: object) -> Answer:
    data = {"status": "ok", "message-type": kind, "message-version": "1.0.0", "message": message}
    return Answer(body=json.dumps(data).encode(), type="application/json;charset=utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "10.5555/Made.1",
        "doi:10.5555/made.1",
        "DOI: 10.5555/MADE.1",
        " https://doi.org/10.5555/made.1 ",
        "http://dx.doi.org/10.5555/made.1",
        "https://www.doi.org/10.5555%2Fmade.1",
    ],
)
def test_a_doi_is_known_in_all_its_forms(text: str) -> None:
    assert doi_of(text) == "10.5555/made.1"


@pytest.mark.parametrize(
    "text",
    ["", "made.1", "10.5555", "10.5555/", "10.55/x", "https://journal.example/10.5555/x", "10.5555/a b"],
)
def test_what_is_no_doi_is_told(text: str, server: Server, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match="no DOI"):
        list(fetch(text, fetcher))
    assert server.asked == []


def test_the_record_of_a_doi_becomes_a_document(server: Server, fetcher: Fetcher) -> None:
    server.route = Crossref(work("10.5555/Made.1"))
    (part,) = fetch("10.5555/MADE.1", fetcher)
    (made,) = part.documents
    assert part.origin == f"{server.url}/works/10.5555/made.1"
    assert made.doi == "10.5555/made.1"
    assert made.title == "A made-up trial of nothing"
    assert made.authors == ("Muster ALB", "Made-Up Study Group")
    assert (made.year, made.year_rule) == (2024, "issued")
    assert made.container == "Journal of Made-Up Studies"
    assert made.extent is Extent.ABSTRACT
    assert made.blocks == (
        Block("Of 10⁵ people, 4 had CO2 < 40.", "Background"),
        Block("One.", "Results"),
        Block("Two.", "Results"),
    )
    assert made.revised == "2025-01-02"
    assert made.notices == ()
    assert list(fetch("10.5555/made.1", fetcher, part.position)) == []


def test_a_doi_with_odd_signs_is_asked_for_whole(server: Server, fetcher: Fetcher) -> None:
    doi = "10.5555/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2?#"
    server.route = Crossref(work(doi))
    (part,) = fetch(f"doi:{doi}", fetcher)
    assert part.documents[0].doi == doi


def test_a_doi_that_crossref_does_not_know_is_told(server: Server, fetcher: Fetcher) -> None:
    server.route = Crossref()
    with pytest.raises(FetchError, match=r"does not know the DOI 10\.5555/made\.1: check it at"):
        list(fetch("10.5555/made.1", fetcher))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [Answer(body=b'{"status":"ok","mess', type="application/json"), answer("work", None), Answer(504)],
)
def test_an_answer_without_record_is_tried_again(server: Server, fetcher: Fetcher, fault: Answer) -> None:
    server.route = Crossref(work("10.5555/made.1"))
    server.faults.append(fault)
    assert len(list(fetch("10.5555/made.1", fetcher))) == 1
    server.faults.extend([fault] * 5)
    with pytest.raises(FetchError, match="tried 5 times"):
        list(fetch("10.5555/made.1", fetcher))


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        ("retraction", NoticeKind.RETRACTION),
        ("Retraction", NoticeKind.RETRACTION),
        ("withdrawal", NoticeKind.RETRACTION),
        ("removal", NoticeKind.RETRACTION),
        ("partial_retraction", NoticeKind.CORRECTION),
        ("correction", NoticeKind.CORRECTION),
        ("corrigendum", NoticeKind.CORRECTION),
        ("erratum", NoticeKind.CORRECTION),
        ("addendum", NoticeKind.CORRECTION),
        ("clarification", NoticeKind.CORRECTION),
        ("expression_of_concern", NoticeKind.CONCERN),
        ("Expression of concern", NoticeKind.CONCERN),
        ("new_version", NoticeKind.SUPERSESSION),
        ("new_edition", NoticeKind.SUPERSESSION),
    ],
)
def test_each_update_is_one_of_four_notices(update: str, kind: NoticeKind) -> None:
    item = {"DOI": "10.5555/Other", "type": update, "label": update, "source": "publisher"}
    (by,) = document(work("10.5555/this", **{"updated-by": [item]})).notices
    assert by == Notice(kind, "doi:10.5555/this", "doi:10.5555/other", f"updated-by {update}")
    (to,) = document(work("10.5555/this", **{"update-to": [item]})).notices
    assert to == Notice(kind, "doi:10.5555/other", "doi:10.5555/this", f"update-to {update}")


def test_notices_from_two_places_are_one_and_a_change_in_place_has_no_other() -> None:
    found = document(
        work(
            "10.5555/this",
            **{
                "updated-by": [
                    {"DOI": "10.5555/notice", "type": "retraction", "source": "publisher"},
                    {"DOI": "10.5555/notice", "type": "retraction", "source": "retraction-watch"},
                    {"type": "retraction", "source": "retraction-watch"},
                    {"DOI": "10.5555/notice", "type": "reinstatement"},
                ],
                "update-to": [{"DOI": "10.5555/this", "type": "correction"}, {"type": "correction"}, "x"],
            },
        )
    ).notices
    assert [(notice.kind, notice.about, notice.by) for notice in found] == [
        (NoticeKind.CORRECTION, "doi:10.5555/this", None),
        (NoticeKind.RETRACTION, "doi:10.5555/this", "doi:10.5555/notice"),
        (NoticeKind.RETRACTION, "doi:10.5555/this", None),
    ]


@pytest.mark.parametrize(
    ("relation", "about", "by"),
    [
        ("is-preprint-of", "this", "other"),
        ("is-replaced-by", "this", "other"),
        ("has-preprint", "other", "this"),
        ("replaces", "other", "this"),
    ],
)
def test_relations_say_what_replaces_what(relation: str, about: str, by: str) -> None:
    item = {"id-type": "doi", "id": "10.5555/Other", "asserted-by": "subject"}
    relations = {relation: [item], "is-review-of": [item], "references": [{"id-type": "uri", "id": "x"}]}
    assert document(work("10.5555/this", relation=relations)).notices == (
        Notice(NoticeKind.SUPERSESSION, f"doi:10.5555/{about}", f"doi:10.5555/{by}", f"relation {relation}"),
    )


def test_standing_is_asked_in_batches_and_finds_notices_from_both_sides(
    server: Server, fetcher_of: MakeFetcher, clock: Clock
) -> None:
    dois = [f"10.5555/made.{place:02}" for place in range(45)]
    notice = work("10.5555/notice", **{"update-to": [{"DOI": "10.5555/MADE.03", "type": "retraction"}]})
    server.route = Crossref(*map(work, dois[:-1]), notice)
    parts = list(standing([*dois, dois[0].upper()], fetcher_of(contact="library@hospital.example")))
    found = [document for part in parts for document in part.documents]
    assert sorted(str(document.doi) for document in found) == [*dois[:-1], "10.5555/notice"]
    assert [notice for document in found for notice in document.notices] == [
        Notice(NoticeKind.RETRACTION, "doi:10.5555/made.03", "doi:10.5555/notice", "update-to retraction")
    ]
    assert sum((part.missing for part in parts), ()) == ("doi:10.5555/made.44",)
    assert len(server.asked) == 6
    assert clock.now == pytest.approx(1000 + 5 / 3)
    assert all(asked.fields["mailto"] == "library@hospital.example" for asked in server.asked)


def test_a_doi_with_a_comma_is_asked_for_alone(server: Server, fetcher: Fetcher) -> None:
    server.route = Crossref(work("10.5555/a,b"))
    parts = list(standing(["10.5555/a,b", "10.5555/c,d"], fetcher))
    assert [document.doi for part in parts for document in part.documents] == ["10.5555/a,b"]
    assert parts[1].missing == ("doi:10.5555/c,d",)


@pytest.mark.parametrize(
    "field", ["title", "author", "issued", "abstract", "update-to", "relation", "subject"]
)
@pytest.mark.parametrize("value", [None, [], [[]], [None], "?", {"date-parts": [[None]]}, 7])
def test_a_field_of_another_shape_is_passed_over(field: str, value: object) -> None:
    assert document(work("10.5555/made.1", **{field: value})).doi == "10.5555/made.1"


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        ("", ()),
        ("  ", ()),
        ("Plain words, p < 0.05 & n > 3.", (Block("Plain words, p < 0.05 & n > 3."),)),
        ("<p>One.</p>\n<p>Two.</p>", (Block("One."), Block("Two."))),
        ("<h4>AIM</h4> To see. <h4>METHODS </h4>None.", (Block("To see.", "AIM"), Block("None.", "METHODS"))),
        ("<jats:title>Abstract</jats:title><jats:p>One.</jats:p>", (Block("One."),)),
        ("<jats:p>A <jats:italic>SOD1</jats:italic>-gene.</jats:p>", (Block("A SOD1-gene."),)),
        ("<ul><li>One</li><li>Two</li></ul>", (Block("One"), Block("Two"))),
        ("Before <script>alert(1)</script>after<!-- not this -->.", None),
    ],
)
def test_abstracts_lose_their_markup_and_keep_their_headings(
    markup: str, blocks: tuple[Block, ...] | None
) -> None:
    found = abstract(markup)
    assert "<" not in "".join(block.text for block in found).replace("p < 0.05", "")
    if blocks is not None:
        assert found == blocks


SIGNS = st.characters(exclude_categories=()) | st.sampled_from(list("<>/&;phtsec: \ue000"))


@settings(deadline=None)
@given(st.text(alphabet=SIGNS, max_size=60))
def test_no_abstract_is_too_odd(markup: str) -> None:
    for block in abstract(markup):
        assert block.text == " ".join(block.text.split()) != ""
