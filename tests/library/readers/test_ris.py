"""RIS: what reference managers write, and files that are damaged."""

import pytest

from aitia.evidence.nouns import Kind
from aitia.library.document import Block, Document, DocumentError, Extent, Rejected
from aitia.library.readers.ris import READER
from tests.library.readers.damage import bears_damage

RECORD = """TY  - JOUR
TI  - Gout in winter.
AU  - Quimby, Ada B.
AU  - van der Berg, Bo
PY  - 2019/03/01/
JO  - Journal of invented medicine
J2  - J Inv Med
DO  - https://doi.org/10.5555/ABC
UR  - https://x.example/1
AN  - 90000001
DB  - PubMed
LA  - eng
AB  - Gout hurts
 in winter.
KW  - gout
KW  - urate
N1  - Cited: 3
C2  - PMC9900001
ID  - 44
ER  -

"""


def test_the_fields() -> None:
    data = RECORD.encode()
    assert READER.recognises(data)
    assert list(READER.read(data, "a.ris")) == [
        Document(
            format="ris",
            title="Gout in winter",
            extent=Extent.ABSTRACT,
            blocks=(Block("Gout hurts in winter.", "Abstract"),),
            authors=("Quimby AB", "van der Berg B"),
            year=2019,
            year_rule="PY",
            container="J Inv Med",
            doi="10.5555/abc",
            pmid="90000001",
            pmcid="PMC9900001",
            url="https://x.example/1",
            identifier="44",
            language="eng",
            subjects=("gout", "urate"),
        )
    ]


def test_other_tags_for_the_same() -> None:
    text = "Provider: Nobody\r\n\r\nTY  - ELEC\r\nT1  - Gout\r\nA1  - Vale, Bo\r\nY1  - 2003\r\n"
    text += "N2  - It hurts.\r\nER  -\r\n"
    assert READER.recognises(text.encode())
    (document,) = READER.read(text.encode(), "")
    assert isinstance(document, Document)
    assert (document.title, document.authors, document.year, document.year_rule) == (
        "Gout",
        ("Vale B",),
        2003,
        "Y1",
    )
    assert document.blocks == (Block("It hurts.", "Abstract"),)
    assert (document.kind, document.kind_rule) == (Kind.WEB_PAGE, "TY ELEC")


def test_a_number_of_another_database_is_no_pmid() -> None:
    (document,) = READER.read(RECORD.replace("DB  - PubMed", "DB  - Scopus").encode(), "")
    assert isinstance(document, Document)
    assert document.pmid is None


def test_records_without_their_last_line() -> None:
    broken = RECORD.replace("ER  -\n", "")
    items = list(READER.read((broken + RECORD + broken).encode(), ""))
    assert [type(item) for item in items] == [Document, Document, Rejected]
    assert isinstance(items[2], Rejected)
    assert (items[2].where, "breaks off" in items[2].reason) == ("record 3", True)


def test_a_record_that_names_no_work_is_rejected() -> None:
    items = list(READER.read(("TY  - JOUR\nAU  - Vale, Bo\nER  - \n" + RECORD).encode(), ""))
    assert [type(item) for item in items] == [Rejected, Document]


def test_old_encodings() -> None:
    (document,) = READER.read(RECORD.replace("Gout in", "Sjögren in").encode("cp1252"), "")
    assert isinstance(document, Document)
    assert document.title == "Sjögren in winter"


def test_other_files() -> None:
    for other in (b"", b"TY", b"PMID- 1\n", b"%0 Journal Article\n", b"@article{x,"):
        assert not READER.recognises(other)
    with pytest.raises(DocumentError, match="no record of RIS"):
        list(READER.read(b"hello", ""))


def test_damage() -> None:
    records = [RECORD.replace("Gout in winter", f"title {number}") for number in range(4)]
    ends = [len("".join(records[: number + 1]).encode()) - 2 for number in range(4)]
    bears_damage(READER, "".join(records).encode(), ends, [f"title {number}" for number in range(4)])
