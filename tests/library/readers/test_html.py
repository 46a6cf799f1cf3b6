import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aitia.library.document import Document, DocumentError, Extent
from aitia.library.readers.html import READER


def read(content: str | bytes) -> Document:
    (document,) = READER.read(
        content if isinstance(content, bytes) else content.encode("utf-8", "replace"), "a.html"
    )
    assert isinstance(document, Document)
    return document


def told(content: str) -> list[tuple[str | None, str]]:
    return [(block.section, block.text) for block in read(content).blocks]


ARTICLE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Prevention of migraine | Invented Journal</title>
<meta name="citation_title" content="Prevention of migraine in adults">
<meta name="citation_author" content="King, Ada B."><meta name="citation_author" content="Bo Lindqvist">
<meta name="citation_journal_title" content="Invented Journal of Headache">
<meta name="citation_doi" content="doi:10.5555/IJH.7"><meta name="citation_pmid" content="12345678">
<meta name="citation_publication_date" content="2019/05/02">
<link rel="canonical" href="https://example.org/migraine">
<script>var a = "<p>never shown</p>";</script><style>p { color: red }</style></head>
<body>
<div id="cookie-banner" class="cookie-consent"><p>We use cookies to make this work.</p><button>Accept</button></div>
<nav><ul><li><a href="/">Home</a></li><li><a href="/az">Health A to Z</a></li></ul></nav>
<main><article>
<h1>Prevention of migraine in adults</h1>
<h2>Abstract</h2>
<p>Migraine affects about one adult in seven<sup>1,2</sup> and is the second cause of years lived with
disability.<sup><a href="#r3">3</a></sup>–<sup><a href="#r5">5</a></sup> It needs 10<sup>5</sup> visits and weighs on
people above 30&nbsp;kg/m<sup>2</sup>.</p>
<h2>Methods</h2>
<h3>Medicines</h3>
<p>Propranolol was given at 80 mg to 160 mg a day.<br>Topiramate was given at 100 mg a day.</p>
<ul><li>First <b>bold</b> item</li><li>Second item<ul><li>An item within it</li></ul></li></ul>
<table><caption>Table 1. Outcomes at twelve weeks</caption>
<thead><tr><th rowspan="2">Medicine</th><th colspan="2">After twelve weeks</th></tr>
<tr><th>Responders</th><th>Stopped</th></tr></thead>
<tbody><tr><td>Propranolol</td><td>43%</td><td>9%</td></tr>
<tr><td rowspan="2">Topiramate<sup>a</sup></td><td>46%</td><td>22%</td></tr><tr><td>47%</td><td>20%</td></tr>
</tbody></table>
<figure><img src="x.png" alt="graph"><figcaption>Figure 1. Days with headache over time.</figcaption></figure>
<p>Few stopped.</p>
<dl><dt>Aura</dt><dd>Signs before the headache.</dd></dl>
<h2>Conflict of interest</h2><p>AK has received fees from the maker of topiramate for lectures on migraine.</p>
<h2>References</h2><ol><li>Somebody A. Something. 2001.</li><li>Other B. Something else. 2002.</li></ol>
</article></main>
<footer><p>&copy; 2024 Invented Publisher. All rights reserved.</p></footer>
</body></html>"""


def test_the_main_content_with_its_headings() -> None:
    drugs = "Methods > Medicines"
    assert told(ARTICLE) == [
        (
            "Abstract",
            "Migraine affects about one adult in seven and is the second cause of years lived with disability. "
            "It needs 10⁵ visits and weighs on people above 30 kg/m².",
        ),
        (drugs, "Propranolol was given at 80 mg to 160 mg a day. Topiramate was given at 100 mg a day."),
        (drugs, "First bold item"),
        (drugs, "Second item"),
        (drugs, "An item within it"),
        (drugs, "Table 1. Outcomes at twelve weeks"),
        (
            drugs,
            "Medicine: Propranolol; After twelve weeks, Responders: 43%; After twelve weeks, Stopped: 9%",
        ),
        (
            drugs,
            "Medicine: Topiramate; After twelve weeks, Responders: 46%; After twelve weeks, Stopped: 22%",
        ),
        (
            drugs,
            "Medicine: Topiramate; After twelve weeks, Responders: 47%; After twelve weeks, Stopped: 20%",
        ),
        (drugs, "Figure 1. Days with headache over time."),
        (drugs, "Few stopped."),
        (drugs, "Aura: Signs before the headache."),
    ]


def test_what_the_page_says_of_itself() -> None:
    document = read(ARTICLE)
    assert document.title == "Prevention of migraine in adults"
    assert document.authors == ("King AB", "Lindqvist B")
    assert (document.year, document.year_rule) == (2019, "meta citation_publication_date")
    assert (document.doi, document.pmid, document.pmcid) == ("10.5555/ijh.7", "12345678", None)
    assert document.container == "Invented Journal of Headache"
    assert (document.url, document.language) == ("https://example.org/migraine", "en")
    assert document.extent == Extent.FULL


def page(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><article>{body}</article></body></html>"


LONG = "Gout is the most common inflammatory arthritis of men, and its flares are treated early. " * 4


def test_dublin_core_and_open_graph() -> None:
    head = (
        '<meta name="DC.Title" content="Gout at home"><meta name="DC.Creator" content="Invented Gout Society">'
        '<meta name="dc.identifier" content="https://doi.org/10.5555/gout.2">'
        '<meta name="dc.date.issued" content="2020-01-31"><meta property="og:site_name" content="Invented Leaflets">'
    )
    document = read(page(f"<h1>Gout at home</h1><p>{LONG}</p>", head))
    assert document.title == "Gout at home"
    assert document.authors == ("Invented Gout Society",)
    assert (document.doi, document.year, document.container) == ("10.5555/gout.2", 2020, "Invented Leaflets")


def test_a_page_with_an_abstract_alone_is_an_abstract() -> None:
    assert read(page(f"<h1>Gout</h1><h2>Abstract</h2><p>{LONG}</p>")).extent == Extent.ABSTRACT


def test_isotopes_ordinals_and_charges_keep_their_superscripts() -> None:
    body = (
        f"<p>{LONG}</p><p>On the 20<sup>th</sup> day <sup>18</sup>F-FDG and <sup>99m</sup>Tc were given with "
        "Ca<sup>2+</sup> at 37<sup>o</sup>C; R<sup>2</sup> was 0.9.<sup>[citation needed]</sup></p>"
    )
    assert (
        told(page(body))[1][1]
        == "On the 20th day ¹⁸F-FDG and ⁹⁹ᵐTc were given with Ca²⁺ at 37°C; R² was 0.9."
    )


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("fewer deaths<sup>12–15</sup> and", "fewer deaths and"),
        ("fewer deaths.<sup>[12]</sup><sup>[13]</sup> The", "fewer deaths. The"),
        ("fewer deaths <sup>3, 4</sup>, and", "fewer deaths, and"),
        (
            "hepatitis B<sup>3</sup> and vitamin D<sup>2</sup> in 2019<sup>7</sup>",
            "hepatitis B and vitamin D in 2019",
        ),
        ("43%<sup>8</sup> of type I<sup>2</sup> cases", "43% of type I cases"),
        (
            "4.2 × 10<sup>12</sup>/L, 10<sup>−6</sup> M and 20 mL min<sup>-1</sup>",
            "4.2 × 10¹²/L, 10⁻⁶ M and 20 mL min⁻¹",
        ),
        ("χ<sup>2</sup> = 4, I<sup>2</sup> = 30%, cm<sup>3</sup>", "χ² = 4, I² = 30%, cm³"),
        ("CD4<sup>+</sup> cells and Na<sup>+</sup>", "CD4+ cells and Na⁺"),
        ("SOD1<sup>G93A</sup> mice, Drug<sup>®</sup>", "SOD1G93A mice, Drug®"),
        ("the mean*<sup>†</sup> was", "the mean* was"),
    ],
)
def test_superscripts(markup: str, words: str) -> None:
    assert told(page(f"<p>{LONG}</p><p>In short, {markup} so on.</p>"))[1][1] == f"In short, {words} so on."


def test_what_opens_at_a_click_is_read() -> None:
    body = (
        f"<h1>Diet</h1><p>{LONG}</p><details class='expander'><summary><span>Foods that contain gluten</span></summary>"
        "<ul><li>bread</li><li>pasta</li></ul></details>"
    )
    assert [text for _, text in told(page(body))][1:] == ["Foods that contain gluten", "bread", "pasta"]


def test_a_cell_across_the_whole_table_is_its_title() -> None:
    body = (
        f"<p>{LONG}</p><table><tr><th colspan=2>Gout</th></tr><tr><th>Speciality</th><td>Rheumatology</td></tr>"
        "<tr><th>Usual onset</th><td>Older men</td></tr></table>"
    )
    rows = ["Gout", "Speciality: Rheumatology", "Usual onset: Older men"]
    assert [text for _, text in told(page(body))][1:] == rows


def test_rows_of_a_table_without_a_header_name_what_they_say() -> None:
    body = (
        f"<p>{LONG}</p><table><tr><td>Dose</td><td>0.5 mg</td></tr><tr><td>Flares</td><td>3</td></tr></table>"
    )
    assert [text for _, text in told(page(body))][1:] == ["Dose: 0.5 mg", "Flares: 3"]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1251", "utf-16"])
def test_declared_encodings(charset: str) -> None:
    words = "Подагра и боль" if charset == "windows-1251" else "Sjögren and Ménière"
    content = page(f"<p>{words}. {LONG}</p>", f'<meta charset="{charset}">').encode(charset)
    assert READER.recognises(content[:4096])
    assert read(content).blocks[0].text.startswith(words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "It is empty"),
        ("<html><body><nav>Home</nav></body></html>", "no text besides navigation"),
        ("<html>" + "<div>" * 1_000_000, "more than 200,000 tags"),
        ("<html>" + "<div>" * 5_000 + "text", "nested more than 256 deep"),
        ("<html>" + "x" * (21 * 2**20), "larger than 20 MB"),
    ],
)
def test_what_no_page_should_be_is_refused_at_once(content: str, words: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(DocumentError, match=words):
        read(content)
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize(
    "content",
    [
        page("<p>" + "a<sup>1</sup>" * 30_000 + "</p>"),
        page("<table>" + "<tr>" + "<td rowspan=9999 colspan=9999>x</td>" * 20 + "</tr>" * 300 + "</table>"),
        page("<p>" + "<b>a</b>" * 60_000 + "</p>"),
        page("<p>" + "<a href=x>a</a> " * 40_000 + "</p>"),
        page("<" * 100_000),
        page("x" * 5_000_000),
        page("<p>" + "<b>a" * 200 + LONG),
    ],
)
def test_hostile_pages_take_bounded_time(content: str) -> None:
    begun = time.perf_counter()
    try:
        read(content)
    except DocumentError as error:
        assert str(error).endswith(".")  # noqa: PT017
    assert time.perf_counter() - begun < 40


def test_pages_are_known_by_their_beginning() -> None:
    for beginning in (
        b"<!doctype HTML>",
        b"\xef\xbb\xbf \n<html>",
        b"<?xml version='1.0'?><html xmlns='x'>",
        b"<!-- a -->\n<head>",
    ):
        assert READER.recognises(beginning)
    for beginning in (
        b"%PDF-1.4 <html>",
        b"PK\x03\x04",
        b"Gout is common.",
        b"<article><front>",
        b"a\0<html>",
        b"",
    ):
        assert not READER.recognises(beginning) or beginning.startswith((b"%PDF", b"<article"))


def clean(text: str) -> bool:
    return text == " ".join(text.split()) and unicodedata.is_normalized("NFC", text)


TAGS = st.sampled_from(
    re.findall(
        r"\S+",
        "<p> </p> <h1> </h1> <h2> <ul> <li> </ul> <table> <tr> <td> </table> <sup> </sup> <br> <dl> <dt> <dd> <div> "
        "</div> <script> </script> <figure> <figcaption> </figure> <blockquote> <pre> &#xD800; &nbsp; &#0; ⸨ ⸩ x",
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(TAGS, st.text(max_size=30), st.just(LONG)), max_size=25))
@example(["<table>", "<tr>", "<td>", "<table>", "<tr>", "<td>", "x"])
def test_any_page_gives_clean_blocks_or_a_document_error(pieces: list[str]) -> None:
    try:
        document = read("<html><body>" + "".join(pieces))
    except DocumentError:
        return
    assert clean(document.title)
    assert all(clean(block.text) and block.text and clean(block.section or "") for block in document.blocks)
