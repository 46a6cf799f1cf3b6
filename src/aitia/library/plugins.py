"""Plugins of a group, found by entry point, the built-in ones too. One that cannot be loaded stops no other."""

from importlib.metadata import entry_points
from typing import Protocol, TypeVar


class Named(Protocol):
    """What every plugin has."""

    @property
    def name(self) -> str:
        """What it is known by."""


Kind = TypeVar("Kind", bound=Named)


def plugins(group: str, kind: type[Kind]) -> tuple[dict[str, Kind], dict[str, str]]:
    """Those that can be loaded, by name, and the entry points of the others with the reason."""
    loaded: dict[str, Kind] = {}
    broken: dict[str, str] = {}
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        try:
            found = point.load()
            if not isinstance(found, kind):
                raise TypeError(f"{point.value} is no {kind.__name__}")
            loaded[found.name] = found
        except Exception as error:
            broken[point.name] = f"{type(error).__name__}: {error}"
    return loaded, broken
