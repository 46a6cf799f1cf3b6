from contextlib import suppress
from io import BytesIO
from itertools import pairwise

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from aitia.library.document import Block, Document, DocumentError, Extent
from aitia.library.readers.pdf import READER
from tests.library.readers.documents import (
    ABSTRACT,
    HEIGHT,
    OUTCOMES,
    PLAIN,
    WIDTH,
    article_pdf,
    column,
    placed_pdf,
    with_superscripts,
)


def read(content: bytes) -> Document:
    (document,) = READER.read(content, "sample.pdf")
    assert isinstance(document, Document)
    return document


def texts(content: bytes) -> list[str]:
    return [block.text for block in read(content).blocks]


@pytest.fixture(scope="module")
def article() -> Document:
    return read(article_pdf(author="Ada King; Bo Lindqvist"))


def test_the_paragraphs_of_a_two_column_article_come_whole_and_in_order(article: Document) -> None:
    prose = [block.text for block in article.blocks if block.text in (ABSTRACT, *PLAIN)]
    assert prose == [ABSTRACT, *PLAIN]


def test_nothing_else_is_read_of_the_article_but_its_table(article: Document) -> None:
    rest = [block.text for block in article.blocks if block.text not in (ABSTRACT, *PLAIN)]
    rows = [f"Outcome: {name}; Calls: {calls}; Usual care: {usual}" for name, calls, usual in OUTCOMES[1:]]
    assert rest == ["Table 1. Outcomes at twelve months in both groups.", *rows]


def test_sections_are_the_path_of_headings(article: Document) -> None:
    sections = list(dict.fromkeys(block.section for block in article.blocks))
    assert sections == [
        "Abstract",
        "1. Introduction",
        "2. Methods > 2.1. Participants",
        "2. Methods > 2.2. Outcomes",
        "3. Results",
        "4. Discussion",
    ]


def test_pages_count_from_one_and_a_paragraph_belongs_to_the_page_on_which_it_begins(
    article: Document,
) -> None:
    pages = [block.page for block in article.blocks]
    assert pages[0] == 1
    assert pages[-1] == 2
    assert all(first is not None and later is not None and first <= later for first, later in pairwise(pages))


def test_what_the_article_says_of_itself(article: Document) -> None:
    assert article.title == "Monthly telephone calls to keep adults with migraine on preventive treatment"
    assert article.authors == ("King A", "Lindqvist B")
    assert (article.year, article.year_rule) == (2019, "first page: volume")
    assert article.doi == "10.5555/ijh.2019.21"
    assert article.extent == Extent.FULL


def test_columns_that_are_drawn_line_by_line_across_the_page_are_not_glued() -> None:
    left = [
        "Coeliac disease is a lasting reaction to gluten,",
        "a protein of wheat, rye and barley. It harms the",
        "lining of the small bowel and is found in about",
        "one of every hundred people. Many of them have",
        "no trouble with their bowels at all.",
    ]
    right = [
        "The first test is a blood test for antibodies to",
        "tissue transglutaminase, taken while the person",
        "still eats gluten. If it is positive, samples of",
        "the bowel are taken in adults. In children a high",
        "level of antibodies may be enough.",
    ]
    page = [
        placed
        for index, (one, other) in enumerate(zip(left, right, strict=True))
        for placed in ((60.0, 700.0 - 12 * index, one), (310.0, 700.0 - 12 * index, other))
    ]
    assert texts(placed_pdf([page])) == [" ".join(left), " ".join(right)]


def test_words_that_are_broken_at_the_end_of_a_line_are_mended_as_the_rest_of_the_text_writes_them() -> None:
    lines = [
        "Gout is the most common inflam-",
        "matory arthritis of men. Urate-lowering treatment is",
        "meant for the long term, and urate-",
        "lowering medicines are started at a low dose. In short-",
        "and long-term use the same checks apply, also after COVID-",
        "19, and they are in the hands of the general prac-",
        "titioner.",
    ]
    assert texts(placed_pdf([column(60, 700, lines)])) == [
        "Gout is the most common inflammatory arthritis of men. Urate-lowering treatment is meant for the long term, "
        "and urate-lowering medicines are started at a low dose. In short- and long-term use the same checks apply, "
        "also after COVID-19, and they are in the hands of the general practitioner."
    ]


def test_raised_marks_of_citations_go_and_exponents_stay() -> None:
    runs = [
        "Flares fell by half",
        "12,13",
        " in 10",
        "5",
        " people, who weighed 30 kg/m",
        "2",
        " or more.",
        "14",
    ]
    (text,) = texts(placed_pdf([with_superscripts(60, 700, [*runs, " It was", "15", " less."])]))
    assert text == "Flares fell by half in 10⁵ people, who weighed 30 kg/m² or more. It was less."


def test_running_heads_and_page_numbers_are_dropped_even_if_they_alternate() -> None:
    pages = [
        [
            (60.0 if number % 2 else 400.0, HEIGHT - 30, "Gout in primary care" if number % 2 else "A. King"),
            *column(
                60, 700, [f"Sentence {word} speaks of gout in the feet.", "It says what has been seen there."]
            ),
            (290.0, 30.0, f"Page {number} of 6"),
        ]
        for number, word in enumerate(("one", "two", "three", "four", "five", "six"), 1)
    ]
    blocks = read(placed_pdf(pages)).blocks
    assert [block.text for block in blocks] == [
        f"Sentence {word} speaks of gout in the feet. It says what has been seen there."
        for word in ("one", "two", "three", "four", "five", "six")
    ]
    assert [block.page for block in blocks] == [1, 2, 3, 4, 5, 6]


def test_a_sentence_that_a_page_break_and_a_footnote_part_is_made_whole() -> None:
    note = (60.0, 60.0, "Supported by nobody in particular, as far as anyone knows.", "Times-Roman", 7.0)
    first = [*column(60, 700, ["Allopurinol lowers urate, and most people who take it"]), note]
    second = column(60, 700, ["reach the target within a year. Others need more."])
    assert texts(placed_pdf([first, second])) == [
        "Allopurinol lowers urate, and most people who take it reach the target within a year. Others need more.",
        "Supported by nobody in particular, as far as anyone knows.",
    ]


def test_list_items_are_blocks_without_their_bullets() -> None:
    lines = [
        "• Rest the joint.",
        "• Cool it with ice for twenty minutes, and do",
        "so three times a day.",
        "• Drink water.",
    ]
    assert texts(placed_pdf([column(60, 700, lines)])) == [
        "Rest the joint.",
        "Cool it with ice for twenty minutes, and do so three times a day.",
        "Drink water.",
    ]


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
@pytest.mark.parametrize("shown_upright", [True, False])
def test_pages_that_are_set_sideways_read_like_any_other(quarter_turns: int, shown_upright: bool) -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for number in (1, 2, 3):
        if shown_upright:
            # Which also changes the sides of the page, so that they are changed beforehand.
            canvas.setPageSize((HEIGHT, WIDTH) if quarter_turns % 2 else (WIDTH, HEIGHT))
            canvas.setPageRotation(90 * quarter_turns)
        canvas.translate(*((0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT))[quarter_turns])
        canvas.rotate(90 * quarter_turns)
        upper = HEIGHT if quarter_turns % 2 == 0 else WIDTH
        canvas.drawString(60, upper - 30, "Gout in primary care")
        canvas.drawString(60, upper - 200, "Colchicine works best when it is taken")
        canvas.drawString(60, upper - 212, f"within {number * 6} hours of the first pain.")
        canvas.drawString(200, 25, str(number))
        canvas.showPage()
    canvas.save()
    assert texts(buffer.getvalue()) == [
        f"Colchicine works best when it is taken within {hours} hours of the first pain."
        for hours in (6, 12, 18)
    ]


def test_a_stamp_along_the_edge_is_not_read() -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(60, 700, "Naproxen may be used instead of colchicine.")
    canvas.rotate(90)
    canvas.drawString(100, -20, "Downloaded by somebody on a Monday")
    canvas.save()
    assert texts(buffer.getvalue()) == ["Naproxen may be used instead of colchicine."]


@pytest.mark.parametrize(
    ("line", "doi"),
    [
        ("Invented J Rheum 2020; 3: 1-9. doi: 10.5555/own.7", "10.5555/own.7"),
        ("https://doi.org/10.5555/OWN.8", "10.5555/own.8"),
        ("This is a reply to the paper with doi 10.5555/other.9", None),
        ("Correction to: https://doi.org/10.5555/other.10", None),
        ("doi:10.5555/a.1 and doi:10.5555/b.2", None),
    ],
)
def test_a_doi_counts_only_if_it_is_the_works_own(line: str, doi: str | None) -> None:
    page = [
        (60.0, 800.0, line),
        *column(
            60,
            700,
            ["Gout is common, and it is more common in men", "than it is in women before the menopause."],
        ),
        (60.0, 600.0, "References", "Times-Bold", 12.0),
        (60.0, 580.0, "1. Somebody. Something. doi:10.5555/cited.1"),
    ]
    assert read(placed_pdf([page])).doi == doi


def test_a_doi_in_a_sentence_is_not_the_works_own() -> None:
    lines = [
        "The trial was published in 2018 (doi 10.5555/trial.1), and this leaflet says in plain words what the people",
        "who took part in it were given, what became of their gout and what they would like others to know about the",
        "medicine that they had taken for a year, and which they were still taking when they were asked about it.",
    ]
    assert read(placed_pdf([column(60, 700, lines)])).doi is None


def test_a_file_with_a_password_is_refused() -> None:
    with pytest.raises(DocumentError, match="protected by a password; save a copy without one"):
        read(placed_pdf([column(60, 700, ["Secret."])], password="gout"))


def test_a_file_of_too_many_pages_is_refused_at_once() -> None:
    with pytest.raises(DocumentError, match=r"2,001 pages"):
        read(placed_pdf([[]] * 2001))


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"%PDF-1.7\n", b"%PDF-1.4\n%%EOF", article_pdf()[:3000], b"\0" * 500]
)
def test_a_damaged_or_empty_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^It is (damaged|empty).*\.$"):
        read(content)


def test_pictures_of_pages_are_refused() -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    for _ in range(3):
        canvas.rect(50, 50, 400, 700, fill=1)
        canvas.showPage()
    canvas.save()
    with pytest.raises(DocumentError, match="holds pictures of pages, no text"):
        read(buffer.getvalue())


def test_a_file_cut_short_or_altered_raises_nothing_but_a_document_error() -> None:
    whole = article_pdf()
    for at in range(0, len(whole), len(whole) // 40):
        for content in (whole[:at], whole[:at] + b"\xff\x00garbage" + whole[at + 9 :]):
            with suppress(DocumentError):
                read(content)


def test_pdf_files_are_known_by_their_first_bytes() -> None:
    assert READER.recognises(article_pdf()[:4096])
    assert READER.recognises(b"\n\n%PDF-1.3 ...")
    assert not READER.recognises(b"PK\x03\x04 %PD")
    assert not READER.recognises(b"x" * 2000 + b"%PDF-1.3")


def test_blocks_are_blocks(article: Document) -> None:
    assert all(
        isinstance(block, Block) and block.text == " ".join(block.text.split()) for block in article.blocks
    )


def test_keywords_beside_an_abstract_are_not_mixed_into_it() -> None:
    abstract = [
        "Gout is common, and allopurinol is its usual treatment. We asked whether",
        "a low starting dose prevents flares. Of 120 people who began with 50 mg a",
        "day, 18 had a flare within three months; of 118 who began with 200 mg, 35",
        "had one. A low starting dose prevents flares in the first months.",
    ]
    page = [
        (60.0, 700.0, "A R T I C L E  I N F O", "Helvetica", 8.0),
        (220.0, 700.0, "A B S T R A C T", "Helvetica", 8.0),
        *column(60, 684, ["Keywords:", "Gout", "Allopurinol", "Flares"]),
        *column(220, 684, abstract),
        (60.0, 600.0, "1. Introduction", "Helvetica-Bold", 12.0),
        *column(60, 584, ["Gout hurts."]),
    ]
    blocks = read(placed_pdf([page])).blocks
    assert [(block.section, block.text) for block in blocks if "Keywords" not in block.text] == [
        ("ABSTRACT", " ".join(abstract)),
        ("1. Introduction", "Gout hurts."),
    ]


def test_a_table_of_contents_is_not_read() -> None:
    page = [
        (60.0, 760.0, "Contents", "Helvetica-Bold", 14.0),
        *column(60, 740, ["1 Gout . . . . . . . . . . . 2", "2 Flares . . . . . . . . . . 3"]),
        (60.0, 700.0, "1 Gout", "Helvetica-Bold", 14.0),
        *column(60, 680, ["Gout is a disease of the joints."]),
    ]
    blocks = read(placed_pdf([page])).blocks
    assert [(block.section, block.text) for block in blocks] == [
        ("1 Gout", "Gout is a disease of the joints.")
    ]


def test_a_recommendation_in_bold_is_no_heading() -> None:
    bold = ("Times-Bold", 10.0)
    page = [
        (60.0, 790.0, "Gout in primary care", "Times-Bold", 18.0),
        (60.0, 760.0, "Treatment", "Times-Bold", 14.0),
        (60.0, 740.0, "Offer allopurinol to everyone who has had two flares or more in", *bold),
        (60.0, 728.0, "a year, and begin with a low dose.", *bold),
        (60.0, 700.0, "Offer febuxostat to everyone who cannot take allopurinol", *bold),
        (60.0, 680.0, "Diet", "Times-Bold", 14.0),
        *column(
            60,
            660,
            [
                "Diet alone rarely lowers urate enough, and a strict diet is hard to",
                "keep to for a lifetime.",
            ],
        ),
    ]
    blocks = read(placed_pdf([page])).blocks
    assert [(block.section, block.text) for block in blocks] == [
        (
            "Treatment",
            "Offer allopurinol to everyone who has had two flares or more in a year, and begin with a low dose.",
        ),
        ("Treatment", "Offer febuxostat to everyone who cannot take allopurinol"),
        (
            "Diet",
            "Diet alone rarely lowers urate enough, and a strict diet is hard to keep to for a lifetime.",
        ),
    ]
