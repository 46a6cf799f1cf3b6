"""Every article, for every reader: it says what its sources say, and its citations resolve."""

import statistics

import msgspec
import pytest
import textstat

from aitia import Library
from aitia.checks.article import problems
from aitia.evidence.article import AUDIENCES, Article, content_hash
from aitia.evidence.nouns import Certainty
from aitia.evidence.wording import said
from tests.search.test_analysis import QUESTIONS

ANSWERABLE = [asked.question for asked in QUESTIONS if asked.expect == "answer" and not asked.open]
VARIED = ["What are the causes of ALS?", *ANSWERABLE[::10]]
"""Over eighty questions of every type."""


@pytest.fixture(scope="module")
def articles(starter: Library) -> list[Article]:
    return [starter.ask(question, audience) for question in VARIED for audience in AUDIENCES]


def test_there_are_enough_of_them(articles: list[Article]) -> None:
    assert len(VARIED) >= 80
    assert all(article.answered for article in articles)


def test_all_pass_the_checks(starter: Library, articles: list[Article]) -> None:
    for article in articles:
        assert problems(article, starter.contents) == [], (article.question, article.audience)


@pytest.mark.parametrize("length", ["short", "full"])
def test_other_lengths_pass_them_too(starter: Library, length: str) -> None:
    for question in VARIED[::4]:
        for audience in AUDIENCES:
            assert problems(starter.ask(question, audience, length), starter.contents) == []


def test_every_bullet_is_a_statement_or_a_merged_wording(starter: Library, articles: list[Article]) -> None:
    # The same as the checks say, told apart from them.
    by_id = {statement.id: statement for statement in starter.contents.statements}
    for article in articles:
        for section in article.sections:
            for bullet in section.statements:
                wordings = [said(by_id[name], article.audience) for name in bullet.statement_ids]
                assert bullet.merged or bullet.text in wordings


def test_patients_can_read_them(articles: list[Article]) -> None:
    grades = []
    for article in articles:
        if article.audience == "patient":
            bullets = [bullet.text for section in article.sections for bullet in section.statements]
            grades.append(textstat.flesch_kincaid_grade(" ".join([article.lead.text, *bullets])))
            assert article.reading_grade is not None
    assert statistics.median(grades) <= 8
    assert (
        statistics.median(article.reading_grade or 0 for article in articles if article.audience == "patient")
        <= 8
    )


def test_patients_are_given_no_doses(articles: list[Article]) -> None:
    for article in articles:
        if article.audience == "patient":
            for section in article.sections:
                for bullet in section.statements:
                    assert not any(figure.unit == "mg" for figure in bullet.figures)
                    assert " mg" not in bullet.text


def test_no_braces_are_shown(articles: list[Article]) -> None:
    for article in articles:
        assert "{" not in article.lead.text
        assert all("{" not in bullet.text for section in article.sections for bullet in section.statements)


def test_nothing_is_said_twice(articles: list[Article]) -> None:
    for article in articles:
        texts = [bullet.text for section in article.sections for bullet in section.statements]
        assert len(texts) == len(set(texts))


def test_answers_do_not_depend_on_what_was_asked_before(starter: Library) -> None:
    fresh = Library.starter()
    for question in VARIED[:12]:
        assert fresh.ask(question).content_hash == starter.ask(question).content_hash


def broken(article: Article, **change: object) -> Article:
    """The article with a change in its first bullet, sealed again."""
    bullet = msgspec.structs.replace(article.sections[0].statements[0], **change)
    section = msgspec.structs.replace(
        article.sections[0], statements=(bullet, *article.sections[0].statements[1:])
    )
    changed = msgspec.structs.replace(article, sections=(section, *article.sections[1:]))
    return msgspec.structs.replace(changed, content_hash=content_hash(changed))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"text": "Smoking causes ALS."}, "is not the wording"),
        ({"citations": (99,)}, "citation numbers"),
        ({"citations": (), "source_ids": ()}, "cites nothing"),
        ({"statement_ids": ("nobody.1",)}, "rests on a statement that the library does not hold"),
        ({"text": "In 4711 people, nothing.", "merged": True}, "4711 is not a figure"),
        ({"text": "Chocolate raises the risk of ALS.", "merged": True}, "“Chocolate” is not said"),
        ({"certainty": Certainty.HIGH}, "does not have the certainty"),
        ({"certainty": Certainty.HIGH, "merged": True}, "claims more certainty"),
    ],
)
def test_the_checks_find_what_is_wrong(starter: Library, change: dict[str, object], complaint: str) -> None:
    article = broken(starter.ask("Does smoking cause ALS?"), **change)
    assert any(complaint in problem for problem in problems(article, starter.contents))


def test_the_checks_find_what_a_lead_adds(starter: Library) -> None:
    article = starter.ask("Does smoking cause ALS?")
    lead = msgspec.structs.replace(article.lead, text=article.lead.text + " Garlic cures it.")
    found = problems(msgspec.structs.replace(article, lead=lead), starter.contents)
    assert [problem for problem in found if "Garlic" in problem or "cures" in problem]
    lead = msgspec.structs.replace(article.lead, statement_ids=(*article.lead.statement_ids, "nobody.1"))
    found = problems(msgspec.structs.replace(article, lead=lead), starter.contents)
    assert any("lead: rests on a statement that the library does not hold" in problem for problem in found)


def test_the_checks_find_an_invented_disagreement(starter: Library) -> None:
    article = starter.ask("What are the causes of ALS?")
    first = article.disagreements[0]
    says = msgspec.structs.replace(first.members[0], text="It is all the same")
    invented = msgspec.structs.replace(first, members=(says, *first.members[1:]))
    changed = msgspec.structs.replace(article, disagreements=(invented, *article.disagreements[1:]))
    found = problems(changed, starter.contents)
    assert any("the library does not hold it as it stands here" in problem for problem in found)


def test_the_checks_find_a_changed_lead_and_a_broken_seal(starter: Library) -> None:
    article = starter.ask("How long does it take to diagnose ALS?")
    lead = msgspec.structs.replace(article.lead, text=article.lead.text.replace("10 and", "3.7 and"))
    found = problems(msgspec.structs.replace(article, lead=lead), starter.contents)
    assert any("3.7 is not a figure" in problem for problem in found)
    assert any("content hash" in problem for problem in found)
