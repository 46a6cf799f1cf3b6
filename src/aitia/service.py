"""The Python API: a library that answers questions.

>>> library = Library.starter()
>>> article = library.ask("Does smoking cause ALS?", audience="patient", length="short")
>>> article.lead.citations
(1,)
"""

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path

from aitia.answers.compose import answer
from aitia.answers.holdings import Holdings
from aitia.answers.question_types import LENGTHS, question_types
from aitia.errors import QuestionError
from aitia.evidence.article import AUDIENCES, Article
from aitia.evidence.nouns import Contents, Source, Statement
from aitia.evidence.wording import said
from aitia.library.compile import Compiled, open_library
from aitia.library.locate import locate
from aitia.search.analysis import Analysis, Lexicon, analyse, lexicon, readable
from aitia.search.spelling import nearest_word
from aitia.search.terms import word_list


class Library:
    """A library, open for questions. Safe to share between threads once made."""

    def __init__(self, folder: Path, tell: Callable[[str], None] = lambda _: None) -> None:
        """Open the library in a folder; `tell` receives a line when a damaged copy is made again.

        Raises LibraryError for a mistake in the library, StateError if the state folder cannot be written.
        """
        self._holdings = Holdings(open_library(folder, tell))

    @classmethod
    def of(cls, compiled: Compiled) -> "Library":
        """The library of a compiled copy."""
        made = cls.__new__(cls)
        made._holdings = Holdings(compiled)
        return made

    @classmethod
    def starter(cls) -> "Library":
        """The library that comes with Aitia, on amyotrophic lateral sclerosis."""
        return cls(locate(None))

    @classmethod
    def open(cls, name_or_path: str | Path) -> "Library":
        """A library by its name or by its folder."""
        return cls(locate(name_or_path))

    @property
    def contents(self) -> Contents:
        """All that the library holds."""
        return self._holdings.contents

    def ask(self, question: str, audience: str = "clinician", length: str = "standard") -> Article:
        """Answer a question.

        audience: patient, clinician or researcher. length: short, standard or full.
        Where the library cannot answer, the article says so and `answered` is False.
        Raises QuestionError if the question is empty or longer than 1,000 characters, or an option is unknown.
        """
        if audience not in AUDIENCES:
            raise QuestionError(f"there is no audience {audience!r}: choose from {', '.join(AUDIENCES)}.")
        if length not in LENGTHS:
            raise QuestionError(f"there is no length {length!r}: choose from {', '.join(LENGTHS)}.")
        return answer(self._holdings, self.analyse(question), audience, length)

    def analyse(self, question: str) -> Analysis:
        """What a question asks: its condition, topics, type, and the words that the library does not know."""
        return self._analyse(question)

    @cached_property
    def _analyse(self) -> Callable[[str], Analysis]:
        # A page takes the same question apart several times: for the thread, the answer and the next questions.
        @lru_cache(maxsize=64)
        def remembered(question: str) -> Analysis:
            return analyse(question, self._lexicon, self._holdings.index.knows, self._suggest)

        return remembered

    def search(self, question: str, top: int = 10) -> list[tuple[Statement, float]]:
        """The statements nearest to a question, best first, with their scores."""
        hits = self._holdings.index.search(readable(question), top + self._holdings.withdrawn)
        found = [
            (self._holdings.statements[hit.place], hit.score) for hit in hits if self._may_cite(hit.place)
        ]
        return found[:top]

    def search_sources(self, question: str, top: int = 10) -> list[tuple[Source, float]]:
        """The sources nearest to a question, each by its best statement."""
        best: dict[str, float] = {}
        for hit in self._holdings.index.search(readable(question), max(200, top * 5)):
            if self._may_cite(hit.place):
                best.setdefault(self._holdings.statements[hit.place].source_id, hit.score)
        return [(self._holdings.sources[source], score) for source, score in list(best.items())[:top]]

    def _may_cite(self, place: int) -> bool:
        return place in self._holdings.citable

    def source(self, source_id: str) -> Source:
        """A source by its id. Raises KeyError if the library has none."""
        return self._holdings.sources[source_id]

    def said(self, statement: Statement, audience: str = "clinician") -> str:
        """A statement as an audience reads it."""
        return said(statement, audience)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return lexicon(self.contents, ((kind.id, kind.cues, kind.weak) for kind in question_types().values()))

    @cached_property
    def _suggest(self) -> Callable[[str], str | None]:
        """Mends a word. A thread's questions ask for the same ones over and over."""
        return lru_cache(maxsize=2000)(lambda word: nearest_word(word, self._vocabulary))

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        contents = self.contents
        names = [
            name for topic in contents.topics for name in (topic.label, *topic.synonyms, *topic.narrower)
        ]
        names += [
            name for condition in contents.conditions for name in (condition.label, *condition.synonyms)
        ]
        names += [cue for kind in question_types().values() for cue in (*kind.cues, *kind.weak)]
        names += word_list("general_words.txt")
        return frozenset(
            word.lower() for name in names for word in re.findall(r"[\w-]+", name) if len(word) > 3
        )
