"""What all tests share: a state folder of their own, and the libraries."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aitia import Library

GLIMMER = Path(__file__).parent / "libraries" / "glimmer"
SHARED = Path(__file__).parents[2] / "shared"
"""Material that lies beside the project where it is developed; what needs it is skipped elsewhere."""


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder for the whole run, so that a test never touches the person's own."""
    folder = tmp_path_factory.mktemp("aitia-home")
    os.environ["AITIA_HOME"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def starter() -> Library:
    return Library.starter()


@pytest.fixture(scope="session")
def glimmer() -> Library:
    return Library.open(GLIMMER)


@pytest.fixture
def copy_of_glimmer(tmp_path: Path) -> Path:
    """A library that a test may damage."""
    folder = tmp_path / "glimmer"
    shutil.copytree(GLIMMER, folder)
    return folder


@pytest.fixture
def edited(copy_of_glimmer: Path) -> Callable[[str, str, str], Path]:
    """Replaces a text in a file of a library copy, once, and gives the copy's folder."""

    def edit(file: str, old: str, new: str) -> Path:
        path = copy_of_glimmer / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return copy_of_glimmer

    return edit
