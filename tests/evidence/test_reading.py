"""The reading grade agrees with textstat's on real wordings."""

import re
import statistics

import pytest
import textstat

from aitia import Library
from aitia.evidence.reading import counts, grade, syllables
from aitia.evidence.wording import SLOT


@pytest.mark.parametrize(
    ("word", "number"),
    [("gene", 1), ("muscle", 2), ("family", 3), ("people", 2), ("changes", 2), ("disease", 2), ("1.81", 1)],
)
def test_syllables(word: str, number: int) -> None:
    assert syllables(word) == number


def test_a_decimal_point_does_not_end_a_sentence() -> None:
    assert counts("The odds were 1.81 times as high. That is a lot.")[0] == 2


def test_the_grade_is_that_of_the_formula() -> None:
    # 6 words in 1 sentence, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59.
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)


def test_syllables_agree_with_textstat_on_the_starter_library(starter: Library) -> None:
    differences = []
    for statement in starter.contents.statements:
        text = SLOT.sub(r"\1", statement.plain or "")
        # Without figures: textstat takes every decimal point for the end of a sentence.
        text = re.sub(r"\d+(?:[.,]\d+)*%?", "some", text)
        differences.append(grade(text) - textstat.flesch_kincaid_grade(text))
    assert abs(statistics.mean(differences)) < 0.2
    assert statistics.pstdev(differences) < 0.7
