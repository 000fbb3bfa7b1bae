"""Every fact is told to webhooks as a type, or there is a reason why not; and each body has its type's shape."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from televent.application.event_store.catalogue import NAMES
from televent.application.webhooks.payloads import data_of
from televent.application.webhooks.types import NOT_TOLD, TEST, TOLD, TYPES, schema_of, type_of
from televent.policies.webhooks import WEBHOOKS

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
TOPICS = sorted(name for name, fact in NAMES.items() if fact in TOLD)


def test_every_fact_has_a_type_or_a_reason() -> None:
    assert set(TOLD) | set(NOT_TOLD) == set(NAMES.values())
    assert set(TOLD) & set(NOT_TOLD) == set()
    assert all(NOT_TOLD.values())


def test_every_type_is_told_of_a_fact_and_every_fact_as_a_known_type() -> None:
    named = {name for names in TOLD.values() for name in names}
    assert named | {TEST} == set(TYPES)
    assert set(WEBHOOKS.topics) == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_fact_has_the_shape_of_its_type(topic: str) -> None:
    fields = json.loads((GOLDEN / f"{topic.replace('/', '-')}.json").read_text())["fields"]
    fact: Any = msgspec.convert(fields, NAMES[topic], strict=False)
    stream = uuid4()
    named = {type_of(fact, 1), type_of(fact, 2)}
    assert named <= set(TOLD[type(fact)])
    data = data_of(fact, stream, uuid4())
    for name in named:
        assert name is not None
        assert msgspec.json.decode(msgspec.json.encode(data), type=TYPES[name].shape) == data


def test_the_page_of_the_types_names_them_all_in_their_order() -> None:
    page = (ROOT / "docs" / "reference" / "webhook-events.md").read_text()
    assert re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE) == list(TYPES)


def test_a_schema_names_what_it_refers_to() -> None:
    for each in TYPES.values():
        text = json.dumps(schema_of(each))
        assert set(re.findall(r'"#/\$defs/(\w+)"', text)) <= set(schema_of(each)["$defs"])
