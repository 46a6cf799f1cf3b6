"""Where the parts of a library are in the service, and where a passage stands in its source."""

from urllib.parse import quote, urlencode


def library(name: str, **parameters: str | int) -> str:
    """The address of a library's page; a parameter that is empty is left out, unless it is the last."""
    given = list(parameters.items())
    kept = [(key, value) for place, (key, value) in enumerate(given) if value or place == len(given) - 1]
    return f"/library/{_quoted(name)}" + (f"?{urlencode(kept)}" if kept else "")


def source(name: str, key: str) -> str:
    """The address of a source's page. name: the library's."""
    return f"{library(name)}/sources/{_quoted(key)}"


def passage(name: str, key: str, ordinal: int, mark: str = "") -> str:
    """The address of a passage's page. mark: the id of a sentence in it, to be marked."""
    return f"{source(name, key)}/passages/{ordinal}" + (f"?mark={_quoted(mark)}" if mark else "")


def statement(name: str, identifier: str) -> str:
    """The address of a statement's page."""
    return f"{library(name)}/statements/{_quoted(identifier)}"


def place_of(section: str | None, page: int | None) -> str:
    """Where a passage stands in its source, in words: "Results, page 3"; empty if nothing is known."""
    return ", ".join(filter(None, (section, f"page {page}" if page else None)))


def _quoted(text: str) -> str:
    return quote(text, safe="")
