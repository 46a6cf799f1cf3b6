"""Follow-up questions keep what the questions before them were about."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitia import Library
from aitia.answers.thread import resolve
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
