"""How a request to the API is taken: who asks, what they sent, what they get, and how a failure is told."""

import functools
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from aitia.errors import AitiaError
from aitia.people.audit import network_of
from aitia.people.tokens import Scope
from aitia.review.nouns import Person
from aitia.web.api.access import Holder, holder_of
from aitia.web.api.nouns import API_FOLDER, ApiCall, ApiRoute, Reply
from aitia.web.api.openapi import document
from aitia.web.api.problems import Problematic, problem
from aitia.web.api.table import ROUTES
from aitia.web.call import Services, caller_address
from aitia.web.encoded import json_response
from aitia.web.failures import Refused
from aitia.web.limits import FORM_BYTES, FORM_SECONDS, Allowance, Buckets, Threads, drain, limited
from aitia.web.routes import ROLES, Need

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""How JSON writes the sign that no database takes as text."""


def api_routes(services: Services, threads: Threads) -> list[StarletteRoute]:
    """The routes of the API, and its description."""
    limit = services.settings.reads_a_minute
    buckets = Buckets(limit) if limit else None
    described = msgspec.json.encode(document(ROUTES))

    async def description(request: Request) -> Response:
        request.state.route = f"{API_FOLDER}/openapi.json"
        return Response(described, media_type="application/json")

    return [
        StarletteRoute(f"{API_FOLDER}/openapi.json", description, methods=["GET"]),
        *(
            StarletteRoute(
                API_FOLDER + route.path, _endpoint(route, services, threads, buckets), methods=[route.method]
            )
            for route in ROUTES
        ),
    ]


def _endpoint(
    route: ApiRoute, services: Services, threads: Threads, buckets: Buckets | None
) -> Callable[[Request], Awaitable[Response]]:
    take = functools.partial(_answer, route, services, buckets)
    writes = route.method != "GET" and Scope.READ not in route.scopes

    async def endpoint(request: Request) -> Response:
        request.state.route = API_FOLDER + route.path
        if route.method == "GET":
            return await run_sync(take, request, None, limiter=threads.reading)
        admitted = await run_sync(_admit, route, services, buckets, request, limiter=threads.reading)
        if isinstance(admitted, Response):
            return admitted
        length = request.headers.get("content-length")
        body = Request(request.scope, limited(request.receive, FORM_BYTES, FORM_SECONDS, length))
        try:
            content = await body.body()
        except Refused as error:
            if error.status_code == 413:
                await drain(request.receive, FORM_BYTES)
            return problem(error, request)
        return await run_sync(
            take, request, content, admitted, limiter=threads.writing if writes else threads.reading
        )

    return endpoint


class _Admitted(msgspec.Struct, frozen=True):
    person: Person | None
    scopes: frozenset[Scope]
    allowance: Allowance | None


def _admit(
    route: ApiRoute, services: Services, buckets: Buckets | None, request: Request
) -> "_Admitted | Response":
    """Who asks, unless they may not or ask too often: then the answer that says so."""
    try:
        holder, secret_is_wrong = holder_of(services.database, request)
        allowance = None
        if buckets is not None:
            allowance = buckets.take(_caller(request, holder))
            if allowance.wait:
                return _limited_too(
                    problem(
                        Problematic(
                            429,
                            f"More than {allowance.limit} requests in a minute. Try again in {allowance.wait} s.",
                            "rate",
                            {"Retry-After": str(allowance.wait)},
                        ),
                        request,
                    ),
                    allowance,
                )
        if secret_is_wrong:
            raise _unknown("This token is not known, has expired or was revoked.", 'error="invalid_token"')
        person, scopes = holder if holder else (None, frozenset[Scope]())
        request.state.person_id = person.id if person else None
        _check(route, services, person, scopes)
        return _Admitted(person, scopes, allowance)
    except (AitiaError, HTTPException) as error:
        return problem(error, request)


def _caller(request: Request, holder: Holder | None) -> str:
    if holder is not None:
        # By person: more tokens do not allow more requests.
        return f"person {holder[0].id}"
    return f"address {network_of(caller_address(request))}"


def _check(route: ApiRoute, services: Services, person: Person | None, scopes: frozenset[Scope]) -> None:
    if person is None:
        if route.need is Need.OPEN or (route.need is Need.READ and services.settings.anonymous_reading):
            return
        raise _unknown("This needs a token: Authorization: Bearer ...")
    if not scopes.intersection(route.scopes):
        needed = " or ".join(route.scopes)
        raise Problematic(
            403,
            f"The token's scopes are {', '.join(sorted(scopes)) or 'none'}; this needs {needed}.",
            "scope",
            {"WWW-Authenticate": f'Bearer realm="aitia", error="insufficient_scope", scope="{needed}"'},
        )
    roles = ROLES.get(route.need)
    if roles is not None and roles.isdisjoint(person.roles):
        raise Problematic(403, f"This is for people with the role {' or '.join(sorted(roles))}.", "role")


def _unknown(detail: str, more: str = "") -> Problematic:
    challenge = 'Bearer realm="aitia"' + (f", {more}" if more else "")
    return Problematic(401, detail, "token", {"WWW-Authenticate": challenge})


def _answer(
    route: ApiRoute,
    services: Services,
    buckets: Buckets | None,
    request: Request,
    content: bytes | None,
    admitted: _Admitted | None = None,
) -> Response:
    allowance = None
    try:
        if admitted is None:
            made = _admit(route, services, buckets, request)
            if isinstance(made, Response):
                return made
            admitted = made
        allowance = admitted.allowance
        call = ApiCall(
            request,
            services,
            admitted.person,
            admitted.scopes,
            _query(route, request),
            _body(route, request, content),
        )
        response = _replied(route, route.handler(call), request)
    except (AitiaError, HTTPException) as error:
        response = problem(error, request)
    return _limited_too(response, allowance)


def _limited_too(response: Response, allowance: Allowance | None) -> Response:
    if allowance is not None:
        # draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it.
        response.headers["RateLimit-Policy"] = f'"minute";q={allowance.limit};w=60'
        response.headers["RateLimit"] = f'"minute";r={allowance.remaining};t={allowance.reset}'
    return response


def _query(route: ApiRoute, request: Request) -> Any:
    """The parameters of the address. Raises Problematic (422) for one that is wrong or not known."""
    if (
        any("\0" in part for pair in request.query_params.multi_items() for part in pair)
        or "\0" in request.url.path
    ):
        raise Problematic(422, "The address holds a sign that is no text (U+0000).", "invalid")
    if route.query is None:
        unknown = next(iter(request.query_params), None)
        if unknown is not None:
            raise Problematic(422, f"There is no parameter {unknown!r} here.", "invalid")
        return None
    several = {field.encode_name for field in msgspec.structs.fields(route.query) if _is_several(field.type)}
    sent: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in several:
            sent.setdefault(name, []).append(value)
        elif name in sent:
            raise Problematic(422, f"The parameter {name!r} is given twice.", "invalid")
        else:
            sent[name] = value
    try:
        return msgspec.convert(sent, route.query, strict=False)
    except msgspec.ValidationError as error:
        raise Problematic(422, f"A parameter of the address is wrong: {error}.", "invalid") from None


def _is_several(kind: Any) -> bool:
    found = msgspec.inspect.type_info(kind)
    if isinstance(found, msgspec.inspect.Metadata):
        found = found.type
    return isinstance(found, msgspec.inspect.VarTupleType)


def _body(route: ApiRoute, request: Request, content: bytes | None) -> Any:
    """What was sent. Raises Problematic: 415, 400 for what is no JSON, 422 for JSON that is not as described."""
    if route.body is None:
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problematic(415, "Send JSON, with the header Content-Type: application/json.", "invalid")
    if _NUL.search(content or b""):
        raise Problematic(422, "The JSON holds a sign that is no text (U+0000).", "invalid")
    try:
        return msgspec.json.decode(content or b"", type=route.body)
    except msgspec.ValidationError as error:
        raise Problematic(422, f"The JSON is not as described: {error}.", "invalid") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problematic(400, f"What was sent is not JSON: {error}.", "invalid") from None


def _replied(route: ApiRoute, reply: Reply, request: Request) -> Response:
    headers: dict[str, str] = {}
    if reply.etag is not None:
        headers["ETag"] = f'"{reply.etag}"'
        headers["Cache-Control"] = "private, no-cache"
    if reply.location is not None:
        headers["Location"] = API_FOLDER + reply.location
    if reply.next is not None:
        parameters = [
            pair for pair in request.query_params.multi_items() if pair[0] not in reply.next
        ] + list(reply.next.items())
        headers["Link"] = f'<{request.url.path}?{urlencode(parameters)}>; rel="next"'
    if reply.etag is not None and _has(request.headers.get("if-none-match", ""), reply.etag):
        return Response(status_code=304, headers=headers)
    return json_response(reply.value, route.status, headers)


def _has(sent: str, etag: str) -> bool:
    return sent.strip() == "*" or etag in (
        part.strip().removeprefix("W/").strip('"') for part in sent.split(",")
    )
