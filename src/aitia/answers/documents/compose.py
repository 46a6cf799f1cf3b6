"""From the sentences that bear on a question to an article. Words are never changed and never joined."""

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from aitia import __version__
from aitia.answers import texts
from aitia.answers.bullet import basis, reference
from aitia.answers.documents.asked import DEFINITION, Asked, facets
from aitia.answers.documents.retrieve import ENOUGH, Candidate, Retrieved, with_all_facets
from aitia.answers.holdings import likeness
from aitia.answers.safety import Signpost, signpost
from aitia.evidence.article import (
    Article,
    ArticleSection,
    ArticleStatement,
    Cited,
    CitedPassage,
    LibraryVersion,
    Reference,
    sealed,
)
from aitia.evidence.nouns import Kind, Source
from aitia.evidence.reading import grade
from aitia.library.standalone import SHOWN_ALONE, readability_alone

_BULLETS = {"short": 4, "standard": 9, "full": 20}
_BROAD = {"short": 1, "standard": 3, "full": 6}
"""Bullets in each section of an answer to a question on everything."""
_SAME = 0.85
"""Share of words in common (Jaccard) above which two sentences say the same: the second is cited with the first."""
_ALIKE = 0.55
"""Above this the second adds too little."""
_AGAIN = 0.35
"""What a source loses for every sentence of it that was taken."""
_FALL = 0.62
"""A sentence whose score is below this share of the best one's is left out."""
_MOST = 150
"""Sentences among which a question on everything is answered."""
_OFFERED_FROM = 40
"""Sentences in which next questions are looked for."""
_NEAR = 0.3
"""Share of the subject that some passage must hold for titles to be offered in place of an answer."""
_DENIES = re.compile(r"\b(?:not|no|never|without|cannot|avoid\w*|unlike)\b", re.IGNORECASE)
_OPEN = re.compile(r"(?:what|which|how|why|when|where|who)\b", re.IGNORECASE)
_LISTED = re.compile(r"\s[-–•]\s.*\s[-–•]\s")
_COMPLAINT = re.compile(r"(?:i|im|i'm|i’m|ive|i've|my|he|she|his|her)\b(?!.*\?.*\?)", re.IGNORECASE)
_DENIAL = 0.8
"""What a sentence that denies something loses when an answer is to open with it: what to do goes before what not to."""
_GUIDANCE = frozenset(
    {Kind.GUIDELINE, Kind.CONSENSUS, Kind.SYSTEMATIC_REVIEW, Kind.META_ANALYSIS, Kind.REVIEW}
)
_NO_STUDY = frozenset({Kind.WEB_PAGE, Kind.DOCUMENT, Kind.OPINION})
_DOSE = re.compile(
    r"\b\d[\d.,]*\s?(?:mg|mcg|µg|μg|micrograms?|milligrams?|grams?|g|ml|millilit(?:er|re)s?|iu|units?|tablets?|drops?|puffs?)"
    r"(?:/kg)?\b(?!\s?/\s?d?l\b)|\b(?:once|twice|three times) (?:a day|daily)\b",
    re.IGNORECASE,
)


class About(Struct, frozen=True):
    """The library that answers."""

    name: str
    title: str
    version: str
    updated: str
    sources: int


class Pick(Struct, frozen=True):
    """A sentence, and those of other sources that say the same."""

    best: Candidate
    also: tuple[Candidate, ...] = ()


def compose(about: About, asked: Asked, found: Retrieved, audience: str, length: str) -> Article:
    """The article for a question, or the article that says why there is none."""
    started = time.perf_counter()
    sign = signpost(asked.question, audience)
    if sign is not None and sign.instead:
        article = _page(about, asked, audience, length, lead=sign.instead)
    else:
        article = _answer(about, asked, found, audience, length)
    return sealed(_with_notice(article, sign), (time.perf_counter() - started) * 1000)


def _with_notice(article: Article, sign: Signpost | None) -> Article:
    return replace(article, notice=sign.notice) if sign is not None else article


def _answer(about: About, asked: Asked, found: Retrieved, audience: str, length: str) -> Article:
    candidates = found.candidates
    gaps = []
    broad = asked.facet is None or asked.facet.id == DEFINITION
    if broad:
        candidates = with_all_facets(candidates[:_MOST])
    if audience == "patient":
        candidates = tuple(one for one in candidates if not _DOSE.search(one.text))
        if len(candidates) < len(found.candidates):
            gaps.append(
                "How much of a medicine to take is for your doctor or pharmacist to say; it is left out here."
            )
    chosen = _Choice(candidates)
    lead = chosen.lead(asked)
    if not lead:
        return _refused(about, asked, found, audience, length)
    sections = (
        _broad_sections(chosen, audience, length)
        if broad
        else _sections(chosen, asked, found, audience, length)
    )
    numbering = _Numbering(found.sources)
    lead_text = Cited(" ".join(pick.best.text for pick in lead), *numbering.cite(lead))
    shown = tuple(
        ArticleSection(heading, facet, tuple(numbering.statement(pick, audience) for pick in picks))
        for heading, facet, picks in sections
        if picks
    )
    if found.withdrawn:
        many = found.withdrawn != 1
        gaps.append(
            f"{found.withdrawn} source{'s' * many} that match{'' if many else 'es'} the question "
            f"{'were' if many else 'was'} retracted and {'are' if many else 'is'} not cited."
        )
    if len(numbering.references) == 1 and about.sources > 1:
        gaps.append(texts.ONE_SOURCE[audience])
    gaps.append(texts.UNGRADED[audience])
    words = " ".join([lead_text.text, *(one.text for section in shown for one in section.statements)])
    return replace(
        _page(about, asked, audience, length, lead=""),
        answered=True,
        lead=lead_text,
        sections=shown,
        gaps=tuple(gaps),
        references=tuple(numbering.references),
        passages=tuple(numbering.passages),
        follow_ups=_follow_ups(asked, found),
        reading_grade=round(grade(words), 1) if audience == "patient" else None,
    )


class _Choice:
    """Takes sentences one after another, none that was said before."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = candidates
        self._taken: list[Candidate] = []
        self._sources: Counter[int] = Counter()
        self._floor = _FALL * candidates[0].score if candidates else 0.0

    def lead(self, asked: Asked) -> list[Pick]:
        """One or two sentences that answer the question and can be read by themselves."""
        wanted = asked.facet.id if asked.facet else DEFINITION
        opening = [
            replace(
                one,
                score=one.score
                - (_DENIAL if _DENIES.search(one.text) and _OPEN.match(asked.question) else 0.0)
                + (0.5 if wanted in one.standing_over else 0.0),
            )
            for one in self._candidates
            if (one.is_under_subject if _COMPLAINT.match(asked.question) else one.is_on_subject)
            and not _LISTED.search(one.text)
            and readability_alone(one.text) >= SHOWN_ALONE
        ]
        to_the_point = [one for one in opening if wanted in one.facets]
        if asked.facet is not None and wanted != DEFINITION:
            # On another facet of the subject there may be much: it would be no answer.
            return self.take(to_the_point, 1)
        if asked.facet is None and len(asked.question.split()) > 3:
            # A whole question on nothing in particular: what is nearest, not what a thing is.
            return self.take(opening, 1)
        return self.take(to_the_point or opening, 1)

    def on(self, facet: str) -> list[Candidate]:
        """The sentences on a facet."""
        return [one for one in self._candidates if facet in one.facets]

    @property
    def all(self) -> Sequence[Candidate]:
        """Every sentence, the best first."""
        return self._candidates

    def take(self, among: Iterable[Candidate], count: int) -> list[Pick]:
        """The best of some sentences, with those that say the same."""
        pool = list(among)
        picked: list[Pick] = []
        while len(picked) < count and pool:
            ranked = [(one.score - _AGAIN * self._sources[one.source], one) for one in pool]
            score, best = max(ranked, key=lambda ranked: ranked[0])
            pool.remove(best)
            if score < self._floor:
                break
            if any(likeness(best.stems, one.stems) > _ALIKE for one in self._taken):
                continue
            same: dict[int, Candidate] = {}
            for one in pool:
                if one.source != best.source and likeness(best.stems, one.stems) > _SAME:
                    same.setdefault(one.source, one)
            self._taken += [best, *same.values()]
            self._sources[best.source] += 1
            picked.append(Pick(best, tuple(same.values())))
        return picked


_Section = tuple[str, str, list[Pick]]


def _sections(chosen: _Choice, asked: Asked, found: Retrieved, audience: str, length: str) -> list[_Section]:
    """What the sources say on the facet that was asked for, the weightiest kinds of source first."""
    assert asked.facet is not None
    on = chosen.on(asked.facet.id)
    picks = chosen.take(on, _BULLETS[length])
    by_weight: dict[str, list[Pick]] = {}
    for pick in picks:
        kind = found.sources[pick.best.source].kind
        group = "guidance" if kind in _GUIDANCE else "other" if kind in _NO_STUDY else "studies"
        by_weight.setdefault(group, []).append(pick)
    heading = asked.facet.heading[audience]
    if len(by_weight) < 2:
        return [(heading, asked.facet.id, picks)]
    return [
        (f"{heading}: {texts.KINDS_OF_SOURCE[group][audience]}", asked.facet.id, by_weight[group])
        for group in ("guidance", "studies", "other")
        if group in by_weight
    ]


def _broad_sections(chosen: _Choice, audience: str, length: str) -> list[_Section]:
    """Every facet that the sources speak of, each under its heading."""
    sections = []
    definition = facets()[DEFINITION]
    for facet in (definition, *(one for one in facets().values() if one is not definition)):
        picks = chosen.take(chosen.on(facet.id), _BROAD[length])
        if picks:
            sections.append((facet.heading[audience], facet.id, picks))
    return sections


class _Numbering:
    """Gives references their numbers in the order of first use."""

    def __init__(self, sources: dict[int, Source]) -> None:
        self._sources = sources
        self._numbers: dict[int, int] = {}
        self.references: list[Reference] = []
        self.passages: list[CitedPassage] = []

    def cite(self, picks: Sequence[Pick]) -> tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
        """The citations, sources and statements of some sentences."""
        cited = [one for pick in picks for one in (pick.best, *pick.also)]
        for one in cited:
            if one.source not in self._numbers:
                self._numbers[one.source] = len(self._numbers) + 1
                self.references.append(reference(self._sources[one.source], self._numbers[one.source]))
            place = CitedPassage(
                statement_id=self._name(one),
                source_id=self._sources[one.source].id,
                passage=one.passage,
                sentence=one.sentence,
                start=one.start,
                end=one.end,
                section=one.section,
                page=one.page,
            )
            if place not in self.passages:
                self.passages.append(place)
        numbers = dict.fromkeys(self._numbers[one.source] for one in cited)
        names = dict.fromkeys(self._sources[one.source].id for one in cited)
        return tuple(numbers), tuple(names), tuple(self._name(one) for one in cited)

    def statement(self, pick: Pick, audience: str) -> ArticleStatement:
        """A sentence as a bullet."""
        citations, source_ids, statement_ids = self.cite([pick])
        return ArticleStatement(
            text=pick.best.text,
            citations=citations,
            certainty=None,
            figures=(),
            source_ids=source_ids,
            statement_ids=statement_ids,
            basis=basis(self._sources[pick.best.source]) if audience == "researcher" else None,
        )

    def _name(self, one: Candidate) -> str:
        return f"{self._sources[one.source].id}:{one.passage}.{one.sentence}"


def _follow_ups(asked: Asked, found: Retrieved) -> tuple[str, ...]:
    """Questions on the same subject that the sentences found would answer."""
    if not asked.is_named:
        return ()
    # What the library has headings on, where it has them: a medicine is not "diagnosed".
    told = Counter(name for one in found.candidates if one.is_under_subject for name in one.standing_over)
    if not told:
        told = Counter(
            name for one in with_all_facets(found.candidates[:_OFFERED_FROM]) for name in one.facets
        )
    offered = [
        facet.offer.replace("{subject}", asked.subject)
        for facet in facets().values()
        if told[facet.id] >= 2
        and (asked.facet is None or facet.id != asked.facet.id)
        and facet.id != DEFINITION
    ]
    return tuple(offered[:4])


def _refused(about: About, asked: Asked, found: Retrieved, audience: str, length: str) -> Article:
    if not about.sources:
        reason = f"it is empty; add documents with aitia library add --library {about.name}"
    elif asked.unknown:
        words = ", ".join(f"“{word}”" for word in asked.unknown)
        reason = f"none of its {about.sources:,} sources mentions {words}"
    elif found.coverage < ENOUGH:
        reason = f"no passage of its {about.sources:,} sources speaks of all that the question is about"
    elif asked.facet is not None:
        what = asked.facet.heading["clinician"].lower()
        reason = f"its passages on “{asked.subject}” say nothing that can be quoted on this: {what}"
    else:
        reason = "the passages that mention it hold no sentence that can be quoted"
    near = found.entries if found.coverage > _NEAR else ()
    titles = dict.fromkeys(
        found.sources[entry.source].title for entry in near if entry.source in found.sources
    )
    refused = _page(
        about, asked, audience, length, texts.CANNOT[audience].format(title=about.title, reason=reason)
    )
    offered = (found.mended,) if found.mended else _follow_ups(asked, found)
    return replace(refused, nearest_topics=tuple(titles)[:5], follow_ups=offered)


def _page(about: About, asked: Asked, audience: str, length: str, lead: str) -> Article:
    return Article(
        question=asked.question,
        audience=audience,
        length=length,
        title=asked.question,
        status=texts.STATUS,
        updated=about.updated[:10],
        caution=texts.CAUTION[audience],
        library=LibraryVersion(about.name, about.version),
        answered=False,
        lead=Cited(lead),
        disclaimer=texts.DISCLAIMER_DOCUMENTS[audience],
        version=__version__,
    )
