"""Keeps the search index of a stored library in step with the database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from aitia.errors import StateError
from aitia.library.prepare import Prepared
from aitia.library.store.database import reading
from aitia.library.store.libraries import StoredLibrary, find
from aitia.library.store.locks import only_writer
from aitia.library.store.reading import changed_since
from aitia.search.passages import PassageIndex, PassageWriter, Text, state_of
from aitia.state import home, writable


def index_folder(library: StoredLibrary) -> Path:
    """Where the index of a library is. The number tells two libraries apart that had one name in turn."""
    return home() / "indexes" / f"{library.name}-{library.id}"


def text_of(number: int, prepared: Prepared) -> Text:
    """What is indexed of a source that was just stored."""
    return Text(
        number,
        prepared.title,
        "; ".join(prepared.details.subjects),
        prepared.text,
        [(start, end) for _, _, start, end in prepared.passages],
    )


@contextmanager
def up_to_date(database: Engine, library: StoredLibrary) -> Iterator[PassageWriter]:
    """The index of a library, brought up to the database's version, for adding. Holding `only_writer` is a must."""
    folder = index_folder(library)
    writable(folder.parent)
    state = state_of(folder)
    current = find(database, library.name)
    version = current.version if current else library.version
    if state is not None and (state.library != library.id or state.version > version):
        # Of another database, or of one that was put back from a backup.
        shutil.rmtree(folder, ignore_errors=True)
        state = None
    writer = PassageWriter(folder, library.id)
    try:
        since = state.version if state else 0
        if since < version or state is None:
            with reading(database) as connection:
                for some in changed_since(connection, library.id, since):
                    writer.add(
                        (
                            Text(
                                one.number,
                                one.source.title,
                                "; ".join(one.details.subjects),
                                one.text,
                                [(passage.start, passage.end) for passage in one.passages],
                            )
                            for one in some
                        ),
                        replacing=since > 0,
                    )
            writer.commit(version)
        yield writer
    finally:
        writer.close()


def open_index(database: Engine, library: StoredLibrary) -> PassageIndex:
    """The index of a library for reading, brought up to date first unless another process is at it.

    Raises StateError if it cannot be made.
    """
    folder = index_folder(library)
    state = state_of(folder)
    if state is None or state.version != library.version or state.library != library.id:
        try:
            with only_writer(database, library), up_to_date(database, library):
                pass
        except StateError:
            # Another process is adding: what it has made findable so far is searched.
            if state_of(folder) is None:
                raise
    try:
        return PassageIndex(folder)
    except (OSError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        with only_writer(database, library), up_to_date(database, library):
            pass
        return PassageIndex(folder)
    except (OSError, ValueError) as error:
        raise StateError(f"the index {folder} cannot be read back: {error}.") from None


def drop_index(library: StoredLibrary) -> None:
    """Remove the index of a library that was removed."""
    shutil.rmtree(index_folder(library), ignore_errors=True)
