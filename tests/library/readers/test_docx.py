import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from aitia.library.document import Document, DocumentError
from aitia.library.readers.docx import READER
from tests.library.readers.documents import docx_bytes


def read(content: bytes) -> Document:
    (document,) = READER.read(content, "sample.docx")
    assert isinstance(document, Document)
    return document


def told(document: Any) -> list[tuple[str | None, str]]:
    return [(block.section, block.text) for block in read(docx_bytes(document)).blocks]


def raised(paragraph: Any, text: str) -> None:
    paragraph.add_run(text).font.superscript = True


def protocol() -> Any:
    """A protocol for flares of gout."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author = "Flares of gout", "Ada King; Bo Lindqvist"
    properties.created, properties.language = datetime(2022, 5, 6, tzinfo=UTC), "en-GB"
    document.add_heading("Flares of gout in older adults", 0)
    document.add_heading("Background", 1)
    paragraph = document.add_paragraph("Gout affects about 4% of adults")
    raised(paragraph, "1,2")
    paragraph.add_run(" and is more common above 30 kg/m")
    raised(paragraph, "2")
    paragraph.add_run(", as one in 10")
    raised(paragraph, "5")
    paragraph.add_run(" knows.")
    document.add_heading("Treatment", 1)
    document.add_heading("Medicines", 2)
    document.add_paragraph("Colchicine, low dose", style="List Bullet")
    document.add_paragraph("Naproxen", style="List Number")
    table = document.add_table(4, 3)
    rows = (
        ("Medicine", "Dose", "Flares"),
        ("Colchicine", "0.5 mg", "3"),
        ("Naproxen", "250 mg", "4"),
        ("Rest", "", "9"),
    )
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("After the table.")
    document.add_heading("References", 1)
    document.add_paragraph("1. Somebody. Something. 2010.")
    document.add_heading("Annex", 1)
    document.add_paragraph("Kept.")
    return document


def test_a_protocol_in_its_order() -> None:
    assert told(protocol()) == [
        (
            "Background",
            "Gout affects about 4% of adults and is more common above 30 kg/m², as one in 10⁵ knows.",
        ),
        ("Treatment > Medicines", "Colchicine, low dose"),
        ("Treatment > Medicines", "Naproxen"),
        ("Treatment > Medicines", "Medicine: Colchicine; Dose: 0.5 mg; Flares: 3"),
        ("Treatment > Medicines", "Medicine: Naproxen; Dose: 250 mg; Flares: 4"),
        ("Treatment > Medicines", "Medicine: Rest; Flares: 9"),
        ("Treatment > Medicines", "After the table."),
        ("Annex", "Kept."),
    ]


def test_properties() -> None:
    document = read(docx_bytes(protocol()))
    assert document.title == "Flares of gout in older adults"
    assert document.authors == ("King A", "Lindqvist B")
    assert (document.year, document.year_rule, document.language) == (2022, "dcterms:created", "en")


def test_the_names_and_dates_that_programs_put_in_are_not_believed() -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    read_back = read(docx_bytes(document))
    assert (read_back.authors, read_back.year, read_back.title) == ((), None, "")


def test_headings_by_outline_level_by_inheritance_and_by_names_in_other_languages() -> None:
    document = docx.Document()
    own = document.styles.add_style("Kapitel", 1)
    own.base_style = document.styles["Heading 2"]
    german = document.styles.add_style("berschrift3", 1)
    german.element.find(qn("w:name")).set(qn("w:val"), "Überschrift 3")
    paragraph = document.add_paragraph("By outline level")
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().append(level)
    document.add_paragraph("By inheritance", style=own)
    document.add_paragraph("By name", style=german)
    document.add_paragraph("Text.")
    bold = document.add_paragraph()
    bold.add_run("Methods").bold = True
    document.add_paragraph("More.")
    assert told(document) == [
        ("By outline level > By inheritance > By name", "Text."),
        ("Methods", "More."),
    ]


def test_deleted_and_hidden_words_go_and_inserted_and_linked_words_stay() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Take ")
    for tag, text_tag, text in (
        ("w:ins", "w:t", "half"),
        ("w:del", "w:delText", "all"),
        ("w:hyperlink", "w:t", " a dose"),
    ):
        wrapper, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        words.text = text
        words.set(qn("xml:space"), "preserve")
        run.append(words)
        wrapper.append(run)
        paragraph._p.append(wrapper)
    paragraph.add_run(" hidden").font.hidden = True
    paragraph.add_run("\tat\nnight")
    code = OxmlElement("w:instrText")
    code.text = "ADDIN EN.CITE"
    paragraph.add_run()._r.append(code)
    symbol = OxmlElement("w:sym")
    symbol.set(qn("w:font"), "Symbol")
    symbol.set(qn("w:char"), "F0B3")
    paragraph.add_run(" if age ")._r.append(symbol)
    paragraph.add_run(" 50")
    assert told(document) == [(None, "Take half a dose at night if age ≥ 50")]


def test_content_controls_are_read_and_tables_of_contents_are_not() -> None:
    document = docx.Document()
    for gallery, text in ((None, "In a control."), ("Table of Contents", "1 Gout")):
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        if gallery:
            properties, part, named = (
                OxmlElement("w:sdtPr"),
                OxmlElement("w:docPartObj"),
                OxmlElement("w:docPartGallery"),
            )
            named.set(qn("w:val"), gallery)
            part.append(named)
            properties.append(part)
            control.append(properties)
        content.append(document.add_paragraph(text)._p)
        control.append(content)
        document.element.body.insert(0, control)
    assert told(document) == [(None, "In a control.")]


def test_merged_cells_count_for_every_row() -> None:
    document = docx.Document()
    table = document.add_table(4, 3)
    for row, cells in zip(
        table.rows,
        (("Drug", "Dose", "Pain"), ("A", "1 mg", "30%"), ("", "2 mg", "40%"), ("All", "", "")),
        strict=True,
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 0).merge(table.cell(3, 2))
    assert [text for _, text in told(document)] == [
        "Drug: A; Dose: 1 mg; Pain: 30%",
        "Drug: A; Dose: 2 mg; Pain: 40%",
        "All",
    ]


def repacked(change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The protocol with its parts changed; a part of which nothing is left is taken out."""
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(docx_bytes(protocol()))) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def with_entity(name: str, content: bytes) -> bytes:
    if name != "word/document.xml":
        return content
    doctype = b'<!DOCTYPE x [<!ENTITY a "gout"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    return content.replace(b"<w:document", doctype + b"<w:document", 1).replace(b"Kept.", b"&a;&b;")


def swollen(name: str, content: bytes) -> bytes:
    return content.replace(b"Kept.", b" " * 30_000_000) if name == "word/document.xml" else content


def huge() -> bytes:
    """The protocol, with a picture that says that it unpacks to 210 MB."""
    content = docx_bytes(protocol())
    entry = content.rindex(b"docProps/thumbnail.jpeg") - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    return content[: entry + 24] + (210 * 2**20).to_bytes(4, "little") + content[entry + 28 :]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "It is empty"),
        (b"PK\x03\x04", "damaged or not a whole DOCX file"),
        (docx_bytes(protocol())[:9000], "damaged or not a whole DOCX file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "protected by a password or is an old DOC file"),
        (repacked(lambda name, part: None if name == "word/document.xml" else part), "no word/document.xml"),
        (
            repacked(lambda name, part: part[:-50] if name == "word/document.xml" else part),
            "document.xml is not XML",
        ),
        (repacked(with_entity), "declares a document type"),
        (repacked(swollen), "swells more than two hundredfold"),
        (huge(), "unpack to more than 200 MB"),
        (
            repacked(
                lambda name, part: (
                    part.decode().replace("UTF-8", "UTF-16").encode("utf-16")
                    if name == "word/document.xml"
                    else part
                )
            ),
            "not in UTF-8",
        ),
    ],
)
def test_what_is_no_sound_document_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        read(content)


def test_tables_that_are_nested_without_end_are_refused() -> None:
    def nested(name: str, content: bytes) -> bytes:
        if name != "word/document.xml":
            return content
        opening, closing = b"<w:tbl><w:tr><w:tc>", b"</w:tc></w:tr></w:tbl>"
        return content.replace(b"<w:body>", b"<w:body>" + opening * 3000 + closing * 3000)

    with pytest.raises(DocumentError):
        read(repacked(nested))


def test_word_documents_are_known_by_their_first_bytes() -> None:
    assert READER.recognises(docx_bytes(protocol())[:4096])
    assert not READER.recognises(b"PK\x03\x04" + b"mimetypeapplication/epub+zip")
    assert not READER.recognises(b"PK\x03\x04[Content_Types].xml ... xl/workbook.xml")
    assert not READER.recognises(b"%PDF-1.4")
