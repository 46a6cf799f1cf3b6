"""The types of question, as data: cue words, and the sections, facets and headings of the answer."""

from functools import cache
from importlib.resources import files

import msgspec
import yaml
from msgspec import Struct, field

LENGTHS = ("short", "standard", "full")


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """A place in an answer for a few statements on one matter.

    The statements come from the given topics, facets or group of topics (all that are given must hold), or from
    the whole library if none is given, and are ranked by how near they are to `about`.
    """

    topics: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Topics whose statements are passed over."""
    facet: str | None = None
    facets: tuple[str, ...] = ()
    group: str | None = None
    about: str = ""
    each: bool = False
    """Fill the slot once for each topic of the facet or group, in the library's order."""
    start: int = 0
    """With `each`: how many topics to pass over first."""
    limit: int = 99
    """With `each`: how many topics at most, at standard length; half as many when short, all when full."""
    compare: bool = False
    """Put the figures that several sources give for one quantity side by side."""
    earliest: bool = False
    """The statement with the earliest year of report."""
    timeline: bool = False
    """One bullet that names the topics most recently reported, with their years."""
    prefer: str | None = None
    """`human`: studies of people before those of animals and cells."""
    short: int = 1
    standard: int = 1
    full: int = 1

    def count(self, length: str) -> int:
        """How many statements at a length; at full length never fewer than at standard length."""
        if length == "short":
            return self.short
        return self.standard if length == "standard" else max(self.full, self.standard)


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A headed part of an answer."""

    heading: dict[str, str]
    """The heading for each audience."""
    facet: str
    slots: tuple[Slot, ...]


class Expectation(Struct, frozen=True, forbid_unknown_fields=True):
    """What a reader will want to know: told as a gap if the library has no statement with any of the terms."""

    text: str
    terms: tuple[str, ...]


class QuestionType(Struct, frozen=True, forbid_unknown_fields=True):
    """How to recognise and answer one type of question."""

    id: str
    cues: tuple[str, ...]
    """X stands for any name of a condition of the library: "how does X start"."""
    facets: tuple[str, ...] = ()
    """A question about a topic of these facets is of this type unless its cues say otherwise."""
    weak: tuple[str, ...] = ()
    """Cues ("what is") that count only where no other type's do."""
    verdict: tuple[str, ...] = ()
    """On topics of these facets the lead weighs the evidence on one factor."""
    within: bool = False
    """A question on a topic of other facets is answered only from statements on this type's facets too."""
    only: tuple[str, ...] = ()
    """If given: a question on a topic is of this type only if the topic is of one of these facets."""
    must_mention: tuple[str, ...] = ()
    """If given: only statements that mention one of these words bear on the question."""
    never: tuple[str, ...] = ()
    """Facets whose topics are never causes."""
    tests: tuple[str, ...] = ()
    """Topics whose statements test whether an association is a cause."""
    asks_cause: bool = False
    """It asks what brings the condition about."""
    first: Slot | None = None
    """On one matter, the lead comes from this slot if any statement on the matter fits it."""
    next: tuple[str, ...] = ()
    """Facets of the next questions to offer where the answer touched too few others, first the first."""
    lead: tuple[Slot, ...] = ()
    sections: tuple[Section, ...] = ()
    last: tuple[str, ...] = ()
    """Facets whose statements come last unless the question is on them."""
    expects: tuple[Expectation, ...] = field(default=())


@cache
def question_types() -> dict[str, QuestionType]:
    """Every type by its id."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = {}
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            kind = msgspec.convert(yaml.load(file.read_text(encoding="utf-8"), Loader=loader), QuestionType)
            found[kind.id] = kind
    return found
