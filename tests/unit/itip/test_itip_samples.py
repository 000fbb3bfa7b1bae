"""Real messages of many programs, read as they came: SPEC B3, B4."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from televent.ical.itip.message import read_message
from televent.ical.itip.parts import dtstamp_of, sequence_of, uid_of
from televent.ical.itip.people import attendees_of, organizer_of, partstat_of
from televent.ical.text.errors import IcalError

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "imip"
EXPECTED: dict[str, Any] = (
    json.loads((SAMPLES / "expected.json").read_text()) if (SAMPLES / "expected.json").exists() else {}
)
PLACEHOLDERS = {"3DNEEDS-ACTION": "NEEDS-ACTION"}

needs_samples = pytest.mark.skipif(not EXPECTED, reason="the collection of real messages is not beside the repository")


def calendar_parts(name: str) -> list[tuple[bytes, str | None, str | None]]:
    """(bytes, MIME method, charset) of each calendar part, in the order of expected.json."""
    data = (SAMPLES / name).read_bytes()
    if name.endswith(".ics"):
        return [(data, None, None)]
    found = []
    for part in email.message_from_bytes(data, policy=email.policy.compat32).walk():
        if part.get_content_type() in {"text/calendar", "application/ics"}:
            content = part.get_payload(decode=True)
            method, charset = part.get_param("method"), part.get_param("charset")
            found.append(
                (
                    content if isinstance(content, bytes) else b"",
                    method if isinstance(method, str) else None,
                    charset if isinstance(charset, str) else None,
                )
            )
    return found


def cases() -> list[Any]:
    return [
        pytest.param(name, number, id=f"{name}:{number}")
        for name, expected in sorted(EXPECTED.items())
        for number, part in enumerate(expected["calendar_parts"])
        if "components" in part
    ]


def expected_stamp(text: str | None) -> datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text.removesuffix(" (floating)").removesuffix("Z")).replace(tzinfo=UTC)


@needs_samples
@pytest.mark.parametrize(("name", "number"), cases())
def test_a_real_message_is_read_as_its_writer_meant_it(name: str, number: int) -> None:
    expected = EXPECTED[name]["calendar_parts"][number]
    data, method, charset = calendar_parts(name)[number]
    components = [each for each in expected["components"] if each["uid"]]
    if not components:
        with pytest.raises(IcalError):
            read_message(data, method=method, charset=charset)
        return
    message = read_message(data, method=method, charset=charset)
    fallback = expected.get("params", {}).get("method") or "PUBLISH"
    assert message.method == (expected["method"] or fallback).upper()
    assert message.uid == components[0]["uid"]
    standing = [each for each in message.parts.root.components() if each.name == components[0]["type"]]
    assert len(standing) == len(components)
    for component, wanted in zip(standing, components, strict=True):
        assert uid_of(component) == wanted["uid"]
        assert sequence_of(component) == (wanted["sequence"] or 0)
        assert dtstamp_of(component, message.parts.zones) == expected_stamp(wanted["dtstamp"])
        assert organizer_of(component) == wanted["organizer"]
        people = {each["email"]: PLACEHOLDERS.get(each["partstat"], each["partstat"]) for each in wanted["attendees"]}
        assert {address: partstat_of(prop) for address, prop in attendees_of(component).items()} == people


@needs_samples
def test_the_collection_is_whole() -> None:
    assert len(EXPECTED) == 119
    assert len(cases()) > 110
