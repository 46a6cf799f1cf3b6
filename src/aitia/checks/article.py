"""Holds an article against the library that it was written from. Whatever writes an article must pass this."""

import re
from collections.abc import Iterator

from aitia.evidence.article import Article, ArticleDisagreement, Cited, content_hash
from aitia.evidence.nouns import KIND_LABELS, Contents, Disagreement, Source, Standing, Statement
from aitia.evidence.numbers import digits_in, occurs
from aitia.evidence.wording import said
from aitia.search.terms import stems

_OF_COMPOSING = """
         an analyses analysis and are between by cause certainty clear clearly counted difference disagree
    does error estimates     example figure figures first for found give gives grade here high higher in
    intervals is it known library link linked     low lower margin margins may moderate most of on or pooled
    probably prove reach recently report reported reports risk     source sources studies study that the
    their there this to uncertain very where whether with without year
"""
"""Words that a sentence put together from several statements may use of its own."""


def problems(article: Article, contents: Contents) -> list[str]:
    """Everything that is wrong with an article, one line each; an empty list if it may be read."""
    return list(_problems(article, contents))


def _problems(article: Article, contents: Contents) -> Iterator[str]:
    statements = {statement.id: statement for statement in contents.statements}
    sources = {source.id: source for source in contents.sources}
    yield from _references(article, sources)
    vocabulary = _vocabulary(article, contents)
    yield from _lead(article, statements, sources, vocabulary)
    numbers = {reference.id: reference.number for reference in article.references}
    for section in article.sections:
        for bullet in section.statements:
            where = f"“{section.heading}”: “{bullet.text[:60]}”"
            yield from _citations(where, bullet.citations, bullet.source_ids, numbers)
            behind = [statements[name] for name in bullet.statement_ids if name in statements]
            if len(behind) < len(bullet.statement_ids) or not behind:
                yield f"{where}: rests on a statement that the library does not hold"
                continue
            yield from _support(where, bullet.source_ids, behind)
            if bullet.merged:
                yield from _figures(where, bullet.text, behind, sources)
                yield from _words(where, bullet.text, behind, article.audience, vocabulary)
                if bullet.certainty is None or bullet.certainty.rank > max(
                    statement.certainty.rank for statement in behind
                ):
                    yield f"{where}: claims more certainty than the statements that it cites"
            elif bullet.certainty not in {statement.certainty for statement in behind}:
                yield f"{where}: does not have the certainty of the statement that it cites"
            elif bullet.text not in {said(statement, article.audience) for statement in behind}:
                yield f"{where}: is not the wording of the statement that it cites"
    written = {_says(disagreement, article.audience) for disagreement in contents.disagreements}
    for disagreement in article.disagreements:
        if _shown(disagreement) not in written:
            yield f"disagreement “{disagreement.quantity}”: the library does not hold it as it stands here"
        for member in disagreement.members:
            where = f"disagreement “{disagreement.quantity}”: “{member.text[:60]}”"
            yield from _citations(where, member.citations, member.source_ids, numbers)
            behind = [statements[name] for name in member.statement_ids if name in statements]
            yield from _support(where, member.source_ids, behind)
    if article.content_hash != content_hash(article):
        yield "the content hash does not match the content"


def _references(article: Article, sources: dict[str, Source]) -> Iterator[str]:
    if [reference.number for reference in article.references] != list(range(1, len(article.references) + 1)):
        yield "the references are not numbered 1, 2, 3 ..."
    cited = dict.fromkeys(_all_citations(article))
    if list(cited) != [reference.number for reference in article.references]:
        yield "the references are not exactly what is cited, in the order of first use"
    for reference in article.references:
        source = sources.get(reference.id)
        if source is None:
            yield f"reference {reference.number} is not a source of the library"
        elif source.standing is Standing.RETRACTED:
            yield f"reference {reference.number} was retracted"
        elif (reference.title, reference.doi, reference.pmid) != (source.title, source.doi, source.pmid):
            yield f"reference {reference.number} does not match its source"


def _all_citations(article: Article) -> Iterator[int]:
    yield from article.lead.citations
    for section in article.sections:
        for bullet in section.statements:
            yield from bullet.citations
    for disagreement in article.disagreements:
        for member in disagreement.members:
            yield from member.citations


def _says(disagreement: Disagreement, audience: str) -> tuple[str, ...]:
    """What an article must say of a disagreement."""
    plain = audience == "patient"
    return (
        (plain and disagreement.plain_quantity) or disagreement.quantity,
        (plain and disagreement.plain_explanation) or disagreement.explanation,
        *((plain and member.plain) or member.says for member in disagreement.members),
    )


def _shown(disagreement: ArticleDisagreement) -> tuple[str, ...]:
    members = (member.text for member in disagreement.members)
    return (disagreement.quantity, disagreement.explanation, *members)


def _lead(
    article: Article, statements: dict[str, Statement], sources: dict[str, Source], vocabulary: frozenset[str]
) -> Iterator[str]:
    if not article.answered:
        if article.sections or article.references:
            yield "the article is not answered, yet it has sections or references"
        return
    lead: Cited = article.lead
    if not lead.text or not lead.citations:
        yield "the lead is empty or cites nothing"
    behind = [statements[name] for name in lead.statement_ids if name in statements]
    if len(behind) < len(lead.statement_ids):
        yield "lead: rests on a statement that the library does not hold"
    numbers = {reference.id: reference.number for reference in article.references}
    yield from _citations("lead", lead.citations, lead.source_ids, numbers)
    yield from _support("lead", lead.source_ids, behind)
    rest = lead.text
    for statement in behind:
        rest = rest.replace(said(statement, article.audience), " ")
    # What is left of the lead is composed: its figures and words must be those of the statements behind it.
    yield from _figures("lead", rest, behind, sources)
    yield from _words("lead", rest, behind, article.audience, vocabulary)


def _citations(
    where: str, citations: tuple[int, ...], source_ids: tuple[str, ...], numbers: dict[str, int]
) -> Iterator[str]:
    if not citations:
        yield f"{where}: cites nothing"
    if [numbers.get(source) for source in source_ids] != list(citations):
        yield f"{where}: its citation numbers are not those of its sources"


def _support(where: str, source_ids: tuple[str, ...], behind: list[Statement]) -> Iterator[str]:
    supporting = {source for statement in behind for source in (statement.source_id, *statement.also)}
    for source in source_ids:
        if source not in supporting:
            yield f"{where}: cites {source}, which has no statement behind it"


def _vocabulary(article: Article, contents: Contents) -> frozenset[str]:
    """Stems that any composed sentence may use: of composing, of the names in the library, and of the question."""
    topics = (
        name
        for topic in contents.topics
        for name in (topic.label, topic.plain_label, topic.exposure or "", topic.group or "")
    )
    quantities = (name for quantity in contents.quantities for name in (quantity.label, quantity.plain))
    conditions = (condition.label for condition in contents.conditions)
    names = (article.question, *topics, *quantities, *conditions, *KIND_LABELS.values(), _OF_COMPOSING)
    return frozenset(stems(" ".join(names)))


def _words(
    where: str, text: str, behind: list[Statement], audience: str, vocabulary: frozenset[str]
) -> Iterator[str]:
    """Words in a composed text must be those of its statements, of names in the library, or of composing."""
    own = " ".join(
        f"{said(statement, audience)} {statement.text} "
        + " ".join(f"{figure.name} {figure.unit}" for figure in statement.figures)
        for statement in behind
    )
    known = vocabulary | frozenset(stems(own))
    for word in re.findall(r"[^\W\d_][\w-]*", text):
        if not set(stems(word)) <= known:
            yield f"{where}: “{word}” is not said by the statements that it cites"


def _figures(where: str, text: str, behind: list[Statement], sources: dict[str, Source]) -> Iterator[str]:
    """Numbers in a composed text must be figures, years of the sources, or counts of them."""
    known = [
        float(number)
        for statement in behind
        for figure in statement.figures
        for number in (figure.value, figure.low, figure.high)
        if number is not None
    ]
    known += [float(sources[statement.source_id].year or 0) for statement in behind]
    known += [float(count) for count in range(1, len({statement.source_id for statement in behind}) + 1)]
    for number in digits_in(re.sub(r"\([^()]*\d{4}\)", " ", text)):
        if not occurs(number, known):
            yield f"{where}: {number:g} is not a figure of the statements that it cites"
