"""The OpenAPI document as a page of HTML without scripts."""

from __future__ import annotations

import html
import json
from typing import Any, Final

METHODS: Final = ("get", "post", "put", "patch", "delete")
Json = dict[str, Any]


def page_of(document: Json) -> str:
    """The page. ``document``: OpenAPI 3.1, as JSON values."""
    info = document["info"]
    operations = [
        (method, path, operation)
        for path, methods in sorted(document.get("paths", {}).items())
        for method in METHODS
        if (operation := methods.get(method)) is not None
    ]
    links = "".join(
        f'<li><a href="#{_text(each["operationId"])}"><code>{method.upper()} {_text(path)}</code></a></li>'
        for method, path, each in operations
    )
    parts = "".join(_operation(method, path, each) for method, path, each in operations)
    schemas = document.get("components", {}).get("schemas", {})
    shapes = "".join(
        f'<details id="schema-{_text(name)}"><summary><code>{_text(name)}</code></summary>{_json(schema)}</details>'
        for name, schema in sorted(schemas.items())
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{_text(info["title"])}</title><link rel="stylesheet" href="docs/style.css"></head><body>'
        f'<h1>{_text(info["title"])} <span class="quiet">{_text(info["version"])}</span></h1>'
        f"<p>{_text(info.get('description', ''))}</p>"
        '<p>For programs: <a href="openapi.json">openapi.json</a>, '
        '<a href="docs/postman.json">a Postman collection</a></p>'
        f"<nav><ul>{links}</ul></nav>{parts}<section><h2>Shapes</h2>{shapes}</section></body></html>"
    )


def _operation(method: str, path: str, operation: Json) -> str:
    parameters = "".join(
        f"<tr><td><code>{_text(each['name'])}</code></td><td>{_text(each['in'])}</td>"
        f"<td>{_text(each.get('description', ''))}</td></tr>"
        for each in operation.get("parameters", ())
    )
    table = f"<table><tr><th>Parameter</th><th>In</th><th></th></tr>{parameters}</table>" if parameters else ""
    body = operation.get("requestBody")
    sent = f"<h3>Body</h3>{_contents(body)}" if body is not None else ""
    answers = "".join(
        f"<details><summary><strong>{_text(status)}</strong> {_text(answer.get('description', ''))}</summary>"
        f"{_contents(answer)}</details>"
        for status, answer in sorted(operation.get("responses", {}).items())
    )
    return (
        f'<section id="{_text(operation["operationId"])}"><h2><span class="method">{method.upper()}</span> '
        f"<code>{_text(path)}</code></h2><p><strong>{_text(operation.get('summary', ''))}</strong></p>"
        f"<p>{_text(operation.get('description', ''))}</p>{table}{sent}<h3>Answers</h3>{answers}</section>"
    )


def _contents(holder: Json) -> str:
    """The examples of a body or an answer, by media type; its schema where it has none."""
    shown = []
    for media_type, content in sorted(holder.get("content", {}).items()):
        examples = [each["value"] for each in content.get("examples", {}).values() if "value" in each]
        shown.append(f'<p class="quiet">{_text(media_type)}</p>')
        shown += [_json(each) for each in examples or [content.get("schema", {})]]
    return "".join(shown)


def _json(value: object) -> str:
    return f"<pre>{_text(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"


def _text(value: object) -> str:
    return html.escape(str(value))
