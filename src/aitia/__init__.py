"""Aitia: medical answers in which every sentence can be checked.

>>> from aitia import Library
>>> article = Library.starter().ask("Is ALS contagious?", audience="patient")
>>> article.answered
True
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Library", "__version__"]

if TYPE_CHECKING:
    from aitia.service import Library


def __getattr__(name: str) -> object:
    # Loaded when asked for, so that `import aitia` costs next to nothing.
    if name == "Library":
        from aitia.service import Library

        return Library
    raise AttributeError(f"module 'aitia' has no attribute {name!r}")
