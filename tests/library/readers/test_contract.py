"""What every reader that is installed must do, built-in or not."""

import io
import time
import unicodedata
from pathlib import Path

import msgspec
import pytest

from aitia.library.document import Curation, Deleted, Document, DocumentError, Item, Reader, Rejected
from aitia.library.prepare import Prepared, prepare
from aitia.library.read import read_library
from aitia.library.readers import broken_readers, choose, readers
from tests.conftest import GLIMMER
from tests.documents import make
from tests.library.made_up_pubmed import record

EXAMPLES = Path(__file__).parents[2] / "documents"


def examples() -> dict[str, tuple[str, bytes]]:
    """A file of each format: name and content."""
    return {
        "aitia": ("glimmer.aitia.json", msgspec.json.encode(read_library(GLIMMER))),
        "bibtex": (
            "a.bib",
            b"@article{key1, title={On gout}, year={2020}, author={Up, Made}, doi={10.5555/G.1}}",
        ),
        "csl-json": (
            "a.json",
            b'[{"id": "x1", "type": "article-journal", "title": "On gout", "DOI": "10.5555/G.1"}]',
        ),
        "docx": ("gout.docx", make.gout_docx()),
        "html": ("psoriasis.html", (EXAMPLES / "psoriasis.html").read_bytes()),
        "jats": ("lupus.xml", (EXAMPLES / "lupus.jats.xml").read_bytes()),
        "jsonl": ("a.jsonl", b'{"id": "1", "title": "On gout", "text": "Gout hurts. It passes."}\n'),
        "markdown": ("a.md", b"# Gout\n\nGout *hurts*. It passes.\n\n## Treatment\n\n- Rest helps.\n"),
        "pdf": ("migraine.pdf", make.migraine_pdf()),
        "pubmed": (
            "a.xml",
            f"<PubmedArticleSet>{record(90000001)}{record(90000002)}</PubmedArticleSet>".encode(),
        ),
        "ris": (
            "a.ris",
            b"TY  - JOUR\nTI  - On gout\nAU  - Up, Made\nPY  - 2020\nDO  - 10.5555/G.1\nER  - \n",
        ),
        "text": ("a.txt", b"GOUT\n\nGout hurts. It passes.\n"),
    }


def read(reader: Reader, name: str, data: bytes) -> list[Item]:
    """All items of a file, read as the pipeline reads it."""
    if reader.split is None:
        return list(reader.read(data, name))
    return [item for part in reader.split(io.BytesIO(data)) for item in reader.read(part, name)]


@pytest.fixture(params=sorted(readers()))
def reader(request: pytest.FixtureRequest) -> Reader:
    """Each reader in turn."""
    if request.param not in examples():
        pytest.skip("a plugin's reader without an example here")
    return readers()[request.param]


def test_every_built_in_reader_can_be_loaded() -> None:
    assert not broken_readers()
    assert set(examples()) <= set(readers())


def test_a_file_is_told_by_its_name_and_its_first_bytes(reader: Reader) -> None:
    name, data = examples()[reader.name]
    assert choose(name, data[:4096]) is reader
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in reader.suffixes)


def test_items_are_plain_data_that_can_be_sent_to_another_machine(reader: Reader) -> None:
    name, data = examples()[reader.name]
    items = read(reader, name, data)
    assert any(isinstance(item, Document) for item in items)
    assert items == read(reader, name, data), "the same file must be read the same every time"
    for item in items:
        assert isinstance(item, Document | Rejected | Deleted | Curation)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(item), type=type(item)) == item


def test_texts_are_clean_and_every_span_lies_in_place(reader: Reader) -> None:
    name, data = examples()[reader.name]
    for item in read(reader, name, data):
        if not isinstance(item, Document):
            continue
        assert item.format == reader.name
        assert item.title
        for block in item.blocks:
            assert block.text == " ".join(block.text.split())
            assert unicodedata.is_normalized("NFC", block.text)
            assert block.page is None or block.page > 0
        assert item.doi is None or item.doi == item.doi.lower()
        prepared = prepare(item, name)
        assert isinstance(prepared, Prepared)
        ends = 0
        for _, _, start, end in prepared.passages:
            assert ends <= start < end <= len(prepared.text)
            ends = end
        for passage, start, end in prepared.statements:
            _, _, first, last = prepared.passages[passage - 1]
            assert first <= start < end <= last
            assert prepared.text[start:end] == prepared.text[start:end].strip()


def test_a_damaged_file_is_told_and_nothing_worse(reader: Reader) -> None:
    name, data = examples()[reader.name]
    started = time.monotonic()
    for damaged in (
        data[: len(data) // 2],
        data[:20],
        b"",
        b"\0" * 300,
        data[: len(data) // 3] + b"\xff\xfe\x00<&" + data[len(data) // 3 :],
        bytes(reversed(data)),
    ):
        told = "read"
        try:
            read(reader, name, damaged)
        except DocumentError as error:
            told = str(error)
        assert told
        assert "\n" not in told
    assert time.monotonic() - started < 60
