"""The word index over a library's statements: Tantivy, BM25, one document a statement."""

import shutil
from pathlib import Path

import tantivy
from msgspec import Struct

from aitia.errors import StateError
from aitia.evidence.nouns import Contents
from aitia.evidence.wording import SLOT
from aitia.search.terms import TOKENIZER, analyzer, content_stems

FIELDS = {"text": 2.0, "plain": 1.0, "topics": 1.0, "title": 0.7}
"""The searched fields and their weights, see benchmarks/search.py."""


class Hit(Struct, frozen=True):
    """A statement that matches, by its place in the library, with its BM25 score."""

    place: int
    score: float


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("place", stored=True, fast=True)
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name=TOKENIZER, index_option="freq")
    return builder.build()


def build(contents: Contents, folder: Path) -> None:
    """Write the index of a library into an empty folder.

    Raises StateError if the folder cannot be written.
    """
    topics = {
        topic.id: " ".join((topic.label, topic.plain_label, *topic.synonyms, *topic.narrower))
        for topic in contents.topics
    }
    titles = {source.id: source.title for source in contents.sources}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(_schema(), path=str(folder))
        index.register_tokenizer(TOKENIZER, analyzer())
        writer = index.writer(heap_size=30_000_000, num_threads=1)
        for place, statement in enumerate(contents.statements):
            document = tantivy.Document()
            document.add_unsigned("place", place)
            document.add_text("text", SLOT.sub(r"\1", statement.text))
            document.add_text("plain", SLOT.sub(r"\1", statement.plain or ""))
            document.add_text("topics", " ".join(topics.get(topic, topic) for topic in statement.topics))
            document.add_text("title", titles[statement.source_id])
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
    except (OSError, ValueError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StateError(f"the search index cannot be written to {folder}: {error}.") from None


class Index:
    """An open index, for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder. Raises ValueError or OSError if it is absent or damaged."""
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer(TOKENIZER, analyzer())
        self._schema = index.schema
        self._searcher = index.searcher()
        self.size: int = self._searcher.num_docs

    def knows(self, stem: str) -> bool:
        """Whether a stem occurs in the words of any statement or topic."""
        return any(self._searcher.doc_freq(field, stem) for field in ("text", "plain", "topics"))

    def search(self, text: str, top: int = 10) -> list[Hit]:
        """The statements nearest to a text, best first; equal scores keep the library's order."""
        terms = content_stems(text)
        if not terms or not self.size or top < 1:
            return []
        clauses = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, field, term, "freq"), weight
                ),
            )
            for term in dict.fromkeys(terms)
            for field, weight in FIELDS.items()
        ]
        found = self._searcher.search(tantivy.Query.boolean_query(clauses), min(top, self.size)).hits
        places = self._searcher.fast_field_values("place", [address for _, address in found])
        hits = [Hit(int(place or 0), float(score)) for (score, _), place in zip(found, places, strict=True)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.place))
