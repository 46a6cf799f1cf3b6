"""CSL-JSON: what Zotero and Crossref write, and arrays that are damaged."""

import json
import time

import pytest

from aitia.evidence.nouns import Kind
from aitia.library.document import Block, Document, DocumentError, Extent, Rejected
from aitia.library.readers.csl_json import READER
from tests.library.readers.damage import bears_damage

ENTRY = {
    "id": "quimby2019",
    "type": "article-journal",
    "title": "Gout in <i>HPRT1</i> carriers: 10<sup>5</sup> cells &amp; CO<sub>2</sub>.",
    "author": [
        {"family": "Quimby", "given": "Ada B."},
        {"family": "Berg", "given": "Bo", "non-dropping-particle": "van der"},
        {"literal": "GOUT-X Group"},
    ],
    "container-title": "Journal of invented medicine",
    "issued": {"date-parts": [[2019, 3]]},
    "DOI": "10.5555/ABC",
    "URL": "https://x.example/1",
    "abstract": "<jats:title>Abstract</jats:title><jats:p>Gout hurts.</jats:p>"
    "<jats:p>It passes (p<0.05 and n>3).</jats:p>",
    "language": "en-GB",
    "keyword": "gout; urate",
    "note": "PMID: 90000001\nPMCID: x",
}  # fmt: skip


def read(*entries: object) -> list[object]:
    data = json.dumps(entries).encode()
    assert READER.recognises(data[:4096])
    return list(READER.read(data, "a.json"))


def test_the_fields() -> None:
    assert read(ENTRY) == [
        Document(
            format="csl-json",
            title="Gout in HPRT1 carriers: 10⁵ cells & CO2",
            extent=Extent.ABSTRACT,
            blocks=(
                Block("Gout hurts.", "Abstract"),
                Block("It passes (p<0.05 and n>3).", "Abstract"),
            ),
            authors=("Quimby AB", "van der Berg B", "GOUT-X Group"),
            year=2019,
            year_rule="issued/date-parts",
            container="Journal of invented medicine",
            doi="10.5555/abc",
            pmid="90000001",
            url="https://x.example/1",
            identifier="quimby2019",
            language="en",
            subjects=("gout", "urate"),
        )
    ]


def test_what_crossref_and_others_write_otherwise() -> None:
    (document,) = read(
        {"title": ["Gout"], "container-title": ["J Inv"], "issued": {"raw": "Winter 2003"}, "type": "webpage"}
    )
    assert isinstance(document, Document)
    assert (document.title, document.container, document.year, document.year_rule) == (
        "Gout",
        "J Inv",
        2003,
        "issued/raw",
    )
    assert (document.kind, document.kind_rule) == (Kind.WEB_PAGE, 'type "webpage"')


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "x", "type": "book"},
        7,
        {"title": {"a": 1}},
        {"title": "x", "keyword": 7},
        {"title": ["x"], "issued": {"date-parts": [[None]]}, "keyword": 3.5},
    ],
)
def test_a_bad_entry_is_rejected_and_the_others_read(entry: object) -> None:
    items = read(ENTRY, entry, ENTRY)
    assert [type(item) for item in items] == [Document, Rejected, Document]
    assert isinstance(items[1], Rejected)
    assert items[1].where == "record 2"


def test_odd_fields_do_no_harm() -> None:
    items = read(
        {"title": "x", "author": "Quimby", "issued": 3, "DOI": 7, "abstract": ["a"], "URL": None, "note": []}
    )
    assert [type(item) for item in items] == [Document]


def test_other_files() -> None:
    for other in (b"", b'{"title": "x"}', b"[1, 2]", b"[[]]", b'[{"a": 1}]', b"hello"):
        assert not READER.recognises(other)
    with pytest.raises(DocumentError, match="array"):
        list(READER.read(b"hello", ""))
    assert list(READER.read(b"[]", "")) == []


def test_malice() -> None:
    started = time.perf_counter()
    for hostile in (
        b'[{"title":' + b"[" * 200_000,
        b"[" + b"{" * 200_000,
        b"[" + b'{"a",},' * 4000,
        b'[{"id":' + b"9" * 200_000 + b"}]",
    ):
        assert all(isinstance(item, Rejected) for item in READER.read(hostile, ""))
    with pytest.raises(DocumentError, match="too much of it"):
        list(READER.read(b"[" + b"{x},\n" * 6000, ""))
    assert time.perf_counter() - started < 20


def test_damage() -> None:
    entries = [json.dumps({**ENTRY, "title": f"title {number}"}) for number in range(4)]
    data = b"[" + ",\n".join(entries).encode() + b"]"
    ends = [data.index(entry.encode()) + len(entry.encode()) for entry in entries]
    bears_damage(READER, data, ends, [f"title {number}" for number in range(4)])
