"""The OpenAPI document as clients get it: Litestar's, with schemas, problems and security completed in one place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

from televent.adapters.rest.contract.answers import names_in, of_frame, problems
from televent.adapters.rest.contract.parameters import DESCRIPTIONS, conditions
from televent.adapters.rest.contract.request_examples import REQUESTS
from televent.adapters.rest.contract.security import scope_of, security_of
from televent.adapters.rest.contract.shapes import REF, name_in, partial, schemas_of, single
from televent.adapters.rest.idempotency import EXCEPTIONS
from televent.adapters.rest.problems import Problem

METHODS: Final = ("get", "post", "put", "patch", "delete")
JSON: Final = "application/json"
ZIP: Final = "application/zip"
FILE: Final = "application/octet-stream"
Json = dict[str, Any]


class ContractPlugin(JsonRenderPlugin):
    """The completed document in place of Litestar's own. ``serving`` answers before this is called."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        return json_of(request.app)


def json_of(app: Litestar) -> bytes:
    """The document of an application as JSON: half a megabyte. It takes a while, so it is for a thread."""
    return msgspec.json.encode(contract_of(app))


def contract_of(app: Litestar) -> Json:
    """The document of an application, as JSON values; made once, and not to be changed."""
    kept: Json | None = app.state.get("contract")
    if kept is None:
        kept = app.state.contract = _made(app)
    return kept


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Each operation with its path and its method."""
    for path, methods in sorted(document["paths"].items()):
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _made(app: Litestar) -> Json:
    document: Json = copy.deepcopy(app.openapi_schema.to_schema())
    handlers = {str(each.operation_id): each for each in _handlers(app)}
    found = [(path, method, each, handlers[each["operationId"]]) for path, method, each in operations(document)]
    # Where a schema stands in the document, and the type that it is of.
    places: list[tuple[Json, Any]] = [({}, Problem)]
    for _, _, operation, handler in found:
        places += _typed(operation, handler)
    schemas, components = schemas_of([kind for _, kind in places])
    for (place, _), schema in zip(places, schemas, strict=True):
        place["schema"] = schema
    document["components"]["schemas"] = components
    for _, method, operation, handler in found:
        _complete(method, operation, handler, components)
    return document


def _handlers(app: Litestar) -> Iterator[HTTPRouteHandler]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            yield from route.route_handlers


def _typed(operation: Json, handler: HTTPRouteHandler) -> Iterator[tuple[Json, Any]]:
    if JSON in operation.get("requestBody", {}).get("content", {}):
        yield operation["requestBody"]["content"][JSON], handler.parsed_fn_signature.parameters["data"].annotation
    for status, spec in (handler.responses or {}).items():
        content = operation["responses"].get(str(status), {}).get("content", {})
        if int(status) < 400:
            # Litestar leaves every null out, also those of examples.
            shown = {
                each.summary or "usual": {"value": msgspec.to_builtins(each.value)} for each in spec.examples or ()
            }
            for media_type, each in content.items():
                each["examples"] = shown
                if media_type in (ZIP, FILE):
                    each["schema"] = {"type": "string", "format": "binary"}
            if FILE in content:
                # A file has its own type. Clients that are generated know the general one only.
                content["*/*"] = content[FILE]
        if JSON in content and spec.data_container is not None:
            yield content[JSON], spec.data_container


def _complete(method: str, operation: Json, handler: HTTPRouteHandler, components: dict[str, Json]) -> None:
    scope = scope_of(handler)
    operation["security"] = security_of(scope)
    given = operation.get("parameters", [])
    for each in given:
        each["schema"] = single(each["schema"])
        each["schema"].pop("description", None)
        each.setdefault("description", DESCRIPTIONS.get(each["name"], ""))
    headers = [each for each in conditions(method, operation) if each["name"] not in {every["name"] for every in given}]
    if given or headers:
        operation["parameters"] = [*given, *headers]
    if method == "post" and operation["operationId"] in EXCEPTIONS:
        operation["description"] += f"\n\nReads no `Idempotency-Key`: {EXCEPTIONS[operation['operationId']]}."
    if "requestBody" in operation:
        value = REQUESTS.get(operation["operationId"])
        if value is not None:
            operation["requestBody"]["content"][JSON]["examples"] = {"usual": {"value": value}}
    if any(each["name"] == "fields" for each in given):
        _sparse(operation["responses"], components)
    names = [*names_in(operation), *of_frame(method, operation, signed_in=scope is not None)]
    usual = {status: each for status, each in operation["responses"].items() if int(status) < 400}
    operation["responses"] = {**usual, **problems(names)}


def _sparse(responses: Json, components: dict[str, Json]) -> None:
    content = responses["200"]["content"][JSON]
    name = name_in(content["schema"])
    if name is not None:
        content["schema"] = {"anyOf": [{"$ref": REF + name}, {"$ref": REF + partial(name, components)}]}
