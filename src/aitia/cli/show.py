"""Shows a record of a library."""

import textwrap

from msgspec import Struct

from aitia.errors import LibraryError
from aitia.evidence.nouns import KIND_LABELS, Contents, Source, Statement, Topic
from aitia.evidence.wording import with_certainty
from aitia.search.spelling import nearest_word


class Shown(Struct, frozen=True):
    """A record, for reading and for a program."""

    text: str
    records: dict[str, object]


def shown(contents: Contents, identifier: str) -> Shown:
    """The source, statement or topic of an id.

    Raises LibraryError if the library has none.
    """
    for source in contents.sources:
        if source.id == identifier:
            return _source(source, [one for one in contents.statements if one.source_id == source.id])
    for statement in contents.statements:
        if statement.id == identifier:
            owner = next(source for source in contents.sources if source.id == statement.source_id)
            return _source(owner, [statement])
    for topic in contents.topics:
        if topic.id == identifier:
            return _topic(topic, [one for one in contents.statements if topic.id in one.topics])
    ids = [one.id for group in (contents.sources, contents.statements, contents.topics) for one in group]
    near = nearest_word(identifier, ids)
    hint = f" Did you mean {near}?" if near else " aitia search finds statements by their words."
    raise LibraryError(f"the library {contents.name} has no source, statement or topic {identifier!r}.{hint}")


def _source(source: Source, statements: list[Statement]) -> Shown:
    lines = [
        source.title,
        f"  {', '.join(source.authors) or 'authors not recorded'} · {source.container or 'no container'} · "
        f"{source.year or 'no year'}",
        f"  {KIND_LABELS[source.kind]} · standing: {source.standing}",
    ]
    for label, value in (
        ("population", source.population),
        ("size", source.size),
        ("link", source.link),
        ("PMID", source.pmid),
        ("note", source.note),
    ):
        if value:
            lines.append(f"  {label}: {value}")
    for statement in statements:
        lines += ["", *_statement(statement)]
    return Shown("\n".join(lines), {"source": source, "statements": statements})


def _statement(statement: Statement) -> list[str]:
    lines = [f"{statement.id}  ({statement.certainty} certainty; {', '.join(statement.topics)})"]
    lines += textwrap.wrap(
        with_certainty(statement.text, statement.certainty), 96, initial_indent="  ", subsequent_indent="  "
    )
    if statement.plain:
        plain = with_certainty(statement.plain, statement.certainty)
        lines += textwrap.wrap(f"plain: {plain}", 96, initial_indent="  ", subsequent_indent="  ")
    for figure in statement.figures:
        interval = (
            f" ({figure.low:g} to {figure.high:g}{', ' + figure.interval if figure.interval else ''})"
            if figure.low is not None and figure.high is not None
            else ""
        )
        lines.append(f"    {figure.name}: {figure.value:g} {figure.unit}{interval}")
    if statement.also:
        lines.append(f"    also said by: {', '.join(statement.also)}")
    return lines


def _topic(topic: Topic, statements: list[Statement]) -> Shown:
    lines = [f"{topic.label} ({topic.facet})", f"  {topic.definition}"]
    lines += [f"  also: {', '.join((*topic.synonyms, *topic.narrower))}"] if topic.synonyms else []
    for statement in statements:
        lines += ["", *_statement(statement)]
    return Shown("\n".join(lines), {"topic": topic, "statements": statements})
