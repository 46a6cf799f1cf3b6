"""The description of the API in OpenAPI 3.1, made from the table of routes and the types themselves."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from aitia import __version__
from aitia.web.api.nouns import ApiRoute, Problem
from aitia.web.routes import Need

_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_EVERYWHERE = (401, 403, 422, 429, 503)
"""Problems that any address may have."""
_WITH_BODY = (400, 408, 413, 415)
_WORDS = {
    304: "Not changed since the content with this ETag",
    409: "Not done: the state does not allow it, or a newer version was made since (type /api#stale)",
    412: "Something happened to the article since the state named by If-Match",
    422: "A parameter or the content is not as described",
    429: "Too many requests; Retry-After says when to try again",
    503: "The data cannot be reached; Retry-After says when to try again",
}
_NOTES = """\
Answers in which every sentence can be checked. Reading needs no token where the service lets anybody read; all else
needs `Authorization: Bearer` with a token that its person made under Account. Errors are problem details (RFC 9457).
Lists come in pages: follow the `Link` header with `rel="next"`, or send `after` with the last item's number.
Questions in an address may stand in the access log of a proxy; `POST /ask` keeps them out of it."""


def document(routes: Iterable[ApiRoute]) -> dict[str, Any]:
    """The whole description."""
    listed = list(routes)
    wanted = [
        *(route.answer for route in listed),
        *(route.body for route in listed if route.body is not None),
        Problem,
    ]
    queries = [route.query for route in listed if route.query is not None]
    schemas, components = msgspec.json.schema_components(
        [*wanted, *queries], ref_template="#/components/schemas/{name}"
    )
    # Structs are no dictionary keys where two are equal; their order is.
    answers = iter(schemas[: len(listed)])
    bodies = iter(schemas[len(listed) : len(wanted) - 1])
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        body = next(bodies) if route.body is not None else None
        operation = _operation(route, next(answers), body, components)
        paths.setdefault(route.shown_path, {})[route.method.lower()] = operation
    for query in queries:
        components.pop(query.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Aitia", "version": __version__, "description": _NOTES},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    route: ApiRoute, answer: dict[str, Any], body: dict[str, Any] | None, components: dict[str, Any]
) -> dict[str, Any]:
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999}
            if kind == "int"
            else {"type": "string", "minLength": 1, "maxLength": 200},
        }
        for name, kind in _PARAMETER.findall(route.path)
    ]
    if route.query is not None:
        parameters += _query(route.query, components)
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    statuses = {*_EVERYWHERE, *route.problems, *(_WITH_BODY if body is not None else ())}
    if "{" in route.path:
        statuses.add(404)
    good: dict[str, Any] = {
        "description": HTTPStatus(route.status).phrase,
        "content": {"application/json": {"schema": answer}},
    }
    made: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": parameters,
        "responses": {
            str(route.status): good,
            **{
                str(status): {
                    "description": _WORDS.get(status, HTTPStatus(status).phrase),
                    "content": problem,
                }
                for status in sorted(statuses)
            },
        },
        "security": [*([{}] if route.need in (Need.OPEN, Need.READ) else []), {"token": []}],
        "x-scopes": [str(scope) for scope in route.scopes],
        "x-need": str(route.need),
    }
    if route.description:
        made["description"] = route.description
    if body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return made


def _name(route: ApiRoute) -> str:
    return route.method.lower() + _PARAMETER.sub(r"\1", route.path).replace("/", "-")


def _query(query: type[Struct], components: dict[str, Any]) -> list[dict[str, Any]]:
    schema = components[query.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": {key: value for key, value in field.items() if key != "description"},
            **({"description": field["description"]} if "description" in field else {}),
        }
        for name, field in schema["properties"].items()
    ]
