"""PDF files with a text layer."""

import re
from collections.abc import Iterator, Sequence

from aitia.library.document import Block, Document, DocumentError, Reader
from aitia.library.readers import bylines
from aitia.library.readers.outline import Part, Passage, blocks_of, extent_of, is_left_out
from aitia.library.readers.pdf_glyphs import spans_of
from aitia.library.readers.pdf_layout import Line, lines_of, usual_gutter
from aitia.library.readers.pdf_margins import Sheet, without_running_heads
from aitia.library.readers.pdf_text import parts_of
from aitia.library.readers.prose import marked, tidy

_MOST_PAGES = 2000
_SCANNED = "It holds pictures of pages, no text; run it through a text recogniser (OCR) first."

_ABSTRACT = re.compile(
    r"(?:structured )?(?:abstract|summary|key points|zusammenfassung|résumé|resumen)", re.IGNORECASE
)
_OWN_DOI = re.compile(
    r"\bdoi\b|doi\.org|©|copyright|published|publication|cite this|citation|available (?:online|at)|"
    r"\b(?:19|20)\d\d\s?[;,:]\s?\d|\bvol(?:\.|ume)\b",
    re.IGNORECASE,
)
_OTHERS_DOI = re.compile(
    r"\b(?:correction to|erratum|corrigendum|comment(?:ary)? on|reply to|response to|see also|supplement(?:ary|al)?|"
    r"companion|linked|editorial|protocol|data ?(?:set|base)|previous(?:ly)?|related|refers? to)\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"(?:©|\(c\) (?:19|20)|copyright\b|downloaded from\b|all rights reserved|this is an open[- ]access article|"
    r"open access:? this article|this article is (?:distributed|licensed|made available)|permission to make digital|"
    r"(?:doi:?\s*)?(?:https?://|10\.\d{4,9}/)\S+$)",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"(?P<published>(?:first |e?)published(?: online)?(?: on)?|publication date|issue date|date of publication)\b"
    r"[^\d]{0,3}[^\n]{0,25}?(?P<year>(?:19|20)\d\d)\b"
    r"|(?P<copyright>©|\(c\)|copyright)[^\d\n]{0,40}(?P<owned>(?:19|20)\d\d)\b"
    r"|(?P<volume>\b(?P<issued>(?:19|20)\d\d)\s?;\s?\d{1,4}\s?[(:])",
    re.IGNORECASE,
)
_JUNK_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint)|untitled|document\d*$|slide \d|layout|"
    r"[\w-]{0,80}\.(?:docx?|pdf|indd|tex|qxd|rtf|dvi|xml)|pii:|doi:|10\.\d{4})",
    re.IGNORECASE,
)


def _recognises(beginning: bytes) -> bool:
    return b"%PDF-" in beginning[:1024]


def _read(content: bytes, name: str) -> Iterator[Document]:  # noqa: ARG001
    sheets, properties = _sheets(content)
    cleared = without_running_heads(sheets)
    usual = usual_gutter([sheet.spans for sheet in cleared])
    lines = [line for sheet in cleared for line in lines_of(sheet.spans, sheet.page, usual)]
    title, parts = parts_of(lines)
    named = tidy(properties.get("Title", ""))
    if not title and len(named) > 5 and not _JUNK_TITLE.match(named):
        title = named
    parts = [part for part in parts if not (isinstance(part, Passage) and _NOTICE.match(part.text))]
    blocks = _without_byline(blocks_of(parts, title))
    if not blocks:
        raise DocumentError(_SCANNED if not lines else "It holds no text besides headings and references.")
    first = _first_page(sheets)
    year, rule = _year(first)
    yield Document(
        format="pdf",
        title=title,
        extent=extent_of(blocks),
        blocks=blocks,
        authors=_authors(properties.get("Author", ""), first),
        year=year,
        year_rule=rule,
        doi=_doi(properties, first, parts),
        subjects=tuple(
            tidy(word) for word in re.split(r"[;,]", properties.get("Keywords", "")) if tidy(word)
        )[:50],
    )


def _sheets(content: bytes) -> tuple[list[Sheet], dict[str, str]]:
    """The spans of every page, and the properties of the document.

    Raises DocumentError if it is empty, protected, damaged, too long, or holds no text.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    if not content.strip(b"\0 \t\r\n"):
        raise DocumentError("It is empty.")
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise DocumentError("It is protected by a password; save a copy without one.") from None
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_SECURITY:
            raise DocumentError(
                "It is protected in a way that cannot be read; save a copy without protection."
            ) from None
        raise DocumentError("It is damaged or not a whole PDF file; fetch it again.") from None
    try:
        if len(pdf) > _MOST_PAGES:
            raise DocumentError(
                f"It has {len(pdf):,} pages, more than the {_MOST_PAGES:,} that are read; split it."
            )
        if not len(pdf):
            raise DocumentError("It is damaged: it has no pages; fetch it again.")
        sheets, unknown, pictures = [], 0, 0
        for number in range(len(pdf)):
            try:
                page = pdf[number]
                spans, height, unread = spans_of(page)
            except pypdfium2.PdfiumError:
                raise DocumentError(f"Page {number + 1} is damaged; fetch the file again.") from None
            letters = sum(len(span.text) for span in spans)
            unknown += unread
            pictures += letters < 10
            sheets.append(Sheet(tuple(spans), height, number + 1))
            page.close()
        letters = sum(len(span.text) for sheet in sheets for span in sheet.spans)
        if letters < 10 or (pictures > 0.8 * len(sheets) and letters < 60 * len(sheets)):
            raise DocumentError(_SCANNED)
        if unknown > 0.15 * letters:
            raise DocumentError(
                "Its fonts do not say which letters they draw; run it through a text recogniser (OCR) first."
            )
        return sheets, dict(pdf.get_metadata_dict(skip_empty=True))
    finally:
        pdf.close()


def _first_page(sheets: Sequence[Sheet]) -> list[Line]:
    """The lines of the first page that has text, with its head and foot."""
    return next((lines_of(sheet.spans, sheet.page) for sheet in sheets if sheet.spans), [])


def _without_byline(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Without what stands between the title and a heading "Abstract" on the first two pages: names and addresses.

    Where that holds a long paragraph, it may be the work itself and stays.
    """
    for index, block in enumerate(blocks):
        if block.section is None:
            continue
        if (block.page or 0) > 2 or not _ABSTRACT.match(block.section):
            return blocks
        return (*(other for other in blocks[:index] if _is_prose(other.text)), *blocks[index:])
    return blocks


def _is_prose(text: str) -> bool:
    words = text.split()
    lower = sum(word.isalpha() and word.islower() for word in words)
    return len(words) >= 40 and lower > 0.6 * len(words)


def _doi(properties: dict[str, str], first: Sequence[Line], parts: Sequence[Part]) -> str | None:
    """The work's own DOI: of its properties, or the only one on the first page, where it is not a cited work's.

    On the page it counts only in a line that is about the publication: a label "doi", an address, a year and volume;
    not after the heading of the references, nor in a sentence, nor where it is said to be another work's.
    """
    for key in ("Subject", "Title", "Keywords"):
        if bylines.doi_of(properties.get(key)):
            return bylines.doi_of(properties.get(key))
    texts = [marked(line.text) for line in first]
    end = next((index for index, text in enumerate(texts) if is_left_out(text)), len(texts))
    found = bylines.dois("\n".join(texts[:end]))
    own = [
        text
        for index, text in enumerate(texts[:end])
        if bylines.dois(text) and not _OTHERS_DOI.search(" ".join(texts[max(index - 1, 0) : index + 1]))
    ]
    if len(found) != 1 or len(own) != sum(bool(bylines.dois(text)) for text in texts[:end]):
        return None
    in_prose = any(
        isinstance(part, Passage) and found[0] in part.text.lower() and _is_prose(part.text) for part in parts
    )
    return found[0] if _OWN_DOI.search(own[0]) and not in_prose else None


def _year(first: Sequence[Line]) -> tuple[int | None, str | None]:
    """The year of publication on the first page: a stated date, else year and volume, else the copyright."""
    text = "\n".join(marked(line.text) for line in first)
    found: dict[str, int] = {}
    for match in _YEAR.finditer(text):
        for rule, field in (("published", "year"), ("volume", "issued"), ("copyright", "owned")):
            if match[field] and bylines.year_of(match[field]):
                found.setdefault(rule, int(match[field]))
    for rule in ("published", "volume", "copyright"):
        if rule in found:
            return found[rule], f"first page: {rule}"
    return None, None


def _authors(line: str, first: Sequence[Line]) -> tuple[str, ...]:
    """The authors of the properties, if the first page names them too: often it is who made the file."""
    page = tidy(" ".join(marked(row.text) for row in first)).casefold()
    found = bylines.authors(line)
    return found if found and all(name.split()[0].casefold() in page for name in found) else ()


READER = Reader(name="pdf", suffixes=(".pdf",), recognises=_recognises, read=_read)
