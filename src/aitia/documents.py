"""The Python API to a library of documents: one in the database, that `aitia library add` filled.

>>> library = DocumentLibrary.open("neurology")  # doctest: +SKIP
>>> article = library.ask("How is migraine treated?", audience="patient")  # doctest: +SKIP
"""

import re
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, select

from aitia.answers.documents.asked import Asked, take_apart
from aitia.answers.documents.compose import About, compose
from aitia.answers.documents.retrieve import retrieve, search
from aitia.answers.question_types import LENGTHS
from aitia.errors import LibraryError, QuestionError
from aitia.evidence.article import AUDIENCES, Article
from aitia.evidence.nouns import Contents, Source, Standing
from aitia.library.compile import open_contents
from aitia.library.store.curated import contents_of
from aitia.library.store.database import engine, reading
from aitia.library.store.index import open_index
from aitia.library.store.libraries import StoredLibrary, count_sources, find
from aitia.library.store.reading import by_number
from aitia.library.store.tables import sources
from aitia.search.spelling import nearest_word
from aitia.service import Library

_MOST_TITLES = 50_000
"""Sources in whose titles the right spelling of a word is looked for; among more it would take too long."""


class FoundPassage(Struct, frozen=True):
    """A run of passages that matches a question."""

    source: Source
    first: int
    last: int
    """The ordinals of the first and the last passage."""
    text: str
    score: float


class DocumentLibrary:
    """A library of documents, open for questions. Safe to share between threads once made."""

    def __init__(self, database: Engine, library: StoredLibrary) -> None:
        """Open a library; its index is made or brought up to date first. Raises StateError if it cannot be."""
        self.database = database
        self.library = library
        self._index = open_index(database, library)
        self._sources = count_sources(database, library.id)

    @classmethod
    def open(cls, name: str) -> "DocumentLibrary":
        """The library of a name. Raises LibraryError if there is none."""
        database = engine()
        found = find(database, name)
        if found is None:
            raise LibraryError(f"there is no library {name!r} in the database.")
        return cls(database, found)

    @cached_property
    def curated(self) -> Library | None:
        """What editors wrote, if the library holds it: it answers first, the documents where it cannot."""
        library = self.library
        if library.curated is None:
            return None

        def read() -> Contents:
            with reading(self.database) as connection:
                contents = contents_of(connection, library)
            assert contents is not None
            # Its sources may change where the version that its editors wrote does not.
            return replace(contents, version=str(library.version))

        return Library.of(open_contents(library.name, f"{library.id}_{library.version}", read))

    @property
    def about(self) -> About:
        """Name, version and size."""
        library = self.library
        return About(library.name, library.title, str(library.version), library.updated, self._sources)

    def analyse(self, question: str) -> Asked:
        """What a question asks. Raises QuestionError if it cannot be read."""
        return take_apart(question, self._index.frequency, self._index.size)

    def ask(self, question: str, audience: str = "clinician", length: str = "standard") -> Article:
        """Answer a question with sentences of the documents, each cited to the place that it stands in.

        audience: patient, clinician or researcher. length: short, standard or full.
        Where the library cannot answer, the article says so and `answered` is False.
        Raises QuestionError if the question is empty or longer than 1,000 characters, or an option is unknown.
        """
        if audience not in AUDIENCES:
            raise QuestionError(f"there is no audience {audience!r}: choose from {', '.join(AUDIENCES)}.")
        if length not in LENGTHS:
            raise QuestionError(f"there is no length {length!r}: choose from {', '.join(LENGTHS)}.")
        if self.curated is not None:
            article = self.curated.ask(question, audience, length)
            if article.answered:
                return article
        asked = self.analyse(question)
        with reading(self.database) as connection:
            found = retrieve(connection, self._index, asked, audience)
            if asked.unknown:
                found = replace(found, mended=self._mended(connection, asked))
        return compose(self.about, asked, found, audience, length)

    def _mended(self, connection: Connection, asked: Asked) -> str:
        """The question with unknown words spelt as in the titles, or nothing."""
        if self._sources > _MOST_TITLES:
            return ""
        rows = connection.execute(select(sources.c.title).where(sources.c.library_id == self.library.id))
        words = {word.lower() for (title,) in rows for word in re.findall(r"[^\W\d_]{5,}", title)}
        question = asked.question
        for word in asked.unknown:
            right = nearest_word(word, words)
            if right is None:
                return ""
            question = re.sub(rf"\b{re.escape(word)}\b", right, question)
        return question

    def search(self, question: str, top: int = 10) -> list[FoundPassage]:
        """The passages nearest to a question, best first, none of a retracted source."""
        entries = search(self._index, self.analyse(question), top + 20)
        with reading(self.database) as connection:
            held = by_number(connection, list({entry.source for entry in entries}), with_statements=False)
        found = []
        for entry in entries:
            stored = held.get(entry.source)
            if stored is None or stored.source.standing is Standing.RETRACTED:
                continue
            text = ""
            if entry.last:
                start, end = stored.passages[entry.first - 1].start, stored.passages[entry.last - 1].end
                text = stored.text[start:end]
            found.append(FoundPassage(stored.source, entry.first, entry.last, text, entry.score))
        return found[:top]

    def search_sources(self, question: str, top: int = 10) -> list[tuple[Source, float]]:
        """The sources nearest to a question, each by its best passage."""
        entries = search(self._index, self.analyse(question), top * 3 + 20)
        best: dict[int, float] = {}
        for entry in entries:
            best.setdefault(entry.source, entry.score)
        with reading(self.database) as connection:
            held = by_number(connection, list(best), with_text=False)
        found = [
            (held[number].source, score)
            for number, score in best.items()
            if number in held and held[number].source.standing is not Standing.RETRACTED
        ]
        return found[:top]
