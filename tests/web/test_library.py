"""The library in a browser: every citation opens, the marked words are the cited words, and hostile text stays text."""

import html
import itertools
import re
import time
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Engine, insert

from aitia import Library
from aitia.documents import DocumentLibrary
from aitia.evidence.nouns import Figure, Kind, Source, Standing
from aitia.evidence.wording import said
from aitia.library.add import add
from aitia.library.intake import jobs_of
from aitia.library.store import browsing, libraries
from aitia.library.store.database import reading, writing
from aitia.library.store.libraries import StoredLibrary
from aitia.review.tables import dossiers, versions
from aitia.web import addresses, browse
from aitia.web.call import Services
from aitia.web.library_words import interval, measured, number
from aitia.web.pages.sources import links
from tests.conftest import GLIMMER
from tests.documents.examples import DOCUMENTS, EXAMPLES
from tests.library.made_up_pubmed import record, write_file
from tests.library.store.conftest import on_sqlite

ALLOWED_MS = 150.0
"""For one page on a machine that does other things too; the median of many pages is asserted."""


def fill(database: Engine, name: str, *paths: Path) -> StoredLibrary:
    """Make a library of some files."""
    library = libraries.create(database, name, f"The {name} library")
    # All in one load, since each starts a process that reads.
    steps = itertools.chain.from_iterable(jobs_of(path, {}, False) for path in paths)
    assert not add(database, library, steps, []).troubles
    found = libraries.find(database, name)
    assert found is not None
    return found


@pytest.fixture
def examples(services: Services) -> StoredLibrary:
    """The example documents, and a curated library beside them."""
    return fill(services.database, "examples", *(DOCUMENTS / name for name in EXAMPLES), GLIMMER)


def marked(page: str) -> list[str]:
    """The words that a page marks."""
    return [html.unescape(words) for words in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)]


def test_the_marked_words_are_the_cited_words(
    browser: httpx.Client, services: Services, examples: StoredLibrary
) -> None:
    opened = services.shelf.open("examples")
    assert isinstance(opened, DocumentLibrary)
    seen = 0
    for question in (
        "How is migraine treated?",
        "What triggers migraine?",
        "Tell me about gout",
        "Does hydroxychloroquine work in lupus?",
        "What is coeliac disease?",
        "What causes psoriasis?",
    ):
        article = opened.ask(question, length="full")
        with reading(opened.database) as connection:
            for place in article.passages:
                address = addresses.passage("examples", place.source_id, place.passage)
                page = browser.get(address, params={"mark": place.statement_id})
                assert page.status_code == 200
                held = browsing.head_of(connection, examples.id, place.source_id)
                assert held is not None
                span = browsing.spans(connection, held.number, place.passage, place.passage)[0]
                words = span.text[place.start - span.passage.start : place.end - span.passage.start]
                assert marked(page.text) == [words]
                assert words in (
                    " ".join(
                        [
                            article.lead.text,
                            *(one.text for part in article.sections for one in part.statements),
                        ]
                    )
                )
                seen += 1
    assert seen >= 12


@on_sqlite
def test_several_sentences_of_a_passage_are_marked_at_once(
    browser: httpx.Client, examples: StoredLibrary
) -> None:
    del examples
    key = "pmid-90000102"
    address = addresses.passage("examples", key, 1)
    both = browser.get(address, params={"mark": [f"{key}:1.1", f"{key}:1.1"]})
    assert len(marked(both.text)) == 1
    assert both.text.count('id="cited"') == 1


@on_sqlite
def test_what_was_cited_and_is_gone_is_told(browser: httpx.Client, examples: StoredLibrary) -> None:
    del examples
    address = addresses.passage("examples", "pmid-90000102", 1)
    for mark in (
        "pmid-90000102:1.99",
        "pmid-1:1.1",
        "pmid-90000102:2.1",
        "nonsense",
        "<script>alert(1)</script>",
    ):
        page = browser.get(address, params={"mark": mark})
        assert page.status_code == 200
        assert not marked(page.text)
        assert "do not stand here any more" in page.text
        assert "<script>alert" not in page.text
    assert "do not stand here" not in browser.get(address).text


@on_sqlite
def test_a_sentence_s_own_address_leads_to_its_passage(
    browser: httpx.Client, examples: StoredLibrary
) -> None:
    del examples
    answer = browser.get(addresses.statement("examples", "pmid-90000102:1.1"))
    assert answer.status_code == 303
    assert answer.headers["location"] == (
        "/library/examples/sources/pmid-90000102/passages/1?mark=pmid-90000102%3A1.1#cited"
    )


@on_sqlite
def test_a_retracted_source_says_so_before_anything_else(
    browser: httpx.Client, examples: StoredLibrary
) -> None:
    del examples
    page = browser.get("/library/examples/sources/pmid-90000102").text
    told = page.index("This work was retracted.")
    assert page.index("<h1") < told < page.index("barley tea cured")
    assert "https://pubmed.ncbi.nlm.nih.gov/90000103/" in page
    listed = browser.get("/library/examples", params={"standing": "retracted"}).text
    assert "A drink that cures coeliac disease" in listed
    assert "Migraine in adults" not in listed
    assert "2 retracted" in browser.get("/library").text
    assert (
        "This work was retracted." in browser.get("/library/examples/sources/pmid-90000102/passages/1").text
    )


def test_curated_and_read_stand_in_one_library(
    browser: httpx.Client, examples: StoredLibrary, glimmer: Library
) -> None:
    del examples
    for statement in glimmer.contents.statements:
        page = browser.get(addresses.statement("examples", statement.id))
        assert page.status_code == 200, statement.id
        assert html.escape(said(statement, "clinician"), quote=False) in page.text.replace(
            "&#39;", "'"
        ).replace("&#34;", '"')
    source = glimmer.contents.sources[0]
    shown = browser.get(addresses.source("examples", source.id)).text
    assert html.unescape(shown).count(source.title) >= 2
    assert "/statements/" in shown
    assert "GLOW1" in browser.get("/library/examples", params={"q": "GLOW1 gene"}).text


@on_sqlite
def test_pages_of_the_starter_open_and_open_fast(browser: httpx.Client, starter: Library) -> None:
    contents = starter.contents
    browser.get("/library/als-starter")
    times = []
    paths = [addresses.source("als-starter", one.id) for one in contents.sources[::6]]
    paths += [addresses.statement("als-starter", one.id) for one in contents.statements[::12]]
    paths += [f"/library/als-starter?page={page}" for page in range(1, 7)]
    paths += [f"/library/als-starter?q={quote(one.label)}" for one in contents.topics[::10]]
    for address in paths:
        started = time.perf_counter()
        page = browser.get(address)
        times.append(1000 * (time.perf_counter() - started))
        assert page.status_code == 200, address
        assert page.text.count("<h1") == 1, address
    assert sorted(times)[len(times) // 2] < ALLOWED_MS
    assert "style=" not in page.text


@on_sqlite
def test_a_statement_shows_all_that_is_known_of_it(browser: httpx.Client, starter: Library) -> None:
    contents = starter.contents
    disagreement = next(one for one in contents.disagreements if not one.detected)
    member = disagreement.members[0]
    statement = next(one for one in contents.statements if one.id == member.statement)
    page = html.unescape(browser.get(addresses.statement("als-starter", statement.id)).text)
    for words in (
        said(statement, "clinician"),
        said(statement, "patient"),
        disagreement.quantity,
        disagreement.explanation,
        *(one.says for one in disagreement.members),
        *(one.name for one in statement.figures),
        starter.source(statement.source_id).title,
    ):
        assert words in page, words
    for figure in statement.figures:
        assert measured(figure) in page
        assert interval(figure) in page
    also = next(one for one in contents.statements if one.also)
    page = html.unescape(browser.get(addresses.statement("als-starter", also.id)).text)
    assert starter.source(also.also[0]).title in page
    other = html.unescape(browser.get(addresses.source("als-starter", also.also[0])).text)
    assert "It also supports" in other
    assert said(also, "clinician") in other


@on_sqlite
def test_every_source_can_be_reached_by_paging_and_by_its_name(
    browser: httpx.Client, starter: Library
) -> None:
    found: set[str] = set()
    for page in range(1, 7):
        text = browser.get("/library/als-starter", params={"page": page}).text
        found |= set(re.findall(r"/library/als-starter/sources/([^\"/?#]+)", text))
    assert found == {one.id for one in starter.contents.sources}
    with_doi = next(one for one in starter.contents.sources if one.doi)
    with_pmid = next(one for one in starter.contents.sources if one.pmid)
    for source, asked in (
        (with_doi, f"https://doi.org/{with_doi.doi}"),
        (with_doi, f"doi:{with_doi.doi}"),
        (with_pmid, f"PMID {with_pmid.pmid}"),
        (with_pmid, with_pmid.id),
    ):
        text = browser.get("/library/als-starter", params={"q": asked}).text
        assert "The source of this name" in text, asked
        assert addresses.source("als-starter", source.id) in text


@on_sqlite
def test_what_is_not_there_is_named(browser: httpx.Client, examples: StoredLibrary) -> None:
    del examples
    for address, words in (
        ("/library/nothing", "nothing"),
        ("/library/nothing/sources/x", "nothing"),
        ("/library/als-starter/sources/rosen-1993-sod2", "rosen-1993-sod2"),
        ("/library/als-starter/statements/rosen-1993-sod1.99", "rosen-1993-sod1.99"),
        ("/library/als-starter/sources/rosen-1993-sod1/passages/1", "not its text"),
        ("/library/als-starter/sources/rosen-1993-none/passages/1", "rosen-1993-none"),
        ("/library/examples/sources/pmid-9", "pmid-9"),
        ("/library/examples/sources/pmid-90000102/passages/7", "there is no passage 7"),
        ("/library/examples/sources/pmid-90000102/passages/0", "there is no passage 0"),
        ("/library/examples/sources/nothing/passages/1", "nothing"),
        ("/library/examples/statements/nothing", "nothing"),
        ("/library/examples/statements/<script>alert(1)<%2Fscript>", "script"),
        ("/library/..%2f..%2fetc/sources/passwd", ""),
    ):
        answer = browser.get(address)
        assert answer.status_code == 404, address
        assert words in answer.text, address
        assert "<script>alert" not in answer.text
    near = browser.get("/library/als-starter/sources/rosen-1993-sod2").text
    assert "/library/als-starter/sources/rosen-1993-sod1" in near


@on_sqlite
def test_parameters_may_be_anything(browser: httpx.Client, examples: StoredLibrary) -> None:
    del examples
    hostile = (
        "'",
        '"><script>alert(1)</script>',
        "\0",
        "-1",
        "9" * 40,
        "½",
        "é" * 300,
        "../..",
        "{{7*7}}",
        "%",
        "*:*",
    )
    for name in ("als-starter", "examples"):
        for words in hostile:
            for parameter in ("q", "page", "kind", "standing"):
                answer = browser.get(f"/library/{name}", params={parameter: words})
                assert answer.status_code in (200, 400), (parameter, words)
                assert "<script>alert" not in answer.text
                assert ">49<" not in answer.text
    assert browser.get("/library/examples", params={"q": "x " * 1500}).status_code == 400


HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}<script>alert(1)</script>"


@on_sqlite
def test_hostile_documents_stay_text(browser: httpx.Client, services: Services, tmp_path: Path) -> None:
    bad = html.escape(HOSTILE)
    text = record(91_000_001).replace("<ArticleTitle>", f"<ArticleTitle>{bad} ")
    text = text.replace("<Title>J Made Up", f"<Title>{bad}").replace(
        'Label="METHODS">', f'Label="{bad}">{bad} '
    )
    page = tmp_path / "page.md"
    page.write_text(f"# {HOSTILE}\n\n## {HOSTILE}\n\nGout hurts. {HOSTILE} It is hot.\n", encoding="utf-8")
    file = tmp_path / f"{'<b>bold</b>'.replace('/', '')}.xml"
    file.write_text(f"<PubmedArticleSet>{text}</PubmedArticleSet>", encoding="utf-8")
    library = fill(services.database, "hostile", page, file)
    with reading(services.database) as connection:
        held = browsing.listed(connection, library.id, None, None, 0, 10)
    assert len(held) == 2
    for one in held:
        for address in (
            "/library",
            "/library/hostile",
            "/library/hostile?q=gout+alert+img",
            addresses.source("hostile", one.source.id),
            f"{addresses.passage('hostile', one.source.id, 1)}?mark={one.source.id}:1.1",
        ):
            answer = browser.get(address)
            assert answer.status_code == 200
            for tag in ("<img", "<script>alert", "<b>bold", ">49<"):
                assert tag not in answer.text, (address, tag)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Source("x", "X", Kind.REVIEW, url="javascript:alert(1)"), []),
        (Source("x", "X", Kind.REVIEW, url="data:text/html,x"), []),
        (Source("x", "X", Kind.REVIEW, url="//evil.example"), []),
        (Source("x", "X", Kind.REVIEW, url="http://[broken"), []),
        (Source("x", "X", Kind.REVIEW, url="https://who.int/a"), ["https://who.int/a"]),
        (Source("x", "X", Kind.REVIEW, doi='10.1/a"><b>'), ["https://doi.org/10.1/a%22%3E%3Cb%3E"]),
        (Source("x", "X", Kind.REVIEW, pmid="1/../2"), ["https://pubmed.ncbi.nlm.nih.gov/1%2F..%2F2/"]),
    ],
)
def test_only_the_web_is_linked_to(source: Source, expected: list[str]) -> None:
    assert [one.address for one in links(source)] == expected


@given(some.text(max_size=3000), some.sets(some.text(max_size=8), max_size=4))
def test_a_snippet_is_a_part_of_the_text(text: str, wanted: set[str]) -> None:
    shown = browse.snippet(text, frozenset(wanted))
    bare = shown.removeprefix("… ").removesuffix(" …") if len(text) > 420 else shown
    assert bare in text
    assert len(bare) <= 420


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5, "5"),
        (5.0, "5"),
        (0.75, "0.75"),
        (12345, "12,345"),
        (2.53e-14, "2.53e-14"),
        (-4.6, "-4.6"),
        (2011, "2011"),
    ],
)
def test_numbers_are_written_as_people_read_them(value: float, words: str) -> None:
    assert number(value) == words


def test_figures_are_written_with_unit_and_interval() -> None:
    assert measured(Figure("familial share", 4.6, "%")) == "4.6%"
    assert measured(Figure("age at onset", 60, "years")) == "60 years"
    assert measured(Figure("odds ratio", 1.4, "1")) == "1.4"
    assert interval(Figure("odds ratio", 1.4, "1", 1.1, 1.8, "95% CI")) == "1.1 to 1.8 (95% CI)"
    assert interval(Figure("odds ratio", 1.4, "1", low=1.1)) == "from 1.1"
    assert interval(Figure("odds ratio", 1.4, "1")) == ""


def test_approved_articles_that_cite_a_source_are_named(
    browser: httpx.Client, services: Services, starter: Library
) -> None:
    article = starter.ask("Does smoking cause ALS?")
    moment = "2026-11-22T10:00:00.000000Z"
    with writing(services.database) as connection:
        for number, state in ((1, "approved"), (2, "draft")):
            connection.execute(
                insert(dossiers).values(
                    id=number, library="als-starter", question=f"Question <{number}>?", question_key="k" * 64,
                    audience="clinician", length="short", author_id=1, created=moment, changed=moment, state=state,
                    version=1,
                )
            )  # fmt: skip
            connection.execute(
                insert(versions).values(
                    dossier_id=number, number=1, content_hash=article.content_hash,
                    article=msgspec.json.encode(article).decode(),
                )
            )  # fmt: skip
    cited = article.references[0].id
    page = browser.get(addresses.source("als-starter", cited)).text
    assert 'href="/articles/1"' in page
    assert "Question &lt;1&gt;?" in page
    assert "/articles/2" not in page
    statement = article.lead.statement_ids[0]
    assert 'href="/articles/1"' in browser.get(addresses.statement("als-starter", statement)).text
    others = {one.id for one in starter.contents.sources} - {one.id for one in article.references}
    assert "/articles/1" not in browser.get(addresses.source("als-starter", min(others))).text


@pytest.fixture
def records(services: Services, tmp_path: Path) -> StoredLibrary:
    """Two thousand records, one of them retracted."""
    file = write_file(tmp_path / "records.xml", 92_000_001, 2000)
    text = file.read_text(encoding="utf-8").replace(
        record(92_000_500),
        record(
            92_000_500,
            '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><PMID>99</PMID>'
            "</CommentsCorrections></CommentsCorrectionsList>",
        ),
    )
    file.write_text(text, encoding="utf-8")
    return fill(services.database, "records", file)


def test_browsing_counts_and_filters_as_reading_everything_would(
    services: Services, records: StoredLibrary
) -> None:
    database = services.database
    counts = browsing.counts(database, records)
    with reading(database) as connection:
        everything = browsing.listed(connection, records.id, None, None, 0, 5000)
        assert [one.source.id for one in everything] == sorted(one.source.id for one in everything)
        assert len(everything) == counts.total == 2000
        for kind in (None, *counts.kinds):
            for standing in (None, *counts.standings):
                matching = [
                    one.source.id
                    for one in everything
                    if kind in (None, one.source.kind) and standing in (None, one.source.standing)
                ]
                assert browsing.matching(database, records, kind, standing) == len(matching)
                some_of_it = browsing.listed(connection, records.id, kind, standing, 7, 30)
                assert [one.source.id for one in some_of_it] == matching[7:37]
    assert counts.standings[Standing.RETRACTED] == 1


@on_sqlite
def test_browsing_reads_indexes_and_no_texts(services: Services, records: StoredLibrary) -> None:
    # On PostgreSQL the plan depends on how much there is.
    mine = f"library_id = {records.id}"
    with reading(services.database) as connection:
        for query in (
            f"SELECT key FROM sources WHERE {mine} ORDER BY key LIMIT 50 OFFSET 500",
            f"SELECT key FROM sources WHERE {mine} AND kind = 'article' ORDER BY key LIMIT 50 OFFSET 500",
            f"SELECT kind, count(*) FROM sources WHERE {mine} GROUP BY kind",
            f"SELECT standing FROM sources WHERE {mine} AND standing <> 'current' ORDER BY standing",
            f"SELECT key FROM sources WHERE {mine} AND standing = 'retracted' AND standing <> 'current' ORDER BY key",
        ):
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
            assert "COVERING INDEX" in plan, (query, plan)
            assert "TEMP B-TREE" not in plan, (query, plan)


@on_sqlite
def test_a_long_document_is_shown_a_part_at_a_time(
    browser: httpx.Client, services: Services, tmp_path: Path
) -> None:
    book = tmp_path / "book.md"
    paragraphs = "\n\n".join(f"Sentence {number} tells of gout. It hurts." for number in range(1, 2001))
    book.write_text(f"# A book\n\n{paragraphs}\n", encoding="utf-8")
    library = fill(services.database, "books", book)
    with reading(services.database) as connection:
        key = browsing.listed(connection, library.id, None, None, 0, 1)[0].source.id
    first = browser.get(addresses.source("books", key)).text
    assert "Sentence 40 tells" in first
    assert "Sentence 41 tells" not in first
    last = browser.get(addresses.source("books", key), params={"page": 9999}).text
    assert "Sentence 2000 tells" in last
    passage = browser.get(f"{addresses.passage('books', key, 1000)}?mark={key}:1000.2").text
    assert marked(passage) == ["It hurts."]
    assert f'href="{addresses.passage("books", key, 999)}"' in passage
    assert f'href="{addresses.passage("books", key, 1001)}"' in passage
    assert "?page=25#passage-1000" in passage
