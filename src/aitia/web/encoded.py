"""Answers in JSON."""

import msgspec
from starlette.responses import Response


def json_response(
    value: object,
    status: int = 200,
    headers: dict[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type)
