"""What review is made of: actions, events, and the dossier that they add up to."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from aitia.people.roles import Role


class State(StrEnum):
    """Where a version of an article stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under-review"
    CHANGES_REQUESTED = "changes-requested"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    """A newer version stands in its place. Only a version is superseded; its dossier has the newer one's state."""
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """What a reviewer says of one statement."""

    AGREE = "agree"
    CHANGE = "change"
    REMOVE = "remove"


class Decision(StrEnum):
    """What a reviewer signs."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request-changes"


LONGEST = 5000
"""Characters of what somebody writes at a time."""
Words = Annotated[str, Meta(max_length=LONGEST)]
Reason = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
Place = Annotated[str, Meta(pattern=r"^(lead|[0-9]{1,3}\.[0-9]{1,3}|d[0-9]{1,3})$")]
"""Which words of a version: "lead"; "2.3", the third statement of the second section; "d1", the first disagreement."""


class Open(Struct, frozen=True, tag="open", tag_field="action", omit_defaults=True):
    """An author keeps an answer as version 1 of an article."""

    library: str
    library_version: str
    question: str
    audience: str
    length: str


class Edit(Struct, frozen=True, tag="edit", tag_field="action", omit_defaults=True):
    """A new version. Marks and signatures on the one before count no more."""

    reason: Reason
    renewed: bool = False
    """True if it is a fresh answer from the library, False if people changed the words."""
    accepted: tuple[int, ...] = ()
    """The proposals (numbers of their events) that it takes up."""


class Submit(Struct, frozen=True, tag="submit", tag_field="action", omit_defaults=True):
    """The author asks for review."""

    note: Words = ""


class Assign(Struct, frozen=True, tag="assign", tag_field="action", omit_defaults=True):
    """An editor names the reviewers, all of them; review begins. None named leaves it open to any reviewer."""

    reviewers: tuple[int, ...] = ()


class Begin(Struct, frozen=True, tag="begin", tag_field="action", omit_defaults=True):
    """A reviewer takes a submitted article up."""


class Declare(Struct, frozen=True, tag="declare", tag_field="action", omit_defaults=True):
    """A reviewer states their conflicts of interest on this article; needed before any mark or signature."""

    has_conflict: bool
    statement: Words = ""


class Mark(Struct, frozen=True, tag="mark", tag_field="action", omit_defaults=True):
    """A reviewer's verdict on one statement; a later one on the same place replaces it."""

    place: Place
    verdict: Verdict
    reason: Words = ""
    """Needed unless the verdict is to agree."""


class Comment(Struct, frozen=True, tag="comment", tag_field="action", omit_defaults=True):
    """A remark; the first of a thread, or an answer in one."""

    text: Reason
    place: Place | None = None
    """None: on the whole article. An answer has its thread's place."""
    thread: int | None = None
    """The number of the thread's first event, for an answer."""


class Resolve(Struct, frozen=True, tag="resolve", tag_field="action", omit_defaults=True):
    """A thread is settled."""

    thread: int


class Propose(Struct, frozen=True, tag="propose", tag_field="action", omit_defaults=True):
    """A reviewer's other wording for a statement or the lead."""

    place: Place
    text: Reason
    reason: Words = ""
    flags: tuple[str, ...] = ()
    """Filled in when it is recorded: how the wording departs from its source (see `wording.flags`)."""


class Sign(Struct, frozen=True, tag="sign", tag_field="action", omit_defaults=True):
    """A reviewer's decision on the version, with their name to it."""

    decision: Decision
    reason: Words = ""
    """Needed to request changes."""


class Approve(Struct, frozen=True, tag="approve", tag_field="action", omit_defaults=True):
    """Enough reviewers have signed. Recorded by the system with the signature that sufficed: once a version, and again
    where that version was re-opened and signed again."""

    signatures: tuple[int, ...]
    """The numbers of the signing events."""
    quorum: int
    policy: str
    """SHA-256 of the policy in force."""
    expires: str
    """YYYY-MM-DD."""


class Withdraw(Struct, frozen=True, tag="withdraw", tag_field="action", omit_defaults=True):
    """The article is taken back. It stays readable, under a notice."""

    reason: Reason


class Expire(Struct, frozen=True, tag="expire", tag_field="action", omit_defaults=True):
    """The day of the next review has passed. Recorded by the system."""

    expired: str
    """The day that passed, YYYY-MM-DD."""


class Reopen(Struct, frozen=True, tag="reopen", tag_field="action", omit_defaults=True):
    """The library has changed under the article, or an editor saw cause: approval and signatures end."""

    reasons: Annotated[tuple[Reason, ...], Meta(min_length=1)]
    library_version: str = ""
    """The version of the library that gave cause."""


Action = (
    Open | Edit | Submit | Assign | Begin | Declare | Mark | Comment | Resolve | Propose | Sign | Approve | Withdraw
    | Expire | Reopen
)  # fmt: skip


class Person(Struct, frozen=True, omit_defaults=True):
    """Who acts, as they were at that time. The system is number 0."""

    id: int
    name: str
    credentials: str = ""
    roles: tuple[Role, ...] = ()


SYSTEM = Person(0, "Aitia")


class Event(Struct, frozen=True):
    """Who did what to which version, when and why. Never changed, never removed."""

    number: int
    """Its place in the journal, over all dossiers."""
    dossier: int
    at: str
    """UTC, ISO 8601, to the microsecond; never earlier than the event before."""
    person: Person
    version: int
    content_hash: str
    """Of that version's article."""
    action: Action
    previous: str
    """The hash of the journal's event before; 64 zeros for the first."""


class Version(Struct, frozen=True, omit_defaults=True):
    """A version, without its text."""

    number: int
    content_hash: str
    made: str
    by: Person
    reason: str
    state: State
    expires: str | None = None
    """YYYY-MM-DD, if it was approved."""


class Marked(Struct, frozen=True):
    """A mark that stands."""

    event: int
    at: str
    by: Person
    version: int
    mark: Mark


class Proposed(Struct, frozen=True):
    """A proposal."""

    event: int
    at: str
    by: Person
    version: int
    proposal: Propose
    accepted: int | None = None
    """The version that took it up."""


class Signed(Struct, frozen=True):
    """A signature."""

    event: int
    at: str
    by: Person
    version: int
    sign: Sign
    counts: bool
    """False once the version, the declaration or a re-opening has overtaken it."""


class Thread(Struct, frozen=True):
    """Comments on one matter, oldest first."""

    number: int
    """Of its first event."""
    place: str | None
    version: int
    comments: tuple[Event, ...]
    resolved: Person | None


class Declared(Struct, frozen=True):
    """A reviewer's declaration that stands."""

    at: str
    by: Person
    declaration: Declare


class Dossier(Struct, frozen=True):
    """An article with its versions and all that was done: what the events add up to."""

    id: int
    library: str
    question: str
    audience: str
    length: str
    author: Person
    state: State
    """The latest version's."""
    versions: tuple[Version, ...]
    """Oldest first."""
    assigned: tuple[int, ...]
    """The ids of the reviewers named by an editor; empty: open to any."""
    declarations: tuple[Declared, ...]
    """One a reviewer."""
    marks: tuple[Marked, ...]
    """On the latest version, one a reviewer and place; with those on earlier versions: see the events."""
    proposals: tuple[Proposed, ...]
    signatures: tuple[Signed, ...]
    threads: tuple[Thread, ...]
    reasons: tuple[str, ...]
    """Why it was re-opened, withdrawn or expired, where that is its latest turn."""
    events: tuple[Event, ...]

    @property
    def latest(self) -> Version:
        """The newest version."""
        return self.versions[-1]
