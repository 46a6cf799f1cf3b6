"""What the documentation shows is run."""

import re
import shlex
import subprocess
from pathlib import Path

import msgspec
import pytest
import yaml

from aitia import errors
from aitia.__main__ import run
from aitia.evidence.nouns import Disagreement, Quantity, Topic
from aitia.library.format import Card, SourceRecord

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


COMMANDS = [
    (page.name, line)
    for page in PAGES
    for block in blocks(page, "sh")
    for line in block.splitlines()
    if line.strip() and not line.startswith("make ")
]


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_commands_work_as_printed(
    page: str, line: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.getbasetemp() / f"docs-{page}"
    if not folder.exists():
        folder.mkdir()
        (folder / "tests").symlink_to(ROOT / "tests")
    monkeypatch.chdir(folder)
    command, _, comment = line.partition("#")
    expected = int(comment.split()[1]) if comment.strip().startswith("exit") else 0
    if command.startswith("./aitia "):
        assert run(shlex.split(command)[1:]) == expected
    else:
        subprocess.run(command, shell=True, check=True)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name
)
def test_python_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), {})


def test_examples_of_the_format_have_the_format() -> None:
    shapes = (Card, list[Topic], list[SourceRecord], list[Quantity], list[Disagreement])
    for block, shape in zip(blocks(ROOT / "docs" / "library-format.md", "yaml"), shapes, strict=True):
        msgspec.convert(yaml.safe_load(block), shape)


def test_links_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), (page.name, target)


def test_every_exit_code_is_documented() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    codes = {errors.NOT_ANSWERED, errors.INTERRUPTED, 0, 6}
    codes |= {kind.exit_code for kind in errors.AitiaError.__subclasses__()} | {errors.AitiaError.exit_code}
    for code in codes:
        assert f"| {code} |" in page


def test_the_readme_shows_a_real_transcript(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "92")
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"    \$ ./aitia (ask .*?)\n\n(.*?)\n\n(?=\S)", page, re.DOTALL)
    assert shown
    for command, transcript in shown:
        run(shlex.split(command))
        out = capsys.readouterr().out
        lines = [line[4:] if line.strip() else "" for line in transcript.splitlines()]
        for part in "\n".join(lines).split("\n[...]\n"):
            assert part.strip() in out
