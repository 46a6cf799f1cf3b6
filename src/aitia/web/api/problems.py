"""Requests that the API does not take, and how that is told."""

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aitia.errors import AitiaError
from aitia.review.errors import StaleError
from aitia.web.api.nouns import Problem
from aitia.web.encoded import json_response
from aitia.web.failures import RETRY_SECONDS, told
from aitia.web.logs import FAILURES


class Problematic(HTTPException):
    """A request that is not taken, with the type of its problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        kind: str = "",
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(status, detail[:1].upper() + detail[1:], headers)
        self.kind = f"/api#{kind}" if kind else "about:blank"
        self.more = more or {}


def problem(error: Exception, request: Request) -> Response:
    """What went wrong, as problem+json."""
    request_id = request.state.request_id
    status, title, text = told(error, request_id)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    made = Problem(status, title, text, instance=f"urn:aitia:request:{request_id}")
    if isinstance(error, Problematic):
        made = msgspec.structs.replace(made, type=error.kind, detail=error.detail, **error.more)
    elif isinstance(error, StaleError):
        made = msgspec.structs.replace(made, type="/api#stale", seen=error.seen, latest=error.latest)
    if status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
        reason = str(error) if isinstance(error, AitiaError) else ""
        fields = {"request": request_id, "reason": reason}
        FAILURES.error("not available", exc_info=error, extra={"fields": fields})
    return json_response(made, status, headers, "application/problem+json")
