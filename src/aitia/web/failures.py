"""What went wrong, as a status, a title and a sentence."""

import http

from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from aitia.errors import AitiaError, LibraryError, QuestionError, StateError
from aitia.people.errors import PeopleError, SignInError, UnknownPersonError
from aitia.review.errors import NotAllowedError, NotFoundError, ReviewError

RETRY_SECONDS = 10
"""When to ask again, where the database is not there."""


class Refused(HTTPException):
    """A request that is not taken, with the words for the person."""

    def __init__(self, status: int, title: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, text, headers)
        self.title = title


def meaning(error: AitiaError) -> tuple[int, str]:
    """The HTTP status and the title for what went wrong."""
    if isinstance(error, NotFoundError):
        return 404, "Not found"
    if isinstance(error, NotAllowedError):
        return 403, "Not allowed"
    if isinstance(error, UnknownPersonError):
        return 404, "Not found"
    if isinstance(error, SignInError):
        return 429, "Not now"
    if isinstance(error, PeopleError | ReviewError):
        return 409, "Not done"
    if isinstance(error, QuestionError):
        return 400, "The question cannot be read"
    if isinstance(error, LibraryError):
        return 404, "Not in the library"
    if isinstance(error, StateError):
        return 503, "Not available now"
    return 500, "Something failed"


def sentence(error: AitiaError) -> str:
    """The words of an error as a sentence of their own."""
    text = str(error)
    return text[:1].upper() + text[1:]


def told(error: Exception, request_id: str) -> tuple[int, str, str]:
    """The status, the title and the words for anything that went wrong.

    What a person cannot mend is not described: the words give the number under which the log tells more.
    """
    quoted = f"If it stays so, tell whoever runs this service, with the number {request_id}."
    if isinstance(error, StateError | SQLAlchemyError):
        # The message names the database's address and the server's folders, which are the operator's business.
        return 503, "Not available now", f"The service cannot reach its data. Try again in a moment. {quoted}"
    if isinstance(error, AitiaError):
        status, title = meaning(error)
        return status, title, sentence(error)
    if isinstance(error, Refused):
        return error.status_code, error.title, error.detail
    if isinstance(error, HTTPException):
        title = http.HTTPStatus(error.status_code).phrase
        return error.status_code, title, _WORDS.get(error.status_code, error.detail)
    return 500, "Something failed", f"This is our fault, and it has been noted. {quoted}"


_WORDS = {
    404: "There is no page at this address.",
    405: "This address does not take that kind of request.",
}
