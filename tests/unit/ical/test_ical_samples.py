"""Calendar files of many programs: written byte for byte as they were read; several parsers agree on the values."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support.as_bytes import read
from televent.ical.objects.reading import Instance
from televent.ical.text.errors import InvalidCalendarData, InvalidCalendarObject
from televent.ical.text.tree import parse
from televent.ical.text.values import Moment

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "imip"
FILES = sorted((SAMPLES / "ics").glob("*.ics"))
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text()) if FILES else {}

NO_CALENDAR = {"exchange-cdo-request.ics", "exchange-cdo-tz-us-canada.ics", "podio-invite.ics"}
"""Broken texts: a line cut without a fold, a line outside VCALENDAR. Mail with such a text is repaired first."""
NO_OBJECT = {
    "exchange-minimal-no-dtstart.ics",  # no UID
    "exchange-publish-utc-display-tzid.ics",  # a feed of many
    "google-publish-feed.ics",
    "google-request-chinese.ics",
    "outlook-request-two-vevents.ics",
    "icloud-two-events-same-uid.ics",
}
OWN_ZONE = {
    "exchange-cdo-tz-tijuana.ics",
    "google-request-bad-tz.ics",
    "lotus-calconnect-exception.ics",
    "lotus-calconnect-exception2.ics",
}
"""Only the file's own VTIMEZONE defines their TZID. ``zones.resolve`` does not evaluate it, so their times float."""

needs_samples = pytest.mark.skipif(not FILES, reason="the collection of real calendars is not beside the repository")


@needs_samples
def test_every_file_is_given_back_as_it_came_or_refused_by_name() -> None:
    refused = set()
    for file in FILES:
        data = file.read_bytes()
        try:
            root = parse(data)
        except InvalidCalendarData:
            refused.add(file.name)
            continue
        assert root.to_bytes() == data, file.name
        assert root.copy().to_bytes() == data, file.name
    assert refused == NO_CALENDAR


@needs_samples
def test_files_that_hold_no_one_object_are_refused() -> None:
    refused = set()
    for file in FILES:
        if file.name not in NO_CALENDAR:
            try:
                read(file.read_bytes())
            except InvalidCalendarObject:
                refused.add(file.name)
    assert refused == NO_OBJECT


def spelled(value: Moment | None) -> str | None:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return f"{value.isoformat()} (floating)"
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return None if value is None else value.isoformat()


def said(instance: Instance, organizer: str | None, expected: dict[str, Any]) -> dict[str, Any]:
    """The instance in the terms of expected.json."""
    return {
        "sequence": instance.sequence if expected["sequence"] is not None else None,
        "dtstart": spelled(instance.start),
        "dtend": spelled(instance.end) if expected["dtend"] else None,
        "rrule": instance.rrule,
        "summary": instance.summary if expected["summary"] is not None else None,
        "status": instance.status,
        "organizer": organizer,
        "attendees": [(each.address, each.partstat) for each in instance.attendees],
    }


@needs_samples
@pytest.mark.parametrize("name", [each.name for each in FILES if each.name not in NO_CALENDAR | NO_OBJECT | OWN_ZONE])
def test_a_file_says_what_several_parsers_agree_on(name: str) -> None:
    part = EXPECTED[f"ics/{name}"]["calendar_parts"][0]
    reading = read((SAMPLES / "ics" / name).read_bytes())
    assert reading.method == part["method"]
    assert len(reading.instances()) == len(part["components"])
    for expected in part["components"]:
        assert reading.uid == expected["uid"]
        instance = next(
            each
            for each in reading.instances()
            if (each.recurrence_id is None) == (expected["recurrence_id"] is None)
            and spelled(each.start) == expected["dtstart"]
        )
        organizer = reading.organizer.address if reading.organizer is not None else None
        wanted = {key: expected[key] for key in said(instance, organizer, expected)}
        wanted["attendees"] = [(each["email"], each["partstat"]) for each in expected["attendees"]]
        assert said(instance, organizer, expected) == wanted
