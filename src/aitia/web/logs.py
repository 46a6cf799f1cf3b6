"""The log: one JSON object a line on standard error.

Left out on purpose: query strings and bodies (questions are not kept), e-mail addresses, tokens, and the messages of
unexpected errors, which may hold any of these; their kind and place in the code are kept.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime

import msgspec

from aitia.people.invitations import PATHS

REQUESTS = logging.getLogger("aitia.requests")
FAILURES = logging.getLogger("aitia.failures")

_SECRET_FOLDERS = tuple(PATHS.values())
"""Addresses whose last part is as good as a password."""


class JsonLines(logging.Formatter):
    """A log record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: time, level, logger and message; what the record carries as `fields`; where an error arose."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"], line["trace"] = _traced(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def _traced(error: BaseException) -> tuple[str, list[str]]:
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)
    return f"{kind.__module__}.{kind.__qualname__}", [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames
    ]


def write_json_lines() -> None:
    """Send all that this process logs to standard error, as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # Outgoing requests carry questions of connectors and tokens of sign-in in their addresses.
    for talkative in ("httpx", "httpcore"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def shown_path(path: str) -> str:
    """A request's path as it may be kept: without secrets, and of a bearable length."""
    for folder in _SECRET_FOLDERS:
        if path.startswith(folder):
            return folder + "..."
    return path[:200]
