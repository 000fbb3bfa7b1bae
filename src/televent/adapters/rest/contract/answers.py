"""The problems of every operation, written once: those that it names itself, and those that the frame gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from televent.adapters.rest.contract.shapes import REF
from televent.adapters.rest.errors import (
    CROSS_SITE,
    INVALID,
    KEY_BUSY,
    KEY_REUSED,
    MALFORMED,
    NOT_SIGNED_IN,
    WRONG_SCOPE,
)
from televent.adapters.rest.idempotency import takes_key
from televent.adapters.rest.problems import MEDIA_TYPE, example_of, status_of

Json = dict[str, Any]
CHANGING: Final = frozenset({"post", "put", "patch", "delete"})
_WAIT: Final = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_SIGN_IN: Final = {"WWW-Authenticate": {"description": "How to sign in (RFC 6750).", "schema": {"type": "string"}}}
HEADERS: Final[dict[str, Json]] = {"401": _SIGN_IN, "429": _WAIT, "503": _WAIT, "507": _WAIT}
"""The headers of problems, by status."""


def names_in(operation: Json) -> Iterator[str]:
    """The names of the problems that an operation documents itself."""
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})


def of_frame(method: str, operation: Json, *, signed_in: bool) -> Iterator[str]:
    """The names of the problems that any such operation can have."""
    yield from (MALFORMED, "too-many-requests", "unavailable")
    if signed_in:
        yield from (NOT_SIGNED_IN, WRONG_SCOPE, CROSS_SITE)
    if operation.get("parameters"):
        yield INVALID
    if any(each["in"] == "path" for each in operation.get("parameters", ())):
        yield "no-such-path"
    if "requestBody" in operation:
        yield from (INVALID, "body-too-large", "unsupported-media-type")
    if takes_key(method, operation["operationId"]):
        yield from (KEY_BUSY, KEY_REUSED)
    if method in CHANGING:
        yield from ("storage-full", "try-again")


def problems(names: Iterable[str]) -> dict[str, Json]:
    """The answers with these problems, by status."""
    by_status: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        by_status.setdefault(str(status_of(name)), []).append(name)
    return {
        status: {
            "description": " ".join(example_of(name).detail for name in found),
            **({"headers": HEADERS[status]} if status in HEADERS else {}),
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": f"{REF}Problem"},
                    "examples": {name: {"summary": name, "value": _shown(name)} for name in found},
                }
            },
        }
        for status, found in sorted(by_status.items())
    }


def _shown(name: str) -> Json:
    problem = example_of(name)
    return {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": problem.request_id,
    }
