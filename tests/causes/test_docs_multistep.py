"""The multistep pages show what the program says. Their commands are run by tests/test_docs.py."""

import re
from pathlib import Path

import pytest

from aitia.__main__ import run
from aitia.causes.examples import bundled

DOCS = Path(__file__).parents[2] / "docs"
PATHS = {one.file: str(one.path) for one in bundled()}


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["model", "multistep", *words]) == 0
    return capsys.readouterr().out


def shown(page: str) -> list[str]:
    """The page's transcripts: blocks that are indented by four."""
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^    .*\n(?:^\s*\n(?=    ))?)+", text, re.MULTILINE)
    return ["\n".join(line[4:] for line in block.rstrip().splitlines()) for block in blocks]


def test_the_tutorials_transcripts_are_real(capsys: pytest.CaptureFixture[str]) -> None:
    register = PATHS["register-made-up.csv"]
    chosen = [word for name in ("armitage-doll", "erlang", "gompertz") for word in ("--model", name)]
    out = said(capsys, register, "--by", "sex") + said(capsys, register, *chosen)
    transcripts = [
        block for block in shown("model-multistep.md") if "  " in block and "armitage_doll" not in block
    ]
    found = 0
    for block in transcripts:
        if "register = multistep" in block or '"A register"' in block:
            continue
        for part in block.split("\n\n"):
            assert part in out, part
            found += 1
    assert found >= 6


def test_the_table_of_ten_populations_is_real(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, PATHS["als-incidence-ten-populations.csv"], "--by", "population,sex", "--ages", "35-79",
               "--model", "armitage-doll", "--model", "erlang")  # fmt: skip
    page = (DOCS / "validation.md").read_text(encoding="utf-8")
    rows = [line for line in out.splitlines() if re.match(r"\S.*(men|women) +\d ", line)]
    assert len(rows) == 20
    for row in rows:
        cells = re.split(r"  +", row)
        line = next(line for line in page.splitlines() if line.startswith(f"| {cells[0]} |"))
        for cell in cells[2:]:
            assert cell in line, (cell, line)
    assert "F(9, 68) = 2.29" in page
    assert "quasi-likelihood(9, 68) = 2.29, p = 0.026" in out
