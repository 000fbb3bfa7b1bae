"""The OpenAPI document as a Postman collection (format 2.1), which Insomnia, Bruno and Hoppscotch read, too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from televent.adapters.rest.contract.document import JSON, operations

FORMAT: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
TOKEN: Final = "token"
"""The variable of the collection that has the access token or API key."""
BASE: Final = "base_url"
Json = dict[str, Any]


def collection_of(document: Json, base: str) -> Json:
    """The collection: a folder for each tag, a request for each operation, with its example as the body.

    ``base``: the server's URL without a trailing slash; it is a variable of the collection.
    """
    folders: dict[str, list[Json]] = {}
    for path, method, operation in operations(document):
        folders.setdefault(operation["tags"][0], []).append(_item(path, method, operation))
    info = document["info"]
    return {
        "info": {
            "name": info["title"],
            "description": info.get("description", ""),
            "version": info["version"],
            "schema": FORMAT,
        },
        "auth": {"type": "bearer", "bearer": [{"key": TOKEN, "value": f"{{{{{TOKEN}}}}}", "type": "string"}]},
        "variable": [{"key": BASE, "value": base}, {"key": TOKEN, "value": ""}],
        "item": [{"name": name, "item": items} for name, items in sorted(folders.items())],
    }


def _item(path: str, method: str, operation: Json) -> Json:
    given = operation.get("parameters", [])
    parts = [f":{each[1:-1]}" if each.startswith("{") else each for each in path.strip("/").split("/")]
    queries = [{**_value(each), "disabled": not each.get("required")} for each in _in(given, "query")]
    request: Json = {
        "method": method.upper(),
        "description": operation["description"],
        "header": [{**_value(each), "disabled": True} for each in _in(given, "header")],
        "url": {
            "raw": f"{{{{{BASE}}}}}/{'/'.join(parts)}",
            "host": [f"{{{{{BASE}}}}}"],
            "path": parts,
            "query": queries,
            "variable": [_value(each) for each in _in(given, "path")],
        },
    }
    if not operation["security"]:
        request["auth"] = {"type": "noauth"}
    body = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if body is not None:
        example = next(iter(body["examples"].values()))["value"]
        text = json.dumps(example, indent=2, ensure_ascii=False)
        request["body"] = {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}
    return {"name": operation["summary"], "id": operation["operationId"], "request": request, "response": []}


def _in(parameters: list[Json], place: str) -> Iterator[Json]:
    return (each for each in parameters if each["in"] == place)


def _value(parameter: Json) -> Json:
    value = parameter["schema"].get("default", "")
    shown = value if isinstance(value, str) else json.dumps(value)
    return {"key": parameter["name"], "value": shown, "description": parameter["description"]}
