"""What can go wrong for a person, and the exit code that each kind has on the command line."""


class AitiaError(Exception):
    """A problem that the person can mend. The message says what was wrong, where, and what to do."""

    exit_code = 1


class QuestionError(AitiaError):
    """The question cannot be read: empty, too long, or not text."""

    exit_code = 2


class LibraryError(AitiaError):
    """The library cannot be read: missing, not valid YAML, or against the format."""

    exit_code = 4


class StateError(AitiaError):
    """The state folder, or a file that the person asked for, cannot be written."""

    exit_code = 5


NOT_ANSWERED = 3
"""Exit code of `aitia ask` and `aitia search` when the library cannot answer."""

INTERRUPTED = 130
"""Exit code after Ctrl-C."""
