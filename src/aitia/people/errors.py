"""What can go wrong with accounts, each with the words for the person."""

from aitia.errors import AitiaError


class PeopleError(AitiaError):
    """What was asked of an account cannot be done."""

    exit_code = 10


class UnknownPersonError(PeopleError):
    """There is no such person, session, token or link."""


class SignInError(PeopleError):
    """Sign-in was refused. The words are the same whether the e-mail address is known or not."""

    def __init__(self, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.wait = wait
        """Seconds until another try is looked at."""
