"""The four formats hold the same article."""

import html.parser
import json
import re

import msgspec
import pytest

from aitia import Library
from aitia.answers.writers import FORMATS, terminal, writer
from aitia.answers.writers.labels import marks
from aitia.evidence.article import Article


@pytest.fixture(scope="module")
def article(starter: Library) -> Article:
    return starter.ask("What are the causes of ALS?")


def hostile(article: Article) -> Article:
    """The article with marks of every format in its words."""
    bad = '<script>alert("x")</script> *bold* [link](javascript:1) `code` & | \x1b[31m'
    return msgspec.structs.replace(
        article, title=bad, question=bad, lead=msgspec.structs.replace(article.lead, text=bad)
    )


@pytest.mark.parametrize("form", FORMATS)
def test_every_part_is_there(article: Article, form: str) -> None:
    text = writer(form)(article)
    flat = " ".join(re.sub(r"</?[a-z][^>:]*>|\\|\n", " ", text).split())
    for part in (
        article.title,
        "Draft, awaiting review",
        article.updated,
        article.sections[0].heading,
        article.disagreements[0].quantity,
        article.gaps[0],
        article.references[0].title[:20],
        article.follow_ups[0],
        "10.1159/000443146" if form != "terminal" else "https://doi.org/10.1159/000443146",
    ):
        assert part in flat, part


def test_json_has_the_promised_fields(article: Article) -> None:
    data = json.loads(writer("json")(article))
    assert set(data) >= {
        *(
            "question",
            "audience",
            "title",
            "status",
            "updated",
            "library",
            "lead",
            "sections",
            "disagreements",
        ),
        *(
            "gaps",
            "references",
            "follow_ups",
            "disclaimer",
            "answered",
            "elapsed_ms",
            "version",
            "content_hash",
        ),
    }
    assert set(data["library"]) == {"name", "version"}
    assert set(data["lead"]) >= {"text", "citations"}
    assert set(data["sections"][0]) >= {"heading", "facet", "statements"}
    assert set(data["sections"][0]["statements"][0]) >= {
        *("text", "citations", "certainty", "figures", "source_ids", "statement_ids"),
    }
    assert set(data["disagreements"][0]) >= {"quantity", "members", "explanation"}
    assert set(data["references"][0]) >= {
        *("number", "id", "kind", "title", "authors", "year", "container", "doi", "pmid", "url"),
    }


class Page(html.parser.HTMLParser):
    """Collects what a page links to and is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("href", "src") and value:
                self.targets.append(value)


def test_html_stands_alone_and_every_citation_has_its_target(article: Article) -> None:
    page = Page(writer("html")(article))
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert len(page.ids) == len(set(page.ids))
    inner = {target[1:] for target in page.targets if target.startswith("#")}
    assert inner <= set(page.ids)
    assert inner == {f"ref-{reference.number}" for reference in article.references}
    assert all(target.startswith(("#", "https://", "http://")) for target in page.targets)


def test_marks_in_the_words_stay_words(article: Article) -> None:
    bad = hostile(article)
    assert "<script" not in writer("html")(bad)
    assert "<script" not in writer("markdown")(bad)
    assert "\\[link\\]" in writer("markdown")(bad)


def test_the_terminal_is_never_overrun(article: Article) -> None:
    for width in (40, 80, 100):
        lines = terminal.write(article, width=width, colour=False).splitlines()
        assert max(len(line) for line in lines if "://" not in line) <= width


def test_colour_changes_nothing_but_colour(article: Article) -> None:
    plain = terminal.write(article, width=80, colour=False)
    coloured = terminal.write(article, width=80, colour=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    assert "\x1b[" in coloured


def test_runs_of_citations_are_shortened() -> None:
    assert marks((1, 2, 3, 5)) == "[1-3, 5]"
    assert marks((4, 5)) == "[4, 5]"
    assert marks(()) == ""
