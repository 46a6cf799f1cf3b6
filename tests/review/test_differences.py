"""What differs between two articles is all told, and nothing else."""

import time
from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aitia import Library
from aitia.evidence.article import Article, Cited
from aitia.evidence.nouns import Certainty, Standing
from aitia.review.differences import Change, Difference, Part, differences, summary
from aitia.review.editing import LEAD, edited, places
from aitia.review.words import changed_words, tokens
from tests.review.test_editing import ARTICLES, changed

ANY = st.text(st.sampled_from("ab 1.,%é-'\n"), max_size=40)


def kinds(found: tuple[Difference, ...]) -> Counter[tuple[str, str]]:
    return Counter((one.part.value, one.kind.value) for one in found)


def changed_statement(article: Article, **fields: object) -> Article:
    """The article with other contents in its first bullet."""
    section = article.sections[0]
    bullet = replace(section.statements[0], **fields)
    first = replace(section, statements=(bullet, *section.statements[1:]))
    return replace(article, sections=(first, *article.sections[1:]))


@given(ANY, ANY)
@example("a a a", "")
def test_the_runs_of_words_give_both_texts_back(old: str, new: str) -> None:
    runs = changed_words(old, new)
    assert "".join(text for kind, text in runs if kind != "added") == old
    assert "".join(text for kind, text in runs if kind != "removed") == new
    assert all(text for _, text in runs)
    if old == new:
        assert runs == ((("same", old),) if old else ())


@given(st.text(max_size=60))
def test_tokens_are_the_whole_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_a_changed_figure_is_one_run() -> None:
    assert changed_words("The odds were 1.12 times as high.", "The odds were 1.21 times as high.") == (
        ("same", "The odds were "),
        ("removed", "1.12"),
        ("added", "1.21"),
        ("same", " times as high."),
    )
    assert changed_words("About 5,000 of 7% fell.", "About 5,500 of 8% fell.")[1:3] == (
        ("removed", "5,000"),
        ("added", "5,500"),
    )


def test_a_text_written_anew_is_shown_whole() -> None:
    old = "Smoking may raise the risk of ALS."
    new = "Nobody has yet found any cure, though many have looked."
    assert changed_words(old, new) == (("removed", old[:-1]), ("added", new[:-1]), ("same", "."))


def test_long_hostile_texts_are_compared_at_once() -> None:
    started = time.perf_counter()
    for old, new in (("a " * 2500, "a b " * 1200), ("x" * 5000, "y" * 5000), ("ab" * 2500, "ba " * 1600)):
        changed_words(old, new)
    changed_words("a b " * 150, "b a c " * 100)
    assert time.perf_counter() - started < 2


@settings(max_examples=25, deadline=None)
@given(ARTICLES)
def test_an_article_does_not_differ_from_itself(article: Article) -> None:
    later = replace(article, updated="2031-01-01", version="9.9", elapsed_ms=1.0, caution="", status="")
    assert differences(article, later) == ()
    assert summary(()) == "nothing changed"


@settings(max_examples=60, deadline=None)
@given(changed())
def test_every_edit_is_told_and_nothing_else(made: tuple[Article, dict[str, str | None]]) -> None:
    article, changes = made
    after = edited(article, changes)
    told = {placed.place: placed.text for placed in places(article)}
    expected = {
        place: text for place, text in changes.items() if text is None or text.split() != told[place].split()
    }
    found = [one for one in differences(article, after) if one.part is not Part.SOURCE]
    rewritten = {one.place_old for one in found if one.kind is Change.CHANGED}
    removed = {one.place_old for one in found if one.kind is Change.REMOVED}
    assert removed == {place for place, text in expected.items() if text is None}
    assert rewritten == set(expected) - removed
    assert {one.kind for one in found} <= {Change.CHANGED, Change.REMOVED}
    sources = {one.source_ids[0] for one in differences(article, after) if one.part is Part.SOURCE}
    assert sources == {one.id for one in article.references} - {one.id for one in after.references}


@settings(max_examples=30, deadline=None)
@given(ARTICLES, ARTICLES)
def test_two_articles_differ_the_same_both_ways(one: Article, other: Article) -> None:
    there, back = kinds(differences(one, other)), kinds(differences(other, one))
    assert there["source", "added"] == back["source", "removed"]
    assert there["source", "standing"] == back["source", "standing"]
    if not there:
        texts = [Counter(placed.text for placed in places(article)) for article in (one, other)]
        assert texts[0] == texts[1]


def test_each_kind_of_change_has_its_name(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?")
    bullet = article.sections[0].statements[0]
    figure = bullet.figures[1]
    regraded = changed_statement(article, certainty=Certainty.LOW)
    assert [(one.kind, one.old, one.new) for one in differences(article, regraded)] == [
        (Change.CERTAINTY, "moderate", "low")
    ]
    figures = (replace(figure, value=45), *(one for one in bullet.figures if one != figure))
    (difference,) = differences(article, changed_statement(article, figures=figures))
    assert (difference.kind, difference.heading) == (Change.FIGURE, figure.name)
    assert (difference.old, difference.new) == ("36.9% (95% CI 19.8 to 53.9)", "45% (95% CI 19.8 to 53.9)")
    dropped = changed_statement(article, figures=bullet.figures[1:])
    assert [(one.old, one.new) for one in differences(article, dropped)] == [
        ("52.3% (95% CI 42.9 to 61.7)", "")
    ]
    names = (article.references[0].id, *bullet.source_ids)
    (cites,) = differences(article, changed_statement(article, source_ids=names))
    assert cites.kind is Change.SOURCES
    assert cites.new.startswith(article.references[0].title)
    retracted = replace(article.references[0], standing=Standing.RETRACTED)
    (source,) = differences(article, replace(article, references=(retracted, *article.references[1:])))
    assert (source.kind, source.new) == (Change.STANDING, "retracted")
    assert kinds(differences(article, replace(article, gaps=("Nothing on age.",), notice="Call."))) == {
        ("notice", "added"): 1,
        ("gap", "added"): 1,
    }
    renamed = replace(article.sections[0], heading="Findings")
    moved = differences(article, replace(article, sections=(renamed, *article.sections[1:])))
    assert {one.kind for one in moved} == {Change.MOVED}
    lead = replace(article, lead=Cited("Genes matter.", (1,), article.lead.source_ids))
    assert [one.place_new for one in differences(article, lead)] == [LEAD]
    fewer = differences(article, edited(article, {"d1": None}))
    assert (fewer[0].part, fewer[0].kind, fewer[0].heading) == (
        "disagreement", "removed", "SNP-based heritability of ALS",
    )  # fmt: skip


def test_a_reworded_statement_of_one_source_is_one_statement(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?")
    text = article.sections[0].statements[0].text.replace("52.3%", "49.9%")
    (difference,) = differences(article, changed_statement(article, text=text, statement_ids=("ryan.9",)))
    assert difference.kind is Change.CHANGED
    assert ("removed", "52.3%") in difference.words
    elsewhere = changed_statement(article, text=text, statement_ids=("other.9",), source_ids=("other",))
    assert kinds(differences(article, elsewhere))["statement", "changed"] == 1
    another = changed_statement(article, text="Twins were few.", statement_ids=("ryan.9",))
    assert kinds(differences(article, another)) == {("statement", "removed"): 1, ("statement", "added"): 1}


def test_the_summary_counts(starter: Library) -> None:
    article = starter.ask("How heritable is ALS?")
    after = edited(article, {LEAD: "Genes matter.", "1.1": "One.", "1.2": "Two.", "1.3": None, "d2": None})
    assert summary(differences(article, after)) == (
        "the lead changed, 2 statements changed, 1 statement removed, 1 disagreement removed, 2 sources removed"
    )
