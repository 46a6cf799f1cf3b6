"""What a library is made of. Everything is immutable and goes to JSON and back without loss."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Identifier = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=120)]
"""Lower-case letters, digits, hyphens, underscores and points."""


class Certainty(StrEnum):
    """How sure a statement is, in the four grades of GRADE (Guyatt et al., BMJ 2008;336:924)."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very-low"

    @property
    def rank(self) -> int:
        """3 for high, 2 for moderate, 1 for low, 0 for very low."""
        return _RANKS[self]


_RANKS = {Certainty.HIGH: 3, Certainty.MODERATE: 2, Certainty.LOW: 1, Certainty.VERY_LOW: 0}


class Kind(StrEnum):
    """The design of a study, or the kind of a document."""

    GUIDELINE = "guideline"
    CONSENSUS = "consensus"
    SYSTEMATIC_REVIEW = "systematic-review"
    META_ANALYSIS = "meta-analysis"
    TRIAL = "trial"
    MENDELIAN_RANDOMISATION = "mendelian-randomisation"
    GWAS = "gwas"
    REGISTRY = "registry"
    COHORT = "cohort"
    TWIN_FAMILY = "twin-family"
    CASE_CONTROL = "case-control"
    CROSS_SECTIONAL = "cross-sectional"
    SEQUENCING = "sequencing"
    MODELLING = "modelling"
    REVIEW = "review"
    CASE_SERIES = "case-series"
    ANIMAL = "animal"
    IN_VITRO = "in-vitro"
    ARTICLE = "article"
    OPINION = "opinion"
    WEB_PAGE = "web-page"
    DOCUMENT = "document"


KIND_LABELS = {
    Kind.GUIDELINE: "guideline",
    Kind.CONSENSUS: "consensus statement",
    Kind.SYSTEMATIC_REVIEW: "systematic review",
    Kind.META_ANALYSIS: "meta-analysis",
    Kind.TRIAL: "randomised or controlled trial",
    Kind.MENDELIAN_RANDOMISATION: "Mendelian randomisation",
    Kind.GWAS: "genome-wide association study",
    Kind.REGISTRY: "register study",
    Kind.COHORT: "cohort study",
    Kind.TWIN_FAMILY: "twin or family study",
    Kind.CASE_CONTROL: "case-control study",
    Kind.CROSS_SECTIONAL: "cross-sectional study",
    Kind.SEQUENCING: "gene sequencing study",
    Kind.MODELLING: "modelling study",
    Kind.REVIEW: "review",
    Kind.CASE_SERIES: "case series",
    Kind.ANIMAL: "animal study",
    Kind.IN_VITRO: "laboratory study",
    Kind.ARTICLE: "article, design not stated",
    Kind.OPINION: "editorial, letter or comment",
    Kind.WEB_PAGE: "web page",
    Kind.DOCUMENT: "document",
}


class Standing(StrEnum):
    """Whether a source may still be relied on (the four notices are kept apart, as NISO CREC asks)."""

    CURRENT = "current"
    CORRECTED = "corrected"
    CONCERN = "expression-of-concern"
    RETRACTED = "retracted"
    SUPERSEDED = "superseded"


Number = Annotated[int, Meta(ge=-(10**15), le=10**15)] | Annotated[float, Meta(ge=-1e15, le=1e15)]
"""A number that is one: neither endless nor undefined."""


class Figure(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A number with its name, unit and interval: what lets two sources be compared.

    Figures that measure the same quantity carry the same name; a part of the population, or one end of a
    range, is said in brackets at the end of it: "heritability (twins)", "heritability (lower)".
    """

    name: str
    value: Number
    unit: str
    low: Number | None = None
    high: Number | None = None
    interval: str | None = None
    """What low and high are, for example "95% CI"."""

    @property
    def has_margin(self) -> bool:
        """Whether low and high bound the estimate itself, and not the spread of what was measured."""
        if self.low is None or self.high is None:
            return False
        return self.interval is None or "95%" in self.interval or "level not stated" in self.interval


class Passage(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A span of a source's text: what a citation opens."""

    text: str = ""
    section: str | None = None
    page: int | None = None
    start: int | None = None
    end: int | None = None


class Statement(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One claim, in words that stand alone, tied to its source.

    `text` and `plain` may hold one verb in braces; the certainty decides how it is said (see `wording`).
    """

    id: Identifier
    source_id: Identifier
    text: str
    topics: tuple[str, ...]
    certainty: Certainty
    plain: str | None = None
    figures: tuple[Figure, ...] = ()
    also: tuple[str, ...] = ()
    """Other sources that say the same."""
    passage: Passage | None = None
    aside: bool = False
    """A remark on method, or on another matter: chosen only where nothing else is left, and never for patients."""


class Source(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A guideline, review, trial, register study and so on, with what identifies and describes it."""

    id: Identifier
    title: str
    kind: Kind
    year: int | None = None
    authors: tuple[str, ...] = ()
    container: str | None = None
    """The journal, book or site."""
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    population: str | None = None
    size: str | None = None
    standing: Standing = Standing.CURRENT
    note: str | None = None
    """What is missing or odd about the record."""
    seen_at: tuple[str, ...] = ()

    @property
    def link(self) -> str | None:
        """Where the source can be opened: DOI, else PubMed, else PubMed Central, else its address."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        if self.pmcid:
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}/"
        return self.url or next(iter(self.seen_at), None)


class Topic(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An entry of the controlled vocabulary."""

    id: Identifier
    facet: Identifier
    label: str
    plain_label: str
    definition: str
    """What it is, in one or two plain sentences."""
    synonyms: tuple[str, ...] = ()
    """Other names of the whole topic."""
    narrower: tuple[str, ...] = ()
    """Names of things within it: a question on one of them is answered from statements that mention it."""
    exposure: str | None = None
    """If the whole topic is one exposure whose ratios can be added up: its name inside a sentence ("smoking")."""
    group: str | None = None
    """Names a family of like topics, for example "gene"."""
    general: bool = False
    """True if the topic exists outside the condition too (smoking, age), so that a question about it must
    name the condition."""
    question: str | None = None
    """A question that a person would ask about it."""
    model: Annotated[str, Meta(pattern=r"^aitia model [a-z]")] | None = None
    """The command that runs a model of what the topic says of causes."""
    answer: tuple[str, ...] = ()
    """The statements that an editor chose to open the answer to it; without any, the best-founded one does."""


class Condition(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A disease that the library is about."""

    id: Identifier
    label: str
    plain_label: str
    definition: str
    synonyms: tuple[str, ...] = ()


class Quantity(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How to speak of a figure that several sources give."""

    name: str
    """The figure's name, without brackets."""
    label: str
    """With its article, to begin a sentence: "The familial share of ALS"."""
    plain: str
    """The same for a patient."""


class Conflict(StrEnum):
    """In what two sources differ."""

    FIGURES = "figures"
    CONCLUSION = "conclusion"
    DIRECTION = "direction"
    ARITHMETIC = "arithmetic"


class Member(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one source says in a disagreement, and the statement that says it."""

    source: Identifier
    statement: Identifier
    says: str
    plain: str | None = None


class Disagreement(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Sources that report the same thing and do not agree, with the likely reason."""

    id: Identifier
    quantity: str
    kind: Conflict
    topics: tuple[str, ...]
    members: tuple[Member, ...]
    explanation: str
    plain_quantity: str | None = None
    plain_explanation: str | None = None
    detected: bool = False
    """True if found by comparing figures, False if an editor wrote it."""


class Contents(Struct, frozen=True):
    """A whole library, as read from its files."""

    name: str
    title: str
    version: str
    updated: str
    """The date of the evidence, as YYYY-MM-DD."""
    conditions: tuple[Condition, ...]
    topics: tuple[Topic, ...]
    sources: tuple[Source, ...]
    statements: tuple[Statement, ...]
    quantities: tuple[Quantity, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
