"""Who is what to whom in a family, and what is counted over simulated families."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse.relatives import falconer, heritability_of, reich, tetrachoric
from aitia.causes.lifecourse.scenario import Families, Member
from aitia.causes.tables import Value

Integers = NDArray[np.int64]


def members_of(families: Families) -> tuple[Member, ...]:
    """The family's members: those given, or two parents and their children."""
    if families.members:
        return families.members
    parents = (Member(name="mother", sex="female"), Member(name="father", sex="male"))
    children = tuple(
        Member(name=f"child {number}", mother="mother", father="father")
        for number in range(1, families.children + 1)
    )
    return parents + children


def in_order_of_birth(members: tuple[Member, ...]) -> list[Member]:
    """The members, parents before children and twins after those whose genes they have."""
    ordered: list[Member] = []
    waiting = list(members)
    while waiting:
        born = {one.name for one in ordered}
        ready = next(
            one
            for one in waiting
            if {other for other in (one.mother, one.father, one.identical_to) if other is not None} <= born
        )
        ordered.append(ready)
        waiting.remove(ready)
    return ordered


class FamilySimulation(msgspec.Struct, frozen=True):
    """Counts of simulated families."""

    members: tuple[str, ...]
    relations: tuple[tuple[str, ...], ...]
    """relations[i][j]: what member j is to member i; empty if none of parent, child, sibling, identical twin."""
    families: int
    seed: int
    seen_at: float
    pairs: Integers
    sizes: Integers
    probands: Integers

    def risk(self, member: int) -> float:
        """Share of families in which a member is affected by `seen_at`."""
        return int(self.pairs[member, member]) / self.families

    def pooled(self, relation: str) -> tuple[float, float, float, float]:
        """Pairs in which both, only the first, only the second, and neither is affected, over all pairs of a relation.

        Raises ModelError if the family has no such pair.
        """
        chosen = [
            (i, j)
            for i, row in enumerate(self.relations)
            for j, name in enumerate(row)
            if name == relation and (relation in ("parent", "child") or i < j)
        ]
        if not chosen:
            raise ModelError(f"the family has no pair of this kind: {relation}.")
        both = sum(int(self.pairs[min(i, j), max(i, j)]) for i, j in chosen)
        one = sum(int(self.pairs[i, i]) for i, _ in chosen) - both
        other = sum(int(self.pairs[j, j]) for _, j in chosen) - both
        return both, one, other, self.families * len(chosen) - both - one - other

    def familial_share(self) -> float | None:
        """Share of cases in life with a case in life among parents, children and siblings; None without cases."""
        cases, familial = self.probands.sum(axis=0)
        return float(familial / cases) if cases else None

    def summary(self) -> list[dict[str, Value]]:
        """Recurrence and heritability by relation: Falconer, Reich, tetrachoric."""
        records: list[dict[str, Value]] = []
        for relation, relatedness in (("child", 0.5), ("sibling", 0.5), ("identical twin", 1.0)):
            if not any(relation in row for row in self.relations):
                continue
            both, first, second, neither = self.pooled(relation)
            record: dict[str, Value] = {
                "relation": relation,
                "pairs": int(both + first + second + neither),
                "both_affected": int(both),
                "relative_risk": None,
                "falconer": None,
                "reich": None,
                "tetrachoric": None,
                "low": None,
                "high": None,
            }
            if both:
                n = both + first + second + neither
                risk = (2 * both + first + second) / (2 * n)
                # Whoever is affected stands twice in a symmetric count: as index, and as relative.
                raised = 2 * both / (2 * both + first + second)
                record["relative_risk"] = raised / risk
                if 0 < raised < 1:
                    record["falconer"] = falconer(risk, raised, relatedness)
                    record["reich"] = reich(risk, raised, relatedness)
                    found = tetrachoric(both, first, second, neither)
                    for name in ("correlation", "low", "high"):
                        key = "tetrachoric" if name == "correlation" else name
                        record[key] = heritability_of(getattr(found, name), relatedness)
            records.append(record)
        return records


def relations_of(members: list[Member]) -> tuple[tuple[str, ...], ...]:
    """relations[i][j]: what member j is to member i."""
    by_name = {member.name: member for member in members}

    def origin(member: Member) -> Member:
        return by_name[member.identical_to] if member.identical_to else member

    def relation(one: Member, other: Member) -> str:
        a, b = origin(one), origin(other)
        if one is other:
            return ""
        if a is b:
            return "identical twin"
        if a.name in (origin(by_name[name]).name for name in (b.mother, b.father) if name):
            return "child"
        if b.name in (origin(by_name[name]).name for name in (a.mother, a.father) if name):
            return "parent"
        if a.mother and a.mother == b.mother and a.father == b.father:
            return "sibling"
        return ""

    return tuple(tuple(relation(one, other) for other in members) for one in members)
