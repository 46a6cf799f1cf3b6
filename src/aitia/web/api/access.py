"""Whose token a request carries."""

from sqlalchemy import Engine
from starlette.requests import Request

from aitia.people.tokens import Scope, find
from aitia.review.nouns import Person

Holder = tuple[Person, frozenset[Scope]]


def holder_of(database: Engine, request: Request) -> tuple[Holder | None, bool]:
    """Whose token the request carries and for what it may be used; and whether it carries one that opens nothing.

    A browser's cookie is not looked at, so that no page of another site can act in its person's name.
    """
    sent = request.headers.get("authorization")
    if sent is None:
        return None, False
    kind, _, secret = sent.partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        return None, True
    found = find(database, secret.strip())
    return found, found is None
