"""The five roles. A person may hold several; whoever is signed in may read."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What a person may do."""

    READER = "reader"
    """Read what was submitted, and the library."""
    AUTHOR = "author"
    """Make articles, edit and submit their own."""
    REVIEWER = "reviewer"
    """Mark, propose and sign, on the work of others."""
    EDITOR = "editor"
    """Assign reviewers, edit any article, withdraw, re-open."""
    ADMINISTRATOR = "administrator"
    """Invite people, give and take roles, look after libraries. Not a right to review."""


BOARD = frozenset({Role.AUTHOR, Role.REVIEWER, Role.EDITOR})
"""Who makes and judges articles, and sees their drafts."""


def roles_of(text: str) -> tuple[Role, ...]:
    """The roles in a column."""
    return _DECODER.decode(text)


def written(roles: Iterable[Role]) -> str:
    """Roles as a column holds them: a JSON list in the order of `Role`, each once."""
    given = set(roles)
    return msgspec.json.encode([role for role in Role if role in given]).decode()


_DECODER = msgspec.json.Decoder(tuple[Role, ...])
