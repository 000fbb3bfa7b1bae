"""Generated calls of every operation in the OpenAPI document, and what is wrong with their answers."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, cast

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.contract_stage import Stage
from support.waiting import NET
from televent.adapters.rest.contract.request_examples import REQUESTS

CHECKS: Final[list[Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LEFT_OUT: Final = {"streamChanges": "its answer has no end; tests/rest/test_rest_live.py reads it"}
"""Operations that are not called, each with the reason."""
ENDING: Final = frozenset({"logout", "endSession", "changePassword", "leave"})
"""Operations after which the person may have to sign in again."""
MAX_WRONG: Final = 3
"""Max wrong answers that are shown for one operation."""


@dataclass
class Calls:
    """The calls of a run: how many there were by status, and what was wrong, by operation."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def note(self, operation: str, what: str) -> None:
        found = self.wrong.setdefault(operation, [])
        if len(found) < MAX_WRONG:
            found.append(what)


def call_all(stage: Stage, each: int, *, part: int = 0, parts: int = 1, start: int = 0) -> Calls:
    """Calls every operation of one part ``each`` times, with values that depend on ``start`` alone."""
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{stage.site.port}/api/openapi.json")
    found: list[Any] = [cast(Any, result).ok() for result in schema.get_all_operations()]
    chosen = [
        one
        for index, one in enumerate(sorted(found, key=lambda one: (one.path, one.method)))
        if index % parts == part and one.definition.raw["operationId"] not in LEFT_OUT
    ]
    chosen.sort(key=lambda one: (one.method == "delete", one.definition.raw["operationId"] == "leave", -len(one.path)))
    calls = Calls()
    with requests.Session() as session:
        for operation in chosen:
            _call(stage, session, operation, each, start, calls)
    return calls


def _call(stage: Stage, session: requests.Session, operation: Any, each: int, start: int, calls: Calls) -> None:
    raw = operation.definition.raw
    name = raw["operationId"]
    takes = "requestBody" in raw or bool(raw.get("parameters"))
    ways = [operation.as_strategy(GenerationMode.POSITIVE)]
    if takes:
        ways.append(operation.as_strategy(GenerationMode.NEGATIVE))
    turn = 0

    @seed(start)
    @settings(
        max_examples=each if takes else max(1, each // 10),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(ways))
    def one(case: Any) -> None:
        nonlocal turn
        turn += 1
        _aim(stage, name, case, turn)
        headers = {"Authorization": f"Bearer {stage.api.token}"}
        try:
            # Its own sender counts connections in a way that urllib3-future, which python-caldav needs, has not.
            base = f"http://127.0.0.1:{stage.site.port}"
            response = session.request(**case.as_transport_kwargs(base_url=base, headers=headers), timeout=NET)
        except requests.exceptions.InvalidHeader:
            # No client sends such a header; fuzz/ writes them on the socket.
            return
        calls.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS, headers=headers)
        except FailureGroup as group:
            calls.note(name, "\n".join(f"{failure.title}: {failure.message}" for failure in group.exceptions))
            calls.note(
                name, f"{case.method} {case.formatted_path} {case.query} {case.body!r:.300} → {response.text[:300]}"
            )
        if name in ENDING:
            stage.sign_in()

    one()


def _aim(stage: Stage, name: str, case: Any, turn: int) -> None:
    """Puts the ids of what is there into most calls, and values that are generated into the example of others."""
    if turn % 4:
        for values in (case.path_parameters, case.query):
            for key in (values or {}).keys() & stage.ids.keys():
                values[key] = stage.ids[key]
    example = REQUESTS.get(name)
    if turn % 3 and example is not None and isinstance(case.body, dict):
        mixed = sorted(case.body)[: turn % 3]
        text = json.dumps(example).replace("0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d22", stage.ids["calendar_id"])
        case.body = {**json.loads(text), **{key: case.body[key] for key in mixed}}
