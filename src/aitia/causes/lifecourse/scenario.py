"""The nouns of a scenario: what a life-course file may say. docs/model-lifecourse.md explains each with an example."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MOST_STEPS = 60
MOST_COMBINATIONS = 4096
ASSUMED = "assumed"
FITTED = "fitted"

Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Ratio = Annotated[float, Meta(gt=0.0, le=1e6)]
Age = Annotated[float, Meta(ge=0.0, le=150.0)]
Rate = Annotated[float, Meta(gt=0.0, le=1e6)]
StepNumber = Annotated[int, Meta(ge=1, le=MOST_STEPS)]
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Citations = tuple[str, ...]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    source: str | Citations = ()
    """Keys of `sources`; or `assumed`, for what the scenario supposes; or `fitted`, for what a calibration gave."""
    note: str = ""


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a figure was read."""

    title: str
    doi: str = ""
    pmid: str = ""
    pmc: str = ""
    url: str = ""


class Speed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step goes `times` as fast."""

    step: StepNumber | Literal["all"]
    times: Ratio


class _Effect(_Part, frozen=True, kw_only=True):
    steps_taken: Annotated[int, Meta(ge=0, le=MOST_STEPS)] | tuple[StepNumber, ...] = 0
    """Steps behind one at birth: their number (the first ones), or which."""
    speeds: tuple[Speed, ...] = ()
    hazard_ratio: Ratio = 1.0
    """Factor on the hazard of onset at every age."""
    mortality_ratio: Ratio = 1.0
    """Factor on the background mortality at every age."""


class Onset(_Part, frozen=True, kw_only=True):
    """Onset as the last of steps taken in order, each after an exponential wait."""

    steps: Annotated[int, Meta(ge=1, le=MOST_STEPS)]
    rate: Rate | None = None
    """Rate of every step, per year; or give `rates`."""
    rates: tuple[Rate, ...] = ()
    lineages: Annotated[float, Meta(ge=1.0, le=1e15)] = 1.0
    """Cell lineages at risk; the first to take all steps gives the disease."""


class Gompertz(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mortality at age t of at_birth · exp(growth · t) per year."""

    at_birth: Annotated[float, Meta(gt=0.0, le=10.0)]
    growth: Annotated[float, Meta(gt=0.0, le=1.0)]


class Mortality(_Part, frozen=True, kw_only=True):
    """Death from other causes than the disease: Gompertz's law, or a table of (from age, deaths per person-year)."""

    gompertz: Gompertz | None = None
    table: tuple[tuple[Age, Annotated[float, Meta(ge=0.0, le=1e3)]], ...] = ()


class Sex(_Effect, frozen=True, kw_only=True):
    """What is particular to a sex."""

    share: Probability
    mortality: Mortality | None = None


class Sexes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Both sexes; their shares at birth add up to 1."""

    female: Sex
    male: Sex


class Group(_Effect, frozen=True, kw_only=True):
    """A part of the population, such as an ancestry or a region; a family belongs to one."""

    name: Name
    share: Probability


class Variant(_Effect, frozen=True, kw_only=True):
    """A disease variant and what it does to those at risk by its inheritance."""

    name: Name
    inheritance: Literal["dominant", "recessive", "x_linked_dominant"] = "dominant"
    frequency: Probability | None = None
    """Frequency of the allele; or give `carriers`."""
    carriers: Probability | None = None
    """Share of people with one copy or two."""
    frequency_in: dict[str, Probability] = {}
    """Frequency of the allele by group, where it differs."""


class Dependence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The odds of an exposure are `odds_ratio` times as high with the variant or the exposure of this name."""

    name: str
    odds_ratio: Ratio


class Exposure(_Part, frozen=True, kw_only=True):
    """An exposure of a share of people between two ages, the steps that it speeds, and what it goes with."""

    name: Name
    prevalence: Probability
    prevalence_in: dict[str, Probability] = {}
    """Prevalence by sex or by group, where it differs (not both for one person)."""
    ages: tuple[Age, Age]
    speeds: tuple[Speed, ...]
    mortality_ratio: Ratio = 1.0
    depends_on: tuple[Dependence, ...] = ()


class Liability(_Part, frozen=True, kw_only=True):
    """Polygenic liability L, standard normal: a share from genes, a share from the sibs' common environment."""

    heritability: Probability
    shared_environment: Probability = 0.0
    mapping: Literal["threshold", "hazard"]
    """threshold: onset when the threshold of that age falls below L, so the risk at each age is unchanged over all.
    hazard: the hazard is exp(sd · L - sd²/2) times the usual."""
    log_hazard_sd: Annotated[float, Meta(gt=0.0, le=5.0)] | None = None


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member of the family: a founder, a child of two members, or the identical twin of one."""

    name: Name
    sex: Literal["female", "male"] | None = None
    mother: str | None = None
    father: str | None = None
    identical_to: str | None = None
    carries: tuple[str, ...] = ()
    """Variants of which a founder certainly has one copy."""


class Families(_Part, frozen=True, kw_only=True):
    """The family that is simulated: two parents and `children`, or the `members` given."""

    children: Annotated[int, Meta(ge=0, le=20)] = 2
    """Children of the two parents; so a case has one sibling fewer."""
    members: tuple[Member, ...] = ()
    seen_at: Age = 85.0
    """Age by which relatives are counted as affected."""
    parent_age: Age = 30.0
    """Age of the parents at a child's birth."""


class Target(_Part, frozen=True, kw_only=True):
    """A published figure that a calibration should meet."""

    quantity: Literal[
        "lifetime_risk",
        "incidence",
        "sex_ratio",
        "mean_age_at_onset",
        "case_share",
        "carriers",
        "penetrance",
        "familial_share",
        "relative_risk",
        "log_log_slope",
        "rate_ratio",
        "attributable_fraction",
    ]
    value: Annotated[float, Meta(gt=0.0)]
    low: float | None = None
    high: float | None = None
    """The 95% interval."""
    uncertainty: Annotated[float, Meta(gt=0.0, le=2.0)] | None = None
    """Standard error over the value, where there is no interval; 0.2 if neither is given."""
    of: str | None = None
    """The variant, or the exposure, or the sex that it is about."""
    relative: Literal["parent", "child", "sibling", "identical_twin"] | None = None
    ages: tuple[Age, Age] | None = None
    by: Age | None = None
    among: Literal["all", "familial", "others"] = "all"
    """For case_share: among all cases, those with an affected parent or sibling, or the others."""
    per: Literal["own", "everyone"] = "own"
    """For log_log_slope: cases per person-year of those it is about, or of everyone, as registers give it."""
    crude: bool = False
    """For penetrance: with death from other causes, rather than as if nobody died of them."""
    fit: bool = True
    """Whether the calibration aims at it; if not, it is only compared."""


class Free(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of the scenario that a calibration may change, between bounds."""

    what: str
    """onset.rate, onset.lineages, liability.heritability, or NAME.field, as in C9orf72.hazard_ratio."""
    low: Annotated[float, Meta(gt=0.0)]
    high: Annotated[float, Meta(gt=0.0)]


class Calibration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may change, and what it should meet."""

    free: tuple[Free, ...]
    targets: tuple[Target, ...]


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A population, its genes, exposures and deaths, and how the disease begins."""

    format: Literal[1]
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    about: str = ""
    onset: Onset
    mortality: Mortality
    sexes: Sexes | None = None
    groups: tuple[Group, ...] = ()
    variants: tuple[Variant, ...] = ()
    liability: Liability | None = None
    exposures: tuple[Exposure, ...] = ()
    families: Families = Families()
    calibration: Calibration | None = None
    horizon: Annotated[float, Meta(ge=1.0, le=150.0)] = 110.0
    """Age at which observation ends."""
    sources: dict[str, Source] = {}


def citations(part: _Part) -> Citations:
    """The source keys of a part, as a tuple."""
    return (part.source,) if isinstance(part.source, str) and part.source else tuple(part.source)
