"""Bundled data and scenarios, listed in index.yaml."""

from pathlib import Path

import msgspec
import yaml

_HERE = Path(__file__).parent


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bundled file. `command` runs it, with {path} in place of its path; `of` is where it lies, if not
    beside the index."""

    file: str
    says: str
    command: str
    of: str = ""

    @property
    def path(self) -> Path:
        """Where the file lies in the installed package."""
        return (_HERE / (self.of or self.file)).resolve()


def bundled() -> list[Example]:
    """The bundled files, in the order of the three families."""
    return msgspec.convert(yaml.safe_load((_HERE / "index.yaml").read_text(encoding="utf-8")), list[Example])
