"""What stands around an article on its page: where it stands in review, who approved it, where to go from here."""

from urllib.parse import urlencode

from msgspec import Struct

from aitia.evidence.article import Article
from aitia.review.nouns import Approve, Declared, Dossier, Event, Person, Sign, State
from aitia.review.policy import Policy

_NO_CAUTION = (State.APPROVED, State.SUPERSEDED, State.WITHDRAWN)
"""An approved article needs none; on the others a notice says more."""


_AGAIN = {
    "patient": "People approved this page before, but their approval has ended. It is here to inform you. Talk to your "
    "care team before you change anything.",
    "clinician": "The approval of this article has ended, and it awaits review again. It is for education only and is "
    "not a basis for clinical decisions.",
    "researcher": "The approval of this article has ended, and it awaits review again. Check each statement against "
    "its source before you rely on it.",
}
"""In place of the article's own caution, which says that nobody has reviewed it yet."""


class Choice(Struct, frozen=True):
    """A link among several."""

    label: str
    address: str
    is_chosen: bool = False


class Signature(Struct, frozen=True):
    """Who approved, and what they declared."""

    by: Person
    at: str
    conflicts: str


class Approval(Struct, frozen=True):
    """The approval of a version, in force or not."""

    at: str
    expires: str
    """YYYY-MM-DD."""
    signatures: tuple[Signature, ...]


class Notice(Struct, frozen=True):
    """What a reader must know before all else."""

    kind: str
    """"info", "caution" or "error"."""
    title: str
    texts: tuple[str, ...] = ()
    address: str = ""
    link: str = ""


class Frame(Struct, frozen=True):
    """All of an article's page but the article."""

    article: Article
    state: State
    changed: str
    """When the article last changed: YYYY-MM-DD or longer."""
    caution: str
    """Empty once approved."""
    approved_words: str
    disclaimer: str
    notices: tuple[Notice, ...]
    readers: tuple[Choice, ...]
    lengths: tuple[Choice, ...]
    next_questions: tuple[Choice, ...]
    trail: tuple[Choice, ...]
    """The questions before it."""
    typed: str
    """What was typed, where it was completed from the questions before."""
    also_asked: tuple[Choice, ...]
    """What was asked in the same breath."""
    thread: tuple[str, ...]
    """What a follow-up carries on from."""
    permanent: str
    """The whole address by which others find it."""
    number: int = 0
    """Of the dossier; 0 if the answer is not kept in one."""
    version: int = 0
    approval: Approval | None = None
    may_keep: bool = False
    has_desk: bool = False
    """Whether the visitor may open the review desk."""


def frame_of(
    policy: Policy,
    article: Article,
    state: State,
    *,
    thread: tuple[str, ...],
    permanent: str,
    changed: str = "",
    notices: tuple[Notice, ...] = (),
    readers: tuple[Choice, ...] = (),
    lengths: tuple[Choice, ...] = (),
    next_questions: tuple[Choice, ...] = (),
    trail: tuple[Choice, ...] = (),
    typed: str = "",
    also_asked: tuple[Choice, ...] = (),
    number: int = 0,
    version: int = 0,
    approval: Approval | None = None,
    may_keep: bool = False,
    has_desk: bool = False,
) -> Frame:
    """The frame of an article, with the policy's words for its audience and its state."""
    is_approved = state is State.APPROVED
    caution = article.caution if approval is None else _AGAIN[article.audience]
    return Frame(
        article,
        state,
        changed or article.updated,
        "" if state in _NO_CAUTION else policy.caution.get(article.audience) or caution,
        policy.approved.get(article.audience, "") if is_approved else "",
        policy.disclaimer.get(article.audience, article.disclaimer),
        notices,
        readers,
        lengths,
        next_questions,
        trail,
        typed,
        also_asked,
        thread,
        permanent,
        number,
        version,
        approval,
        may_keep,
        has_desk,
    )


def question_address(article: Article, *, then: str = "", audience: str = "", length: str = "") -> str:
    """Where an article's question is asked anew, for another reader or at another length, or a next one after it."""
    pairs = [("q", article.question)]
    if then:
        pairs.append(("q", then))
    pairs.append(("for", audience or article.audience))
    if (chosen := length or article.length) != "standard":
        pairs.append(("length", chosen))
    pairs.append(("library", article.library.name))
    return "/ask?" + urlencode(pairs)


def approval_of(dossier: Dossier, version: int) -> Approval | None:
    """The last approval of a version, None if it never had one."""
    approved: Event | None = None
    for event in dossier.events:
        if isinstance(event.action, Approve) and event.version == version:
            approved = event
    if approved is None or not isinstance(approved.action, Approve):
        return None
    action = approved.action
    declared = {one.by.id: one for one in dossier.declarations}
    signatures = tuple(
        Signature(event.person, event.at, _conflicts(declared.get(event.person.id)))
        for event in dossier.events
        if event.number in action.signatures and isinstance(event.action, Sign)
    )
    return Approval(approved.at, action.expires, signatures)


def _conflicts(declared: Declared | None) -> str:
    if declared is None:
        return ""
    if declared.declaration.statement:
        return f"Conflicts of interest: {declared.declaration.statement}"
    return "A conflict declared" if declared.declaration.has_conflict else "No conflicts declared"
