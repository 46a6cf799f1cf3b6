"""What can go wrong in review, each with the words for the person."""

from aitia.errors import AitiaError


class ReviewError(AitiaError):
    """The action cannot be done."""

    exit_code = 9


class NotFoundError(ReviewError):
    """There is no such dossier, version, thread or person."""


class NotAllowedError(ReviewError):
    """The person may not do this: a role is lacking, it is their own work, or they declared a conflict."""


class WrongStateError(ReviewError):
    """The article's state does not allow the action."""


class StaleError(ReviewError):
    """A newer version was made since the person read the article. Nothing of theirs was recorded."""

    def __init__(self, message: str, seen: int, latest: int) -> None:
        super().__init__(message)
        self.seen = seen
        self.latest = latest
