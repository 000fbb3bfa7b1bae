"""The OpenAPI document is complete: no operation without words, examples, problems, security and strict schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from support.contract import the_contract
from televent.adapters.rest.contract.document import operations
from televent.adapters.rest.contract.request_examples import REQUESTS
from televent.adapters.rest.signing_in.scopes import Scope

JSON = "application/json"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def document() -> Any:
    return the_contract()


def every(document: Any) -> Iterator[tuple[str, Any]]:
    for _, _, operation in operations(document):
        yield operation["operationId"], operation


def test_every_operation_is_written_about(document: Any) -> None:
    names = [name for name, _ in every(document)]
    assert len(names) == len(set(names)) > 90
    for name, operation in every(document):
        assert operation["summary"].strip(), name
        assert operation["description"].strip(), name
        assert operation["tags"], name
        for parameter in operation.get("parameters", ()):
            assert parameter["description"].strip(), (name, parameter["name"])
            assert "oneOf" not in parameter["schema"], (name, parameter["name"])


def test_every_body_and_every_answer_has_an_example_of_its_schema(document: Any) -> None:
    wrong = []
    for name, operation in every(document):
        answers = list(operation["responses"].items())
        for where, holder in [("body", operation.get("requestBody", {})), *answers]:
            for media_type, content in holder.get("content", {}).items():
                examples = [each["value"] for each in content.get("examples", {}).values()]
                if not examples:
                    wrong.append(f"{name} {where} {media_type}: no example")
                    continue
                schema = {**content["schema"], "components": document["components"]}
                judge = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
                for example in examples:
                    wrong += [
                        f"{name} {where} {each.instance_path}: {each.message}" for each in judge.iter_errors(example)
                    ]
    assert wrong == [], "\n".join(wrong)
    bodies = {name: operation["requestBody"] for name, operation in every(document) if "requestBody" in operation}
    assert REQUESTS.keys() == {name for name, body in bodies.items() if "application/json" in body["content"]}


def test_every_operation_documents_what_can_go_wrong(document: Any) -> None:
    for name, operation in every(document):
        answers = operation["responses"]
        assert any(int(status) < 400 for status in answers), name
        needed = {"400", "429", "503"}
        if operation["security"]:
            needed |= {"401", "403"}
        if "requestBody" in operation:
            needed |= {"413", "415", "422"}
        assert needed <= answers.keys(), name
        for status, answer in answers.items():
            assert answer["description"].strip(), (name, status)
            if int(status) < 400:
                continue
            assert list(answer["content"]) == [PROBLEM], (name, status)
            for problem in answer["content"][PROBLEM]["examples"].values():
                assert problem["value"]["status"] == int(status), (name, status)
        assert "Retry-After" in answers["429"]["headers"], name


def test_every_operation_says_how_to_sign_in(document: Any) -> None:
    schemes = document["components"]["securitySchemes"]
    assert {"token", "telegram", "cookie"} == schemes.keys()
    ways_seen = set()
    for name, operation in every(document):
        ways = {way: scopes for each in operation["security"] for way, scopes in each.items()}
        ways_seen.add(tuple(ways))
        assert ways.keys() <= schemes.keys(), name
        assert len({tuple(scopes) for scopes in ways.values()}) <= 1, name
        for scopes in ways.values():
            assert Scope(*scopes), name
        if ways:
            # Sessions are of people who signed in themselves.
            assert ("telegram" in ways) == (ways["token"] != [str(Scope.SESSION)]), name
    assert () in ways_seen


def test_schemas_say_what_is_enforced(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Login"]["additionalProperties"] is False
    assert schemas["NewKey"]["properties"]["scopes"]["maxItems"] == 5
    # Litestar's own document drops the bounds of values that may be null.
    assert schemas["Guest"]["properties"]["name"]["anyOf"][0]["maxLength"] == 256
    cursor = next(each for each in document["paths"]["/api/events"]["get"]["parameters"] if each["name"] == "cursor")
    assert cursor["schema"] == {"type": "string", "maxLength": 2000}
    given = {each["name"] for each in document["paths"]["/api/events/{event_id}"]["patch"]["parameters"]}
    assert {"event_id", "If-Match", "Prefer"} <= given
    jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schemas["Event"]})
