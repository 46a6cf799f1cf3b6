"""Where a result comes from, so that anyone can make it again."""

import hashlib
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from aitia import __version__

Parameter = str | int | float | bool | None | list["str | int | float"]


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """What made a result."""

    command: str
    """The command line, or the Python call, that makes this result again."""
    data: str | None
    """The name of the file that was read, without its folder; None if the data came from memory or none was used."""
    data_sha256: str | None
    """The SHA-256 of that file, in hexadecimal."""
    seed: int | None
    """The seed of the random numbers; None if none were drawn."""
    parameters: dict[str, Parameter]
    """Every choice that changes the numbers, by its name on the command line."""
    made_at: str
    """The time in UTC, ISO 8601, to the second."""
    aitia: str
    python: str
    libraries: dict[str, str]


def provenance(
    command: str,
    *,
    data: Path | bytes | None = None,
    data_name: str | None = None,
    seed: int | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    libraries: tuple[str, ...] = ("numpy", "scipy", "numba"),
) -> Provenance:
    """The provenance of what is being made now.

    `data` is the file that was read, or its content (then name it in `data_name`).
    """
    content = data.read_bytes() if isinstance(data, Path) else data
    return Provenance(
        command=command,
        data=data.name if isinstance(data, Path) else data_name,
        data_sha256=None if content is None else hashlib.sha256(content).hexdigest(),
        seed=seed,
        parameters=dict(parameters or {}),
        made_at=datetime.now(UTC).replace(microsecond=0).isoformat(),
        aitia=__version__,
        python=platform.python_version(),
        libraries={name: _version(name) for name in libraries},
    )


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"
