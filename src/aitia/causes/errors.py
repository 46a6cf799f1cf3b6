"""What can go wrong when a model is run."""

from aitia.errors import AitiaError


class ModelError(AitiaError):
    """The data, the scenario or the request does not allow an answer.

    The message names the file and the line or field, says what is wrong there, and what to do.
    """

    exit_code = 8
