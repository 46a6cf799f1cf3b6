"""What a page's route is: data, so that the application, the tests and the crawler read the same table."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from aitia.people.roles import BOARD, Role

if TYPE_CHECKING:
    from starlette.responses import Response

    from aitia.web.call import Call


class Need(StrEnum):
    """Who may use a route. What an action needs beyond that (whose article, which state) `aitia.review` decides."""

    OPEN = "open"
    """Anybody, always: sign-in, health, styles."""
    READ = "read"
    """Anybody, unless anonymous reading is off; then whoever is signed in."""
    SIGNED_IN = "signed-in"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    BOARD = "board"
    """Authors, reviewers and editors."""
    EDITOR = "editor"
    LIBRARIAN = "librarian"
    """Editors and administrators: they add documents."""
    ADMINISTRATOR = "administrator"


ROLES = {
    Need.AUTHOR: frozenset({Role.AUTHOR, Role.EDITOR}),
    Need.REVIEWER: frozenset({Role.REVIEWER}),
    Need.BOARD: BOARD,
    Need.EDITOR: frozenset({Role.EDITOR}),
    Need.LIBRARIAN: frozenset({Role.EDITOR, Role.ADMINISTRATOR}),
    Need.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
}
"""The roles of which a person must hold one."""


class Route(Struct, frozen=True):
    """A page, or a form that a page sends."""

    method: str
    """GET or POST. A GET changes nothing; a POST carries the form's token against forgery."""
    path: str
    """As Starlette writes it: /articles/{number:int}."""
    need: Need
    handler: "Callable[[Call], Response]"
    takes_files: bool = False
    """Whether its form may carry files."""
