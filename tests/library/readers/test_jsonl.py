"""JSON Lines: fields, parts, and lines that are damaged."""

import io
import json

import pytest

from aitia.evidence.nouns import Kind
from aitia.library.document import Block, Document, DocumentError, Extent, Rejected
from aitia.library.readers.jsonl import LONGEST_LINE, READER
from tests.library.readers.damage import bears_damage


def line(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def test_all_fields() -> None:
    data = line(
        id=7,
        title="Gout  in winter",
        sentences=["It hurts.", "", "It  passes."],
        url="https://x.example/7",
        year="2019",
        kind="cohort",
        doi="https://doi.org/10.5555/A",
        pmid=90000001,
        authors=["Quimby, Ada B.", "Bo Vale"],
        container="J Inv",
        unknown={"a": 1},
    )
    assert READER.recognises(data)
    assert list(READER.read(data, "a.jsonl")) == [
        Document(
            format="jsonl",
            title="Gout in winter",
            extent=Extent.FULL,
            blocks=(Block("It hurts."), Block("It passes.")),
            authors=("Quimby AB", "Vale B"),
            year=2019,
            year_rule="year",
            container="J Inv",
            doi="10.5555/a",
            pmid="90000001",
            url="https://x.example/7",
            identifier="7",
            kind=Kind.COHORT,
            kind_rule="kind",
        )
    ]


def test_text_is_parted_at_empty_lines() -> None:
    (document,) = READER.read(line(title="Gout", text="One\nline.\n\nTwo."), "")
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["One line.", "Two."]


def test_a_title_alone_is_metadata() -> None:
    (document,) = READER.read(line(title="Gout"), "")
    assert isinstance(document, Document)
    assert document.extent is Extent.METADATA


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"title": "x", "year": "soon"}', "year"),
        (b'{"title": "x", "year": 20199}', "not between"),
        (b'{"title": "x", "kind": "novel"}', "novel"),
        (b'{"title": "x", "sentences": "It hurts."}', "sentences"),
        (b'{"id": 1}', "neither a title nor a text"),
        (b'{"title": "x"', "truncated"),
        (b'{"title": "\xff"}', "utf-8"),
        (b"[1]", "object"),
        (b'{"a":' + b"[" * 100_000, ""),
    ],
)
def test_a_bad_line_is_rejected_and_the_others_read(data: bytes, reason: str) -> None:
    items = list(READER.read(line(title="a") + b"\r\n" + data + b"\n" + line(title="b"), ""))
    assert [type(item) for item in items] == [Document, Rejected, Document]
    assert isinstance(items[1], Rejected)
    assert items[1].where == "line 3"
    assert reason in items[1].reason.lower()


def test_parts_keep_the_numbers_of_lines() -> None:
    data = b"\xef\xbb\xbf" + b"".join(line(title=f"t{number}") for number in range(1, 1200)) + b"{\n"
    assert READER.split is not None
    parts = list(READER.split(io.BytesIO(data)))
    assert len(parts) == 3
    items = [item for part in parts for item in READER.read(part, "")]
    assert items == list(READER.read(data, ""))
    assert isinstance(items[-1], Rejected)
    assert items[-1].where == "line 1200"


def test_a_line_without_end_is_refused() -> None:
    assert READER.split is not None
    with pytest.raises(DocumentError, match="line 2 is longer than 20 MB"):
        list(READER.split(io.BytesIO(line(title="a") + b"x" * (LONGEST_LINE + 2))))


def test_it_is_told_from_other_json() -> None:
    for other in (b"", b'[{"title": "x"}]', b'{\n "title": "x"}', b'{"a": 1}', b"title", b"{}"):
        assert not READER.recognises(other)


def test_damage() -> None:
    lines = [line(id=number, title=f"title {number}", text="Gout hurts.") for number in range(5)]
    ends = [len(b"".join(lines[: number + 1])) for number in range(5)]
    bears_damage(READER, b"".join(lines), ends, [f"title {number}" for number in range(5)])
