"""The launcher: sets up once, waits for another set-up, tells what it lacks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the launcher beside a set-up that it takes for finished, with a python that tells its arguments."""
    folder = tmp_path / "clone"
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("aitia", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copy(ROOT / "requirements.lock", folder / ".venv" / "made-from.lock")
    shutil.copy(ROOT / "pyproject.toml", folder / ".venv" / "made-from.toml")
    python = folder / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\nfor a in "$@"; do printf "<%s>" "$a"; done\n', encoding="utf-8")
    python.chmod(0o755)
    return folder


def launch(clone: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(clone / "aitia"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )


def test_it_hands_over_with_arguments_untouched(clone: Path) -> None:
    done = launch(clone, "ask", "What's *this*?", "--for", "patient")
    assert done.stdout == "<-m><aitia><ask><What's *this*?><--for><patient>"
    assert done.stderr == ""


def test_it_works_from_anywhere(clone: Path) -> None:
    done = subprocess.run(
        [str(clone / "aitia"), "x"], cwd="/", capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "<-m><aitia><x>"


def test_a_changed_lock_is_set_up_anew(clone: Path) -> None:
    with (clone / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    done = launch(clone, "x", AITIA_PYTHON="/nowhere/python", PATH="/usr/bin:/bin")
    # Whatever Python is here, the old set-up is not used as it is.
    assert "<-m>" not in done.stdout or "setting up" in done.stderr


def test_without_python_it_says_what_to_do(clone: Path, tmp_path: Path) -> None:
    (clone / ".venv" / "made-from.lock").unlink()
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "cmp", "mkdir", "cat", "rm", "sleep", "cp", "grep", "tail"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    done = launch(clone, "x", PATH=str(tools), AITIA_PYTHON="")
    assert done.returncode == 6
    assert (
        done.stderr
        == "aitia: Python 3.11 or newer was not found. Install it, or set AITIA_PYTHON to its path.\n"
    )
    assert not (clone / ".venv.lock").exists()


def test_a_lock_left_by_a_dead_set_up_is_taken_over(clone: Path, tmp_path: Path) -> None:
    (clone / ".venv" / "made-from.lock").unlink()
    (clone / ".venv.lock").mkdir()
    (clone / ".venv.lock" / "owner").write_text("4194303\n", encoding="utf-8")
    done = launch(clone, "x", AITIA_PYTHON="/nowhere/python", PATH=str(tmp_path) + ":/usr/bin:/bin")
    assert not (clone / ".venv.lock").exists()
    assert "set-up failed" in done.stderr or "not found" in done.stderr or done.returncode == 0


def test_a_lock_without_an_owner_is_taken_over_after_a_while(clone: Path, tmp_path: Path) -> None:
    (clone / ".venv" / "made-from.lock").unlink()
    (clone / ".venv.lock").mkdir()
    done = launch(clone, "x", AITIA_PYTHON="/nowhere/python", PATH=str(tmp_path) + ":/usr/bin:/bin")
    assert not (clone / ".venv.lock").exists()
    assert "waiting for another set-up" in done.stderr


def test_it_waits_for_another_set_up(clone: Path) -> None:
    (clone / ".venv" / "made-from.lock").unlink()
    (clone / ".venv.lock").mkdir()
    (clone / ".venv.lock" / "owner").write_text(f"{os.getpid()}\n", encoding="utf-8")
    waiting = subprocess.Popen([str(clone / "aitia"), "x"], stdout=subprocess.PIPE, text=True)
    shutil.copy(ROOT / "requirements.lock", clone / ".venv" / "made-from.lock")
    out, _ = waiting.communicate(timeout=30)
    assert out == "<-m><aitia><x>"
