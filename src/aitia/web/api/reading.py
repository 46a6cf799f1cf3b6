"""Asking, searching, and looking into libraries."""

from typing import Annotated

from msgspec import Meta, Struct

from aitia.answers.thread import LONGEST_THREAD, resolve
from aitia.evidence.article import Article
from aitia.people.tokens import Scope
from aitia.web import metrics
from aitia.web.api.nouns import ApiCall, ApiRoute, Reply
from aitia.web.routes import Need

READ = (Scope.READ,)
Question = Annotated[str, Meta(min_length=1, max_length=1000)]
Questions = Annotated[tuple[Question, ...], Meta(min_length=1, max_length=LONGEST_THREAD)]
LibraryName = Annotated[
    str, Meta(max_length=200, description="A library's name. Default: the first that is served.")
]
Audience = Annotated[str, Meta(pattern="^(patient|clinician|researcher)$")]
Length = Annotated[str, Meta(pattern="^(short|standard|full)$")]
After = Annotated[int, Meta(ge=1, le=999_999_999, description="The number of the last item that you have.")]
Limit = Annotated[int, Meta(ge=1, le=200, description="How many items to give at most.")]


class AskQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A question in the address."""

    q: Questions
    """The question; given again, a thread, oldest first: the last one is answered."""
    audience: Audience = "clinician"
    library: LibraryName = ""
    length: Length = "standard"


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """A question."""

    questions: Questions
    """A thread, oldest first: the last one is answered, completed from those before."""
    audience: Audience = "clinician"
    library: LibraryName = ""
    length: Length = "standard"


class Approval(Struct, frozen=True):
    """Where an answer was approved."""

    article: int
    version: int
    expires: str
    """YYYY-MM-DD."""


class Answered(Struct, frozen=True):
    """An answer, or the plain word that there is none (`article.answered` is then false)."""

    question: str
    """As it was read: a follow-up completed from the questions before it."""
    article: Article
    approval: Approval | None
    """Null for an answer that nobody has reviewed."""


def ask_get(call: ApiCall) -> Reply:
    query: AskQuery = call.query
    return _ask(call, Ask(query.q, query.audience, query.library, query.length))


def ask_post(call: ApiCall) -> Reply:
    return _ask(call, call.body)


def _ask(call: ApiCall, asked: Ask) -> Reply:
    services = call.services
    library = services.shelf.open(asked.library)
    question = ""
    earlier: list[str] = []
    for text in asked.questions:
        question = resolve(library, earlier, text).question
        earlier.append(question)
    article, approval = None, None
    article = library.ask(question, asked.audience, asked.length)
    metrics.count_answer(article.answered, approval is not None)
    return Reply(
        Answered(question, article, approval), etag=article.content_hash if approval is None else None
    )


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        "GET", "/ask", Need.READ, READ, ask_get, Answered, "Answer a question", AskQuery, problems=(400, 404),
        description="The question stands in the address, and so perhaps in a proxy's log: POST keeps it out.",
    ),
    ApiRoute("POST", "/ask", Need.READ, READ, ask_post, Answered, "Answer a question", body=Ask, problems=(404,)),
)  # fmt: skip
