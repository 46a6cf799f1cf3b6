"""The page on the life course: its commands and code run, its scenarios are scenarios, and it leaves no field out."""

import re
import shlex
from pathlib import Path

import msgspec
import pytest

from aitia.__main__ import run
from aitia.causes import lifecourse
from aitia.causes.lifecourse import scenario as nouns
from aitia.causes.lifecourse.calibrate import fit

PAGE = (Path(__file__).parents[2] / "docs" / "model-lifecourse.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_commands_run_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks("sh"):
        for line in block.splitlines():
            assert line.startswith("./aitia ")
            assert run(shlex.split(line)[1:]) == 0, line
    out = capsys.readouterr().out
    shown = re.search(r"\n    (Smoking and lead\n.*?)\n\n", PAGE, re.DOTALL)
    assert shown
    for line in shown[1].replace("\n      ", " ").splitlines():
        assert line.strip() in out
    assert (tmp_path / "als-europe.html").stat().st_size > 10_000


def test_code_runs() -> None:
    for block in blocks("python"):
        exec(compile(block, "model-lifecourse.md", "exec"), {})


def test_scenarios_are_scenarios() -> None:
    scenarios = [lifecourse.scenario_of(block) for block in blocks("yaml")]
    for one in scenarios:
        assert lifecourse.solve(one).lifetime_risk() > 0
    assert fit(scenarios[-1]).parameters[0]["at_bound"] == "no"


def test_every_field_is_named() -> None:
    waiting: list[object] = [msgspec.inspect.type_info(nouns.Scenario)]
    names: set[str] = set()
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, msgspec.inspect.StructType):
            names |= {field.name for field in kind.fields}
            waiting += [field.type for field in kind.fields]
        elif isinstance(kind, msgspec.inspect.UnionType):
            waiting += kind.types
        elif isinstance(kind, msgspec.inspect.VarTupleType):
            waiting.append(kind.item_type)
        elif isinstance(kind, msgspec.inspect.DictType):
            waiting.append(kind.value_type)
    missing = {name for name in names if not re.search(rf"\b{name}\b", PAGE)}
    assert not missing
