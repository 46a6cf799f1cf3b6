"""Filling in the forms of a page as a browser does, without scripts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import lxml.html
import pytest
from sqlalchemy import Engine

from aitia.people.roles import Role
from aitia.review.nouns import Person
from tests.people.made import email_of, make_person, sign_in

Value = str | list[str] | None


Enter = Callable[..., tuple[httpx.Client, Person]]
"""Makes a person with a name and roles, and signs them in."""


@contextmanager
def entering(site: str, database: Engine) -> Iterator[Enter]:
    """Lets people sign in; their connections end with the block."""
    with ExitStack() as stack:

        def one(name: str, *roles: Role) -> tuple[httpx.Client, Person]:
            person = make_person(database, name, *roles)
            client = stack.enter_context(httpx.Client(base_url=site, timeout=60, headers={"Origin": site}))
            sign_in(client, email_of(name))
            return client, person

        yield one


@pytest.fixture
def enter(site: str, database: Engine) -> Iterator[Enter]:
    """People who sign in."""
    with entering(site, database) as one:
        yield one


def page_of(answer: httpx.Response) -> Any:
    """A page as a tree."""
    return lxml.html.fromstring(answer.text or "<p>")


def fields_of(form: lxml.html.FormElement) -> dict[str, Value]:
    """What a browser would send of a form as it stands."""
    found: dict[str, list[str]] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def form_of(answer: httpx.Response, action: str, **holding: str) -> dict[str, Value]:
    """The form of a page that goes to an address and holds some values already."""
    page = page_of(answer)
    for form in page.forms:
        fields = fields_of(form)
        if form.action == action and all(fields.get(name) == value for name, value in holding.items()):
            return fields
    actions = sorted({str(form.action) for form in page.forms})
    raise AssertionError(f"{answer.url} has no form to {action} with {holding}; it has {actions}")


def fill(
    client: httpx.Client, page: str, action: str, changes: dict[str, Value], **holding: str
) -> httpx.Response:
    """Open a page, fill in the form that goes to `action`, and send it."""
    answer = client.get(page)
    assert answer.status_code == 200, (page, answer.status_code, answer.text[-1500:])
    return client.post(action, data={**form_of(answer, action, **holding), **changes})


def text_of(answer: httpx.Response) -> str:
    """The words of a page's main part, on one line."""
    found = page_of(answer).xpath("//main")
    return " ".join(found[0].text_content().split()) if found else ""
