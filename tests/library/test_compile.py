"""The compiled copy: made once, made again when the library changes or the copy is damaged, never half-made."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from aitia.errors import StateError
from aitia.library.compile import open_library

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("AITIA_HOME", str(folder))
    return folder


def copies(home: Path) -> list[Path]:
    return sorted(path for path in (home / "compiled").iterdir() if not path.name.startswith("."))


def test_it_is_made_once(home: Path, copy_of_glimmer: Path) -> None:
    told: list[str] = []
    open_library(copy_of_glimmer, told.append)
    made = copies(home)[0].stat().st_mtime_ns
    open_library(copy_of_glimmer, told.append)
    assert copies(home)[0].stat().st_mtime_ns == made
    assert told == ["preparing the library glimmer (once, until it changes)"]


def test_a_changed_library_is_a_new_copy(home: Path, copy_of_glimmer: Path, edited: Edit) -> None:
    before = open_library(copy_of_glimmer)
    edited("library.yaml", 'version: "1"', 'version: "2"')
    after = open_library(copy_of_glimmer)
    assert (before.contents.version, after.contents.version) == ("1", "2")
    assert len(copies(home)) == 2


@pytest.mark.parametrize("damage", ["contents.json", "index/meta.json", "all segments"])
def test_a_damaged_copy_is_made_again_and_said_in_one_line(
    home: Path, copy_of_glimmer: Path, damage: str
) -> None:
    open_library(copy_of_glimmer)
    copy = copies(home)[0]
    if damage == "all segments":
        for file in (copy / "index").iterdir():
            if file.suffix in (".idx", ".term", ".store", ".fast"):
                file.write_bytes(b"")
    else:
        (copy / damage).write_bytes(b"\x00garbage")
    told: list[str] = []
    compiled = open_library(copy_of_glimmer, told.append)
    assert told == ["the prepared copy of the library glimmer was damaged and is made again"]
    assert compiled.index.search("smoking")


def test_an_empty_copy_is_made_again(home: Path, copy_of_glimmer: Path) -> None:
    open_library(copy_of_glimmer)
    for file in (copies(home)[0] / "index").iterdir():
        file.unlink()
    assert open_library(copy_of_glimmer).index.size == len(open_library(copy_of_glimmer).contents.statements)


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copy_of_glimmer: Path
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("AITIA_HOME", str(blocker / "home"))
    with pytest.raises(StateError, match="set AITIA_HOME"):
        open_library(copy_of_glimmer)


def test_old_copies_are_removed(home: Path, copy_of_glimmer: Path, edited: Edit) -> None:
    for number in range(1, 7):
        open_library(copy_of_glimmer)
        edited("library.yaml", f'version: "{number}"', f'version: "{number + 1}"')
    assert len(copies(home)) == 3


OPEN = """import sys; from pathlib import Path; from aitia.library.compile import open_library
print(open_library(Path(sys.argv[1])).index.size)"""


def test_two_that_start_at_once_both_succeed(home: Path, copy_of_glimmer: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(copy_of_glimmer)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"AITIA_HOME": str(home)},
        )
        for _ in range(4)
    ]
    results = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0] * 4, results
    assert len({output for output, _ in results}) == 1
    assert len(copies(home)) == 1


def test_killed_at_any_moment_nothing_half_made_is_read(home: Path, copy_of_glimmer: Path) -> None:
    for delay in (0.02, 0.05, 0.08, 0.11, 0.14, 0.17, 0.2):
        process = subprocess.Popen(
            [sys.executable, "-c", OPEN, str(copy_of_glimmer)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"AITIA_HOME": str(home)},
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    told: list[str] = []
    compiled = open_library(copy_of_glimmer, told.append)
    assert compiled.index.size == len(compiled.contents.statements)
    assert not any("damaged" in line for line in told)
