"""What an article offers to run can be run."""

import shlex
from pathlib import Path

import pytest

from aitia import Library
from aitia.__main__ import run


def test_every_model_that_an_article_offers_runs(
    starter: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    offered = {topic.model for topic in starter.contents.topics if topic.model}
    assert len(offered) == 4
    for command in offered:
        assert run(shlex.split(command)[1:]) == 0, command
        assert "nan" not in capsys.readouterr().out.lower().split()
    article = starter.ask("What are the causes of ALS?", "researcher")
    shown = [bullet.model for section in article.sections for bullet in section.statements if bullet.model]
    assert shown
    assert len(shown) == len(set(shown))
    for_patients = starter.ask("What are the causes of ALS?", "patient")
    assert not any(bullet.model for section in for_patients.sections for bullet in section.statements)
