"""Families: Mendelian transmission, polygenic values of parents and children, sibs' common environment, twins.

A child's polygenic value is the mean of its parents' plus a draw of variance one half (unrelated parents), so that
every generation has the same variance. Sibs share the environment of their mother. Identical twins share genes and
common environment, not exposures or the rest of chance. Everyone in a family has the same group.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aitia.causes.errors import ModelError
from aitia.causes.lifecourse import engine
from aitia.causes.lifecourse.combinations import allele_frequency
from aitia.causes.lifecourse.engine import Pack, age_at_onset, draw_deaths, onsets_by_events
from aitia.causes.lifecourse.kinship import FamilySimulation, in_order_of_birth, members_of, relations_of
from aitia.causes.lifecourse.model import Model, prepare
from aitia.causes.lifecourse.scenario import Member, Scenario
from aitia.causes.lifecourse.simulate import Engine, chosen_engine
from aitia.causes.parallel import check_jobs, in_order
from aitia.causes.streams import compiled, exponential_at, normal_at, stream_key, uniform_at

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_CHUNK = 1 << 18
MOST_FAMILIES = 10**10


class Kin(NamedTuple):
    """Who descends from whom, as flat arrays: members in an order in which parents come before children."""

    mother: Integers
    """-1 for a founder."""
    father: Integers
    twin: Integers
    """The identical twin whose genes a member has; -1 if none."""
    sex: Integers
    """0 female, 1 male, 2 drawn."""
    carries: Integers
    """[members, variants] 1 where a founder certainly has one copy."""
    frequency: Floats
    """[groups, variants] of the allele."""
    inheritance: Integers
    """[variants] 0 dominant, 1 recessive, 2 X-linked dominant."""
    variant_traits: Integers
    sex_trait: int
    group_trait: int
    maternal_keys: NDArray[np.uint64]
    paternal_keys: NDArray[np.uint64]
    genes_key: np.uint64
    shared_key: np.uint64
    own_key: np.uint64
    sex_key: np.uint64
    group_key: np.uint64
    male_share: float
    heritability: float
    shared_environment: float
    threshold: bool


def kin_of(scenario: Scenario, model: Model, members: list[Member], seed: int) -> Kin:
    """Who descends from whom, with the streams of a seed."""
    names = [member.name for member in members]
    traits = [trait.name for trait in model.combinations.traits]
    groups: list[str | None] = [group.name for group in scenario.groups] or [None]
    female = scenario.sexes.female.share if scenario.sexes else 0.5
    kinds = {"dominant": 0, "recessive": 1, "x_linked_dominant": 2}
    liability = scenario.liability
    frequency = [
        [allele_frequency(variant, group, female) for variant in scenario.variants] for group in groups
    ]

    def places(role: str) -> Integers:
        who = [getattr(member, role) for member in members]
        return np.array([-1 if name is None else names.index(name) for name in who], dtype=np.int64)

    def keys(side: str) -> NDArray[np.uint64]:
        return np.array(
            [stream_key(seed, f"{side} {variant.name}") for variant in scenario.variants], dtype=np.uint64
        )

    return Kin(
        mother=places("mother"),
        father=places("father"),
        twin=places("identical_to"),
        sex=np.array([{"female": 0, "male": 1, None: 2}[member.sex] for member in members], dtype=np.int64),
        carries=np.array(
            [[int(variant.name in member.carries) for variant in scenario.variants] for member in members],
            dtype=np.int64,
        ).reshape(len(members), len(scenario.variants)),
        frequency=np.array(frequency, dtype=float).reshape(len(groups), len(scenario.variants)),
        inheritance=np.array([kinds[variant.inheritance] for variant in scenario.variants], dtype=np.int64),
        variant_traits=np.array(
            [traits.index(variant.name) for variant in scenario.variants], dtype=np.int64
        ),
        sex_trait=traits.index("sex") if "sex" in traits else -1,
        group_trait=traits.index("group") if "group" in traits else -1,
        maternal_keys=keys("maternal allele"),
        paternal_keys=keys("paternal allele"),
        genes_key=stream_key(seed, "polygenic value"),
        shared_key=stream_key(seed, "common environment"),
        own_key=stream_key(seed, "rest of liability"),
        sex_key=stream_key(seed, "sex"),
        group_key=stream_key(seed, "group"),
        male_share=1 - female,
        heritability=liability.heritability if liability else 0.0,
        shared_environment=liability.shared_environment if liability else 0.0,
        threshold=liability is not None and liability.mapping == "threshold",
    )


@compiled
def draw_families(
    p: Pack, k: Kin, by_events: bool, start: int, code: Integers, onset: Floats, death: Floats
) -> None:
    """Combination, age at onset and at death of the members of the families from number `start`, family by family."""
    people = k.mother.size
    families = code.size // people
    variants = k.variant_traits.size
    maternal = np.zeros((people, variants), dtype=np.int64)
    paternal = np.zeros((people, variants), dtype=np.int64)
    genes, sex = np.zeros(people), np.zeros(people, dtype=np.int64)
    liability = np.zeros(code.size)
    for f in range(families):
        group = 0
        if k.group_trait >= 0:
            u = uniform_at(k.group_key, np.uint64(start + f))
            base = p.trait_starts[k.group_trait]
            while group + 1 < p.trait_levels[k.group_trait] and u >= p.chances[base + group]:
                group += 1
        for m in range(people):
            life = np.uint64((start + f) * people + m)
            twin = k.twin[m]
            if twin >= 0:
                sex[m], genes[m] = sex[twin], genes[twin]
            else:
                sex[m] = k.sex[m] if k.sex[m] < 2 else int(uniform_at(k.sex_key, life) < k.male_share)
                own = normal_at(k.genes_key, life)
                mother, father = k.mother[m], k.father[m]
                genes[m] = own if mother < 0 else 0.5 * (genes[mother] + genes[father]) + np.sqrt(0.5) * own
            for v in range(variants):
                if twin >= 0:
                    maternal[m, v], paternal[m, v] = maternal[twin, v], paternal[twin, v]
                    continue
                u = uniform_at(k.maternal_keys[v], life)
                w = uniform_at(k.paternal_keys[v], life)
                mother, father = k.mother[m], k.father[m]
                if mother < 0:
                    maternal[m, v] = int(u < k.frequency[group, v] or k.carries[m, v] == 1)
                    paternal[m, v] = int(w < k.frequency[group, v])
                else:
                    maternal[m, v] = maternal[mother, v] if u < 0.5 else paternal[mother, v]
                    paternal[m, v] = maternal[father, v] if w < 0.5 else paternal[father, v]
                if k.inheritance[v] == 2:
                    # A man has one X, from his mother, and hands it on to every daughter and to no son.
                    if sex[m] == 1:
                        paternal[m, v] = 0
                    elif mother >= 0:
                        paternal[m, v] = maternal[father, v]
            number = 0
            for trait in range(p.trait_keys.size):
                levels = p.trait_levels[trait]
                level = -1
                if trait == k.group_trait:
                    level = group
                elif trait == k.sex_trait:
                    level = sex[m]
                else:
                    for v in range(variants):
                        if k.variant_traits[v] == trait:
                            copies = maternal[m, v] + paternal[m, v]
                            level = int(copies == 2) if k.inheritance[v] == 1 else int(copies > 0)
                if level < 0:
                    u = uniform_at(p.trait_keys[trait], life)
                    level = int(u >= p.chances[p.trait_starts[trait] + number * levels])
                number = number * levels + level
            at = f * people + m
            code[at] = number
            if k.heritability > 0 or k.shared_environment > 0 or p.log_hazard_sd > 0:
                source = m if twin < 0 else twin
                # Odd places are the homes that founders grew up in, even ones those that mothers make.
                hearth = 2 * ((start + f) * people + k.mother[source])
                if k.mother[source] < 0:
                    hearth = 2 * ((start + f) * people + source) + 1
                shared = normal_at(k.shared_key, np.uint64(hearth))
                rest = 1.0 - k.heritability - k.shared_environment
                liability[at] = (
                    np.sqrt(k.heritability) * genes[m]
                    + np.sqrt(k.shared_environment) * shared
                    + np.sqrt(max(rest, 0.0)) * normal_at(k.own_key, life)
                )
    first = start * people
    if by_events:
        onsets_by_events(p, first, code, onset)
    else:
        last = p.ages.size - 1
        for at in range(code.size):
            if k.threshold:
                reached = -np.log1p(-0.5 * math.erfc(liability[at] / np.sqrt(2.0)))
            else:
                reached = exponential_at(p.onset_key, np.uint64(first + at))
                if p.log_hazard_sd > 0:
                    sd = p.log_hazard_sd
                    reached /= np.exp(sd * liability[at] - 0.5 * sd * sd)
            reached /= p.scale[code[at]]
            row = p.profile[code[at]]
            onset[at] = (
                np.inf
                if reached >= p.cumulative[row, last]
                else age_at_onset(p.ages, p.cumulative[row], reached)
            )
    draw_deaths(p, first, code, death)


@compiled
def count_families(
    p: Pack, k: Kin, by_events: bool, start: int, stop: int, seen_at: float, near: Integers
) -> tuple[Integers, Integers, Integers]:
    """Counts over families: pairs of members both affected by `seen_at` if nobody died of anything else; families by
    number of cases in life; per member, cases in life, and those of them with a case in life among near relatives."""
    people = k.mother.size
    pairs = np.zeros((people, people), dtype=np.int64)
    sizes = np.zeros(people + 1, dtype=np.int64)
    probands = np.zeros((people, 2), dtype=np.int64)
    block = 256
    code = np.empty(block * people, dtype=np.int64)
    onset, death = np.empty(block * people), np.empty(block * people)
    for first in range(start, stop, block):
        size = min(block, stop - first)
        draw_families(
            p, k, by_events, first, code[: size * people], onset[: size * people], death[: size * people]
        )
        for f in range(size):
            cases = 0
            for i in range(people):
                a = f * people + i
                if onset[a] < seen_at:
                    for j in range(i, people):
                        if onset[f * people + j] < seen_at:
                            pairs[i, j] += 1
                if onset[a] < min(death[a], p.horizon):
                    cases += 1
                    probands[i, 0] += 1
                    for j in range(people):
                        b = f * people + j
                        if near[i, j] and onset[b] < min(death[b], p.horizon):
                            probands[i, 1] += 1
                            break
            sizes[cases] += 1
    return pairs, sizes, probands


def simulate_families(
    scenario: Scenario,
    families: int,
    *,
    seed: int = 1,
    engine_name: Engine = "auto",
    jobs: int = 1,
    cluster: str | None = None,
) -> FamilySimulation:
    """Simulate families of the scenario's `families`.

    Pairs are counted by the age `families.seen_at` as if nobody died of anything else (what a heritability of
    liability is about); cases in life, and who has a near relative with one, let people die first.
    Raises ModelError as `simulate` does.
    """
    if not 1 <= families <= MOST_FAMILIES:
        raise ModelError(f"families: {families} is not a number from 1 to {MOST_FAMILIES:,}.")
    check_jobs(jobs)
    model = prepare(scenario)
    members = in_order_of_birth(members_of(scenario.families))
    if len(members) > 64:
        raise ModelError(f"families.members: {len(members)} members; the most is 64.")
    relations = relations_of(members)
    near = np.array([[int(bool(name)) for name in row] for row in relations], dtype=np.int64)
    seen_at = min(scenario.families.seen_at, scenario.horizon)
    packed, kin = engine.pack(model, seed), kin_of(scenario, model, members, seed)
    by_events = chosen_engine(scenario, engine_name) == "events"
    size = min(_CHUNK, max(256, -(-families // (4 * jobs) // 256) * 256))
    pieces = [
        (packed, kin, by_events, start, min(start + size, families), seen_at, near)
        for start in range(0, families, size)
    ]
    sums: list[Integers] = []
    for counts in in_order(_count_families, pieces, jobs=jobs, cluster=cluster):
        sums = [one + other for one, other in zip(sums, counts, strict=True)] if sums else list(counts)
    return FamilySimulation(
        tuple(member.name for member in members),
        relations,
        families,
        seed,
        seen_at,
        sums[0],
        sums[1],
        sums[2],
    )


def _count_families(
    p: Pack, k: Kin, by_events: bool, start: int, stop: int, seen_at: float, near: Integers
) -> tuple[Integers, Integers, Integers]:
    return count_families(p, k, by_events, start, stop, seen_at, near)
