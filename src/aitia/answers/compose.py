"""From a question to an article. This is the one path; each step is a function with plain data on both sides."""

import time
from collections.abc import Sequence

from msgspec.structs import replace

from aitia import __version__
from aitia.answers import texts
from aitia.answers.bullet import Bullet, Numbering, bullet_of
from aitia.answers.conflicts import MOST, places_of, relevant_disagreements, shown
from aitia.answers.figures import best_quantity, compared
from aitia.answers.follow_ups import follow_ups, nearest_topics
from aitia.answers.gaps import gaps
from aitia.answers.holdings import Holdings
from aitia.answers.question_types import QuestionType, Slot, question_types
from aitia.answers.routing import Refusal, Route, route
from aitia.answers.safety import Signpost, signpost
from aitia.answers.selection import Aim, Selector
from aitia.answers.verdict import verdict
from aitia.evidence.article import Article, ArticleSection, Cited, LibraryVersion, sealed
from aitia.evidence.nouns import Disagreement, Kind, Topic
from aitia.evidence.reading import grade
from aitia.search.analysis import Analysis

_FOCUSED_DISAGREEMENTS = {"short": 1, "standard": 3, "full": 8}
_DEPTH = {"short": "short", "standard": "short", "full": "standard"}
"""Patients are told less at once: what professionals read at the length below."""
_WEIGHS_CAUSE = "reverse causation lag years earlier confounding causal effect Mendelian randomisation"
_NEAR = 0.3
"""How near to that a statement must be (1 for the nearest) to count as a test of cause."""
_MOST_SHORT = 3
"""Bullets in a section of a short answer for patients."""


def answer(holdings: Holdings, analysis: Analysis, audience: str, length: str) -> Article:
    """The article for an analysed question, or the article that says why there is none."""
    started = time.perf_counter()
    sign = signpost(analysis.question, audience)
    chosen = route(holdings, analysis)
    if sign is not None and sign.instead:
        article = _signposted(holdings, analysis, audience, length, sign)
    elif isinstance(chosen, Refusal):
        article = _refused(holdings, analysis, audience, length, chosen)
    else:
        written = _focused if chosen.places else _broad
        article = written(holdings, analysis, audience, length, chosen)
        if not article.lead.text:
            refusal = Refusal("it holds nothing that bears on the question")
            article = _refused(holdings, analysis, audience, length, refusal)
    if sign is not None:
        article = replace(article, notice=sign.notice)
    return sealed(article, (time.perf_counter() - started) * 1000)


def _broad(holdings: Holdings, analysis: Analysis, audience: str, length: str, chosen: Route) -> Article:
    """An article with the sections that the question type asks for."""
    kind = chosen.type
    depth = _DEPTH[length] if audience == "patient" else length
    topics = _topics_of(holdings, kind)
    within = [place for topic in topics for place in holdings.places_by_topic.get(topic.id, ())]
    possible = relevant_disagreements(holdings, {topic.id for topic in topics}, within, (), 999, audience)
    disputed = frozenset(place for disagreement in possible for place in places_of(holdings, disagreement))
    aim = Aim(audience, depth, analysis.focus, disputed=disputed)
    selector = Selector(holdings, aim)
    lead = _lead(selector, kind)
    sections: list[tuple[str, str, list[Bullet]]] = []
    for section in kind.sections:
        bullets = [bullet for slot in section.slots for bullet in selector.fill(slot)]
        if audience == "patient" and length == "short":
            bullets = bullets[:_MOST_SHORT]
        if bullets:
            sections.append((section.heading[audience], section.facet, bullets))
    if not lead and sections:
        heading, facet, bullets = sections.pop(0)
        lead = bullets[:1]
        sections = [(heading, facet, bullets[1:]), *sections] if bullets[1:] else sections
    disagreements = relevant_disagreements(
        holdings, {topic.id for topic in topics}, selector.used, (), MOST[depth], audience, selector.withheld
    )
    return _article(
        holdings,
        analysis,
        audience,
        length,
        lead,
        sections,
        disagreements,
        gaps(holdings, audience, chosen, topics),
        follow_ups(holdings, analysis, selector.used, (), kind.facets),
    )


def _focused(holdings: Holdings, analysis: Analysis, audience: str, length: str, chosen: Route) -> Article:
    """A short article on one matter."""
    stressed = tuple(word for name in analysis.narrower for word in name.split()) or analysis.focus
    selector = Selector(
        holdings,
        Aim(
            audience,
            length,
            analysis.focus,
            tuple(topic.id for topic in chosen.topics),
            chosen.type.facets,
            _last(chosen),
        ),
    )
    lead = _focused_lead(holdings, analysis, audience, chosen, selector)
    sections = []
    for section in question_types()["focused"].sections:
        bullets = [
            bullet
            for slot in section.slots
            for bullet in selector.fill_from(slot, chosen.places, analysis.question)
        ]
        if bullets:
            sections.append((section.heading[audience], section.facet, bullets))
    disagreements = relevant_disagreements(
        holdings,
        {topic.id for topic in chosen.topics},
        chosen.places,
        stressed,
        _FOCUSED_DISAGREEMENTS[length],
        audience,
    )
    return _article(
        holdings,
        analysis,
        audience,
        length,
        lead,
        sections,
        disagreements,
        gaps(holdings, audience, chosen, chosen.topics),
        follow_ups(holdings, analysis, selector.used, chosen.topics),
    )


def _lead(selector: Selector, kind: QuestionType) -> list[Bullet]:
    """One to three sentences that answer the question."""
    lead: list[Bullet] = []
    for slot in kind.lead:
        bullet, bullets = None, []
        if slot.compare:
            quantity = best_quantity(selector.holdings, slot.topics, slot.about)
            if quantity is not None:
                bullet = compared(
                    selector.holdings, quantity, selector.aim.audience, "full", with_members=False
                )
        if bullet is None:
            bullets = selector.fill(replace(slot, compare=False, short=1, standard=1, full=1))
        lead += [bullet] if bullet else bullets
    return lead


def _focused_lead(
    holdings: Holdings,
    analysis: Analysis,
    audience: str,
    chosen: Route,
    selector: Selector,
) -> list[Bullet]:
    if _opens_with_editors_choice(analysis, chosen):
        places = [holdings.place_by_id[name] for name in chosen.topics[0].answer]
        if places and set(places) <= chosen.places:
            return [selector.take(bullet_of(holdings, place, audience)) for place in places]
    if chosen.measures and chosen.topics:
        quantity = best_quantity(holdings, [topic.id for topic in chosen.topics], analysis.question)
        bullet = compared(holdings, quantity, audience, "full", with_members=False) if quantity else None
        if bullet is not None and 2 * len(set(bullet.places) & chosen.places) > len(bullet.places):
            return [bullet]
    if chosen.exposure:
        weighed = verdict(
            holdings, chosen.places, chosen.name, holdings.condition.label, chosen.exposure, audience
        )
        if weighed is not None:
            return [weighed, *_test_of_cause(holdings, chosen, weighed, selector)]
    about = ""
    if not analysis.narrower:
        topics = {topic.id for topic in chosen.topics}
        about = " ".join(
            slot.about for slot in chosen.type.lead if slot.topics and set(slot.topics) <= topics
        )
    if chosen.type.first is not None and not analysis.focus:
        lead = selector.fill_from(chosen.type.first, chosen.places, chosen.type.first.about, is_told=True)
        if lead:
            return lead
    return selector.fill_from(
        Slot(),
        chosen.places,
        about or analysis.question,
        is_told=bool(about or analysis.narrower),
    )


def _opens_with_editors_choice(analysis: Analysis, chosen: Route) -> bool:
    """Whether the question asks for just what an editor's opening of its topic answers."""
    if len(chosen.topics) != 1 or analysis.narrower or analysis.focus:
        return False
    return (
        analysis.is_topic_question or not chosen.type.facets or chosen.topics[0].facet in chosen.type.facets
    )


def _last(chosen: Route) -> tuple[str, ...]:
    """The facets whose statements come last, unless the question is on them."""
    asked = {topic.facet for topic in chosen.topics} | set(chosen.type.facets)
    return tuple(facet for facet in question_types()["focused"].last if facet not in asked)


def _test_of_cause(holdings: Holdings, chosen: Route, weighed: Bullet, selector: Selector) -> list[Bullet]:
    """The best statement that tests whether an association is a cause, if it is at least as sure as the verdict."""
    tests = {
        place
        for place in chosen.places - set(weighed.places)
        if set(chosen.type.tests) & set(holdings.statements[place].topics)
        and holdings.relevance(_WEIGHS_CAUSE).get(place, 0.0) > _NEAR
        and holdings.statements[place].certainty.rank >= weighed.certainty.rank
    }
    genetic = {place for place in tests if holdings.source_of(place).kind is Kind.MENDELIAN_RANDOMISATION}
    return selector.fill_from(Slot(), genetic or tests, _WEIGHS_CAUSE)


def _topics_of(holdings: Holdings, kind: QuestionType) -> list[Topic]:
    """The topics that a question type draws on."""
    slots = [slot for section in kind.sections for slot in section.slots]
    facets = {facet for slot in slots for facet in (*slot.facets, slot.facet)}
    groups = {slot.group for slot in slots if slot.group}
    names = {name for slot in slots for name in slot.topics}
    return [
        topic
        for topic in holdings.contents.topics
        if topic.id in names or topic.facet in facets or (topic.group and topic.group in groups)
    ]


def _article(
    holdings: Holdings,
    analysis: Analysis,
    audience: str,
    length: str,
    lead: Sequence[Bullet],
    sections: Sequence[tuple[str, str, list[Bullet]]],
    disagreements: Sequence[Disagreement],
    missing: tuple[str, ...],
    questions: tuple[str, ...],
) -> Article:
    """Number the citations in the order of reading and put the parts together."""
    numbering = Numbering(holdings, audience)
    cited_lead = numbering.cited(lead)
    cited_sections = tuple(
        ArticleSection(heading, facet, tuple(numbering.statement(bullet) for bullet in bullets))
        for heading, facet, bullets in sections
    )
    cited_disagreements = tuple(
        shown(disagreement, holdings, numbering, audience) for disagreement in disagreements
    )
    words = [cited_lead.text, *(bullet.text for _, _, bullets in sections for bullet in bullets)]
    return replace(
        _frame(holdings, analysis, audience, length, cited_lead),
        answered=True,
        sections=cited_sections,
        disagreements=cited_disagreements,
        gaps=missing,
        references=numbering.references(),
        follow_ups=questions,
        reading_grade=round(grade(" ".join(words)), 1) if audience == "patient" else None,
    )


def _refused(holdings: Holdings, analysis: Analysis, audience: str, length: str, refusal: Refusal) -> Article:
    reason = texts.CANNOT[audience].format(title=holdings.contents.title, reason=refusal.reason)
    own = [topic.question for topic in analysis.topics if topic.question]
    return replace(
        _frame(holdings, analysis, audience, length, Cited(reason)),
        nearest_topics=nearest_topics(holdings, analysis, audience),
        follow_ups=tuple(dict.fromkeys([*own, *follow_ups(holdings, analysis, (), analysis.topics)]))[:3],
    )


def _signposted(
    holdings: Holdings, analysis: Analysis, audience: str, length: str, sign: Signpost
) -> Article:
    return _frame(holdings, analysis, audience, length, Cited(sign.instead))


def _frame(holdings: Holdings, analysis: Analysis, audience: str, length: str, lead: Cited) -> Article:
    """An article with its lead and what stands around every article, not answered yet."""
    return Article(
        question=analysis.question,
        audience=audience,
        length=length,
        title=analysis.question,
        status=texts.STATUS,
        updated=holdings.contents.updated,
        caution=texts.CAUTION[audience],
        library=LibraryVersion(holdings.contents.name, holdings.contents.version),
        answered=False,
        lead=lead,
        disclaimer=texts.DISCLAIMER[audience],
        version=__version__,
    )
