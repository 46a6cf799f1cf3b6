"""BibTeX: names, LaTeX, and entries that are damaged."""

import time

import pytest

from aitia.evidence.nouns import Kind
from aitia.library.document import Block, Document, DocumentError, Extent, Rejected
from aitia.library.readers.bibtex import READER
from tests.library.readers.damage import bears_damage

ENTRY = r"""@Article{quimby2019,
  title = {Gout in {HLA-B*58:01} carriers: CO$_2$, 10$^{5}$ and Sj\"{o}gren -- 5\% of \textit{men}},
  author = {Quimby, Ada B. and Bo van der Berg and {GOUT-X Group} and others},
  journal = jim, year = 2019, month = jan,
  doi = {https://doi.org/10.5555/ABC}, pmid = {90000001}, pmcid = {PMC9900001},
  abstract = {Gout hurts. 12% of men had it; p < 0.05 & n > 3.},
  keywords = {gout, urate}, langid = {english}, url = "https://x.example/1"
}
"""
STRING = "@string{jim = {J Inv Med}}\n"


def test_the_fields() -> None:
    data = (STRING + ENTRY).encode()
    assert READER.recognises(data)
    assert list(READER.read(data, "a.bib")) == [
        Document(
            format="bibtex",
            title="Gout in HLA-B*58:01 carriers: CO2, 10⁵ and Sjögren – 5% of men",
            extent=Extent.ABSTRACT,
            blocks=(Block("Gout hurts. 12% of men had it; p < 0.05 & n > 3.", "Abstract"),),
            authors=("Quimby AB", "van der Berg B", "GOUT-X Group"),
            year=2019,
            year_rule="year",
            container="J Inv Med",
            doi="10.5555/abc",
            pmid="90000001",
            pmcid="PMC9900001",
            url="https://x.example/1",
            identifier="quimby2019",
            language="english",
            subjects=("gout", "urate"),
        )
    ]


def test_biblatex() -> None:
    (document,) = READER.read(
        b"@online{a, title={Gout}, subtitle={A guide}, date={2021-03-04}, journaltitle={J},\n"
        b"eprint={90000002}, eprinttype={pubmed}}",
        "",
    )
    assert isinstance(document, Document)
    assert (document.title, document.year, document.year_rule, document.pmid) == (
        "Gout: A guide",
        2021,
        "date",
        "90000002",
    )
    assert (document.kind, document.kind_rule) == (Kind.WEB_PAGE, "@online")


def test_two_entries_of_one_key_are_both_read() -> None:
    items = list(READER.read((STRING + ENTRY + ENTRY).encode(), ""))
    assert [type(item) for item in items] == [Document, Document]


def test_a_bad_entry_is_rejected_with_its_line_and_the_others_read() -> None:
    bad = "@article{b, title={never closed\n"
    items = list(READER.read((STRING + ENTRY + bad + ENTRY + "@misc{c, year=2000}\n").encode(), ""))
    assert [type(item) for item in items] == [Document, Rejected, Document, Rejected]
    assert isinstance(items[1], Rejected)
    assert items[1].where == "line 10"


def test_other_files() -> None:
    for other in (b"", b"TY  - JOUR", b"me@example.org", b"{}"):
        assert not READER.recognises(other)
    with pytest.raises(DocumentError, match="no entry"):
        list(READER.read(b"hello @string{a={b}}", ""))


def test_malice() -> None:
    started = time.perf_counter()
    for hostile in (
        "{" * 20_000 + "}" * 20_000,
        "\\input{/etc/passwd}",
        "$" * 5_001,
        "\\" * 5_000,
        "^" * 20_000,
        "% " * 5_000,
    ):
        items = list(
            READER.read(f"@article{{a, title={{x {hostile}}}, year=2000}}\n{STRING}{ENTRY}".encode(), "")
        )
        assert any(isinstance(item, Document) and item.identifier == "quimby2019" for item in items)
        assert not any("root:" in item.title for item in items if isinstance(item, Document))
    assert time.perf_counter() - started < 20


def test_damage() -> None:
    entries = [
        f"@article{{k{number},\n  title = {{title {number}}},\n  year = 2000\n}}\n" for number in range(4)
    ]
    ends = [len("".join(entries[: number + 1])) for number in range(4)]
    bears_damage(READER, "".join(entries).encode(), ends, [f"title {number}" for number in range(4)])
