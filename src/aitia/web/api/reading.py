"""Asking and searching."""

from typing import Annotated

from msgspec import Meta, Struct

from aitia.answers.thread import LONGEST_THREAD, resolve_thread
from aitia.evidence.article import Article
from aitia.evidence.nouns import Source, Statement
from aitia.people.tokens import Scope
from aitia.review import living
from aitia.service import Library
from aitia.web import metrics
from aitia.web.api.nouns import ApiCall, ApiRoute, Reply
from aitia.web.routes import Need

READ = (Scope.READ,)
Question = Annotated[str, Meta(min_length=1, max_length=1000)]
Questions = Annotated[
    tuple[Question, ...],
    Meta(
        min_length=1,
        max_length=LONGEST_THREAD,
        description="The question. Given several times, a thread, oldest first: the last one is answered, completed "
        "from those before it.",
    ),
]
LibraryName = Annotated[
    str, Meta(max_length=200, description="A library's name. Empty: the first that is served.")
]
Audience = Annotated[
    str, Meta(pattern="^(patient|clinician|researcher)$", description="Who reads the answer.")
]
Length = Annotated[str, Meta(pattern="^(short|standard|full)$", description="How much to say.")]


class AskQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A question in the address."""

    q: Questions
    audience: Audience = "clinician"
    library: LibraryName = ""
    length: Length = "standard"


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """A question."""

    questions: Questions
    audience: Audience = "clinician"
    library: LibraryName = ""
    length: Length = "standard"


class Approval(Struct, frozen=True):
    """The approved article that an answer is."""

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


class SearchQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """What is looked for."""

    q: Annotated[Question, Meta(description="Words to look for.")]
    library: LibraryName = ""
    top: Annotated[int, Meta(ge=1, le=100, description="How many results to give at most.")] = 10


class Found(Struct, frozen=True):
    """A result of a search."""

    score: float
    source: Source
    text: str
    """The statement as clinicians read it, or the passages' own words."""
    statement: Statement | None
    """What editors wrote; null for a document."""
    first: int
    last: int
    """Of a document: the ordinals of its passages that were found; else 0."""


class Results(Struct, frozen=True):
    """What a search found, best first."""

    library: str
    results: tuple[Found, ...]


def ask_by_address(call: ApiCall) -> Reply:
    query: AskQuery = call.query
    return answer(call, Ask(query.q, query.audience, query.library, query.length))


def ask_by_content(call: ApiCall) -> Reply:
    return answer(call, call.body)


def answer(call: ApiCall, asked: Ask) -> Reply:
    library = call.services.shelf.open(asked.library)
    question = resolve_thread(library, asked.questions).question
    approved = living.standing_answer(call.services.database, library, question, asked.audience, asked.length)
    if approved is not None:
        summary, article = approved
        approval = Approval(summary.id, summary.version, summary.due or "")
    else:
        article, approval = library.ask(question, asked.audience, asked.length), None
    metrics.count_answer(article.answered, approval is not None)
    stands = f"{approval.article}-{approval.expires}" if approval else "draft"
    return Reply(
        Answered(question, article, approval),
        etag=f"{article.content_hash[:32]}-{stands}" if call.request.method == "GET" else None,
    )


def search(call: ApiCall) -> Reply:
    query: SearchQuery = call.query
    library = call.services.shelf.open(query.library)
    name = query.library or call.services.shelf.names()[0]
    if isinstance(library, Library):
        found = tuple(
            Found(score, library.source(one.source_id), library.said(one), one, 0, 0)
            for one, score in library.search(query.q, query.top)
        )
    else:
        found = tuple(
            Found(one.score, one.source, one.text, None, one.first, one.last)
            for one in library.search(query.q, query.top)
        )
    return Reply(Results(name, found))


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        "GET", "/ask", Need.READ, READ, ask_by_address, Answered, "Answer a question", AskQuery, problems=(400, 404),
        description="The question stands in the address, and so perhaps in a proxy's log: POST keeps it out.",
    ),
    ApiRoute(
        "POST", "/ask", Need.READ, READ, ask_by_content, Answered, "Answer a question", body=Ask, problems=(400, 404)
    ),
    ApiRoute(
        "GET", "/search", Need.READ, READ, search, Results, "Find statements and passages", SearchQuery,
        problems=(400, 404),
    ),
)  # fmt: skip
