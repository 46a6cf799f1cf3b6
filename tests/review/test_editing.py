"""Whatever people change, the article that comes of it cites rightly and says only what they wrote."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Engine

from aitia import Library
from aitia.checks.article import problems
from aitia.checks.documents import problems as document_problems
from aitia.documents import DocumentLibrary
from aitia.evidence.article import AUDIENCES, Article, content_hash
from aitia.evidence.reading import grade
from aitia.library.store.database import reading
from aitia.review.editing import LEAD, edited, places, without
from aitia.review.errors import ReviewError
from aitia.review.nouns import Mark, Verdict
from tests.documents.test_answers import library as examples

__all__ = ["examples"]

QUESTIONS = (
    "What are the causes of ALS?",
    "How heritable is ALS?",
    "Does smoking cause ALS?",
    "Is ALS more common in men?",
    "What is C9orf72?",
    "Why is ALS diagnosed late?",
)


@cache
def asked(question: str, audience: str, length: str) -> Article:
    """An answer of the starter library, asked for once."""
    return library().ask(question, audience, length)


@cache
def library() -> Library:
    """The starter library, opened once."""
    return Library.starter()


ARTICLES = st.builds(
    asked,
    st.sampled_from(QUESTIONS),
    st.sampled_from(AUDIENCES),
    st.sampled_from(("short", "standard", "full")),
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=80).filter(
    lambda text: bool(text.strip())
)


@st.composite
def changed(draw: st.DrawFn) -> tuple[Article, dict[str, str | None]]:
    """An article and changes to it that are allowed."""
    article = draw(ARTICLES)
    names = [placed.place for placed in places(article)]
    chosen = draw(st.lists(st.sampled_from(names), unique=True))
    return article, {name: draw(WORDS if name == LEAD else st.none() | st.none() | WORDS) for name in chosen}


def cited(article: Article) -> list[int]:
    """Every number in brackets, in the order of reading."""
    found = list(article.lead.citations)
    found += [one for part in article.sections for bullet in part.statements for one in bullet.citations]
    return found + [one for part in article.disagreements for said in part.members for one in said.citations]


@settings(max_examples=60, deadline=None)
@given(changed())
def test_an_edited_article_cites_rightly(made: tuple[Article, dict[str, str | None]]) -> None:
    article, changes = made
    after = edited(article, changes)
    by_number = {reference.number: reference.id for reference in after.references}
    assert list(dict.fromkeys(cited(after))) == list(by_number) == list(range(1, len(by_number) + 1))
    for placed in places(after):
        assert [by_number[number] for number in placed.citations] == list(placed.source_ids)
    before = {reference.id: reference for reference in article.references}
    assert all(before[one.id] == replace(one, number=before[one.id].number) for one in after.references)
    assert all(section.statements for section in after.sections)
    assert after.content_hash == content_hash(after)


@settings(max_examples=60, deadline=None)
@given(changed())
def test_only_what_was_changed_is_changed(made: tuple[Article, dict[str, str | None]]) -> None:
    article, changes = made
    kept = [placed for placed in places(article) if changes.get(placed.place, "") is not None]
    after = places(edited(article, changes))
    assert len(after) == len(kept)
    for old, new in zip(kept, after, strict=True):
        told = changes.get(old.place)
        assert new.text == (old.text if told in (None, old.text) else re.sub(r"\s+", " ", str(told)).strip())
        assert (old.heading, old.certainty, old.figures) == (new.heading, new.certainty, new.figures)
        assert (old.statement_ids, old.source_ids) == (new.statement_ids, new.source_ids)


@settings(max_examples=30, deadline=None)
@given(ARTICLES)
def test_no_change_is_the_same_article(article: Article) -> None:
    assert edited(article, {}) == article
    assert edited(article, {placed.place: placed.text for placed in places(article)}) == article
    assert without(article, frozenset()) == article


@settings(max_examples=30, deadline=None)
@given(ARTICLES)
def test_removals_in_any_order_come_to_the_same(article: Article) -> None:
    names = [placed.place for placed in places(article) if placed.place not in (LEAD, "1.1")]
    together = edited(article, {"1.1": None, **dict.fromkeys(names[:3])})
    # From the last to the first, so that the places of those still to go stay what they are.
    one_by_one = article
    for name in sorted(["1.1", *names[:3]], key=[one.place for one in places(article)].index, reverse=True):
        one_by_one = edited(one_by_one, {name: None})
    assert one_by_one == together


@settings(max_examples=40, deadline=None)
@given(changed())
def test_removals_alone_pass_the_check_of_articles(made: tuple[Article, dict[str, str | None]]) -> None:
    article, changes = made
    removed = {place: None for place in changes if place != LEAD}
    assert problems(edited(article, removed), library().contents) == []


def test_every_place_is_one_that_can_be_marked() -> None:
    import msgspec

    for audience in AUDIENCES:
        article = asked(QUESTIONS[0], audience, "full")
        for placed in places(article):
            msgspec.convert(msgspec.to_builtins(Mark(placed.place, Verdict.AGREE)), Mark)


def test_the_reading_grade_is_that_of_the_new_words(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?", "patient")
    everything = {placed.place: None for placed in places(article) if placed.place != LEAD}
    bare = edited(article, {**everything, LEAD: "Genes matter. So do other things."})
    assert (bare.sections, bare.disagreements) == ((), ())
    assert bare.reading_grade == round(grade("Genes matter. So do other things."), 1)
    assert edited(starter.ask("How heritable is ALS?"), {LEAD: "Genes matter."}).reading_grade is None


def test_what_people_may_not_write_is_refused(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?")
    for changes, words in (
        ({LEAD: None}, "the lead cannot be taken out"),
        (dict.fromkeys(placed.place for placed in places(article)), "the lead cannot be taken out"),
        ({"1.1": " \n\t "}, "the words for 1.1 are empty"),
        ({"1.1": "\u00ad\u200b"}, "the words for 1.1 are empty"),
        ({"9.9": "New words."}, "has no place '9.9'"),
        ({"1.1": "a" * 5001}, "5,001 characters long: 5,000 are the most"),
        ({"d1": "Safe \u202egnihton"}, r"U\+202E"),
        ({"lead": "A null\x00byte."}, r"U\+0000"),
        ({"lead": "Half a pair \ud800."}, r"U\+D800"),
    ):
        with pytest.raises(ReviewError, match=words):
            edited(article, changes)


def test_lines_from_a_form_become_one_line(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?")
    assert places(edited(article, {"1.1": " Two\r\nlines,  a soft\u00adhyphen. "}))[1].text == (
        "Two lines, a softhyphen."
    )


def test_a_refusal_has_its_lead_alone(starter: Library) -> None:
    refused = starter.ask("How is migraine treated?")
    assert [placed.place for placed in places(refused)] == [LEAD]
    assert edited(refused, {LEAD: "We do not know."}).references == ()


def test_statements_that_people_do_not_want_can_be_left_out(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?")
    gone = frozenset(places(article)[1].statement_ids)
    after = without(article, gone)
    assert len(places(after)) == len(places(article)) - 1
    assert all(not gone.issuperset(placed.statement_ids) for placed in places(after)[1:])


def test_an_article_from_documents_keeps_the_places_that_it_cites(
    examples: DocumentLibrary, database: Engine
) -> None:
    article = examples.ask("Tell me about migraine", "clinician", "full")
    assert len(places(article)) > 2
    after = edited(article, {place.place: None for place in places(article)[1::2]})
    told = {name for placed in places(after) for name in placed.statement_ids}
    assert {passage.statement_id for passage in after.passages} == told
    assert len(after.passages) < len(article.passages)
    with reading(database) as connection:
        assert list(document_problems(after, connection, examples.library.id)) == []
