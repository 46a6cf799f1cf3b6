"""Makes the example documents beside this file. Run: .venv/bin/python -m tests.documents.make

Their texts are written for the project, as examples of what a team might have. They are not for care: the figures in
them are made up.
"""

import io
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent

MIGRAINE = (
    ("1. What migraine is", (
        "Migraine is a disorder of the brain that causes repeated attacks of headache, often with nausea and "
        "sensitivity to light. About one attack in four begins with an aura of zigzag lines or blind spots.",
        "It affects 14% of adults in this example, and women three times as often as men.",
    )),
    ("2. Causes and triggers", (
        "Migraine is caused by a mixture of inherited and environmental factors that make nerve cells too excitable. "
        "In twins, genes account for about 45% of the risk (95% CI 36-53).",
        "Common triggers are missed meals, lack of sleep, stress and alcohol. Hormonal changes around menstruation "
        "trigger attacks in some women.",
    )),
    ("3. Diagnosis", (
        "Migraine is diagnosed from the history alone when the neurological examination is normal. Brain imaging is "
        "not recommended for people with typical attacks.",
    )),
    ("4. Treatment of attacks", (
        "Non-steroidal anti-inflammatory drugs are recommended as the first treatment of mild attacks. Triptans are "
        "recommended for moderate or severe attacks, and for mild ones that did not respond.",
        "Opioids should not be used to treat migraine, since they lead to medication-overuse headache. An antiemetic "
        "can be added when nausea is troublesome, even without vomiting.",
    )),
    ("5. Prevention", (
        "Preventive treatment should be offered to people with four or more headache days a month. Propranolol, "
        "topiramate and candesartan each halved the number of attacks in about 40% of patients.",
        "Topiramate must not be used in pregnancy, because it harms the unborn child.",
    )),
    ("6. Outlook", (
        "Most people have fewer attacks after the age of 50. In 3% of patients each year, episodic migraine becomes "
        "chronic.",
    )),
)  # fmt: skip
GOUT = (
    ("What gout is", ("Gout is an arthritis that is caused by crystals of urate in the joints.",
                      "It is the commonest inflammatory arthritis of men.")),
    ("Causes", ("Gout develops when the level of urate in the blood stays above 360 micromoles per litre for years.",
                "Diuretics raise the level of urate and are a common cause of gout in older people.")),
    ("Treatment", ("Acute attacks are treated with a non-steroidal anti-inflammatory drug, colchicine or a short "
                   "course of prednisolone.",
                   "Allopurinol is the first-line drug to lower urate, and is started at a low dose.")),
)  # fmt: skip
DRUGS = (("Drug", "Used for", "Avoid in"), ("Colchicine", "acute attacks", "severe kidney disease"),
         ("Allopurinol", "lowering urate", "people with the HLA-B*58:01 allele"))  # fmt: skip


def migraine_pdf() -> bytes:
    """Two columns, numbered headings, running heads and page numbers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, 810, "Example Headache Society  |  Guideline on migraine 2024")
        canvas.drawCentredString(297, 30, f"Page {document.page} of 2")

    body = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=15, spaceAfter=9)
    head = ParagraphStyle(
        "head", fontName="Helvetica-Bold", fontSize=14, leading=19, spaceBefore=12, spaceAfter=7
    )
    title = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=20, leading=25, spaceAfter=14)
    story: list[object] = [Paragraph("Migraine in adults: an example guideline", title)]
    for heading, paragraphs in MIGRAINE:
        story += [Paragraph(heading, head), *(Paragraph(text, body) for text in paragraphs), Spacer(1, 150)]
    story += [
        Paragraph("References", head),
        Paragraph("1. Up M. An invented study. J Made Up 2020;1:1-9.", body),
    ]
    stream = io.BytesIO()
    frames = [Frame(50, 60, 235, 730, id="left"), Frame(305, 60, 235, 730, id="right")]
    document = BaseDocTemplate(
        stream, pagesize=A4, title="Migraine in adults: an example guideline", author="Example Headache Society",
        invariant=1,
    )  # fmt: skip
    document.addPageTemplates([PageTemplate(id="two", frames=frames, onPage=furniture)])
    document.build(story)
    return stream.getvalue()


def gout_docx() -> bytes:
    """Headings, paragraphs and a table."""
    import datetime

    from docx import Document

    document = Document()
    document.core_properties.title = "Gout: an example care pathway"
    document.core_properties.author = "Example Hospital"
    document.core_properties.created = datetime.datetime(2023, 5, 1)
    document.add_heading("Gout: an example care pathway", 0)
    for heading, paragraphs in GOUT:
        document.add_heading(heading, 1)
        for text in paragraphs:
            document.add_paragraph(text)
    table = document.add_table(rows=0, cols=3)
    for cells in DRUGS:
        row = table.add_row()
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return _dateless(stream.getvalue())


def _dateless(archive: bytes) -> bytes:
    """The same archive with every date at the beginning of 1980, so that it is made the same every time."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename), old.read(info), zipfile.ZIP_DEFLATED)
    return made.getvalue()


if __name__ == "__main__":
    (FOLDER / "migraine-guideline.pdf").write_bytes(migraine_pdf())
    (FOLDER / "gout-pathway.docx").write_bytes(gout_docx())
