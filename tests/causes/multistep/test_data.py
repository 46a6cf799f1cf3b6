"""Incidence by age, read; and everything that can be wrong with it, told."""

from pathlib import Path

import pytest

import aitia.causes.examples
from aitia.causes.errors import ModelError
from aitia.causes.multistep import read, stratum

HEAD = "age_low,age_high,cases,person_years\n"
TEN = Path(next(iter(aitia.causes.examples.__path__))) / "als-incidence-ten-populations.csv"


def test_counts_and_rates_say_the_same() -> None:
    by_counts = read(HEAD + "40,49,12,1000000\n50,,40,500000\n")[0]
    by_rates = read("age_low,age_high,rate_per_100000,person_years\n40,49,1.2,1000000\n50,,8,500000\n")[0]
    by_cases = read("age_low,age_high,rate_per_100000,cases\n40,49,1.2,12\n50,,8,40\n")[0]
    for one in (by_counts, by_rates, by_cases):
        assert [band.cases for band in one.bands] == pytest.approx([12, 40])
        assert [band.person_years for band in one.bands] == pytest.approx([1e6, 5e5])
        assert [band.label for band in one.bands] == ["40-49", "50+"]
        assert one.cases == pytest.approx(52)
    alone = read("age_low,age_high,rate_per_100000\n40,49,1.2\n50,,8\n")[0]
    assert not alone.counted
    assert alone.cases is None


def test_strata_are_split_or_added_together() -> None:
    text = "sex,site,age_low,age_high,cases,person_years\n" + "".join(
        f"{sex},{site},{low},{low + 9},{cases},1000\n"
        for sex, site, low, cases in [
            ("men", "a", 40, 1), ("men", "a", 50, 2), ("men", "b", 50, 30), ("men", "b", 40, 20),
            ("women", "a", 40, 3), ("women", "a", 50, 4),
        ]
    )  # fmt: skip
    men, women = read(text, ["sex"])
    assert (men.name, men.levels) == ("men", {"sex": "men"})
    assert [band.cases for band in men.bands] == [21, 32]
    assert [band.person_years for band in men.bands] == [2000, 2000]
    assert [band.cases for band in women.bands] == [3, 4]
    assert [band.cases for band in read(text)[0].bands] == [24, 36]
    assert len(read(text, ["Sex", "site"])) == 3


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("40,49,1,1000\n45,54,2,1000\n", "line 3, field 'age_low': the bands 40-49 and 45-54 overlap"),
        ("40,50,1,1000\n50,60,2,1000\n", "completed years: write 40-49"),
        ("40,49,1,1000\n40,49,2,1000\n", "overlap"),
        ("40,49,1,1000\n60,69,2,1000\n", "gap between the bands 40-49 and 60-69"),
        ("40,,1,1000\n50,59,2,1000\n", "only the last may be open"),
        ("40,49,1001,1000\n50,59,2,1000\n", "line 2, field 'cases': 1001 cases in 1000 .*: more cases than people"),
        ("40,49,0,1000\n50,59,0,1000\n", "no cases in any band"),
        ("40,49,3,1000\n", "one age band"),
        ("40,49,-3,1000\n50,59,2,1000\n", "line 2, field 'cases': -3 must be at least 0"),
        ("40,49,3,\n50,59,2,1000\n", "line 2, field 'person_years': is empty"),
        ("40,49,,100\n50,59,2,1000\n", "line 2, field 'cases': is empty"),
        (",49,3,1000\n50,59,2,1000\n", "line 2, field 'age_low': is empty"),
        ("forty,49,3,1000\n50,59,2,1000\n", "'forty' is not a number"),
        ("49,40,3,1000\n50,59,2,1000\n", "40 is below age_low"),
        ("40,49,3,0\n50,59,2,1000\n", "more cases than people"),
        ("40,49,0,0\n50,59,2,1000\n", "field 'person_years': is 0"),
        ("400,409,1,1000\n50,59,2,1000\n", "from 0 to 125"),
    ],
)  # fmt: skip
def test_bad_rows_name_their_line_and_field(rows: str, said: str) -> None:
    with pytest.raises(ModelError, match=said.replace("(", r"\(")):
        read(HEAD + rows, name="x.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age_low,age_high,case,person_years\n1,2,3,4\n", "'case'; did you mean 'cases'"),
        ("age_low,age_hig,cases,person_years\n1,2,3,4\n", "'age_hig'; did you mean 'age_high'"),
        ("age_low,age_high,cases\n40,49,3\n50,59,4\n", "person_years or rate_per_100000 is missing"),
        ("age_low,age_high,person_years\n40,49,3\n", "cases or rate_per_100000 is missing"),
        ("age_low,age_high,rate_per_100000\n40,49,100001\n50,59,3\n", "more cases than people"),
        (
            "age_low,age_high,cases,rate_per_100000\n40,49,0,0\n50,59,4,1\n",
            "does not tell how many were watched",
        ),
        ("age_low,age_high,cases,rate_per_100000\n40,49,2,0\n50,59,4,1\n", "contradict a rate"),
        (HEAD.strip() + ",rate_per_100000\n40,49,10,1000000,5\n", "are 1 per 100,000"),
    ],
)
def test_bad_columns_are_told(text: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        read(text)


def test_an_unknown_group_suggests_the_near_one() -> None:
    with pytest.raises(ModelError, match=r"no column 'sexx' to group by; .*Did you mean 'sex'"):
        read("sex,age_low,age_high,cases,person_years\nmen,40,49,1,10\n", ["sexx"])
    with pytest.raises(ModelError, match="no such columns"):
        read(HEAD + "40,49,1,10\n", ["sex"])


def test_what_cannot_be_added_together_is_told() -> None:
    rates = "sex,age_low,age_high,rate_per_100000\nmen,40,49,1\nmen,50,59,2\nwomen,40,49,1\nwomen,50,59,2\n"
    with pytest.raises(ModelError, match=r"rates alone cannot be added together.*--by sex"):
        read(rates)
    uneven = (
        "sex,age_low,age_high,cases,person_years\nm,40,49,1,99\nm,50,59,2,99\nw,40,44,1,99\nw,45,59,2,99\n"
    )
    with pytest.raises(ModelError, match="different age bands"):
        read(uneven)


def test_columns_from_python_are_checked_too() -> None:
    with pytest.raises(ModelError, match="field 'cases'"):
        stratum("x", [40, 50], [49, 59], [1, float("nan")], [10, 10])
    with pytest.raises(ModelError, match="equally long"):
        stratum("x", [40], [49, 59], [1, 2], [10, 10])


def test_ages_can_be_restricted() -> None:
    one = stratum("x", [30, 40, 50, 60], [39, 49, 59, None], [1, 2, 3, 4], [1e5] * 4)
    assert [band.label for band in one.within(40, 120).bands] == ["40-49", "50-59"]
    with pytest.raises(ModelError, match="no closed age band lies within ages 70 to 79"):
        one.within(70, 79)


def test_the_ten_populations() -> None:
    strata = read(TEN, ["population", "sex"])
    assert len(strata) == 20
    assert len({one.levels["population"] for one in strata}) == 10
    united_states = next(one for one in strata if one.name == "United States, men")
    assert united_states.noted_slope == 3.43
    assert [(band.label, band.rate) for band in united_states.bands][-2:] == [("65-74", 10.17), ("75+", 7.18)]
    text = TEN.read_text(encoding="utf-8")
    assert "PMC4987527" in text
    assert "commit 352650c" in text
