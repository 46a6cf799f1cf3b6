"""Asking: the box, and the answer. Nothing that is asked is stored; the last answers are kept in memory."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from msgspec import Struct
from starlette.responses import Response

from aitia.answers.thread import LONGEST_THREAD, resolve
from aitia.documents import DocumentLibrary
from aitia.errors import QuestionError
from aitia.evidence.article import AUDIENCES, Article
from aitia.people.roles import Role
from aitia.review.nouns import State
from aitia.service import Library
from aitia.web.call import Call
from aitia.web.frame import Choice, Frame, Notice, base_address, frame_of
from aitia.web.reading import LENGTHS, READERS, Drawn, contents_of, drawn
from aitia.web.routes import Need, Route

_MOST_KEPT = 200
"""Answers of one library that are kept in memory."""
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
    """An answer with what of its page is the same for everybody."""

    article: Article
    read_as: str
    """The question as it was completed from those before it; empty if it stands as typed."""
    drawn: Drawn


class _Kept:
    """The last answers of each library, as long as it is the same."""

    def __init__(self) -> None:
        self._answers: WeakKeyDictionary[Library | DocumentLibrary, OrderedDict[Asked, Answer]] = (
            WeakKeyDictionary()
        )
        self._lock = threading.Lock()

    def find(self, library: Library | DocumentLibrary, asked: Asked) -> Answer | None:
        with self._lock:
            answers = self._answers.get(library)
            if answers is None or asked not in answers:
                return None
            answers.move_to_end(asked)
            return answers[asked]

    def keep(self, library: Library | DocumentLibrary, asked: Asked, answer: Answer) -> Answer:
        with self._lock:
            answers = self._answers.setdefault(library, OrderedDict())
            answers[asked] = answer
            if len(answers) > _MOST_KEPT:
                answers.popitem(last=False)
        return answer


_kept = _Kept()
_examples: "WeakKeyDictionary[Library | DocumentLibrary, tuple[tuple[str, tuple[str, ...]], ...]]" = (
    WeakKeyDictionary()
)


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
        answer = _kept.find(library, asked) or _kept.keep(library, asked, _answer(call, library, asked))
    except QuestionError as error:
        return _box(call, asked, str(error))
    return call.page("reading/article.html.jinja", frame=_frame(call, asked, answer), drawn=answer.drawn)


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


def question_of(library: Library | DocumentLibrary, thread: Sequence[str]) -> tuple[str, bool]:
    """The last question of a thread as one that stands alone, and whether anything was added to it.

    Raises QuestionError if a question of the thread cannot be read.
    """
    earlier: list[str] = []
    completed = False
    for text in thread:
        resolved = resolve(library, earlier, text)
        earlier.append(resolved.question)
        completed = resolved.completed
    return earlier[-1], completed


def _answer(call: Call, library: Library | DocumentLibrary, asked: Asked) -> Answer:
    question, completed = question_of(library, asked.thread)
    article = library.ask(question, asked.audience, asked.length)
    return Answer(article, question if completed else "", drawn(call.services.templates, article, library))


def _frame(call: Call, asked: Asked, answer: Answer) -> Frame:
    article = answer.article
    trail = tuple(
        Choice(question, asked.address(thread=asked.thread[: place + 1]))
        for place, question in enumerate(asked.thread[:-1])
    )
    version = article.library.version
    notices: tuple[Notice, ...] = ()
    if (named := call.query("version")) and named != version:
        notices = (
            Notice(
                "info",
                "The library has changed since this link was made.",
                (f"It stood at version {named[:40]} then and stands at {version} now; the answer may differ.",),
            ),
        )
    return frame_of(
        call.services.policy,
        article,
        State.DRAFT,
        trail=trail,
        typed=asked.thread[-1] if answer.read_as else "",
        notices=notices,
        readers=tuple(
            Choice(label, asked.address(audience=name), name == asked.audience)
            for name, label in READERS.items()
        ),
        lengths=tuple(
            Choice(label, asked.address(length=name), name == asked.length) for name, label in LENGTHS.items()
        ),
        next_questions=tuple(
            Choice(question, asked.address(thread=(*asked.thread, question)))
            for question in article.follow_ups
        ),
        thread=asked.thread,
        permanent=base_address(call) + asked.address(version=version),
        may_keep=article.answered and call.visitor.may(Role.AUTHOR, Role.EDITOR),
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
        trouble=trouble[:1].upper() + trouble[1:],
        readers=READERS,
        lengths=LENGTHS,
        libraries=names,
        library=asked.library or names[0],
        about=_about(library),
        examples=tuple(
            (heading, tuple(Choice(q, asked.address(thread=(q,))) for q in questions))
            for heading, questions in _example_questions(library)
        ),
    )


def _about(library: Library | DocumentLibrary) -> dict[str, str | int]:
    if isinstance(library, DocumentLibrary):
        about = library.about
        return {"title": about.title, "sources": about.sources, "updated": about.updated[:10]}
    contents = library.contents
    return {"title": contents.title, "sources": len(contents.sources), "updated": contents.updated}


def _example_questions(library: Library | DocumentLibrary) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Questions of the library's topics that it does answer, by heading; asked once, while the library is the same."""
    found = _examples.get(library)
    if found is None:
        by_facet: dict[str, list[str]] = {}
        contents = contents_of(library)
        for topic in contents.topics if contents is not None else ():
            questions = by_facet.setdefault(topic.facet, [])
            if (
                topic.question
                and topic.group is None
                and len(questions) < _MOST_EXAMPLES
                and library.ask(topic.question, "patient", "short").answered
            ):
                questions.append(topic.question)
        found = _examples[library] = tuple(
            (facet.replace("-", " ").capitalize(), tuple(questions))
            for facet, questions in by_facet.items()
            if questions
        )
    return found


ROUTES: tuple[Route, ...] = (
    Route("GET", "/", Need.READ, home),
    Route("GET", "/ask", Need.READ, ask),
)
