"""What the API is made of: routes as data, the request as a handler sees it, replies and problems."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from starlette.requests import Request

from aitia.people.tokens import Scope
from aitia.review.nouns import Person
from aitia.web.call import Services
from aitia.web.routes import Need

API_FOLDER = "/api/v1"
_KIND = re.compile(r"\{(\w+):\w+\}")


class Problem(Struct, frozen=True, omit_defaults=True):
    """What went wrong (RFC 9457), as application/problem+json."""

    status: int
    title: str
    detail: str
    type: str = "about:blank"
    """Tells apart what has the same status: /api#stale, /api#scope, /api#rate ..."""
    instance: str = ""
    """urn:aitia:request: and the number under which the log tells more."""
    seen: int | None = None
    """Of a stale request: the version that it was made for,"""
    latest: int | None = None
    """the version that there is now,"""
    seen_hash: str | None = None
    """and the content hashes of both, where there are such versions."""
    latest_hash: str | None = None


class ApiCall(Struct, frozen=True):
    """A request to the API."""

    request: Request
    services: Services
    person: Person | None
    """Whose token it carries; None without one."""
    scopes: frozenset[Scope]
    query: Any
    """The parameters, of the route's `query` type."""
    body: Any
    """The content, of the route's `body` type."""

    @property
    def who(self) -> Person:
        """Whose token it carries. Only for routes that need one."""
        assert self.person is not None
        return self.person

    def path(self, name: str) -> Any:
        """A part of the address."""
        return self.request.path_params[name]


class Reply(Struct, frozen=True):
    """What a handler answers."""

    value: Any
    etag: str | None = None
    """Names this very content; a caller who has it gets 304."""
    location: str | None = None
    next: Mapping[str, str | int] | None = None
    """Parameters of the next page, where there is one."""


class ApiRoute(Struct, frozen=True):
    """An address of the API."""

    method: str
    path: str
    """Below /api/v1, as Starlette writes it."""
    need: Need
    scopes: tuple[Scope, ...]
    """A token must have one of them. Reading that is open to anybody needs no token."""
    handler: Callable[[ApiCall], Reply]
    answer: Any
    """The type of what it answers."""
    summary: str
    query: type[Struct] | None = None
    body: Any = None
    status: int = 200
    problems: tuple[int, ...] = ()
    """The statuses of problems that this address has besides those that every address may have."""
    description: str = ""

    @property
    def shown_path(self) -> str:
        """The path without the kinds of its parts: /articles/{number}."""
        return _KIND.sub(r"{\1}", self.path)

    @property
    def tag(self) -> str:
        """What it is about: the first part of its path."""
        return self.path.split("/")[1]
