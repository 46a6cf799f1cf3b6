"""Who may use which page: written out by hand, apart from the routes' own table, and with an example of each page."""

from msgspec import Struct

EVERYBODY = frozenset({"anonymous", "reader", "author", "reviewer", "editor", "administrator"})
SIGNED_IN = EVERYBODY - {"anonymous"}
BOARD = frozenset({"author", "reviewer", "editor"})
WRITERS = frozenset({"author", "editor"})
REVIEWER = frozenset({"reviewer"})
EDITOR = frozenset({"editor"})
ADMINISTRATOR = frozenset({"administrator"})
LIBRARIANS = EDITOR | ADMINISTRATOR


class Page(Struct, frozen=True):
    """A route as it is expected to behave."""

    allowed: frozenset[str]
    at: str
    """An example's address; {draft}, {approved} and so on stand for the number of a dossier in that state."""
    form: dict[str, str] = {}
    """What is sent, besides the token, so that nothing but the person can be wrong with it."""
    always_open: bool = False
    """Whether anybody may use it even where reading needs an account."""
    status: int = 200
    """What one who may use it gets, for a GET."""
    is_page: bool = True
    """Whether a GET gives a whole page for people."""


_MARK = {"seen": "1", "place": "lead", "verdict": "agree"}

EXPECTED = {
    # Reading.
    "GET /": Page(EVERYBODY, "/"),
    "GET /ask": Page(EVERYBODY, "/ask?q=What+are+the+causes+of+ALS%3F&for=patient"),
    "GET /articles": Page(EVERYBODY, "/articles"),
    "GET /articles/{number:int}": Page(EVERYBODY, "/articles/{approved}"),
    "GET /articles/{number:int}/versions/{version:int}": Page(EVERYBODY, "/articles/{superseded}/versions/1"),
    "GET /articles/{number:int}/history": Page(EVERYBODY, "/articles/{approved}/history"),
    "GET /articles/{number:int}/compare": Page(EVERYBODY, "/articles/{approved}/compare?old=1&new=1"),
    "POST /articles": Page(
        WRITERS,
        "/articles",
        {"q": "Does exercise cause ALS?", "for": "patient", "library": "", "length": "standard"},
    ),
    "GET /library": Page(EVERYBODY, "/library"),
    "GET /library/{name}": Page(EVERYBODY, "/library/examples?q=gluten"),
    "GET /library/{name}/sources/{key}": Page(EVERYBODY, "/library/examples/sources/pmid-90000101"),
    "GET /library/{name}/sources/{key}/passages/{ordinal:int}": Page(
        EVERYBODY, "/library/examples/sources/pmid-90000101/passages/1"
    ),
    "GET /library/{name}/statements/{id}": Page(EVERYBODY, "/library/als-starter/statements/{statement}"),
    "GET /policy": Page(EVERYBODY, "/policy"),
    "GET /board": Page(EVERYBODY, "/board"),
    # Review.
    "GET /review": Page(BOARD, "/review"),
    "GET /review/{number:int}": Page(BOARD, "/review/{under-review}"),
    "GET /review/{number:int}/edit": Page(BOARD, "/review/{under-review}/edit"),
    "GET /review/{number:int}/renew": Page(BOARD, "/review/{under-review}/renew"),
    "GET /review/{number:int}/withdraw": Page(BOARD, "/review/{under-review}/withdraw"),
    "POST /review/{number:int}/submit": Page(WRITERS, "/review/{unsent}/submit", {"seen": "1"}),
    "POST /review/{number:int}/assign": Page(EDITOR, "/review/{submitted}/assign", {"seen": "1"}),
    "POST /review/{number:int}/begin": Page(REVIEWER, "/review/{submitted}/begin", {"seen": "1"}),
    "POST /review/{number:int}/declare": Page(
        REVIEWER, "/review/{under-review}/declare", {"seen": "1", "has_conflict": "no"}
    ),
    "POST /review/{number:int}/mark": Page(REVIEWER, "/review/{under-review}/mark", _MARK),
    "POST /review/{number:int}/comment": Page(
        BOARD, "/review/{under-review}/comment", {"seen": "1", "text": "Is it so?"}
    ),
    "POST /review/{number:int}/resolve": Page(
        EDITOR, "/review/{under-review}/resolve", {"seen": "1", "thread": "{thread}"}
    ),
    "POST /review/{number:int}/propose": Page(
        REVIEWER, "/review/{under-review}/propose", {"seen": "1", "place": "lead", "text": "Other words."}
    ),
    "POST /review/{number:int}/sign": Page(
        REVIEWER, "/review/{under-review}/sign", {"seen": "1", "decision": "request-changes", "reason": "So."}
    ),
    "POST /review/{number:int}/edit": Page(
        WRITERS,
        "/review/{changes-requested}/edit",
        {"seen": "1", "text.lead": "Words.", "reason": "Shorter."},
    ),
    "POST /review/{number:int}/renew": Page(
        WRITERS, "/review/{changes-requested}/renew", {"seen": "1", "fresh": "{fresh}", "reason": "News."}
    ),
    # Does nothing for those who have no marks to confirm.
    "POST /review/{number:int}/confirm": Page(BOARD, "/review/{under-review}/confirm", {"seen": "1"}),
    "POST /review/{number:int}/flags": Page(
        BOARD, "/review/{under-review}/flags?at=lead&name=text", {"text": "Other words."}
    ),
    "POST /review/{number:int}/withdraw": Page(
        WRITERS, "/review/{submitted}/withdraw", {"seen": "1", "reason": "A mistake."}
    ),
    "POST /review/{number:int}/reopen": Page(
        EDITOR, "/review/{approved}/reopen", {"seen": "1", "reasons": "News."}
    ),
    # Libraries.
    "GET /library/{name}/add": Page(LIBRARIANS, "/library/examples/add"),
    "POST /library/{name}/add": Page(LIBRARIANS, "/library/examples/add"),
    "GET /jobs": Page(LIBRARIANS, "/jobs"),
    "GET /jobs/{number:int}": Page(LIBRARIANS, "/jobs/{job}"),
    "GET /jobs/{number:int}/progress": Page(LIBRARIANS, "/jobs/{job}/progress", is_page=False),
    "POST /jobs/{number:int}/stop": Page(LIBRARIANS, "/jobs/{job}/stop"),
    "POST /jobs/{number:int}/go-on": Page(LIBRARIANS, "/jobs/{job}/go-on"),
    "GET /admin/libraries": Page(ADMINISTRATOR, "/admin/libraries"),
    "POST /admin/libraries": Page(ADMINISTRATOR, "/admin/libraries", {"name": "fresh", "title": "Fresh"}),
    # Signing in.
    "GET /sign-in": Page(EVERYBODY, "/sign-in", always_open=True),
    "POST /sign-in": Page(EVERYBODY, "/sign-in", {"email": "a@b.example", "password": "x"}, always_open=True),
    "POST /sign-out": Page(EVERYBODY, "/sign-out", always_open=True),
    "GET /set-up/{token}": Page(EVERYBODY, "{set-up}", always_open=True),
    "POST /set-up/{token}": Page(EVERYBODY, "{set-up}", always_open=True),
    "GET /invitation/{token}": Page(EVERYBODY, "{invitation}", always_open=True),
    "POST /invitation/{token}": Page(EVERYBODY, "{invitation}", always_open=True),
    "GET /new-password/{token}": Page(EVERYBODY, "{new-password}", always_open=True),
    "POST /new-password/{token}": Page(EVERYBODY, "{new-password}", always_open=True),
    "GET /openid/start": Page(EVERYBODY, "/openid/start", always_open=True, status=404),
    "GET /openid/back": Page(EVERYBODY, "/openid/back", always_open=True, status=404),
    # One's own account.
    "GET /account": Page(SIGNED_IN, "/account"),
    "POST /account/details": Page(
        SIGNED_IN, "/account/details", {"name": "Somebody Else", "credentials": ""}
    ),
    "POST /account/password": Page(
        SIGNED_IN, "/account/password", {"present": "wrong", "password": "other words here", "again": "x"}
    ),
    "POST /account/sessions": Page(SIGNED_IN, "/account/sessions", {"session": "nobody's"}),
    "POST /account/tokens": Page(SIGNED_IN, "/account/tokens", {"name": "A script", "scopes": "read"}),
    "POST /account/tokens/revoke": Page(SIGNED_IN, "/account/tokens/revoke", {"token": "{token}"}),
    # Other people's.
    "GET /admin/people": Page(ADMINISTRATOR, "/admin/people"),
    "POST /admin/people": Page(
        ADMINISTRATOR, "/admin/people", {"email": "new@clinic.example", "roles": "reader"}
    ),
    "POST /admin/people/take-back": Page(ADMINISTRATOR, "/admin/people/take-back", {"invitation": "x"}),
    "GET /admin/people/{number:int}": Page(ADMINISTRATOR, "/admin/people/{victim}"),
    "POST /admin/people/{number:int}/roles": Page(
        ADMINISTRATOR, "/admin/people/{victim}/roles", {"roles": "author"}
    ),
    "POST /admin/people/{number:int}/close": Page(ADMINISTRATOR, "/admin/people/{victim}/close"),
    "POST /admin/people/{number:int}/reopen": Page(ADMINISTRATOR, "/admin/people/{victim}/reopen"),
    "POST /admin/people/{number:int}/password-link": Page(
        ADMINISTRATOR, "/admin/people/{victim}/password-link"
    ),
    "GET /admin/audit": Page(ADMINISTRATOR, "/admin/audit"),
    # Operation.
    "GET /health": Page(EVERYBODY, "/health", always_open=True, is_page=False),
    "GET /ready": Page(EVERYBODY, "/ready", always_open=True, is_page=False),
    "GET /api": Page(EVERYBODY, "/api", always_open=True),
    "GET /metrics": Page(EVERYBODY, "/metrics", always_open=True, is_page=False),
}
"""By method and path as the routes write them. A test fails for a route that is not here."""


class Address(Struct, frozen=True):
    """An address of the API as it is expected to behave."""

    allowed: frozenset[str]
    at: str
    """Below /api/v1."""
    scopes: frozenset[str] = frozenset({"read"})
    """A token with any one of them will do."""
    content: str = ""
    """JSON."""


_WRITE = frozenset({"write"})
_REVIEW = frozenset({"review"})
_ADMIN = frozenset({"admin"})

EXPECTED_API = {
    "GET /ask": Address(EVERYBODY, "/ask?q=What+is+ALS%3F"),
    "POST /ask": Address(EVERYBODY, "/ask", content='{"questions": ["What is ALS?"]}'),
    "GET /search": Address(EVERYBODY, "/search?q=smoking"),
    "GET /libraries": Address(EVERYBODY, "/libraries"),
    "GET /libraries/{name}": Address(EVERYBODY, "/libraries/examples"),
    "GET /libraries/{name}/sources": Address(EVERYBODY, "/libraries/examples/sources"),
    "GET /libraries/{name}/sources/{key}": Address(EVERYBODY, "/libraries/examples/sources/pmid-90000101"),
    "GET /libraries/{name}/sources/{key}/passages": Address(
        EVERYBODY, "/libraries/examples/sources/pmid-90000101/passages"
    ),
    "GET /libraries/{name}/sources/{key}/passages/{ordinal:int}": Address(
        EVERYBODY, "/libraries/examples/sources/pmid-90000101/passages/1"
    ),
    "GET /libraries/{name}/statements/{id}": Address(
        EVERYBODY, "/libraries/als-starter/statements/{statement}"
    ),
    "POST /libraries/{name}/jobs": Address(
        LIBRARIANS, "/libraries/examples/jobs", _WRITE, '{"addresses": ["http://127.0.0.1/"]}'
    ),
    "GET /jobs/{number:int}": Address(LIBRARIANS, "/jobs/{job}", _WRITE),
    "POST /jobs/{number:int}/stop": Address(LIBRARIANS, "/jobs/{job}/stop", _WRITE),
    "GET /articles": Address(EVERYBODY, "/articles"),
    "POST /articles": Address(WRITERS, "/articles", _WRITE, '{"questions": ["What is ALS?"]}'),
    "GET /articles/{number:int}": Address(EVERYBODY, "/articles/{approved}"),
    "GET /articles/{number:int}/versions/{version:int}": Address(
        EVERYBODY, "/articles/{approved}/versions/1"
    ),
    "GET /articles/{number:int}/compare": Address(EVERYBODY, "/articles/{approved}/compare?old=1&new=1"),
    "GET /articles/{number:int}/dossier": Address(BOARD, "/articles/{approved}/dossier"),
    "GET /articles/{number:int}/events": Address(BOARD, "/articles/{approved}/events"),
    "POST /articles/{number:int}/actions": Address(
        BOARD,
        "/articles/{under-review}/actions",
        _REVIEW,
        '{"seen": 1, "action": {"action": "comment", "text": "By a program."}}',
    ),
    "GET /policy": Address(EVERYBODY, "/policy"),
    "GET /journal": Address(EVERYBODY, "/journal"),
    "GET /me": Address(SIGNED_IN, "/me", frozenset({"read", "write", "review", "admin"})),
    "GET /people": Address(ADMINISTRATOR, "/people", _ADMIN),
    "GET /people/{number:int}": Address(ADMINISTRATOR, "/people/{victim}", _ADMIN),
    "PUT /people/{number:int}/roles": Address(
        ADMINISTRATOR, "/people/{victim}/roles", _ADMIN, '{"roles": ["reader"]}'
    ),
}
"""The same for the API."""
