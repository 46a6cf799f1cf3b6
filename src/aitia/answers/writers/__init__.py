"""Writes an article for a terminal, as Markdown, as one HTML page, or as JSON."""

from collections.abc import Callable
from importlib import import_module

from aitia.evidence.article import Article

FORMATS = ("terminal", "markdown", "html", "json")
SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".json": "json"}
"""The format that a file's name asks for."""


def writer(name: str) -> Callable[[Article], str]:
    """The function that writes an article in a format; its module is loaded only now."""
    write: Callable[[Article], str] = import_module(f"aitia.answers.writers.{name}").write
    return write
