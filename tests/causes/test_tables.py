"""Tables in and out of the models."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aitia.causes import mathml as m
from aitia.causes import report, tables
from aitia.causes.errors import ModelError
from aitia.causes.provenance import provenance

HEAD = "age_low,age_high,cases,person_years\n"


def read(text: str) -> list[tables.Row]:
    return tables.read_csv(
        text, required=("age_low", "cases"), optional=("person_years", "sex"), name="x.csv"
    )


def test_rows_know_their_line() -> None:
    rows = read("# a remark\n\n" + HEAD + '40,49,"12",1000\n\n50,59,30,1000\n')
    assert [row.line for row in rows] == [4, 6]
    assert rows[1].number("cases") == 30


@pytest.mark.parametrize(
    "text", ["age_low;cases\n40;12\n", "Age low\tCases\n40\t12\n", "﻿age_low,cases\n40,12\n"]
)
def test_other_spreadsheets_are_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    assert tables.read_csv(path, required=("age_low", "cases"))[0].number("age_low") == 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no rows"),
        (HEAD, "holds no rows"),
        ("age_lo,cases\n1,2\n", "'age_lo'; did you mean 'age_low'"),
        ("age_low,cases,persn_years\n1,2,3\n", "'persn_years'; did you mean 'person_years'"),
        ("age_low,x\n1,2\n", "no column 'cases'"),
        ("age_low,cases,cases\n1,2,3\n", "twice"),
        ("age_low,cases\n1,2,3\n", "line 2: 3 fields, where the header has 2"),
        ('age_low,cases\n1,"2\n', "quotation"),
    ],
)
def test_a_broken_file_is_told(text: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        read(text)


@pytest.mark.parametrize("value", ["-1", "x", "nan", "inf", "1e999"])
def test_a_number_that_cannot_be_used_names_its_line_and_field(value: str) -> None:
    row = read(f"age_low,cases\n1,{value}\n")[0]
    with pytest.raises(ModelError, match=r"x\.csv, line 2, field 'cases'"):
        row.number("cases")


def test_what_is_no_csv_is_told(tmp_path: Path) -> None:
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\x00")
    for name in ("picture.csv", "absent.csv", "."):
        with pytest.raises(ModelError, match=r"UTF-8|no such file|cannot be read"):
            tables.read_csv(tmp_path / name, required=("cases",))


@given(some.lists(some.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_come_back_exactly(numbers: list[float]) -> None:
    records = [{"n": number, "empty": None} for number in numbers]
    assert [float(row["n"]) for row in csv.DictReader(io.StringIO(tables.as_csv(records)))] == numbers
    assert json.loads(tables.as_json(records)) == records


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_no_table_shows_nan(bad: float) -> None:
    for write in (tables.as_csv, tables.as_json, tables.as_text):
        with pytest.raises(ValueError, match="no table may show"):
            write([{"n": bad}])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (4.8123, "4.812"),
        (0.0, "0"),
        (4.0, "4"),
        (1e-7, "1.000e-07"),
        (12345.6, "12,346"),
        (None, "-"),
        (True, "yes"),
    ],
)
def test_numbers_for_people(value: tables.Value, shown: str) -> None:
    assert tables.show(value) == shown


def test_a_report_holds_everything_itself_and_escapes() -> None:
    source = provenance(
        "aitia model x", data=b"abc", data_name="x.csv", seed=7, parameters={"models": ["a", "b"]}
    )
    blocks: list[report.Block] = [
        report.Heading("A & B"),
        report.words("<script>alert(1)</script>"),
        report.words("one", "two"),
        report.Caution("few cases"),
        report.Equation(m.row(m.i("h"), m.o("="), m.frac(m.i("a"), m.n(2))), "half of a"),
        report.Table("Steps", [{"stratum": "men", "steps": 5.8}]),
        report.Figure(b"\x89PNG", "A curve"),
    ]
    page = report.page("Steps", "What it says", blocks, source)
    assert "<script" not in page
    assert "http" not in page
    assert "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" in page
    for held in ("A &amp; B", "<li>two</li>", "Table 1.", "Figure 1.", "<mfrac>", "5.800", "a, b"):
        assert held in page
