"""Each field and each parameter of each operation, with values that break programs: none is a defect of the server."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from support.contract import the_contract
from support.contract_calls import ENDING, LEFT_OUT
from support.contract_stage import Stage, staged
from support.dav import Site
from support.rest import raw
from televent.adapters.rest.contract.document import JSON, operations
from televent.adapters.rest.contract.request_examples import REQUESTS

SURROGATE = "@surrogate@"
VALUES: tuple[Any, ...] = ("a\x00b", "\x00", SURROGATE, "9" * 5000, 10**400, -(2**63) - 1, 1e308, None, [], {"a": [{}]})
TEXTS = ("%00", "a%00b@example.com", "%ff%fe", "%ed%a0%80", "9" * 3000, "-1", "%20", "99999999999999999999")
HEADERS = {
    "Accept-Language": "\xff;q=x,,;",
    "If-Match": '"\xff"',
    "If-None-Match": 'W/,,"',
    "Prefer": "\x7f=;",
    "Idempotency-Key": "\xff",
    "Content-Type": "application/json; charset=\xff",
    "Accept": "image/\xff",
    "Cookie": "televent-access=\xff; =;",
    "User-Agent": "\xff\xfe",
    "X-Request-ID": "\xff" * 300,
}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values in a body."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from leaves(each, (*path, key))


def placed(body: Any, path: tuple[Any, ...], value: Any) -> bytes:
    """The body with a value at that place."""
    made = copy.deepcopy(body)
    holder = made
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return json.dumps(made).replace(SURROGATE, "\\ud800").encode()


def whole(body: Any, operation: Any, document: Any) -> Any:
    """The example of a body, with the fields that it leaves out."""
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return {**dict.fromkeys(document["components"]["schemas"][name]["properties"], ""), **body}


@pytest.fixture(scope="module")
def document() -> Any:
    return the_contract()


def check(stage: Stage, operation: Any, method: str, path: str, body: bytes | None, **more: str) -> str | None:
    """Says how the answer is wrong; None where it is right."""
    headers = {"Authorization": f"Bearer {stage.api.token}", "Content-Type": "application/json", **more}
    status, _, answer = raw(stage.site.port, method.upper(), path, body, headers)
    if operation["operationId"] in ENDING:
        stage.sign_in()
    if status < 500 and str(status) in operation["responses"]:
        return None
    return f"{operation['operationId']} {path[:150]} {(body or b'')[:200]!r} {more}: {status} {answer[:200]!r}"


def aimed(stage: Stage, path: str) -> str:
    for name, value in stage.ids.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def test_no_field_of_a_body_breaks_the_server(site: Site, document: Any) -> None:
    stage = staged(site)
    found = []
    for path, method, operation in operations(document):
        if JSON not in operation.get("requestBody", {}).get("content", {}):
            continue
        example = REQUESTS[operation["operationId"]]
        filled = whole(example, operation, document)
        for place in leaves(filled):
            # The fields that the example has not are given beside it, one at a time.
            base = example if place[0] in example else {**example, place[0]: ""}
            for value in VALUES:
                found.append(check(stage, operation, method, aimed(stage, path), placed(base, place, value)))
    wrong = [each for each in found if each is not None]
    assert wrong == [], "\n".join(wrong)


def test_no_parameter_breaks_the_server(site: Site, document: Any) -> None:
    stage = staged(site)
    found = []
    for path, method, operation in operations(document):
        if operation["operationId"] in LEFT_OUT:
            continue
        body = json.dumps(REQUESTS.get(operation["operationId"])).encode() if "requestBody" in operation else None
        for parameter in operation.get("parameters", ()):
            for value in TEXTS:
                if parameter["in"] == "path":
                    place = aimed(stage, path.replace(f"{{{parameter['name']}}}", value))
                elif parameter["in"] == "query":
                    place = f"{aimed(stage, path)}?{quote(parameter['name'])}={value}"
                else:
                    continue
                found.append(check(stage, operation, method, place, body))
    wrong = [each for each in found if each is not None]
    assert wrong == [], "\n".join(wrong)


def test_no_header_breaks_the_server(site: Site, document: Any) -> None:
    stage = staged(site)
    found = []
    for path, method, operation in operations(document):
        if operation["operationId"] in LEFT_OUT or method == "delete":
            continue
        body = json.dumps(REQUESTS.get(operation["operationId"])).encode() if "requestBody" in operation else None
        for name, value in HEADERS.items():
            found.append(check(stage, operation, method, aimed(stage, path), body, **{name: value}))
    wrong = [each for each in found if each is not None]
    assert wrong == [], "\n".join(wrong)
