"""From headings and passages in reading order to blocks: each under its path of headings, reference lists left out."""

import re
from collections.abc import Iterable

from msgspec import Struct

from aitia.library.document import Block, Extent
from aitia.library.readers.prose import tidy


class Heading(Struct, frozen=True):
    text: str
    level: int
    """1 is the outermost; levels may be left out."""
    page: int | None = None


class Passage(Struct, frozen=True):
    """A paragraph, list item, caption or row of a table."""

    text: str
    page: int | None = None


Part = Heading | Passage

_STATEMENT = 8
_NUMBER = re.compile(r"(?:(?:\d{1,2}(?:\.\d{1,2}){0,4}|[IVX]{1,5}|[A-H])[.):]?\s+)?")
# Lists of other works are not this work's evidence, and thanks, tasks and interests are no evidence at all:
# "Dr A received fees from the maker of drug B" must not be found as an answer about drug B. Funding is kept: who
# paid for a study bears on it.
_LEFT_OUT = re.compile(
    r"(?:(?:key |selected |cited |annotated |additional |supplementa(?:l|ry) )?references?(?: list| cited)?"
    r"|references? (?:and|&) (?:notes|further reading)|(?:list of|selected) references"
    r"|(?:selected |annotated )?bibliography|bibliographic references|literature cited|cited literature|works cited"
    r"|literature|citations|further reading|recommended reading|external links"
    r"|literatur(?:verzeichnis)?|références(?: bibliographiques)?|bibliographie|referencias(?: bibliográficas)?"
    r"|bibliografía|bibliografia|riferimenti bibliografici|referências(?: bibliográficas)?|literatuur(?:lijst)?"
    r"|acknowledge?ments?(?: and funding)?|danksagung|remerciements|agradecimientos"
    r"|author(?:s['’]|['’]s|s)? contributions?|contributors|credit authorship contribution statement"
    r"|(?:declarations? of |statements? of |disclosures? of )?(?:potential )?"
    r"(?:conflicts? of interests?|(?:competing|conflicting)(?: financial)? interests?)"
    r"(?: statements?| disclosures?| declarations?)?|interessenkonflikte?|disclosures?|disclosure statement"
    r"|(?:table of )?contents|inhalt(?:sverzeichnis)?|sommaire|índice|list of (?:figures|tables)|index"
    r"|publisher['’]s note|orcid(?: ids?)?|how to cite(?: this article)?|consent for publication)"
    r"\s?[.:]?",
    re.IGNORECASE,
)
_SECTION_NAME = re.compile(
    r"(?:(?:structured )?abstract|summary|plain[- ]language summary|key (?:points|messages)|introduction|background"
    r"|(?:aims?|objectives?|purpose)(?: (?:and|&) (?:aims?|objectives?|scope))?"
    r"|(?:(?:materials?|patients?|subjects|participants|study (?:population|design)) (?:and|&) )?methods?|methodology"
    r"|(?:case (?:report|presentation|description)|case)|results?(?: and discussion)?|findings"
    r"|discussion(?: and conclusions?)?|limitations|strengths and limitations|conclusions?|concluding remarks"
    r"|recommendations|implications(?: for practice)?|appendix(?: [\dA-Z])?|appendices|funding|abbreviations"
    r"|(?:supplementary|supporting) (?:material|materials|information|data)|ethics(?: approval| statement)?"
    r"|data availability(?: statement)?|tables?|figures?|figure legends|definitions?|epidemiology|aetiology|etiology"
    r"|pathophysiology|diagnosis|treatment|management|prognosis|prevention|statistical analysis"
    r"|zusammenfassung|einleitung|methoden|ergebnisse|diskussion|fazit|résumé|resumen)",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(
    r"(?:structured |plain[- ]language )?(?:abstract|summary|synopsis|précis)\b.*", re.IGNORECASE
)


def blocks_of(parts: Iterable[Part], title: str = "") -> tuple[Block, ...]:
    """The passages, each with its path of headings.

    Left out, up to the next heading of the same or a higher level: tables of contents, reference lists, further
    reading, acknowledgements, contributions and interests of the authors. A heading that repeats the title, or at
    the first level its beginning, is no section. A heading of eight words or more under which nothing stands is a
    statement that was set like a heading, as recommendations are, and a block.
    """
    path: list[tuple[int, str]] = []
    left_out: int | None = None
    section: str | None = None
    blocks: list[Block] = []
    own_title = _letters(title)
    empty: tuple[str, str | None, int | None] | None = None
    for part in parts:
        text = tidy(part.text)
        if not text:
            continue
        if isinstance(part, Passage):
            if left_out is None:
                blocks.append(Block(text, section, part.page))
            empty = None
            continue
        if empty and (not path or part.level <= path[-1][0]):
            blocks.append(Block(*empty))
        empty = None
        if left_out is not None and part.level > left_out:
            continue
        left_out = part.level if is_left_out(text) else None
        while path and path[-1][0] >= part.level:
            path.pop()
        letters = _letters(text)
        if letters != own_title and not (part.level == 1 and letters and own_title.startswith(letters)):
            path.append((part.level, text))
            if left_out is None and len(text.split()) >= _STATEMENT:
                empty = (text, " > ".join(heading for _, heading in path[:-1]) or None, part.page)
        section = " > ".join(heading for _, heading in path) or None
    if empty:
        blocks.append(Block(*empty))
    return tuple(blocks)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def is_left_out(heading: str) -> bool:
    """Whether what stands under this heading is left out of the library."""
    if len(heading) > 80:
        return False
    return bool(_LEFT_OUT.fullmatch(heading, _NUMBER.match(heading).end()))  # type: ignore[union-attr]


def is_section_name(text: str) -> bool:
    """Whether a line by itself is one of the names that sections of medical works bear, numbered or not."""
    if len(text) > 80:
        return False
    start = _NUMBER.match(text).end()  # type: ignore[union-attr]
    return bool(_SECTION_NAME.fullmatch(text.rstrip(" .:"), start)) or is_left_out(text)


def extent_of(blocks: tuple[Block, ...]) -> Extent:
    """METADATA without any text, ABSTRACT if all of it stands under such a heading, else FULL."""
    if not blocks:
        return Extent.METADATA
    if all(block.section and _ABSTRACT.match(block.section) for block in blocks):
        return Extent.ABSTRACT
    return Extent.FULL
