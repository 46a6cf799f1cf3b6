import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aitia.library.document import Document, DocumentError
from aitia.library.readers.text import READER


def read(content: bytes | str) -> Document:
    (document,) = READER.read(content if isinstance(content, bytes) else content.encode(), "notes.txt")
    assert isinstance(document, Document)
    return document


def told(content: str) -> list[tuple[str | None, str]]:
    return [(block.section, block.text) for block in read(content).blocks]


SAMPLE = """Gout: treating a flare

DOI: 10.5555/Gout.1
Authors: Ada King, Bo Lindqvist
Published: 3 March 2021

1. Background

Gout is the most common inflam-
matory arthritis. A flare is treated
early.

1.1 Who gets it

Men more than women.

TREATMENT

- Colchicine, 0.5 mg
  two or three times a day
- Naproxen

1. Stop when the pain stops.

2. Do not stop allopurinol.

Drug        Dose      Flares
Colchicine  0.5 mg    3
Naproxen    250 mg    4

References

1. Somebody. Something. 2010.

APPENDIX

Kept.
"""


def test_a_text_with_hard_line_breaks() -> None:
    assert told(SAMPLE) == [
        ("1. Background", "Gout is the most common inflammatory arthritis. A flare is treated early."),
        ("1. Background > 1.1 Who gets it", "Men more than women."),
        ("TREATMENT", "Colchicine, 0.5 mg two or three times a day"),
        ("TREATMENT", "Naproxen"),
        ("TREATMENT", "1. Stop when the pain stops."),
        ("TREATMENT", "2. Do not stop allopurinol."),
        ("TREATMENT", "Drug: Colchicine; Dose: 0.5 mg; Flares: 3"),
        ("TREATMENT", "Drug: Naproxen; Dose: 250 mg; Flares: 4"),
        ("APPENDIX", "Kept."),
    ]


def test_what_the_first_lines_say() -> None:
    document = read(SAMPLE)
    assert document.title == "Gout: treating a flare"
    assert document.authors == ("King A", "Lindqvist B")
    assert (document.year, document.year_rule) == (2021, "line 'published'")
    assert document.doi == "10.5555/gout.1"


def test_a_line_that_is_too_long_to_be_broken_by_hand_is_a_paragraph() -> None:
    long = "Migraine is common. " * 8
    assert [text for _, text in told(f"{long}\nShort line.\n")] == [long.strip(), "Short line."]


def test_underlined_headings() -> None:
    assert told("Coeliac disease\n===============\n\nTests\n-----\nA blood test comes first.\n") == [
        ("Tests", "A blood test comes first.")
    ]


@pytest.mark.parametrize("words", ["The dose was 0.5 mg.", "COLCHICINE IS GIVEN EARLY.", "see below"])
def test_a_plain_sentence_is_no_heading(words: str) -> None:
    assert told(f"First paragraph of all.\n\n{words}\n\nLast paragraph.")[1] == (None, words)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffSjögren’s disease.".encode(),
        "Sjögren’s disease.".encode("utf-16"),
        "\ufeffSjögren’s disease.".encode("utf-16-be"),
        "Sjögren’s disease.".encode("cp1252"),
        "Sj\u006f\u0308gren’s dis\u00adease.".encode(),
    ],
)
def test_the_usual_encodings(content: bytes) -> None:
    assert READER.recognises(content)
    assert read(content).blocks[0].text == "Sjögren’s disease."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "It is empty"),
        (b" \n\n\t", "It is empty"),
        (b"Gout\x00 is", "byte 4 is the control character 0x00"),
        (b"caf\x81 noir", "cannot be read as UTF-8 from byte 3 on"),
        ("Подагра лечится".encode("cp1251"), "cannot be read as UTF-8 from byte 0 on"),
        ("Mäßig".encode() + b"\xc3", "cannot be read as UTF-8 from byte 7 on"),
        (b"\xff\xfea", "cannot be read as UTF-16 from byte 2 on"),
        (b"REFERENCES\n\nSomebody.", "no text besides headings and references"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(content: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        read(content)


@pytest.mark.parametrize(
    "beginning",
    [b"%PDF-1.7", b"PK\x03\x04abc", b"<!DOCTYPE html><p>", b"\x89PNG\r\n", b"a\x00b", b"{\\rtf1", b""],
)
def test_other_formats_are_not_taken_for_text(beginning: bytes) -> None:
    assert not READER.recognises(beginning)


def clean(text: str) -> bool:
    return text == " ".join(text.split()) and unicodedata.is_normalized("NFC", text)


@given(st.one_of(st.text(), st.text(alphabet="aB1. \n\t-=•:#|é\u0301ﬁ\u00ad\uf0b3"), st.binary()))
@example("a" * 5000 + "-" * 5000 + "\n" + "=" * 3000)
@example("1. A\n\n2. B\n\n" * 50)
def test_any_text_gives_clean_blocks_or_a_document_error(content: str | bytes) -> None:
    content = content.encode("utf-8", "replace") if isinstance(content, str) else content
    try:
        document = read(content)
    except DocumentError:
        return
    assert all(clean(block.text) and block.text and clean(block.section or "") for block in document.blocks)
