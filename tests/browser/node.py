"""Runs a script that drives Chromium: JSON in, JSON out."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PACKAGES = Path(sys.prefix) / "browser"
"""Where .ci/chromium puts the packages of package-lock.json."""


def lacking() -> str | None:
    """What is missing on this machine for browser tests, and how to get it; None if nothing is."""
    for program in ("chromium", "node"):
        if shutil.which(program) is None:
            return f"{program} is not installed: run .ci/chromium"
    if not (PACKAGES / "node_modules").is_dir():
        return "the browser tests' packages are not installed: run .ci/chromium"
    return None


def drive(script: str, address: str, *, seconds: float = 240, **given: Any) -> Any:
    """Run a script of this folder against the server at an address; gives what the script gives.

    Raises AssertionError, with what the script said, if it fails or takes longer than `seconds`.
    """
    told = {"address": address, "chromium": shutil.which("chromium"), "packages": str(PACKAGES), **given}
    try:
        done = subprocess.run(
            ["node", str(FOLDER / script)],
            input=json.dumps(told),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{script} took longer than {seconds:.0f} seconds") from None
    assert done.returncode == 0, f"{script} failed:\n{done.stderr}"
    return json.loads(done.stdout)
