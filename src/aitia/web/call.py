"""One request as a page's function sees it: who asks, what was sent, and what there is to answer with."""

from dataclasses import dataclass
from typing import Any

import jinja2
from sqlalchemy import Engine
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from aitia.people.roles import Role
from aitia.review.nouns import Person
from aitia.review.policy import Policy
from aitia.web.settings import Settings
from aitia.web.shelf import Shelf


def whole_number(text: str) -> int | None:
    """The number that a text is, of at most nine digits as in our addresses; None if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def caller_address(request: Request) -> str:
    """The network address that a request came from; empty if the server does not know it."""
    return request.client.host if request.client else ""


@dataclass(frozen=True)
class Services:
    """What the whole service shares."""

    settings: Settings
    database: Engine
    shelf: Shelf
    policy: Policy
    templates: jinja2.Environment


@dataclass(frozen=True)
class Visitor:
    """Who asks."""

    person: Person | None
    """None for somebody who is not signed in."""
    csrf: str
    """What a form must carry."""

    def may(self, *roles: Role) -> bool:
        """Whether the person holds one of the roles."""
        return self.person is not None and not set(roles).isdisjoint(self.person.roles)


@dataclass(frozen=True)
class Call:
    """A request to a page."""

    request: Request
    services: Services
    visitor: Visitor
    form: FormData

    @property
    def person(self) -> Person:
        """Who is signed in. Only for routes that need it."""
        assert self.visitor.person is not None
        return self.visitor.person

    @property
    def origin(self) -> str:
        """What our paths begin with when they are sent to somebody: https://answers.example.org."""
        url = self.request.url
        return (self.services.settings.address or f"{url.scheme}://{url.netloc}").rstrip("/")

    def path(self, name: str) -> Any:
        """A part of the address: a number where the route says so, else text."""
        return self.request.path_params[name]

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the address."""
        return self.request.query_params.get(name, default)

    def field(self, name: str, default: str = "") -> str:
        """A field of the form, as text."""
        value = self.form.get(name, default)
        return value if isinstance(value, str) else default

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page from a template. Templates see `call`, `visitor`, `settings`, `policy`, and what is given here."""
        text = self.services.templates.get_template(template).render(
            call=self,
            visitor=self.visitor,
            settings=self.services.settings,
            policy=self.services.policy,
            **context,
        )
        return HTMLResponse(text, status)

    def go(self, address: str) -> RedirectResponse:
        """To another page of ours, after a form was taken."""
        assert address[:1] == "/" != address[1:2]
        return RedirectResponse(address, 303)
