"""aitia model spread and aitia model examples, as a person runs them."""

import csv
import json
import re
from pathlib import Path

import pytest
import yaml

from aitia.__main__ import run
from aitia.causes.examples import bundled

from .small import CONTENT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(CONTENT), encoding="utf-8")
    return tmp_path


def simulated(*more: str) -> None:
    command = ["model", "spread", "--simulate", "60", "--map", "map.yaml", "--hypothesis", "forward"]
    command += [
        "--rates",
        "along=0.05,coupling=0.2,background=0.002",
        "--seed",
        "3",
        "--output",
        "cohort.csv",
    ]
    assert run([*command, *more]) == 0


def test_simulate_fit_and_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulated("--visits", "3", "--layers", "0.7")
    head = (folder / "cohort.csv").read_text(encoding="utf-8").splitlines()
    assert head[0].startswith("# Made up")
    assert "Truth: forward" in head[1]
    assert head[3] == "patient,region,layer,months,after,followed"
    command = ["model", "spread", "cohort.csv", "--map", "map.yaml"]
    assert run([*command, "--report", "report.html", "--plot", "plot.png"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Of the hypotheses compared, these data favour forward")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "these data favour forward" in page
    assert page.count("data:image/svg+xml") == 2
    assert re.search(r"[0-9a-f]{64}", page)
    assert not re.search(r">\s*(nan|inf|None)\b", page)
    assert (folder / "plot.png").stat().st_size > 1000
    assert run([*command, "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["hypotheses"][0]["hypothesis"] == "forward"
    assert content["provenance"]["seed"] == 1
    assert run([*command, "--format", "csv", "--hypotheses", "forward,back"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["hypothesis"] for row in rows} == {"forward", "back"}


def test_the_same_seed_writes_the_same_file(folder: Path) -> None:
    simulated()
    first = (folder / "cohort.csv").read_bytes()
    simulated()
    assert (folder / "cohort.csv").read_bytes() == first


@pytest.mark.usefixtures("folder")
def test_network_engine(capsys: pytest.CaptureFixture[str]) -> None:
    simulated()
    command = ["model", "spread", "cohort.csv", "--map", "map.yaml", "--engine", "network"]
    assert run([*command, "--hypotheses", "scattered,forward", "--nulls", "5"]) == 0
    out = capsys.readouterr().out
    assert "combinatorial Laplacian" in out
    assert "cannot tell forward from back" in out
    assert "networks with links shuffled at the same distance" in out


def test_power(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [
        "model",
        "spread",
        "--power",
        "--map",
        "map.yaml",
        "--hypothesis",
        "forward",
        "--patients",
        "5,60",
    ]
    command += [
        "--studies",
        "10",
        "--hypotheses",
        "back",
        "--rates",
        "along=0.05,coupling=0.2,background=0.002",
    ]
    assert run([*command, "--plot", "power.svg", "--report", "power.html"]) == 0
    assert "of studies" in capsys.readouterr().out
    assert "How many patients" in (folder / "power.html").read_text(encoding="utf-8")


def test_published_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "spread", "--published", "--hypotheses", "scattered"]) == 0
    out = capsys.readouterr().out
    assert "scattered cannot have all 9 figures together" in out
    assert "months to second region, bulbar onset" in out


BAD = [
    ([], 2, "one of them"),
    (["cohort.csv", "--power"], 2, "one of them"),
    (["none.csv"], 8, "no such file"),
    (["none.csv", "--engine", "network", "--report", "r.html"], 2, "--plot and --report"),
    (["--simulate", "0", "--hypothesis", "scattered", "--rates", "background=1"], 8, "patients"),
    (["--simulate", "5"], 8, "--hypothesis"),
    (["--simulate", "5", "--hypothesis", "forwad"], 8, "Did you mean 'forward'"),
    (["--simulate", "5", "--hypothesis", "forward"], 8, "no typical rates"),
    (["--simulate", "5", "--hypothesis", "forward", "--rates", "along:3"], 8, "NAME=NUMBER"),
    (["--simulate", "5", "--hypothesis", "scattered", "--rates", "background=-1"], 8, "from 0 up"),
    (
        ["--simulate", "5", "--hypothesis", "scattered", "--rates", "background=1", "--layers", "2"],
        8,
        "0 to 1",
    ),
    (
        ["--power", "--hypothesis", "scattered", "--rates", "background=1", "--patients", "ten"],
        8,
        "--patients",
    ),
    (["cohort.csv", "--hypotheses", "bak"], 8, "Did you mean 'back'"),
    (["--published"], 8, "lacks the sides"),
    (
        ["--simulate", "5", "--hypothesis", "scattered", "--rates", "background=1", "-o", "no/c.csv"],
        5,
        "does not exist",
    ),
]


@pytest.mark.parametrize(("given", "code", "said"), BAD)
@pytest.mark.usefixtures("folder")
def test_mistakes_are_told(
    capsys: pytest.CaptureFixture[str], given: list[str], code: int, said: str
) -> None:
    assert run(["model", "spread", *given, "--map", "map.yaml"]) == code
    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_examples_are_listed_and_written_with_commands_that_exist(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["model", "examples"]) == 0
    listed = capsys.readouterr().out
    assert run(["model", "examples", "--write", "out of it"]) == 0
    written = capsys.readouterr().out
    for one in bundled():
        assert one.file in listed
        assert (folder / "out of it" / one.file).read_bytes() == one.path.read_bytes()
        assert f"'out of it/{one.file}'" in written
        family = one.command.split()[2]
        assert run(["model", family, "--help"]) == 0
        usage = capsys.readouterr().out
        assert all(option in usage for option in re.findall(r"--[a-z]+", one.command))


def test_examples_do_not_write_over_changed_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "examples", "--write", "out"]) == 0
    assert run(["model", "examples", "--write", "out"]) == 0
    (folder / "out" / "als-map.yaml").write_text("mine", encoding="utf-8")
    assert run(["model", "examples", "--write", "out"]) == 5
    assert "--force" in capsys.readouterr().err
    assert (folder / "out" / "als-map.yaml").read_text(encoding="utf-8") == "mine"
    assert run(["model", "examples", "--write", "out", "--force"]) == 0
    assert (folder / "out" / "als-map.yaml").read_text(encoding="utf-8") != "mine"
    assert run(["model", "examples", "--write", "map.yaml"]) == 5
