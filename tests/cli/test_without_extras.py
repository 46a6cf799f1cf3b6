"""What runs where only `aitia` was installed, without the packages of an extra, and what the rest says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OF_THE_WEB = (
    "argon2",
    "authlib",
    "fastapi",
    "httptools",
    "joserfc",
    "prometheus_client",
    "starlette",
    "uvicorn",
)


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and message of a command in a process in which these packages are not there."""
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({OF_THE_WEB!r})); "
        f"from aitia.__main__ import run; sys.exit(run({list(arguments)!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "AITIA_HOME": str(folder)},
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Is ALS catching?", "--length", "short"),
        ("review", "list"),
        ("review", "verify"),
        ("people", "list"),
        ("library", "list"),
    ],
)
def test_what_needs_no_web_runs(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, message = run(tmp_path, *arguments)
    assert code == 0, message


@pytest.mark.parametrize("arguments", [("serve",), ("people", "invite", "ada@clinic.example", "author")])
def test_what_needs_it_says_in_a_line_what_to_install(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, message = run(tmp_path, *arguments)
    assert code != 0
    assert message.count("\n") == 1
    assert "pip install 'aitia[web]'" in message
