"""Follow-up questions keep what the questions before them were about."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitia import Library
from aitia.answers.thread import resolve, resolve_thread
from aitia.errors import QuestionError

CAUSES = "What are the causes of ALS?"


@pytest.mark.parametrize(
    ("last", "typed", "asked"),
    [
        (CAUSES, "and in women?", "What are the causes of ALS in women?"),
        (CAUSES, "what about smoking?", "Does smoking cause ALS?"),
        (CAUSES, "Symptoms?", "What are the Symptoms of ALS?"),
        (CAUSES, "symptoms?", "What are the symptoms of ALS?"),
        (CAUSES, "treatment", "What is the treatment of ALS?"),
        (CAUSES, "Is it hereditary?", "Is ALS hereditary?"),
        (CAUSES, "can this be cured?", "Can ALS be cured?"),
        (CAUSES, "how long do people live", "How long do people live with ALS?"),
        ("Does smoking cause ALS?", "and military service?", "Does military service cause ALS?"),
        ("How common is ALS in women?", "and in men?", "How common is ALS in men?"),
        ("How common is ALS in Italy?", "what about Japan?", "How common is ALS in Japan?"),
        (
            "What is the penetrance of SOD1 in ALS?",
            "and C9orf72?",
            "What is the penetrance of C9orf72 in ALS?",
        ),
        (
            "What causes motor neurone disease?",
            "how is it diagnosed",
            "How is motor neurone disease diagnosed?",
        ),
        # As people type them at night.
        (CAUSES, "what about my kids", "Are my relatives at risk if I have ALS?"),
        (CAUSES, "and if its in the family??", "How often does ALS run in families?"),
        (CAUSES, "how long has he got", "How long has he got with ALS?"),
        (CAUSES, "whats the tretment", "What is the tretment of ALS?"),
        (CAUSES, "is there a cure", "Is there a cure for ALS?"),
        (CAUSES, "what are the first signs", "What are the first signs of ALS?"),
        (CAUSES, "tell me more about the genes", "What are the genes of ALS?"),
        (CAUSES, "what abot smokng", "Does smoking cause ALS?"),
        (CAUSES, "and familial ALS?", "Familial ALS?"),
        (
            "How long do people live with ALS?",
            "and with C9orf72?",
            "How long do people live with ALS with C9orf72?",
        ),
    ],
)
def test_a_follow_up_is_completed_and_answered(starter: Library, last: str, typed: str, asked: str) -> None:
    found = resolve(starter, [last], typed)
    assert (found.question, found.completed) == (asked, True)
    assert starter.ask(found.question).answered


@pytest.mark.parametrize(
    "typed", ["How is ALS treated?", "What are the symptoms of migraine?", "and bananas?", "Is that proven?"]
)
def test_a_question_that_stands_alone_or_cannot_be_completed_is_left_as_it_is(
    starter: Library, typed: str
) -> None:
    found = resolve(starter, [CAUSES], typed)
    assert not found.completed
    assert found.question.lower() == typed.lower()


def test_the_first_question_of_a_thread_is_left_as_it_is(starter: Library) -> None:
    assert not resolve(starter, [], "and in women?").completed


def test_an_empty_follow_up_is_refused(starter: Library) -> None:
    with pytest.raises(QuestionError):
        resolve(starter, [CAUSES], "  ")


@settings(max_examples=60, deadline=None)
@given(typed=st.text(min_size=1, max_size=80), opener=st.sampled_from(["", "and ", "what about ", "in "]))
def test_whatever_is_typed_gives_a_question_or_a_plain_refusal(
    starter: Library, typed: str, opener: str
) -> None:
    try:
        found = resolve(starter, [CAUSES], opener + typed)
    except QuestionError:
        return
    assert found.question


def test_an_exposure_joined_with_another_matter_is_answered_alone_and_the_gap_is_told(
    starter: Library,
) -> None:
    question = resolve(starter, ["Does smoking cause ALS?"], "and in women?").question
    article = starter.ask(question)
    assert article.lead.text.startswith("There may be a link between smoking")
    assert "The library has no statement on smoking and women together." in article.gaps


@pytest.mark.parametrize(
    "typed", ["how long does he have left", "how long have we got", "how much longer does she have"]
)
def test_the_time_that_is_left_is_not_the_left_hand(starter: Library, typed: str) -> None:
    question = resolve(starter, [CAUSES], typed).question
    assert "live" in starter.ask(question, "patient").lead.text


def test_nobody_is_told_how_long_people_live_who_did_not_ask(starter: Library) -> None:
    typed = "my husband was just diagnosed and i dont know what to do"
    article = starter.ask(resolve(starter, [CAUSES], typed).question, "patient")
    assert "treatment can help" in article.lead.text
    assert "live" not in article.lead.text


def test_whether_relatives_should_be_tested_is_not_a_matter_of_diagnosis(starter: Library) -> None:
    question = resolve(starter, ["Will my kids get ALS?"], "should they be tested").question
    assert "brothers, sisters and children" in starter.ask(question, "patient").lead.text


def test_whether_somebody_can_still_eat_is_not_a_matter_of_fats(starter: Library) -> None:
    article = starter.ask(resolve(starter, [CAUSES], "can he still eat").question, "patient", "short")
    assert "feeding tube" in article.lead.text


@pytest.mark.parametrize(
    ("earlier", "typed", "first", "others"),
    [
        (
            [CAUSES],
            "he was told last week, im so scared. how long has he got? is it painful? what about the kids",
            "How long has he got with ALS?",
            ("Is ALS painful?", "Are my relatives at risk if I have ALS?"),
        ),
        (
            [CAUSES],
            "how is it treated and will our children get it",
            "How is ALS treated?",
            ("Will our children get ALS?",),
        ),
        (
            [CAUSES],
            "is it painful? how is it treated?",
            "How is ALS treated?",
            ("Is ALS painful?",),
        ),
        (
            [],
            "My husband has ALS. How long will he live? Will our children get it?",
            "How long will he live with ALS?",
            ("Will our children get ALS?",),
        ),
    ],
)
def test_of_several_questions_the_first_that_is_answered_is_taken_and_the_others_kept(
    starter: Library, earlier: list[str], typed: str, first: str, others: tuple[str, ...]
) -> None:
    found = resolve(starter, earlier, typed)
    assert (found.question, found.completed, found.others) == (first, True, others)


@pytest.mark.parametrize(
    "typed",
    [
        "he was in the army and i want to die",
        "is it the smoking? i cant go on, i want to kill myself",
        "what about riluzole, he took an overdose",
    ],
)
def test_a_signpost_to_help_is_never_lost_by_reading_a_question_otherwise(
    starter: Library, typed: str
) -> None:
    question = resolve(starter, [CAUSES], typed).question
    assert starter.ask(question, "patient").notice == starter.ask(typed, "patient").notice != ""


@pytest.mark.parametrize(
    "typed", ["What genes are involved and how do they cause ALS?", "What is TDP-43 and RNA in ALS?"]
)
def test_what_points_back_within_a_question_is_not_torn_from_it(starter: Library, typed: str) -> None:
    assert resolve(starter, [], typed).question == typed


def test_a_follow_up_that_is_not_answered_is_told_what_is_missing_not_that_it_names_no_condition(
    starter: Library,
) -> None:
    found = resolve(starter, [CAUSES], "can stress cause it")
    assert found.question == "Can stress cause ALS?"
    assert "stress" in starter.ask(found.question, "patient").lead.text


def test_each_question_of_a_thread_is_read_after_those_before_it(starter: Library) -> None:
    asked = ["What are the causes of ALS?", "and in women?", "and smoking?"]
    first, second = resolve_thread(starter, asked[:1]), resolve_thread(starter, asked[:2])
    assert (first.question, first.completed) == (asked[0], False)
    assert second == resolve(starter, [first.question], asked[1])
    assert resolve_thread(starter, asked) == resolve(starter, [first.question, second.question], asked[2])
    with pytest.raises(QuestionError):
        resolve_thread(starter, ["", asked[0]])
