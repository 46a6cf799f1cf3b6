"""What docs/model-spread.md shows is what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

from aitia.__main__ import run

PAGE = Path(__file__).parents[2] / "docs" / "model-spread.md"


def test_the_page_shows_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```(sh|text)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    printed = ""
    for (language, block), (following, _) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language == "text":
            for line in block.splitlines():
                assert line in printed, line
        # The rest are run, as all pages' commands are, by tests/test_docs.py.
        elif following == "text" or "--write" in block:
            printed = ""
            for line in block.splitlines():
                assert run(shlex.split(line)[1:]) == 0, line
                printed += capsys.readouterr().out
