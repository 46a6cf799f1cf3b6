"""The libraries that are served, each opened once and again when it has changed."""

import threading

from sqlalchemy import Engine

from aitia.documents import DocumentLibrary
from aitia.errors import LibraryError
from aitia.library.locate import STARTER, locate
from aitia.library.store import libraries
from aitia.service import Library


class Shelf:
    """Open libraries by name. Safe to share between threads."""

    def __init__(self, database: Engine, named: tuple[str, ...] = ()) -> None:
        """`named`: the libraries that may be served, the first by default; empty: the starter, then the database's."""
        self._database = database
        self._named = named
        self._open: dict[str, Library | DocumentLibrary] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """The names of the libraries that are served, the default first."""
        if self._named:
            return self._named
        return (STARTER, *libraries.names(self._database))

    def open(self, name: str = "") -> Library | DocumentLibrary:
        """A library as it is now; without a name, the default.

        Raises LibraryError if it is not served or cannot be read.
        """
        chosen = name or (self._named[0] if self._named else STARTER)
        if self._named and chosen not in self._named:
            raise LibraryError(f"there is no library {chosen!r} here.")
        stored = None if chosen == STARTER else libraries.find(self._database, chosen)
        found = self._open.get(chosen)
        if isinstance(found, DocumentLibrary) and stored is not None and found.library == stored:
            return found
        if isinstance(found, Library) and stored is None:
            return found
        with self._lock:
            if stored is not None:
                made: Library | DocumentLibrary = DocumentLibrary(self._database, stored)
            elif self._named or chosen == STARTER:
                made = Library(locate(chosen))
            else:
                raise LibraryError(f"there is no library {chosen!r} here.")
            self._open[chosen] = made
            return made

    def find(self, name: str) -> Library | DocumentLibrary | None:
        """A library as it is now; None if it is not served any more, or cannot be read."""
        try:
            return self.open(name)
        except LibraryError:
            return None

    def version(self, name: str) -> str:
        """The version of a library as it is now."""
        library = self.open(name)
        return library.contents.version if isinstance(library, Library) else str(library.library.version)
