"""Chooses the disagreements that an answer must show."""

from collections.abc import Collection, Iterable

from aitia.answers.bullet import Bullet, Numbering
from aitia.answers.holdings import Holdings
from aitia.evidence.article import ArticleDisagreement, Cited
from aitia.evidence.nouns import Conflict, Disagreement
from aitia.search.terms import mentions_stem, stems

MOST = {"short": 3, "standard": 7, "full": 20}


def relevant_disagreements(
    holdings: Holdings,
    topics: Collection[str],
    places: Iterable[int],
    words: Collection[str],
    most: int,
    audience: str,
    withheld: Collection[int] = (),
) -> list[Disagreement]:
    """The disagreements on these topics, those nearest to the answer first.

    `places` are statements that the answer uses or may use; `words` are stems that the question stresses: where it
    stresses any, a disagreement must mention one. `withheld` are statements whose comparison the answer left to its
    disagreements: those that hold two of them come first.
    """
    ids = {holdings.statements[place].id for place in places}
    sources = {holdings.statements[place].source_id for place in places}
    ranked, wanted = [], frozenset(topics)
    for order, disagreement in enumerate(holdings.contents.disagreements):
        shared = len(wanted.intersection(disagreement.topics))
        if disagreement.kind is Conflict.ARITHMETIC and audience != "researcher":
            # A misprint or a sum that is off in one source: a matter for those who work with the figures.
            continue
        if not shared or not _citable(holdings, disagreement):
            continue
        if words and not any(mentions_stem(_stems(disagreement), word) for word in words):
            continue
        cited = sum(member.statement in ids for member in disagreement.members)
        if not cited and not any(place in withheld for place in places_of(holdings, disagreement)):
            continue
        near = sum(member.source in sources for member in disagreement.members)
        breadth = len({member.source for member in disagreement.members})
        rank = (
            2.0 * cited / len(disagreement.members)
            + near / len(disagreement.members)
            + shared / len(disagreement.topics)
            + 0.35 * min(breadth, 6)
            + (3.0 if sum(place in withheld for place in places_of(holdings, disagreement)) > 1 else 0.0)
            - (1.0 if disagreement.detected else 0.0)
        )
        ranked.append((-rank, order, disagreement))
    return [disagreement for _, _, disagreement in sorted(ranked, key=lambda one: one[:2])[:most]]


def places_of(holdings: Holdings, disagreement: Disagreement) -> list[int]:
    """Where the members of a disagreement stand."""
    return [holdings.place_by_id[member.statement] for member in disagreement.members]


def _citable(holdings: Holdings, disagreement: Disagreement) -> bool:
    return set(places_of(holdings, disagreement)) <= holdings.citable


def _stems(disagreement: Disagreement) -> frozenset[str]:
    said = " ".join(member.says for member in disagreement.members)
    return frozenset(stems(f"{disagreement.quantity} {disagreement.plain_quantity or ''} {said}"))


def shown(
    disagreement: Disagreement, holdings: Holdings, numbering: Numbering, audience: str
) -> ArticleDisagreement:
    """A disagreement as the article shows it, with its citations numbered."""
    plain = audience == "patient"

    def member(says: str, statement: str) -> Cited:
        place = holdings.place_by_id[statement]
        return numbering.cited([Bullet(says, (place,), holdings.statements[place].certainty)])

    return ArticleDisagreement(
        quantity=(plain and disagreement.plain_quantity) or disagreement.quantity,
        kind=disagreement.kind,
        members=tuple(
            member((plain and one.plain) or one.says, one.statement) for one in disagreement.members
        ),
        explanation=(plain and disagreement.plain_explanation) or disagreement.explanation,
        detected=disagreement.detected,
    )
