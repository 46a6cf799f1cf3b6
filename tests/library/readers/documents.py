"""Makers of sample documents: real files, made by the libraries that people's programs use. All words are ours."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

WIDTH, HEIGHT = A4

BODY = ParagraphStyle(
    "body", fontName="Times-Roman", fontSize=12, leading=15, alignment=TA_JUSTIFY, firstLineIndent=12
)
FIRST = ParagraphStyle("first", BODY, firstLineIndent=0)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=18, leading=22, spaceAfter=6)
BYLINE = ParagraphStyle("byline", fontName="Times-Roman", fontSize=11, leading=14, spaceAfter=6)
HEADING = ParagraphStyle(
    "heading", fontName="Helvetica-Bold", fontSize=14, leading=15, spaceBefore=10, spaceAfter=4
)
SUBHEADING = ParagraphStyle(
    "subheading", fontName="Helvetica-BoldOblique", fontSize=12, leading=13, spaceBefore=8, spaceAfter=3
)
CAPTION = ParagraphStyle("caption", fontName="Helvetica", fontSize=8, leading=10, spaceBefore=8, spaceAfter=8)
REFERENCE = ParagraphStyle("reference", fontName="Times-Roman", fontSize=8, leading=10)

ABSTRACT = (
    "Migraine is common in adults of working age, and many people who need prevention never receive it. We asked "
    "whether a nurse who telephones each month helps people to stay on their preventive medicine for a whole year."
)
PARAGRAPHS = (
    "Migraine affects about one adult in seven and is the second cause of years lived with "
    "disability.<super>1,2</super> Most attacks last between four and seventy-two hours, and between attacks many "
    "people worry about the next one. "
    "Preventive medicines lower the number of days with headache by half in about four of ten people who take them "
    "for three months or longer.",
    "Yet fewer than one in five people who could benefit from prevention take it, and half of those who begin stop "
    "within six months. The reasons that they give are side effects, doubts about the benefit and the wish to take "
    "no medicine every day.<super>3–5</super> Few trials have tested ways to help them.",
    "We randomly assigned 412 adults from 23 general practices to monthly calls or to usual care. The nurse asked "
    "about side effects, days with headache and doses missed, and changed the dose after talking to the doctor. "
    "People with a body mass index above 40 kg/m<super>2</super>, those who were pregnant and those who had taken "
    "three or more preventive medicines before could not take part.",
    "The primary outcome was the share of people who still took a preventive medicine after twelve months. Staff "
    "who judged the outcome did not know the group. We analysed everyone in the group to which they were assigned "
    "and used multiple imputation for the 37 people without data at twelve months.",
    "After twelve months 128 of 206 people in the group with calls and 81 of 206 in usual care still took a "
    "preventive medicine (risk ratio 1.58, 95% confidence interval 1.29 to 1.93). Days with headache fell by 3.4 a "
    "month with calls and by 2.1 a month with usual care (difference 1.3, 95% confidence interval 0.6 to 2.0). The "
    "result did not change when people without data were left out (I<super>2</super> = 0%).",
    "Serious adverse events were rare in both groups, and none was judged to be due to the calls. Two people in each "
    "group were admitted to hospital with a first seizure or with chest pain, and one person in usual care died of "
    "a cause that had nothing to do with migraine or its treatment.",
    "A monthly call from a nurse kept more people on preventive treatment and lowered the number of days with "
    "headache. The trial was not blinded, so that people who were called may have reported fewer days than they "
    "had. What a call costs was not measured, and a longer trial should do so.",
)
"""The paragraphs of the article, with the markup of reportlab."""

PLAIN = tuple(
    paragraph.replace("<super>1,2</super>", "")
    .replace("<super>3–5</super>", "")
    .replace("<super>2</super>", "²")
    for paragraph in PARAGRAPHS
)
"""What should be read of them."""

OUTCOMES = (
    ("Outcome", "Calls", "Usual care"),
    ("On treatment", "128 (62%)", "81 (39%)"),
    ("Headache days", "4.9", "6.2"),
    ("Serious events", "3", "4"),
)
REFERENCES = (
    "1. Aaltonen P, Brook T. How common migraine is in towns. Ann Invented Neurol 2011; 4: 11–19. doi:10.5555/cited.1",
    "2. Castro M. Years lost to headache. Invented Health Rev 2014; 9: 101–9.",
    "3. Dahl K, Evans R. Why people stop prevention. J Invented Pract 2016; 2: 45–52.",
)


def article_pdf(**properties: str) -> bytes:
    """An article of a few pages: two columns below a title and abstract, running heads, page numbers, references."""
    buffer = BytesIO()
    template = BaseDocTemplate(buffer, pagesize=A4, **properties)
    gutter, margin, top = 24, 54, HEIGHT - 60
    column = (WIDTH - 2 * margin - gutter) / 2
    head = Frame(margin, top - 190, WIDTH - 2 * margin, 190, 0, 0, 0, 0)
    short = [
        Frame(margin + place * (column + gutter), 200, column, top - 400, 0, 0, 0, 0) for place in (0, 1)
    ]
    tall = [Frame(margin + place * (column + gutter), 60, column, top - 60, 0, 0, 0, 0) for place in (0, 1)]

    def running_head(canvas: Canvas, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(margin, HEIGHT - 36, "Invented Journal of Headache 2019; 7: 21–28")
        canvas.drawRightString(WIDTH - margin, HEIGHT - 36, "Calls in migraine prevention")
        canvas.drawCentredString(WIDTH / 2, 30, str(20 + document.page))
        if document.page == 1:
            canvas.drawString(margin, 44, "https://doi.org/10.5555/IJH.2019.21")

    template.addPageTemplates(
        [
            PageTemplate("first", [head, *short], onPage=running_head),
            PageTemplate("later", tall, onPage=running_head),
        ]
    )
    table = Table([list(row) for row in OUTCOMES], colWidths=[90, 70, 70], rowHeights=14)
    table.setStyle([("FONT", (0, 0), (-1, -1), "Helvetica", 8), ("LINEABOVE", (0, 0), (-1, 0), 1, "black")])
    story: list[Flowable] = [
        NextPageTemplate("later"),
        Paragraph("Monthly telephone calls to keep adults with migraine on preventive treatment", TITLE),
        Paragraph("Ada King, Bo Lindqvist", BYLINE),
        Paragraph("Abstract", HEADING),
        Paragraph(ABSTRACT, FIRST),
        FrameBreak(),
        Paragraph("1. Introduction", HEADING),
        Paragraph(PARAGRAPHS[0], FIRST),
        Paragraph(PARAGRAPHS[1], BODY),
        Paragraph("2. Methods", HEADING),
        Paragraph("2.1. Participants", SUBHEADING),
        Paragraph(PARAGRAPHS[2], FIRST),
        Paragraph("2.2. Outcomes", SUBHEADING),
        Paragraph(PARAGRAPHS[3], FIRST),
        Paragraph("3. Results", HEADING),
        Paragraph(PARAGRAPHS[4], FIRST),
        Paragraph("Table 1. Outcomes at twelve months in both groups.", CAPTION),
        table,
        Spacer(1, 12),
        Paragraph(PARAGRAPHS[5], BODY),
        Paragraph("4. Discussion", HEADING),
        Paragraph(PARAGRAPHS[6], FIRST),
        Paragraph("References", HEADING),
        *(Paragraph(reference, REFERENCE) for reference in REFERENCES),
    ]
    template.build(story)
    return buffer.getvalue()


Placed = tuple[float, float, str] | tuple[float, float, str, str, float]
"""Where a text stands, in points from the left and from the foot of the page; then its font and size."""


def placed_pdf(pages: Sequence[Sequence[Placed]], *, password: str | None = None) -> bytes:
    """Pages with texts at given places, in Times of 10 points where nothing else is said."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    buffer = BytesIO()
    encryption = StandardEncryption(password, strength=128) if password else None
    canvas = Canvas(buffer, pagesize=A4, encrypt=encryption)
    for page in pages:
        for x, y, text, *font in page:
            canvas.setFont(*(font or ("Times-Roman", 10)))
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def column(x: float, y: float, lines: Sequence[str], leading: float = 12) -> list[Placed]:
    """Lines below each other."""
    return [(x, y - index * leading, line) for index, line in enumerate(lines)]


def with_superscripts(x: float, y: float, runs: Sequence[str]) -> list[Placed]:
    """One line, of which every other run is raised."""
    placed: list[Placed] = []
    for index, run in enumerate(runs):
        size, rise = (6.0, 4.0) if index % 2 else (10.0, 0.0)
        placed.append((x, y + rise, run, "Times-Roman", size))
        x += stringWidth(run, "Times-Roman", size)
    return placed


def docx_bytes(document: Any) -> bytes:
    """The file of a python-docx document."""
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()
