"""aitia model lifecourse"""

import csv
import io
import json
from importlib.resources import files
from pathlib import Path

import pytest

from aitia.__main__ import run
from tests.causes.lifecourse import scenarios

EXAMPLES = Path(str(files("aitia") / "causes" / "examples"))
SMOKING = str(EXAMPLES / "smoking-and-lead.yaml")


def out_of(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(["model", "lifecourse", *arguments]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_a_scenario_in_words_and_tables(capsys: pytest.CaptureFixture[str]) -> None:
    text = out_of(capsys, SMOKING)
    assert text.startswith("Smoking and lead\n")
    assert "One person in 385 falls ill before death (0.26%)" in text
    assert "What each exposure accounts for (exact)" in text
    assert "nan" not in text.split()
    assert "Where the numbers come from" in text


def test_json_has_everything_and_repeats(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = ("--people", "200000", "--seed", "7", "--format", "json", "--without", "lead")
    first = json.loads(out_of(capsys, SMOKING, *options))
    again = json.loads(out_of(capsys, SMOKING, *options, "--jobs", "3"))
    assert first["simulation"] == again["simulation"]
    assert first["comparison"] == again["comparison"]
    assert first["provenance"]["seed"] == 7
    assert len(first["provenance"]["data_sha256"]) == 64
    assert first["provenance"]["parameters"]["people"] == 200000
    assert first["scenario"]["exposures"][1]["name"] == "lead"
    other = json.loads(out_of(capsys, SMOKING, *options[:2], "--seed", "8", "--format", "json"))
    assert other["simulation"] != first["simulation"]
    file = tmp_path / "out.json"
    assert run(["model", "lifecourse", SMOKING, "--format", "json", "--output", str(file)]) == 0
    assert json.loads(file.read_text())["title"] == "Smoking and lead"


def test_csv_names_its_tables(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(out_of(capsys, SMOKING, "--format", "csv"))))
    assert {row["table"] for row in rows} == {"risks", "attribution"}
    everyone = next(row for row in rows if row["people"] == "everyone")
    assert float(everyone["lifetime_risk"]) == pytest.approx(0.0026, rel=1e-2)


def test_compare_families_calibrate_report_and_plot(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    content = (EXAMPLES / "c9orf72-families.yaml").read_text(encoding="utf-8")
    other.write_text(content.replace("carriers: 0.001575", "carriers: 0.0005"), encoding="utf-8")
    text = out_of(
        capsys,
        str(EXAMPLES / "c9orf72-families.yaml"),
        *("--compare", str(other), "--families", "20000", "--calibrate", "--people", "50000"),
        *("--report", str(tmp_path / "r.html"), "--plot", str(tmp_path / "p.svg")),
    )
    assert "This scenario and other.yaml (exact)" in text
    assert "Simulated families: recurrence and heritability" in text
    assert "Published figures and the fit" in text
    assert "The same people in both scenarios" in text
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 2
    assert "<math" in page
    assert "SHA-256 of the data" in page
    assert "10.1080/21678421.2023.2272187" in page
    assert "http" not in page.split("<style>")[1].split("</style>")[0]
    assert 'src="http' not in page
    assert ">nan<" not in page.lower()
    assert (tmp_path / "p.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("absent.yaml",), "absent.yaml: there is no such file"),
        ((SMOKING, "--people", "-1"), "must be 0 or more"),
        ((SMOKING, "--without", "leed"), "Did you mean 'lead'?"),
        ((SMOKING, "--without", "lead", "--compare", SMOKING), "not both"),
        ((SMOKING, "--plot", "x.doc"), "must end in"),
        ((SMOKING, "--people", "10", "--jobs", "0"), "jobs: 0"),
        ((SMOKING, "--people", "10", "--cluster", "nonsense"), "no Dask scheduler answers"),
        (
            (str(EXAMPLES / "als-europe.yaml"), "--people", "10", "--engine", "events"),
            "cannot run this scenario",
        ),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    message = out_of(capsys, *arguments, code=8)
    assert says in message
    assert "Traceback" not in message


def test_a_scenario_without_a_disease(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    nobody = tmp_path / "nobody.yaml"
    nobody.write_text(scenarios.PLAIN.replace("rate: 0.0156540", "rate: 1e-300"), encoding="utf-8")
    text = out_of(capsys, str(nobody), "--people", "1000", "--report", str(tmp_path / "r.html"))
    assert "Nobody falls ill in this scenario" in text
    assert "nan" not in text.split()
