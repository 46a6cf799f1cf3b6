"""The review desk as data: an article's latest version with all that the person before it needs to see."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from aitia.checks import article as curated_check
from aitia.checks import documents as documents_check
from aitia.documents import DocumentLibrary
from aitia.evidence.article import Article
from aitia.evidence.numbers import with_interval
from aitia.library.store.database import reading
from aitia.people import accounts
from aitia.people.roles import Role
from aitia.review import journal, transitions
from aitia.review.editing import places
from aitia.review.folding import composed
from aitia.review.nouns import (
    Action,
    Assign,
    Begin,
    Comment,
    Declare,
    Declared,
    Dossier,
    Edit,
    Mark,
    Person,
    Propose,
    Reopen,
    Sign,
    Signed,
    Submit,
    Thread,
    Verdict,
    Withdraw,
)
from aitia.review.telling import type_words
from aitia.review.transitions import approvals, open_requests
from aitia.review.wording import flags
from aitia.review.words import changed_words
from aitia.service import Library
from aitia.web.beside import beside
from aitia.web.call import Call
from aitia.web.rows import Progress, Row, elsewhere, followed, progress, rows

KINDS: dict[str, type[Action]] = {
    type_words(kind): kind
    for kind in (
        Declare, Mark, Propose, Sign, Comment, Begin, Assign, Edit, Submit, Reopen, Withdraw,
    )
}  # fmt: skip
"""What may be done on the desk, by the name in its address."""
_CHANGED = ("is not the wording of the statement that it cites", ": is not the words of ")
"""What the checks find wherever people changed words, which the desk says in its own way."""
_REMEMBERED = 12
"""Versions before the latest whose marks, threads and proposals are followed to where their statements stand now."""


class Desk(Struct, frozen=True):
    """All that one person sees of one article."""

    number: int
    seen: int
    """The version."""
    csrf: str
    person: Person
    dossier: Dossier
    article: Article
    rows: tuple[Row, ...]
    progress: tuple[Progress, ...]
    refused: dict[str, str]
    """Why the person may not do something now, by the name of the action; what is not in it, they may do."""
    problems: tuple[str, ...]
    """What the check finds wrong, beyond single statements."""
    is_edited: bool
    library_version: str
    """Of the library as it is now; empty if it is not served."""
    reviewers: tuple[Person, ...]
    """Whom an editor may assign."""
    threads: tuple[Thread, ...]
    """On the whole article, or on a statement that is not there any more."""
    names: dict[int, str]
    quorum: int

    changed_words = staticmethod(changed_words)
    with_interval = staticmethod(with_interval)

    def may(self, *names: str) -> bool:
        """Whether the person may do one of the actions now."""
        return any(name not in self.refused for name in names)

    @property
    def declared(self) -> Declared | None:
        """The person's own declaration."""
        return next((one for one in self.dossier.declarations if one.by.id == self.person.id), None)

    @property
    def approvals(self) -> tuple[Signed, ...]:
        """The approving signatures that stand."""
        return approvals(self.dossier)

    @property
    def requests(self) -> tuple[Signed, ...]:
        """The requests for changes that stand."""
        return open_requests(self.dossier)

    @property
    def confirmable(self) -> tuple[Row, ...]:
        """Statements on which the person agreed in an earlier version and that have not changed since."""
        return tuple(
            row
            for row in self.rows
            for one in row.carried
            if one.by.id == self.person.id and one.mark.verdict is Verdict.AGREE
        )

    @property
    def asking(self) -> tuple[Row, ...]:
        """Statements for which other words are asked."""
        return tuple(row for row in self.rows if row.asks)

    @property
    def open_threads(self) -> int:
        """How many threads are not settled."""
        return sum(thread.resolved is None for thread in self.dossier.threads)

    @property
    def marked(self) -> int:
        """How many statements the person has marked."""
        return sum(row.mine is not None for row in self.rows)

    @property
    def objected(self) -> int:
        """How many of them they want changed or removed."""
        return sum(row.mine is not None and row.mine.mark.verdict is not Verdict.AGREE for row in self.rows)

    def row(self, place: str) -> Row | None:
        """The row of a place."""
        return next((row for row in self.rows if row.placed.place == place), None)


def desk_of(call: Call, number: int) -> Desk:
    """The desk of an article for whoever asks. Raises NotFoundError."""
    database, policy, person = call.services.database, call.services.policy, call.person
    dossier = journal.dossier(database, number)
    latest = dossier.latest.number
    article = journal.article_of(database, number, latest)
    first = composed(dossier, latest)
    base = article if first == latest else journal.article_of(database, number, first)
    library = call.services.shelf.find(dossier.library)
    changed = _changed(base, article)
    is_edited = base.content_hash != article.content_hash
    found = [
        problem
        for problem in (_problems(library, article) if is_edited and library is not None else ())
        if not any(words in problem for words in _CHANGED)
    ]
    made = rows(
        dossier,
        article,
        {one: journal.article_of(database, number, one) for one in _spoken_of(dossier)},
        beside(library, article, places(article)),
        {place: text for place, (_, text) in changed.items()},
        {
            place: flags(base, was, placed.text)
            for placed in places(article)
            for place, (was, _) in changed.items()
            if place == placed.place
        },
        found,
        person,
    )
    reviewers = tuple(one.person for one in accounts.people(database, role=Role.REVIEWER))
    named = {one.id: one for one in reviewers}
    placed_threads = {thread.number for row in made for thread in row.threads}
    refused = {
        name: reason
        for name, kind in KINDS.items()
        if (reason := transitions.why_not(dossier, person, kind, policy)) is not None
    }
    return Desk(
        number=number,
        seen=latest,
        csrf=call.visitor.csrf,
        person=person,
        dossier=dossier,
        article=article,
        rows=made,
        progress=progress(dossier, made, named),
        refused=refused,
        problems=elsewhere(made, found),
        is_edited=is_edited,
        library_version="" if library is None else call.services.shelf.version(dossier.library),
        reviewers=tuple(one for one in reviewers if one.id != dossier.author.id),
        threads=tuple(thread for thread in dossier.threads if thread.number not in placed_threads),
        names={event.person.id: event.person.name for event in dossier.events}
        | {one.id: one.name for one in reviewers},
        quorum=policy.quorum,
    )


def _changed(base: Article, article: Article) -> dict[str, tuple[str, str]]:
    """The places whose words people changed, with where the library's words stood and what they were."""
    if base.content_hash == article.content_hash:
        return {}
    texts = {one.place: one.text for one in places(base)}
    return {now: (was, texts[was]) for was, (now, is_same) in followed(base, article).items() if not is_same}


def _spoken_of(dossier: Dossier) -> Iterator[int]:
    """The versions before the latest on which something was said that may still matter."""
    latest = dossier.latest.number
    said = {event.version for event in dossier.events if isinstance(event.action, Mark | Propose | Comment)}
    yield from sorted(said - {latest})[-_REMEMBERED:]


def _problems(library: Library | DocumentLibrary, article: Article) -> Iterable[str]:
    """What the check of whole articles finds."""
    if isinstance(library, DocumentLibrary):
        if article.passages:
            with reading(library.database) as connection:
                return list(documents_check.problems(article, connection, library.library.id))
        if library.curated is None:
            return []
        library = library.curated
    return curated_check.problems(article, library.contents)
