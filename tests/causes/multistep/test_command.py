"""aitia model multistep, as a person types it."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from aitia.__main__ import run

REGISTER = """sex,age_low,age_high,cases,person_years
men,40,49,24,1840000
men,50,59,98,1720000
men,60,69,188,1380000
men,70,79,194,900000
men,80,,30,330000
women,40,49,25,1835000
women,50,59,75,1765000
women,60,69,145,1500000
women,70,79,170,1130000
women,80,,44,650000
"""


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "register.csv").write_text(REGISTER, encoding="utf-8")
    return tmp_path / "register.csv"


def test_text_tables_plots_and_report(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["model", "multistep", "register.csv", "--by", "sex", "--bootstrap", "50", "--seed", "3"]
    assert run([*asked, "--plot", "c.png", "--plot-steps", "s.svg", "--report", "r.html"]) == 0
    out = capsys.readouterr().out
    for said in ("men", "women", "least squares", "steps, one lineage", "One number of steps for all?", "Bootstrap",
                 "What 'steps = slope + 1' assumes", "open band 80+"):  # fmt: skip
        assert said in out
    assert (register.parent / "c.png").read_bytes().startswith(b"\x89PNG")
    page = (register.parent / "r.html").read_text(encoding="utf-8")
    assert "register.csv" in page
    assert "<dt>Seed</dt><dd>3</dd>" in page


def test_csv_and_json_agree(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "multistep", "register.csv", "--format", "csv"]) == 0
    row = next(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert run(["model", "multistep", "register.csv", "--format", "json", "--output", "x.json"]) == 0
    found = json.loads((register.parent / "x.json").read_text(encoding="utf-8"))
    assert float(row["likelihood_slope"]) == found["summary"][0]["likelihood_slope"]
    assert row["cases"] == "919.0"
    assert found["provenance"]["data"] == "register.csv"
    assert found["comparison"] is None


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["absent.csv"], 8, "absent.csv: there is no such file"),
        (["register.csv", "--by", "sexes"], 8, "Did you mean 'sex'"),
        (["register.csv", "--model", "erlangen"], 8, "Did you mean 'erlang'"),
        (["register.csv", "--model", "hypoexponential", "--steps", "0"], 8, "0 steps were asked for"),
        (["register.csv", "--model", "hypoexponential", "--steps", "200"], 8, "200 steps were asked for"),
        (["register.csv", "--model", "hypoexponential"], 8, "give --steps"),
        (["register.csv", "--lineages", "free"], 8, "cannot be estimated"),
        (["register.csv", "--lineages", "0"], 8, "lineages"),
        (["register.csv", "--likelihood", "poison"], 8, "Did you mean 'poisson'"),
        (["register.csv", "--level", "95"], 8, "such as 0.95"),
        (["register.csv", "--bootstrap", "3"], 8, "from 20 to 1,000,000"),
        (["register.csv", "--ages", "79-35"], 2, "the younger first"),
        (["register.csv", "--ages", "old"], 2, "not a range of ages"),
        (["register.csv", "--ages", "90-99"], 8, "no closed age band lies within"),
        (["register.csv", "--plot", "x.doc"], 8, "must end in"),
        (["register.csv", "--plot", "nowhere/x.png"], 5, "does not exist"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_a_sentence(
    register: Path, capsys: pytest.CaptureFixture[str], asked: list[str], code: int, said: str
) -> None:
    del register
    assert run(["model", "multistep", *asked]) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_an_unknown_model_family_suggests(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "multistp"]) == 2
    assert "Did you mean 'multistep'" in capsys.readouterr().err


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, aitia; from aitia.__main__ import run; run(['--help']); run(['model', '--help']);"
        "heavy = {'numpy', 'scipy', 'numba', 'matplotlib'} & set(sys.modules); sys.exit(f'{heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "multistep" in done.stdout
