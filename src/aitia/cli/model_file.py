"""A file that a model reads: the person's own, or a bundled one by the name that articles and docs give it."""

from pathlib import Path
from typing import Any

import click

from aitia.cli.shared import tell


class DataFile(click.Path):
    """A path. `examples/NAME` is the bundled file NAME where no such file lies in the current folder."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path to read."""
        from aitia.causes.examples import bundled

        path = super().convert(value, param, ctx)
        if isinstance(path, Path) and path.parent == Path("examples") and not path.exists():
            for example in bundled():
                if example.file == path.name:
                    tell(f"reading the bundled {path.name}")
                    return example.path
        return path
