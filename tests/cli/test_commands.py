"""The command line: what it prints, what it returns, and that a mistake is one clear line."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aitia import __version__
from aitia.__main__ import run
from tests.conftest import GLIMMER, SHARED

Edit = Callable[[str, str, str], Path]
Capture = pytest.CaptureFixture[str]
CAUSES = "What are the causes of ALS?"


def aitia(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and messages of a command."""
    code = run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def complaint(capsys: Capture, code: int, *arguments: str) -> str:
    """The one line that a mistake is answered with."""
    found, out, err = aitia(capsys, *arguments)
    assert found == code, err
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if line.startswith(("aitia:", "Error:"))]
    assert len([line for line in lines if "preparing" not in line]) == 1, err
    assert out == ""
    return err


def test_ask_prints_an_article(capsys: Capture) -> None:
    code, out, _ = aitia(capsys, "ask", CAUSES)
    assert code == 0
    for part in (
        CAUSES,
        "Draft, awaiting review",
        "Genetic causes",
        "Sources disagree",
        "References",
        "Next questions",
    ):
        assert part in out


def test_a_question_needs_no_quotes(capsys: Capture) -> None:
    _, quoted, _ = aitia(capsys, "ask", "Does smoking cause ALS?", "--format", "markdown")
    _, bare, _ = aitia(capsys, "ask", "Does", "smoking", "cause", "ALS?", "--format", "markdown")
    assert quoted == bare


@pytest.mark.parametrize("audience", ["patient", "clinician", "researcher"])
@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "json"])
def test_every_audience_and_format(capsys: Capture, audience: str, form: str) -> None:
    code, out, _ = aitia(capsys, "ask", "Is ALS catching?", "--for", audience, "--format", form)
    assert code == 0
    assert "catching" in out


def test_a_file_gets_the_format_of_its_name(capsys: Capture, tmp_path: Path) -> None:
    for name, start in (("a.html", "<!doctype html>"), ("a.md", "# "), ("a.json", "{"), ("a.txt", "# ")):
        code, out, err = aitia(capsys, "ask", CAUSES, "--output", str(tmp_path / name))
        assert (code, out) == (0, "")
        assert f"written to {tmp_path / name}" in err
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_what_cannot_be_answered_has_exit_code_3(capsys: Capture) -> None:
    for question in ("What causes migraine?", "asdf", "best pizza"):
        code, out, _ = aitia(capsys, "ask", question)
        assert code == 3
        assert "cannot answer this question" in " ".join(out.split())
        assert "Nearest topics" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask", ""], 2, "the question is empty"),
        (["ask", "x" * 10_000], 2, "10,000 characters"),
        (["ask", "\x07\x1b"], 2, "the question is empty"),
        (["ask", CAUSES, "--library", "/nowhere/at/all"], 4, "no library '/nowhere/at/all'"),
        (["ask", CAUSES, "--output", "/nowhere/at/all.md"], 5, "does not exist"),
        (["ask", CAUSES, "--output", "/proc/version.md"], 5, "cannot write"),
        (["library", "show", "nobody"], 4, "no source, statement or topic 'nobody'"),
        (["library", "check", "/nowhere"], 4, "no library"),
        (["search"], 2, "give a question"),
        (["search", "x", "--batch", "y"], 2, "not both"),
        (["search", "--batch", "/nowhere.jsonl"], 5, "cannot be read"),
    ],
)
def test_a_mistake_is_one_clear_line(capsys: Capture, arguments: list[str], code: int, words: str) -> None:
    assert words in complaint(capsys, code, *arguments)


def test_wrong_options_are_explained(capsys: Capture) -> None:
    code, _, err = aitia(capsys, "ask", CAUSES, "--for", "nobody")
    assert code == 2
    assert "'patient', 'clinician', 'researcher'" in err
    code, _, err = aitia(capsys, "what", "causes", "ALS?")
    assert code == 2
    assert 'aitia ask "what causes ALS?"' in err


def test_a_library_by_its_folder(capsys: Capture) -> None:
    code, out, _ = aitia(capsys, "ask", "What is glimmer fever?", "--library", str(GLIMMER))
    assert code == 0
    assert "skin gives off light" in out


def test_a_library_by_its_name(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, copy_of_glimmer: Path
) -> None:
    monkeypatch.setenv("AITIA_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "libraries").mkdir(parents=True)
    copy_of_glimmer.rename(tmp_path / "home" / "libraries" / "glow")
    assert aitia(capsys, "ask", "What is glimmer fever?", "--library", "glow")[0] == 0
    code, out, _ = aitia(capsys, "library", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["als-starter", "glow"]
    assert aitia(capsys, "library", "path", "glow")[1].strip() == str(
        tmp_path / "home" / "libraries" / "glow"
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("topics.yaml", "facet: definition", "facet: ["),
        ("sources/all.yaml", "id: candela-2022\n", "id: lumen-2020\n"),
        ("sources/all.yaml", "topics: [incidence]", "topics: [nothing]"),
        ("library.yaml", "conditions:", "conditons:"),
    ],
)
def test_a_broken_library_is_one_clear_line(
    capsys: Capture, edited: Edit, file: str, old: str, new: str
) -> None:
    folder = edited(file, old, new)
    complaint(capsys, 4, "ask", "What is glimmer fever?", "--library", str(folder))


def test_an_unwritable_state_folder(capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("AITIA_HOME", str(tmp_path / "file" / "home"))
    assert "set AITIA_HOME" in complaint(capsys, 5, "ask", CAUSES)


def test_a_corrupted_index_is_rebuilt_and_said_in_one_line(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AITIA_HOME", str(tmp_path))
    _, first, _ = aitia(capsys, "ask", CAUSES, "--format", "markdown")
    (copy,) = (tmp_path / "compiled").iterdir()
    for file in (copy / "index").glob("*"):
        file.write_bytes(b"garbage")
    code, again, err = aitia(capsys, "ask", CAUSES, "--format", "markdown")
    assert (code, again) == (0, first)
    assert err.count("\n") == 1
    assert "was damaged and is made again" in err


def test_show(capsys: Capture) -> None:
    code, out, _ = aitia(capsys, "library", "show", "rosen-1993-sod1")
    assert code == 0
    assert "Rosen DR" in out
    assert "rosen-1993-sod1.2" in out
    assert "year of report: 1993" in out
    assert "rosen-1993-sod1.2" not in aitia(capsys, "library", "show", "rosen-1993-sod1.1")[1]
    assert "Smoking" in aitia(capsys, "library", "show", "smoking")[1]
    data = json.loads(aitia(capsys, "library", "show", "rosen-1993-sod1", "--format", "json")[1])
    assert data["source"]["id"] == "rosen-1993-sod1"


def test_check(capsys: Capture, edited: Edit) -> None:
    code, out, _ = aitia(capsys, "library", "check")
    assert code == 0
    assert "0 errors, 0 warnings" in out
    folder = edited("sources/all.yaml", "topics: [incidence]", "topics: [nothing]")
    code, out, _ = aitia(capsys, "library", "check", str(folder))
    assert code == 1
    assert "sources/all.yaml:45" in out


def test_search(capsys: Capture) -> None:
    code, out, _ = aitia(capsys, "search", "lead exposure", "--top", "3")
    assert code == 0
    assert out.count("  1.") == 1
    rows = json.loads(aitia(capsys, "search", "lead exposure", "--top", "3", "--format", "json")[1])
    assert len(rows) == 3
    assert rows[0]["statement"]["source_id"] == rows[0]["source"]["id"]
    assert aitia(capsys, "search", "zorblax")[0] == 3


def test_batch_search(capsys: Capture, tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": str(n), "question": q, "more": 1})
        for n, q in enumerate([CAUSES, "zorblax", "smoking"])
    ]
    plain, packed, run_file = tmp_path / "q.jsonl", tmp_path / "q.jsonl.gz", tmp_path / "run.jsonl"
    plain.write_text("\n".join(lines) + "\n", encoding="utf-8")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for questions in (plain, packed):
        code, out, _ = aitia(
            capsys, "search", "--batch", str(questions), "--top", "100", "--output", str(run_file)
        )
        assert (code, out) == (0, "")
        found = [json.loads(line) for line in run_file.read_text(encoding="utf-8").splitlines()]
        assert [row["id"] for row in found] == ["0", "1", "2"]
        assert found[1]["documents"] == []
        assert 0 < len(found[2]["documents"]) <= 100
        assert len(set(found[2]["documents"])) == len(found[2]["documents"])


def test_a_broken_batch_is_told_with_its_line(capsys: Capture, tmp_path: Path) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"id": "1", "question": "x"}\n{"id": 2}\n', encoding="utf-8")
    assert "line 2" in complaint(capsys, 2, "search", "--batch", str(questions))
    questions.write_text('{"id": "1", "question": "x"}\n{"id": "2", "question": " "}\n', encoding="utf-8")
    assert "line 2: the question is empty" in complaint(capsys, 2, "search", "--batch", str(questions))
    assert "leave --format out" in complaint(
        capsys, 2, "search", "--batch", str(questions), "--format", "json"
    )
    questions.write_bytes(b"")
    assert "holds no question" in complaint(capsys, 2, "search", "--batch", str(questions))
    whole = gzip.compress(b"{}" * 1000)
    for content in (b"not gzip", whole[: len(whole) // 2], whole[:12] + b"spoilt" + whole[18:]):
        (tmp_path / "q.gz").write_bytes(content)
        complaint(capsys, 5, "search", "--batch", str(tmp_path / "q.gz"))


def test_the_scorer_of_the_evaluation_data_reads_a_run(capsys: Capture, tmp_path: Path) -> None:
    questions = SHARED / "eval" / "liveqa.dev.jsonl.gz"
    if not questions.is_file():
        pytest.skip("the evaluation data is not here")
    run_file = tmp_path / "run.jsonl"
    assert (
        aitia(capsys, "search", "--batch", str(questions), "--top", "10", "--output", str(run_file))[0] == 0
    )
    with gzip.open(questions, "rt", encoding="utf-8") as lines:
        assert sum(1 for _ in lines) == len(run_file.read_text(encoding="utf-8").splitlines())


def test_version_help_and_completion(capsys: Capture) -> None:
    assert aitia(capsys, "--version")[1] == f"aitia {__version__}\n"
    for command in ([], ["ask"], ["search"], ["library"], ["library", "check"], ["completion"]):
        code, out, _ = aitia(capsys, *command, "--help")
        assert code == 0
        assert "Usage:" in out
    for shell in ("bash", "zsh", "fish"):
        assert "_AITIA_COMPLETE" in aitia(capsys, "completion", shell)[1]


def test_ctrl_c_ends_cleanly(tmp_path: Path) -> None:
    questions = tmp_path / "q.jsonl"
    line = json.dumps({"id": "1", "question": CAUSES}) + "\n"
    questions.write_text(line * 400_000, encoding="utf-8")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "aitia",
            "search",
            "--batch",
            str(questions),
            "--output",
            str(tmp_path / "out"),
        ],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"AITIA_HOME": str(tmp_path / "home")},
    )
    time.sleep(2.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "aitia: stopped." in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m aitia ask '{CAUSES}' --length full | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == CAUSES
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_full_disk_is_one_clear_line(tmp_path: Path) -> None:
    ask = f"{sys.executable} -m aitia ask '{CAUSES}'"
    for command, words in (
        (f"{ask} > /dev/full", "cannot be used: No space left on device"),
        (f"ulimit -f 8; AITIA_HOME={tmp_path / 'home'} {ask}", "cannot write"),
    ):
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == 5
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    assert not list((tmp_path / "home" / "compiled").glob("starter*"))


def test_a_terminal_without_our_letters_still_shows_the_answer() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aitia", "ask", "What causes migraine?"],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 3
    assert b"cannot answer" in done.stdout
