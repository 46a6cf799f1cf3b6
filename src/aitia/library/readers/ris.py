"""RIS, as reference managers and publishers' sites export it; each record is read by rispy for itself."""

import re
from collections.abc import Iterator
from typing import Any

from aitia.evidence.nouns import Kind
from aitia.library.document import DocumentError, Item, Reader, Rejected
from aitia.library.readers.bylines import author
from aitia.library.readers.encoding import decode
from aitia.library.readers.fields import work

_START = re.compile(r"^TY  ?- ?", re.MULTILINE)
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:[^\n]{0,200}\n){0,20}?TY  ?- ?[A-Z]{2,}")
_END = re.compile(r"^ER  ?-", re.MULTILINE)
_IN_PUBMED = re.compile(r"pubmed|medline|nlm", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Whether a record's first line, "TY  - ", stands at the beginning, or after a few lines of greeting."""
    return _HEAD.match(head.replace(b"\r", b"\n")) is not None


def read(data: bytes, _name: str) -> Iterator[Item]:
    """Each record. One without its last line, "ER  - ", is read if another follows, and rejected at the end."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    starts = [found.start() for found in _START.finditer(text)]
    if not starts:
        raise DocumentError('it holds no record of RIS: no line begins with "TY  - "')
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), start=1):
        record = text[start:stop]
        if stop == len(text) and not _END.search(record):
            yield Rejected(
                f"record {number}", 'the file breaks off here: its last line, "ER  - ", is missing'
            )
        else:
            yield _item(record, number)


READER = Reader(name="ris", suffixes=(".ris",), recognises=recognises, read=read)


def _item(record: str, number: int) -> Item:
    import rispy  # type: ignore[import-untyped]

    whole = _END.split(record, 1)[0] + "ER  - \n"
    try:
        (fields,) = rispy.loads(whole)
    except (rispy.parser.ParseError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Rejected(f"record {number}", f"it is not valid RIS: {error}")
    return _document(fields) or Rejected(f"record {number}", "it has neither a title nor a DOI")


def _document(fields: dict[str, Any]) -> Item | None:
    date, rule = next(
        (
            (fields[name], tag)
            for name, tag in (("year", "PY"), ("publication_year", "Y1"), ("date", "DA"))
            if fields.get(name)
        ),
        ("", ""),
    )
    database = " ".join(str(fields.get(name) or "") for name in ("name_of_database", "database_provider"))
    urls = fields.get("urls") or ()
    kind = fields.get("type_of_reference")
    return work(
        "ris",
        title=_first(fields, "title", "primary_title"),
        abstract=_first(fields, "abstract", "notes_abstract"),
        authors=map(author, (fields.get("authors") or []) + (fields.get("first_authors") or [])),
        date=date,
        date_rule=rule,
        container=_first(
            fields,
            "alternate_title1",
            "alternate_title2",
            "journal_name",
            "alternate_title3",
            "secondary_title",
        ),
        doi=_first(fields, "doi"),
        pmid=_first(fields, "accession_number") if _IN_PUBMED.search(database) else None,
        pmcid=next(
            (
                value
                for value in fields.values()
                if isinstance(value, str) and re.fullmatch(r"PMC\d{1,9}", value)
            ),
            None,
        ),
        url=next(iter(urls), None),
        identifier=_first(fields, "id"),
        language=_first(fields, "language"),
        subjects=fields.get("keywords") or (),
        note=" ".join(map(str, fields.get("notes") or ())),
        kind=Kind.WEB_PAGE if kind in ("ELEC", "BLOG") else None,
        kind_rule=f"TY {kind}",
    )


def _first(fields: dict[str, Any], *names: str) -> str:
    return next((str(fields[name]) for name in names if fields.get(name)), "")
