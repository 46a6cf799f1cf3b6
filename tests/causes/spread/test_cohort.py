"""What a cohort file may say, and what is told of one that cannot be used."""

from pathlib import Path

import pytest

from aitia.causes.errors import ModelError
from aitia.causes.spread.cohort import Cohort, read_cohort
from aitia.causes.spread.maps import als, without_sides

HEAD = "patient,region,side,layer,months,followed\n"


def read(text: str) -> Cohort:
    return read_cohort(text, als(), "c.csv")


def places(cohort: Cohort, patient: int = 0) -> list[set[str]]:
    return [
        {str(place) for index, place in enumerate(cohort.chart.places) if sign.places >> index & 1}
        for sign in cohort.patients[patient].signs
    ]


def test_words_of_the_clinic_are_understood() -> None:
    cohort = read(HEAD + "1,Arm,R,LMN,0,20\n1,leg,left,umn,6,20\n1,tongue,l,lower,9,20\n")
    assert places(cohort) == [
        {"lower cervical right"}, {"upper lumbosacral left"}, {"lower bulbar left"},
    ]  # fmt: skip
    assert cohort.clock == "months"
    assert cohort.patients[0].followed == 20


def test_missing_layers_and_sides_cover_all_of_them() -> None:
    cohort = read(HEAD + "1,arm,right,,0,9\n1,leg,?,lower,6,9\n1,bulbar,unknown,unknown,7,9\n")
    covered = places(cohort)
    assert covered[0] == {"upper cervical right", "lower cervical right"}
    assert covered[1] == {"lower lumbosacral left", "lower lumbosacral right"}
    assert len(covered[2]) == 4


def test_both_is_two_signs_at_once() -> None:
    cohort = read(HEAD + "1,arm,both,lower,0,9\n1,leg,left,both,6,9\n")
    assert [len(one) for one in places(cohort)] == [1, 1, 1, 1]


def test_a_file_without_sides_uses_the_map_without_them() -> None:
    cohort = read("patient,region,order\n1,arm,1\n1,leg,2\n")
    assert cohort.chart == without_sides(als())
    assert "without sides" in cohort.notes[0]
    assert any("thoracic" in note and "not examined" in note for note in cohort.notes)


def test_months_count_from_the_first_sign() -> None:
    cohort = read(HEAD + "1,arm,right,lower,14,40\n1,leg,right,lower,20,40\n")
    assert [sign.at for sign in cohort.patients[0].signs] == [0, 6]
    assert cohort.patients[0].followed == 26


def test_what_tells_little_is_noted() -> None:
    cohort = read("patient,region,side,months\n1,arm,right,0\n1,leg,right,6\n2,leg,left,0\n")
    assert any("1 of 2 patients have one sign" in note for note in cohort.notes)
    assert any("too high" in note for note in cohort.notes)


BAD = [
    ("patient,regon,months\n1,arm,0\n", ("line 1", "did you mean 'region'")),
    ("region,months\narm,0\n", ("no column 'patient'",)),
    ("patient,region\n1,arm\n", ("'months'", "'order'")),
    ("patient,region,months,order\n1,arm,0,1\n1,leg,2,2\n", ("both 'order' and 'months'",)),
    (HEAD, ("holds no rows",)),
    (HEAD + "1,armm,right,lower,0,9\n", ("line 2, field 'region'", "'armm'", "Did you mean 'arm'")),
    (HEAD + "1,arm,right,lwoer,0,9\n", ("line 2, field 'layer'", "Did you mean 'lower'")),
    (
        HEAD + "1,arm,rihgt,lower,0,9\n1,leg,right,lower,1,9\n",
        ("line 2, field 'side'", "Did you mean 'right'"),
    ),
    (HEAD + "1,,right,lower,0,9\n", ("field 'region': is empty",)),
    (HEAD + ",arm,right,lower,0,9\n", ("field 'patient': is empty",)),
    (HEAD + "1,arm,right,lower,-1,9\n", ("line 2, field 'months'", "at least 0")),
    (HEAD + "1,arm,right,lower,soon,9\n", ("line 2, field 'months'", "not a number")),
    (HEAD + "1,arm,right,lower,nan,9\n", ("line 2, field 'months'",)),
    (HEAD + "1,arm,right,lower,0,9\n1,leg,right,lower,,9\n", ("line 3, field 'months': is empty",)),
    (HEAD + "1,arm,right,lower,0,9\n1,leg,right,lower,12,9\n", ("field 'followed'", "before the last sign")),
    (HEAD + "1,arm,right,lower,0,9\n1,leg,right,lower,2,8\n", ("field 'followed'", "several values")),
    (
        HEAD + "1,arm,right,lower,0,9\n1,arm,right,lower,2,9\n",
        ("line 3", "already has this place ill on line 2"),
    ),
    (HEAD + "1,arm,right,lower,0,9\n1,arm,right,,2,9\n", ("line 3", "already has part of this region")),
    (
        HEAD + "1,arm,right,,0,9\n1,arm,right,lower,2,9\n1,arm,right,upper,3,9\n",
        ("line 2", "free until later"),
    ),
    (HEAD + "1,arm,right,lower,0,\n2,leg,left,lower,0,\n", ("tells nothing of spread",)),
    (
        "patient,region,side,order,followed\n1,arm,right,1,9\n1,leg,right,2,9\n",
        ("'followed'", "needs 'months'"),
    ),
    (
        "patient,region,side,months,after\n1,arm,right,0,\n1,leg,right,2,5\n",
        ("field 'after'", "later than months"),
    ),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_a_cohort_that_cannot_be_used_is_told(text: str, said: tuple[str, ...]) -> None:
    with pytest.raises(ModelError) as told:
        read(text)
    for part in said:
        assert part in str(told.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        read_cohort(tmp_path / "none.csv", als())
