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

KINDS = {
    "invalid": "422, 400, 415: a parameter or the content is not as described; the detail says which and how.",
    "token": "401: there is no token, or it is not known, has expired or was revoked.",
    "scope": "403: the token's scopes do not reach so far.",
    "role": "403: the token's person does not hold the role.",
    "stale": "409: a newer version was made since the one that you read. The fields seen and latest are their numbers, "
    "seen_hash and latest_hash their content hashes. Nothing was recorded.",
    "changed": "412: something happened to the article since the state in If-Match. Nothing was recorded.",
    "rate": "429: too many requests in a minute.",
}
"""The types of problems by the last part of their address, each in words."""


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
        assert not kind or kind in KINDS
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
