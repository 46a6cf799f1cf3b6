"""Shows a source of a library of documents, or one passage of it with the cited words marked."""

import os
import re
import sys
import textwrap

import click
import msgspec

from aitia.documents import DocumentLibrary
from aitia.errors import LibraryError
from aitia.evidence.nouns import KIND_LABELS
from aitia.library.standing import names_of
from aitia.library.store.database import reading
from aitia.library.store.reading import StoredSource, by_key, keys_like, notices_about

_AROUND = 300
"""Characters of the text before and after a passage that are shown with it."""


def shown_document(opened: DocumentLibrary, key: str, passage: str | None, form: str) -> str:
    """The source of an id, or its passage N ("12"), with the sentence M marked ("12.3").

    Raises LibraryError if the library holds no such source, passage or sentence.
    """
    library = opened.library
    with reading(opened.database) as connection:
        stored = by_key(connection, library.id, key)
        if stored is None:
            near = keys_like(connection, library.id, key, 5) or keys_like(connection, library.id, key[:8], 5)
            hint = f" Did you mean {', '.join(near)}?" if near else ""
            raise LibraryError(f"the library {library.name} has no source {key!r}.{hint}")
        ids = {
            "pmid": stored.source.pmid or "",
            "doi": stored.source.doi or "",
            "pmcid": stored.source.pmcid or "",
        }
        notices = notices_about(connection, library.id, names_of(ids))
    if passage is not None:
        return _passage(stored, passage, form)
    if form == "json":
        record = {
            "source": stored.source,
            "details": stored.details,
            "notices": [dict(zip(("kind", "by", "rule", "seen"), notice, strict=True)) for notice in notices],
            "passages": [
                {**msgspec.to_builtins(one), "text": stored.text[one.start : one.end]}
                for one in stored.passages
            ],
        }
        return msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
    return "\n".join([*_head(stored, notices), "", *_contents(stored)])


def _head(stored: StoredSource, notices: list[tuple[str, str, str, str]]) -> list[str]:
    source, details = stored.source, stored.details
    lines = [
        source.title,
        f"  {', '.join(source.authors) or 'authors not recorded'} · {source.container or 'no container'} · "
        f"{source.year or 'no year'}",
        f"  {KIND_LABELS[source.kind]}{f' (by {details.kind_rule})' if details.kind_rule else ''} · "
        f"standing: {source.standing}",
    ]
    size = f"{source.size} (by {details.size_rule})" if source.size and details.size_rule else source.size
    for label, value in (
        ("size", size),
        ("link", source.link),
        ("DOI", source.doi),
        ("PMID", source.pmid),
        ("subjects", "; ".join(details.subjects)),
        ("read from", f"{stored.origin} ({stored.format})"),
    ):
        if value:
            lines += textwrap.wrap(f"{label}: {value}", 96, initial_indent="  ", subsequent_indent="    ")
    lines += [
        f"  notice: {kind}{f' by {by}' if by else ''} ({rule}, seen {seen[:10]})"
        for kind, by, rule, seen in notices
    ]
    return lines


def _contents(stored: StoredSource) -> list[str]:
    if not stored.passages:
        return ["(metadata only: the text of this source is not held)"]
    lines: list[str] = []
    section: str | None = None
    for one in stored.passages:
        if one.section != section:
            section = one.section
            lines += ["", section or "(no heading)"]
        page = f", p. {one.page}" if one.page else ""
        lines += textwrap.wrap(
            f"[{one.ordinal}{page}] {stored.text[one.start : one.end]}",
            96,
            initial_indent="  ",
            subsequent_indent="  ",
        )
    return lines[1:] if lines and not lines[0] else lines


def _passage(stored: StoredSource, wanted: str, form: str) -> str:
    match = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,9}))?", wanted)
    if match is None:
        raise LibraryError(
            f"--passage {wanted!r} is no passage: write its number, or 12.3 for a sentence in it."
        )
    number = int(match[1])
    if not 1 <= number <= len(stored.passages):
        raise LibraryError(f"{stored.source.id} has passages 1 to {len(stored.passages)}, not {number}.")
    passage = stored.passages[number - 1]
    start, end = passage.start, passage.end
    sentences = [one for one in stored.statements if one.passage == number]
    if match[2]:
        if not 1 <= int(match[2]) <= len(sentences):
            raise LibraryError(f"passage {number} has sentences 1 to {len(sentences)}, not {match[2]}.")
        start, end = sentences[int(match[2]) - 1].start, sentences[int(match[2]) - 1].end
    if form == "json":
        record = {
            "source": stored.source,
            "passage": {**msgspec.to_builtins(passage), "text": stored.text[passage.start : passage.end]},
            "cited": {"start": start, "end": end, "text": stored.text[start:end]},
        }
        return msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
    where = [f"p. {passage.page}"] if passage.page else []
    where += [passage.section] if passage.section else []
    before = _clipped(stored.text[max(0, passage.start - _AROUND) : passage.start], from_end=True)
    after = _clipped(stored.text[passage.end : passage.end + _AROUND], from_end=False)
    marked = (
        stored.text[passage.start : start] + _marked(stored.text[start:end]) + stored.text[end : passage.end]
    )
    return "\n".join(
        [
            stored.source.title,
            f"  {stored.source.id} · passage {wanted}{' · ' + ', '.join(where) if where else ''}",
            f"  characters {start:,} to {end:,} of the text read from {stored.origin}",
            "",
            *([*_wrapped(before), ""] if before.strip() else []),
            *_wrapped(marked),
            *(["", *_wrapped(after)] if after.strip() else []),
        ]
    )


def _marked(text: str) -> str:
    """The cited words: in reverse on a terminal, between >> and << elsewhere."""
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return click.style(text, reverse=True)
    return f">>{text}<<"


def _clipped(text: str, from_end: bool) -> str:
    """Text around a passage, cut at a word."""
    if len(text) < _AROUND:
        return text.strip()
    return "... " + text.partition(" ")[2].strip() if from_end else text.rpartition(" ")[0].strip() + " ..."


def _wrapped(text: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        lines += [
            *textwrap.wrap(
                paragraph, 96, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
            ),
            "",
        ]
    return lines[:-1]
