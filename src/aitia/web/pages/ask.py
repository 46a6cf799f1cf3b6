"""Asking: the box, and the answer. Nothing that is asked is stored; the last answers are kept in memory."""

from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct
from starlette.responses import Response

from aitia.answers.thread import LONGEST_THREAD, resolve_thread
from aitia.documents import DocumentLibrary
from aitia.errors import QuestionError
from aitia.evidence.article import AUDIENCES, Article
from aitia.people.roles import BOARD, Role
from aitia.review import journal, living
from aitia.review.listing import Summary, kept_on, listed, question_key
from aitia.review.nouns import State
from aitia.review.readers import seen_versions, state_today
from aitia.service import Library
from aitia.web import metrics
from aitia.web.call import Call
from aitia.web.catalogue import curated_of
from aitia.web.failures import sentence
from aitia.web.frame import (
    Approval,
    Choice,
    Frame,
    Notice,
    approval_of,
    frame_of,
)
from aitia.web.reading import LENGTHS, READERS, drawn
from aitia.web.remembered import Remembered
from aitia.web.routes import Need, Route

_MOST_EXAMPLES = 5
"""Example questions under one heading."""


class Asked(Struct, frozen=True):
    """What was asked for: the address, taken apart."""

    library: str
    """Its name; empty for the default."""
    thread: tuple[str, ...]
    """The questions as they were typed, oldest first."""
    audience: str
    length: str

    def address(
        self,
        *,
        thread: Sequence[str] | None = None,
        audience: str = "",
        length: str = "",
        version: str = "",
    ) -> str:
        """The address of this answer, or of one that differs from it."""
        pairs = [("q", question) for question in (self.thread if thread is None else thread)]
        pairs.append(("for", audience or self.audience))
        if (chosen := length or self.length) != "standard":
            pairs.append(("length", chosen))
        if self.library:
            pairs.append(("library", self.library))
        if version:
            pairs.append(("version", version))
        return "/ask?" + urlencode(pairs)


class Answer(Struct, frozen=True):
    """An article as the library composed it, with how the question was read."""

    article: Article
    read_as: str
    """The question as it was completed from those before it; empty if it stands as typed."""
    others: tuple[str, ...] = ()
    """What was asked in the same breath."""


class Given(Struct, frozen=True):
    """The article that a reader gets, and where it stands."""

    article: Article
    state: State = State.DRAFT
    number: int = 0
    """Of the dossier; 0 if it was composed just now."""
    version: int = 0
    changed: str = ""
    approval: Approval | None = None
    notices: tuple[Notice, ...] = ()


_answers: Remembered[Asked, Answer] = Remembered()
_approved: Remembered[tuple[int, str], Given] = Remembered()
_examples: Remembered[str, tuple[tuple[str, tuple[str, ...]], ...]] = Remembered()


def home(call: Call) -> Response:
    """The box."""
    return _box(call, asked_of(call))


def ask(call: Call) -> Response:
    """The answer."""
    asked = asked_of(call)
    if not asked.thread:
        return _box(call, asked)
    library = call.services.shelf.open(asked.library)
    try:
        answer = _answers.find(library, asked) or _answers.keep(library, asked, _compose(library, asked))
    except QuestionError as error:
        return _box(call, asked, sentence(error))
    given = _given(call, library, answer.article)
    metrics.count_answer(given.article.answered, given.state is State.APPROVED)
    return call.page(
        "reading/article.html.jinja",
        frame=_frame(call, asked, answer, given),
        drawn=drawn(call.services.templates, given.article, library),
    )


def asked_of(call: Call) -> Asked:
    """What an address or a form asks for."""
    values = call.request.query_params if call.request.method == "GET" else call.form
    thread = tuple(
        text for value in values.getlist("q") if isinstance(value, str) and (text := value.strip())
    )
    return Asked(
        str(values.get("library") or ""),
        thread[-LONGEST_THREAD:],
        str(values.get("for") or "patient"),
        str(values.get("length") or "standard"),
    )


def _compose(library: Library | DocumentLibrary, asked: Asked) -> Answer:
    read = resolve_thread(library, asked.thread)
    article = library.ask(read.question, asked.audience, asked.length)
    return Answer(article, read.question if read.completed else "", read.others)


def _given(call: Call, library: Library | DocumentLibrary, article: Article) -> Given:
    """What people made of the answer, if it is kept: an approved one stands in its place.

    Unless the library has changed under it; then the answer of today is given, and the reader told of the other.
    """
    database = call.services.database
    question = (article.question, article.audience, article.length)
    found = kept_on(database, article.library.name, *question)
    if found is None:
        return Given(article)
    summary, content_hash = found
    state = state_today(summary.state, summary.due)
    if state is State.WITHDRAWN and not seen_versions(journal.dossier(database, summary.id)):
        return Given(article)
    if state is State.APPROVED:
        approved = living.standing_answer(database, library, *question)
        if approved is None:
            return Given(article, notices=(_other(summary.id, state),))
        return _approved.find(library, (approved[0].id, approved[0].changed)) or _approved_given(
            call, library, *approved
        )
    if content_hash == article.content_hash and state is not State.WITHDRAWN:
        # The very words that people have before them, or had.
        notices = (_other(summary.id, state),) if state is State.EXPIRED else ()
        return Given(article, state, summary.id, summary.version, summary.changed, notices=notices)
    return Given(article, notices=(_other(summary.id, state),))


def _approved_given(
    call: Call, library: Library | DocumentLibrary, summary: Summary, article: Article
) -> Given:
    approval = approval_of(journal.dossier(call.services.database, summary.id), summary.version)
    changed = approval.at if approval else summary.changed
    made = Given(article, State.APPROVED, summary.id, summary.version, changed, approval)
    return _approved.keep(library, (summary.id, summary.changed), made)


def _other(number: int, state: State) -> Notice:
    """The words on an article that answers the same question and does not stand in the answer's place."""
    address = f"/articles/{number}"
    if state is State.APPROVED:
        return Notice(
            "info",
            "The library has changed since people approved an article on this question.",
            ("Below is what it answers today, which nobody has approved.",),
            address,
            "Read the approved article",
        )
    if state is State.WITHDRAWN:
        return Notice("caution", "An article on this question was withdrawn.", (), address, "Read why")
    if state is State.EXPIRED:
        return Notice(
            "info",
            "The approval of an article on this question has run out.",
            (),
            address,
            "Read that article",
        )
    return Notice(
        "info", "People are reviewing an article on this question.", (), address, "Read it as it stands"
    )


def _frame(call: Call, asked: Asked, answer: Answer, given: Given) -> Frame:
    article = given.article
    # A question that was not answered gives the next one nothing to hold on to.
    thread = asked.thread if article.answered else asked.thread[:-1]
    trail = tuple(
        Choice(question, asked.address(thread=asked.thread[: place + 1]))
        for place, question in enumerate(asked.thread[:-1])
    )
    version = article.library.version
    notices = given.notices
    if (named := call.query("version")) and named != version:
        notices += (
            Notice(
                "info",
                "The library has changed since this link was made.",
                (
                    f"It stood at version {named[:40]} then and stands at {version} now; the answer may differ.",
                ),
            ),
        )
    may_keep = article.answered and not given.number and call.visitor.may(Role.AUTHOR, Role.EDITOR)
    if may_keep and (draft := _own_draft(call, article)) is not None:
        may_keep = False
        notices += (
            Notice(
                "info",
                "You have kept an answer to this question, as a draft.",
                (),
                f"/review/{draft}",
                "Go on with the draft",
            ),
        )
    permanent = asked.address(version=version)
    if given.number:
        permanent = f"/articles/{given.number}/versions/{given.version}"
    return frame_of(
        call.services.policy,
        article,
        given.state,
        changed=given.changed,
        number=given.number,
        version=given.version,
        approval=given.approval,
        notices=notices,
        trail=trail,
        typed=asked.thread[-1] if answer.read_as else "",
        also_asked=tuple(
            Choice(question, asked.address(thread=(*thread, question))) for question in answer.others
        ),
        readers=tuple(
            Choice(label, asked.address(audience=name), name == asked.audience)
            for name, label in READERS.items()
        ),
        lengths=tuple(
            Choice(label, asked.address(length=name), name == asked.length) for name, label in LENGTHS.items()
        ),
        next_questions=tuple(
            Choice(question, asked.address(thread=(*thread, question))) for question in article.follow_ups
        ),
        thread=thread,
        permanent=call.origin + permanent,
        may_keep=may_keep,
        has_desk=bool(given.number) and call.visitor.may(*BOARD),
    )


def _own_draft(call: Call, article: Article) -> int | None:
    """The number of the visitor's own draft on the same question, for the same readers."""
    drafts = listed(
        call.services.database,
        states=(State.DRAFT,),
        author=call.person.id,
        library=article.library.name,
        limit=None,
    )
    same = (question_key(article.question), article.audience, article.length)
    return next(
        (one.id for one in drafts if (question_key(one.question), one.audience, one.length) == same), None
    )


def _box(call: Call, asked: Asked, trouble: str = "") -> Response:
    names = call.services.shelf.names()
    library = call.services.shelf.open(asked.library)
    return call.page(
        "reading/ask.html.jinja",
        400 if trouble else 200,
        asked=asked,
        question=asked.thread[-1] if asked.thread else "",
        earlier=asked.thread[:-1],
        audience=asked.audience if asked.audience in AUDIENCES else "patient",
        trouble=trouble,
        readers=READERS,
        lengths=LENGTHS,
        libraries={name: _about(call.services.shelf.open(name))["title"] for name in names}
        if len(names) > 1
        else {},
        library=asked.library or names[0],
        about=_about(library),
        examples=tuple(
            (
                heading,
                tuple(Choice(one, asked.address(thread=(one,), length="standard")) for one in questions),
            )
            for heading, questions in _example_questions(library)
        ),
    )


def _about(library: Library | DocumentLibrary) -> dict[str, str | int]:
    if isinstance(library, DocumentLibrary):
        return {"title": library.about.title, "sources": library.about.sources}
    return {"title": library.contents.title, "sources": len(library.contents.sources)}


def _example_questions(library: Library | DocumentLibrary) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Questions of the library's topics that it does answer, by heading; asked once while the library is the same."""
    found = _examples.find(library, "")
    if found is not None:
        return found
    by_facet: dict[str, list[str]] = {}
    curated = curated_of(library)
    for topic in curated.contents.topics if curated is not None else ():
        questions = by_facet.setdefault(topic.facet, [])
        if (
            topic.question
            and topic.group is None
            and len(questions) < _MOST_EXAMPLES
            and library.ask(topic.question, "patient", "short").answered
        ):
            questions.append(topic.question)
    listed = tuple(
        (facet.replace("-", " ").capitalize(), tuple(questions))
        for facet, questions in by_facet.items()
        if questions
    )
    return _examples.keep(library, "", listed)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/", Need.READ, home),
    Route("GET", "/ask", Need.READ, ask),
)
