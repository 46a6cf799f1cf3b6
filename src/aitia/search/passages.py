"""The word index over the passages of a stored library: Tantivy, BM25.

An entry is a run of neighbouring passages of one source, up to some 2,500 characters: an abstract is one entry however
many labelled parts it has, a long document is many. The index is derived from the database and says in `state.json`
which version of the library it holds.
"""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tantivy
from msgspec import Struct

from aitia.errors import StateError
from aitia.search.terms import TOKENIZER, analyzer
from aitia.state import write_atomically

FIELDS = {"title": 2.0, "text": 1.0, "subjects": 0.5}
"""The searched fields and their weights for a question, see docs/benchmarks.md."""
FIELDS_OF_CLAIM = {"title": 1.0, "text": 1.0, "subjects": 0.5}
"""The same for a claim ("Aspirin prevents stroke"), whose words stand in texts rather than in titles."""
ENTRY = 2500
"""Characters in an entry, unless one passage is longer."""
FORMAT = 1
"""Counts the changes to what an index holds; another number means that it is made again."""
_HEAP = 192 * 2**20


class Entry(Struct, frozen=True):
    """A run of passages that matches, with its BM25 score."""

    source: int
    first: int
    """The ordinal of its first passage."""
    last: int
    score: float


class Text(Struct, frozen=True):
    """What is indexed of a source."""

    source: int
    title: str
    subjects: str
    text: str
    passages: Sequence[tuple[int, int]]
    """Start and end of each, in order."""


class IndexState(Struct, frozen=True):
    """What an index holds."""

    format: int
    library: int
    version: int


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in ("source", "first", "last"):
        builder.add_unsigned_field(field, stored=False, fast=True, indexed=field == "source")
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name=TOKENIZER, index_option="freq")
    return builder.build()


def entries_of(passages: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The runs of passages that make an entry each: ordinals (from 1) of the first and the last."""
    runs: list[tuple[int, int]] = []
    first = 0
    for place, (_, end) in enumerate(passages):
        if place > first and end - passages[first][0] > ENTRY:
            runs.append((first + 1, place))
            first = place
    if passages:
        runs.append((first + 1, len(passages)))
    return runs


def state_of(folder: Path) -> IndexState | None:
    """What the index in a folder holds; None if there is none, or none that can be used."""
    try:
        found = IndexState(**json.loads((folder / "state.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.format == FORMAT else None


class PassageWriter:
    """Adds to an index. One at a time for a folder; what is not committed is lost, and can be added again."""

    def __init__(self, folder: Path, library: int) -> None:
        """Open the index in a folder, or make one.

        Raises StateError if the folder cannot be written or another process is writing to it.
        """
        self._folder = folder
        self._library = library
        try:
            known = state_of(folder)
            if known is None or known.library != library or not (folder / "meta.json").is_file():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(_schema(), path=str(folder))
            else:
                self._index = tantivy.Index.open(str(folder))
            self._index.register_tokenizer(TOKENIZER, analyzer())
            self._writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        except (OSError, ValueError) as error:
            raise StateError(
                f"the index {folder} cannot be written: {error}. aitia doctor --fix makes it again."
            ) from None
        self.uncommitted = 0

    def add(self, texts: Iterable[Text], replacing: bool) -> None:
        """Add sources; `replacing` says that the index may hold some of them already."""
        for one in texts:
            if replacing:
                self.remove(one.source)
            for first, last in entries_of(one.passages) or [(0, 0)]:
                document = tantivy.Document()
                document.add_unsigned("source", one.source)
                document.add_unsigned("first", first)
                document.add_unsigned("last", last)
                document.add_text("title", one.title)
                if one.subjects:
                    document.add_text("subjects", one.subjects)
                if last:
                    document.add_text(
                        "text", one.text[one.passages[first - 1][0] : one.passages[last - 1][1]]
                    )
                self._writer.add_document(document)
                self.uncommitted += 1

    def remove(self, source: int) -> None:
        """Take a source out."""
        self._writer.delete_documents_by_term("source", source)

    def commit(self, version: int) -> None:
        """Make what was added findable, and note that the index now holds this version of the library."""
        try:
            self._writer.commit()
            state = {"format": FORMAT, "library": self._library, "version": version}
            write_atomically(self._folder / "state.json", json.dumps(state).encode())
        except (OSError, ValueError) as error:
            raise StateError(f"the index {self._folder} cannot be written: {error}.") from None
        self.uncommitted = 0

    def close(self) -> None:
        """Finish merging."""
        self._writer.wait_merging_threads()


class PassageIndex:
    """An open index, for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder. Raises ValueError or OSError if it is absent or damaged."""
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer(TOKENIZER, analyzer())
        self._schema = index.schema
        self._searcher = index.searcher()
        self.size: int = self._searcher.num_docs

    def frequency(self, stem: str) -> int:
        """In how many entries a stem occurs, at most: titles and texts are counted apart."""
        return max(self._searcher.doc_freq(field, stem) for field in FIELDS)

    def search(
        self, stems: Sequence[tuple[str, float]], fields: Mapping[str, float], top: int
    ) -> list[Entry]:
        """The entries nearest to some weighted stems in weighted fields, best first."""
        if not stems or not self.size or top < 1:
            return []
        clauses = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, field, stem, "freq"), weight * share
                ),
            )
            for stem, share in stems
            for field, weight in fields.items()
        ]
        hits = self._searcher.search(
            tantivy.Query.boolean_query(clauses), min(top, self.size), count=False
        ).hits
        addresses = [address for _, address in hits]
        columns = [
            self._searcher.fast_field_values(field, addresses) for field in ("source", "first", "last")
        ]
        found = [
            Entry(int(source or 0), int(first or 0), int(last or 0), float(score))
            for (score, _), source, first, last in zip(hits, *columns, strict=True)
        ]
        return sorted(found, key=lambda entry: (-entry.score, entry.source, entry.first))
