"""ACKNOWLEDGED in alarms: RFC 9074 section 6.1."""

from datetime import UTC, datetime
from itertools import chain

import pytest

from televent.ical.editing.acknowledging import acknowledge_alarms
from televent.ical.objects.calendar_text import CalendarText

NOW = datetime(2026, 11, 24, 9, 50, tzinfo=UTC)
DONE = "ACKNOWLEDGED:20261124T095000Z"


def event(*lines: str) -> list[str]:
    head = ["BEGIN:VEVENT", "UID:1@example.com", "DTSTAMP:20261101T000000Z"]
    return [*head, "DURATION:PT1H", *lines, "END:VEVENT"]


def alarm(*lines: str) -> list[str]:
    return ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", *lines, "END:VALARM"]


def text(*parts: list[str]) -> CalendarText:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *chain(*parts), "END:VCALENDAR", ""]
    return CalendarText("\r\n".join(lines).encode())


def changed(before: CalendarText, recurrence_id: str | None) -> list[tuple[str, str]] | None:
    """The lines that are new, each with the line before it."""
    after = acknowledge_alarms(before, recurrence_id, now=NOW, zone=UTC)
    if after is None:
        return None
    old, lines = before.raw.decode().splitlines(), after.raw.decode().splitlines()
    new = [number for number, line in enumerate(lines) if line not in old]
    return [(lines[number - 1], lines[number]) for number in new]


def test_only_alarms_that_have_rung_are_acknowledged() -> None:
    before = text(event("DTSTART:20261124T100000Z", *alarm("TRIGGER:-PT15M"), *alarm("TRIGGER:-PT5M")))
    assert changed(before, None) == [("TRIGGER:-PT15M", DONE)]


@pytest.mark.parametrize(
    "given",
    [
        (*alarm("TRIGGER:-PT5M"),),
        (*alarm("TRIGGER:-PT15M", "ACKNOWLEDGED:20261124T094500Z"),),
        (*alarm("TRIGGER:nonsense"),),
        (),
    ],
)
def test_nothing_is_written_where_no_alarm_is_open(given: tuple[str, ...]) -> None:
    assert changed(text(event("DTSTART:20261124T100000Z", *given)), None) is None


def test_a_repeating_alarm_is_acknowledged_again() -> None:
    repeating = alarm("TRIGGER:-PT15M", "REPEAT:3", "DURATION:PT2M", "ACKNOWLEDGED:20261124T094600Z")
    before = text(event("DTSTART:20261124T100000Z", *repeating))
    assert changed(before, None) == [("DURATION:PT2M", DONE)]


def test_an_older_acknowledgement_of_a_series_is_replaced_and_thunderbird_reads_its_own() -> None:
    mine = alarm("TRIGGER:-PT15M", "ACKNOWLEDGED:20261123T094600Z")
    before = text(event("DTSTART:20261120T100000Z", "RRULE:FREQ=DAILY", "X-MOZ-LASTACK:20261123T094600Z", *mine))
    assert changed(before, "20261124T100000Z") == [
        ("RRULE:FREQ=DAILY", "X-MOZ-LASTACK:20261124T095000Z"),
        ("TRIGGER:-PT15M", DONE),
    ]


def test_an_occurrence_with_its_own_component_is_acknowledged_there() -> None:
    series = event("DTSTART:20261120T100000Z", "RRULE:FREQ=DAILY", *alarm("TRIGGER:-PT10M"))
    own = event("RECURRENCE-ID:20261124T100000Z", "DTSTART:20261124T101500Z", *alarm("TRIGGER:-PT30M"))
    assert changed(text(series, own), "20261124T100000Z") == [("TRIGGER:-PT30M", DONE)]
    assert changed(text(series, own), "20261119T100000Z") is None
