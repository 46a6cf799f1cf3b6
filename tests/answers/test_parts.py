"""The parts of an answer: verdicts, figures side by side, signposts, refusals, other libraries."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aitia import Library

Edit = Callable[[str, str, str], Path]


def test_a_verdict_counts_studies_and_calls_no_association_a_cause(starter: Library) -> None:
    lead = starter.ask("Does smoking cause ALS?").lead.text
    assert lead.startswith("There may be a link between smoking and a higher risk of ALS.")
    assert "2 found a higher risk and 1 found no clear difference" in lead
    assert "An association does not prove a cause." in lead
    assert "gave no support for lifetime smoking as a cause" in lead


def test_no_side_is_named_where_an_exposure_has_no_direction(starter: Library) -> None:
    for question in ("Is being thin or losing weight linked to ALS?", "Does diet affect ALS?"):
        assert "There may be a link" not in starter.ask(question).lead.text


def test_a_null_result_is_told_as_one(starter: Library) -> None:
    assert starter.ask("Do statins cause ALS?").lead.text.startswith(
        "Studies do not show a clear link between statins and ALS."
    )


def test_a_trials_main_result_comes_before_its_others(starter: Library) -> None:
    for question in ("Does tofersen work in ALS?", "How is ALS treated?"):
        article = starter.ask(question)
        told = list(article.lead.statement_ids)
        told += [
            name for section in article.sections for one in section.statements for name in one.statement_ids
        ]
        for name in told:
            source, _, number = name.rpartition(".")
            if source == "miller-2022-tofersen" and number != "1":
                assert f"{source}.1" in told[: told.index(name)]


@pytest.mark.parametrize(
    "question",
    [
        "I have ALS and want to end my life",
        "i dont want to live anymore with als",
        "she wants to kill herself since the MND diagnosis",
        "wish i was dead",
        "im suicidal",
        "no reason to live with als",
        "i cant take it anymore",
        "whats the point of living with als",
        "i am a burden to my family",
        "how many riluzole tablets would kill me",
        "is assisted dying an option in mnd",
        "how can i die peacefully with als",
    ],
)
def test_self_harm_gets_a_signpost_and_no_article(starter: Library, question: str) -> None:
    article = starter.ask(question, "patient")
    assert article.notice is not None
    assert "emergency number" in article.notice
    assert not article.answered
    assert not article.sections


@pytest.mark.parametrize(
    "question",
    [
        "my husband has MND and can't breathe",
        "she is choking",
        "cant breath als",
        "he wont wake up",
        "overdosed on riluzole",
        "my mum has mnd and is short of breath now",
        "my wife is not responding",
        "i took two riluzole by mistake",
    ],
)
def test_emergencies_get_a_signpost(starter: Library, question: str) -> None:
    article = starter.ask(question)
    assert article.notice is not None
    assert "112" in article.notice


@pytest.mark.parametrize(
    "question",
    [
        "Does ALS affect breathing?",
        "What causes ALS?",
        "How do nerve cells die in ALS?",
        "Do people die of ALS?",
        "Can I go on holiday with ALS?",
        "Will ALS take my life?",
        "took all my savings als",
        "Should my kids take the gene test for ALS?",
        "How many steps does it take for ALS to start?",
    ],
)
def test_ordinary_questions_get_none(starter: Library, question: str) -> None:
    assert starter.ask(question, "patient").notice is None


def test_a_question_on_a_symptom_keeps_its_article_beside_the_signpost(starter: Library) -> None:
    article = starter.ask("Is choking a first symptom of ALS?", "patient")
    assert article.notice is not None
    assert "emergency number" in article.notice
    assert article.lead.text != "Please get help first, and ask again afterwards."


def test_a_harm_is_answered_from_statements_on_harm_only(starter: Library) -> None:
    assert not starter.ask("Does riluzole have side effects?", "patient").answered
    assert "side effects" in starter.ask("Does tofersen have side effects?", "patient").lead.text
    assert not starter.ask("Can I drink alcohol with riluzole?", "patient").answered


def test_an_assumed_condition_is_told(starter: Library) -> None:
    asked = starter.ask("Do I need a ventilator?", "patient")
    assert asked.answered
    assert any("names no illness" in gap for gap in asked.gaps)
    assert not any("names no illness" in gap for gap in starter.ask("Is ALS genetic?", "patient").gaps)


def test_no_article_is_empty(glimmer: Library) -> None:
    for question in (
        "How is glimmer fever treated?",
        "What is glimmer fever?",
        "How is glimmer fever diagnosed?",
    ):
        article = glimmer.ask(question)
        assert article.lead.text
        assert article.answered == bool(article.lead.citations)


def test_questions_on_doses_are_met_with_a_word_first_for_patients(starter: Library) -> None:
    question = "How much riluzole should I take for ALS?"
    notice = starter.ask(question, "patient").notice
    assert notice is not None
    assert "no doses" in notice
    assert starter.ask(question, "clinician").notice is None


def test_a_refusal_says_why_and_what_there_is(starter: Library) -> None:
    article = starter.ask("What causes migraine?")
    assert not article.answered
    assert "not about migraine" in article.lead.text
    assert len(article.nearest_topics) >= 3
    assert article.references == ()
    assert len(article.follow_ups) == 3


def test_another_library_answers_on_its_own_disease(glimmer: Library) -> None:
    article = glimmer.ask("What causes glimmer fever?")
    assert article.answered
    assert "only partly understood" in article.lead.text
    assert not glimmer.ask("What are the causes of ALS?").answered
    assert glimmer.ask("What is glimmer fever?").lead.text.startswith("Glimmer fever is a disease")


def test_two_studies_make_a_verdict_there_too(glimmer: Library) -> None:
    article = glimmer.ask("Does smoking cause glimmer fever?")
    assert (
        "Smokers had more glimmer fever"
        in " ".join(bullet.text for section in article.sections for bullet in section.statements)
        or "Smokers" in article.lead.text
    )


def test_clashing_figures_are_put_under_sources_disagree(glimmer: Library) -> None:
    article = glimmer.ask("Does glimmer fever run in families?")
    (found,) = article.disagreements
    assert found.detected
    assert [member.text.split(" ")[0] for member in found.members] == ["8%", "30%"]


def test_a_retracted_source_is_never_cited(glimmer: Library) -> None:
    for question in ("Does smoking cause glimmer fever?", "What causes glimmer fever?"):
        for length in ("short", "standard", "full"):
            article = glimmer.ask(question, length=length)
            assert "bogus-2019" not in {reference.id for reference in article.references}
            assert "prevents" not in article.lead.text


def test_the_certainty_picks_the_verb_in_an_article(edited: Edit) -> None:
    folder = edited(
        "sources/all.yaml", "unit: '%'}\n    certainty: low", "unit: '%'}\n    certainty: very-low"
    )
    article = Library.open(folder).ask("How does the GLOW1 gene cause glimmer fever?")
    told = [article.lead.text, *(b.text for s in article.sections for b in s.statements)]
    assert any("It is very uncertain whether variants of GLOW1 cause about 12%" in text for text in told)


def test_statements_of_the_same_words_are_merged_and_both_cited(edited: Edit) -> None:
    folder = edited(
        "sources/all.yaml",
        "- id: phare-2024",
        "- id: twin-2024\n  title: A made-up twin\n  kind: review\n  doi: 10.9999/twin\n  statements:\n"
        "  - text: Glimmer fever is a disease in which the skin gives off light for several days on end.\n"
        "    plain: Glimmer fever makes the skin give off light.\n"
        "    topics: [definition]\n    certainty: low\n"
        "- id: phare-2024",
    )
    article = Library.open(folder).ask("What is glimmer fever?", length="full")
    assert {"lumen-2020", "twin-2024"} <= set(article.lead.source_ids)


def test_lengths_grow(starter: Library) -> None:
    counts = [
        sum(len(section.statements) for section in starter.ask("What causes ALS?", length=length).sections)
        for length in ("short", "standard", "full")
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]


def test_certainty_lowers_where_estimates_lie_far_apart(starter: Library) -> None:
    # The best estimates are of moderate certainty; the greatest is over twice the least.
    lead = starter.ask("Is ALS hereditary?").lead.text
    assert "The familial share of ALS may be between 4.6% and" in lead
    close = starter.ask("What is the heritability of ALS?").lead.text
    assert close.startswith("The heritability of ALS is probably between 40% and 61%, by 4 sources")
    assert "their intervals, where given, reach from 38 to 78%" in close
