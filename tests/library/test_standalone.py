"""What a reader would stumble over is rated low; what stands by itself is rated high."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitia.library.standalone import SHOWN_ALONE, readability_alone, stands_alone

STANDS = [
    "Riluzole prolongs survival in ALS by about 3 months.",
    "This study found that smoking raises the risk of ALS.",
    "In this trial, edaravone slowed decline over 24 weeks.",
    "However, migraine is more common in women.",
    "CONCLUSIONS: Riluzole is safe and prolongs survival.",
    "It is not known whether exercise causes ALS.",
    "Those who smoke are at higher risk of stroke.",
    "Both riluzole and edaravone slow the disease.",
    "There is no cure for the disease.",
    "Each year about 5,000 people are diagnosed.",
    "mTOR inhibits autophagy in neurons.",
    "Avoid alcohol while you take this medicine.",
    "These findings suggest that statins do not cause ALS.",
    "Sixty-seven patients (27%) died.",
    "In conclusion, noninvasive ventilation prolongs survival.",
]
FALLS = [
    "It prolongs survival by three months.",
    "They were followed for ten years.",
    "These patients had a slower decline.",
    "This was seen in both sexes.",
    "However, this was not significant.",
    "However, it was stopped early in men.",
    "In contrast, women had a slower decline.",
    "Such changes are common in old age.",
    "The former is more common in men.",
    "The latter had no effect on survival.",
    "As shown above, the drug is safe.",
    "Both groups improved over six months.",
    "Most of these were women over 60.",
    "In these patients, survival was longer.",
    "Is the disease inherited in most families?",
    "Effect of riluzole on survival",
    "Table 1. Characteristics of the patients.",
    "Figure 2 Survival by group",
    "12.5 14.1 0.03 7.2 11 45 6.1 0.2",
    "RESULTS AND DISCUSSION OF THE TRIAL",
    "Symptoms of the disease include the following:",
    "No cure exists.",
    "The word is repeated " * 25 + "here.",
    "",
]


@pytest.mark.parametrize("sentence", STANDS)
def test_it_stands(sentence: str) -> None:
    assert stands_alone(sentence), readability_alone(sentence)


@pytest.mark.parametrize("sentence", FALLS, ids=lambda sentence: sentence[:40])
def test_it_falls(sentence: str) -> None:
    assert not stands_alone(sentence), readability_alone(sentence)


def test_a_link_costs_something_and_what_points_back_costs_most() -> None:
    plain, linked, pointing = (
        readability_alone(opening + " more common in women than in men.")
        for opening in ("Migraine is", "However, migraine is", "This is")
    )
    assert plain == 1
    assert plain > linked >= SHOWN_ALONE > pointing


def test_half_a_bracket_reads_worse() -> None:
    assert readability_alone("Weakness (often of the hands is the first sign.") < readability_alone(
        "Weakness (often of the hands) is the first sign."
    )


PIECES = st.sampled_from(["It", "is", "the", "However,", "of", "these", "Both", "and", "(", ")", ".", "1"])


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join)))
def test_the_score_is_between_0_and_1(sentence: str) -> None:
    assert 0 <= readability_alone(sentence) <= 1


def test_a_sentence_takes_microseconds() -> None:
    sentence = "However, in this trial of 1,204 people with ALS, riluzole prolonged survival by a median of 3 months."
    start = time.perf_counter()
    for _ in range(2000):
        readability_alone(sentence)
    # About 5 microseconds, with room for a busy machine.
    assert (time.perf_counter() - start) / 2000 < 300e-6
