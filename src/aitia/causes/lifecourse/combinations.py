"""Every combination of group, sex, variants and exposures, and the share of people with each."""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from aitia.causes.lifecourse.scenario import Exposure, Scenario, Variant

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Trait(msgspec.Struct, frozen=True):
    """Something that people differ in, with its levels; "yes" is being at risk by a variant, or exposed."""

    kind: Literal["group", "sex", "variant", "exposure"]
    name: str
    levels: tuple[str, ...]

    @property
    def purpose(self) -> str:
        """The stream that decides it."""
        return self.kind if self.kind in ("group", "sex") else f"{self.kind} {self.name}"


class Combinations(msgspec.Struct, frozen=True):
    """The combinations, numbered in mixed radix with the first trait as the leading digit."""

    traits: tuple[Trait, ...]
    level: Integers
    """level[combination, trait]"""
    weight: Floats
    """Share of people with each combination at birth."""
    chances: tuple[Floats, ...]
    """For each trait: [combination of the earlier traits, level] → chance."""

    def where(self, /, **levels: str | bool) -> NDArray[np.bool_]:
        """The combinations with these levels, as in where(sex="male", smoking=True).

        Raises KeyError if there is no such trait or level.
        """
        found = np.ones(self.weight.size, dtype=bool)
        for name, wanted in levels.items():
            text = wanted if isinstance(wanted, str) else "yes" if wanted else "no"
            place = [trait.name for trait in self.traits].index(name) if self.has(name) else None
            if place is None or text not in self.traits[place].levels:
                raise KeyError(f"{name}={text}")
            found &= self.level[:, place] == self.traits[place].levels.index(text)
        return found

    def people(self) -> list[tuple[str, NDArray[np.bool_] | None]]:
        """Everyone (None), and for each level of each trait its name and its combinations."""
        found: list[tuple[str, NDArray[np.bool_] | None]] = [("everyone", None)]
        for trait in self.traits:
            for level in trait.levels:
                name = level if trait.kind in ("sex", "group") else f"{trait.name}: {level}"
                found.append((name, self.where(**{trait.name: level})))
        return found

    def has(self, name: str) -> bool:
        """Whether there is a trait of this name."""
        return any(trait.name == name for trait in self.traits)


def allele_frequency(variant: Variant, group: str | None, female: float) -> float:
    """Frequency of the allele in a group; `female` is the share of women, for variants on the X chromosome."""
    if group is not None and group in variant.frequency_in:
        return variant.frequency_in[group]
    if variant.frequency is not None:
        return variant.frequency
    carriers = variant.carriers or 0.0
    if variant.inheritance != "x_linked_dominant":
        # 1 - (1 - p)^2 = carriers, written so that small shares keep their digits.
        return float(carriers / (1 + np.sqrt(1 - carriers)))
    if female == 0:
        return carriers
    # female·(2p - p²) + male·p = carriers
    b = 1 + female
    return float(2 * carriers / (b + np.sqrt(b * b - 4 * female * carriers)))


def at_risk(variant: Variant, frequency: float, sex: str | None) -> float:
    """Chance that someone is at risk by a variant, in Hardy-Weinberg proportions."""
    two_copies = frequency**2
    if variant.inheritance == "recessive":
        return two_copies
    if variant.inheritance == "x_linked_dominant" and sex == "male":
        return frequency
    return 2 * frequency - two_copies


def combine(scenario: Scenario) -> Combinations:
    """The combinations of a scenario."""
    traits: list[Trait] = []
    chances: list[Floats] = []
    weight = np.ones(1)
    level = np.zeros((1, 0), dtype=np.int64)

    def add(trait: Trait, table: Floats) -> None:
        nonlocal weight, level
        traits.append(trait)
        chances.append(table)
        weight = (weight[:, None] * table).ravel()
        width = len(trait.levels)
        level = np.column_stack([np.repeat(level, width, axis=0), np.tile(np.arange(width), level.shape[0])])

    groups = [group.name for group in scenario.groups]
    if groups:
        add(Trait("group", "group", tuple(groups)), np.array([[group.share for group in scenario.groups]]))
    sexes = scenario.sexes
    if sexes is not None:
        shares = np.array([[sexes.female.share, sexes.male.share]])
        add(Trait("sex", "sex", ("female", "male")), np.repeat(shares, weight.size, axis=0))
    female = sexes.female.share if sexes else 0.5
    for variant in scenario.variants:
        risk = np.array(
            [
                at_risk(
                    variant,
                    allele_frequency(variant, groups[row[0]] if groups else None, female),
                    ("female", "male")[row[1 if groups else 0]] if sexes else None,
                )
                for row in level
            ]
        )
        add(Trait("variant", variant.name, ("no", "yes")), np.column_stack([1 - risk, risk]))
    for exposure in in_order_of_dependence(scenario.exposures):
        exposed = _exposed(exposure, traits, level, weight)
        add(Trait("exposure", exposure.name, ("no", "yes")), np.column_stack([1 - exposed, exposed]))
    return Combinations(tuple(traits), level, weight, tuple(chances))


def in_order_of_dependence(exposures: tuple[Exposure, ...]) -> list[Exposure]:
    """The exposures, each after those that it depends on; otherwise as the file has them."""
    ordered: list[Exposure] = []
    waiting = list(exposures)
    names = {one.name for one in exposures}
    while waiting:
        done = {one.name for one in ordered}
        ready = next(
            one for one in waiting if all(on.name in done or on.name not in names for on in one.depends_on)
        )
        ordered.append(ready)
        waiting.remove(ready)
    return ordered


def _exposed(exposure: Exposure, traits: list[Trait], level: Integers, weight: Floats) -> Floats:
    """Chance of exposure in each combination so far.

    The odds follow the odds ratios, and the level is set so that the prevalence in each sex or group (or in all) is
    the one given.
    """
    names = [trait.name for trait in traits]
    shift = np.zeros(weight.size)
    for dependence in exposure.depends_on:
        shift += np.log(dependence.odds_ratio) * level[:, names.index(dependence.name)]
    chance = np.empty(weight.size)
    column = next(
        (place for place, trait in enumerate(traits) if set(trait.levels) & set(exposure.prevalence_in)), None
    )
    strata: list[tuple[str | None, NDArray[np.bool_]]] = [(None, np.ones(weight.size, dtype=bool))]
    if column is not None:
        strata = [(name, level[:, column] == place) for place, name in enumerate(traits[column].levels)]
    for name, rows in strata:
        prevalence = (
            exposure.prevalence if name is None else exposure.prevalence_in.get(name, exposure.prevalence)
        )
        chance[rows] = _with_prevalence(prevalence, shift[rows], weight[rows])
    return chance


def _with_prevalence(prevalence: float, shift: Floats, weight: Floats) -> Floats:
    total = weight.sum()
    if prevalence in (0.0, 1.0) or total == 0 or not np.any(shift):
        return np.full(shift.size, prevalence)
    share = weight / total

    def excess(intercept: float) -> float:
        return float(share @ (1 / (1 + np.exp(-(intercept + shift))))) - prevalence

    centre = float(np.log(prevalence / (1 - prevalence)))
    low, high = centre - shift.max() - 1, centre - shift.min() + 1
    intercept = brentq(excess, low, high, xtol=1e-14, rtol=1e-14)
    return np.asarray(1 / (1 + np.exp(-(intercept + shift))))
