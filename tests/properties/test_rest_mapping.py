"""Events as JSON: a written event reads back as it was asked for, and a change touches only its own lines."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.exceptions import ValidationException

from televent.adapters.rest.mapping.changing import change_from, new_values
from televent.adapters.rest.mapping.shapes import Event, EventFields, NewEvent
from televent.adapters.rest.mapping.showing import event_of
from televent.application.read_models.resources import ResourceRow
from televent.ical.editing.changes import EventChange
from televent.ical.editing.drafting import draft_event
from televent.ical.editing.event_edits import change_all
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.validity import validate

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ME = frozenset({"ann@example.com"})
ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "Etc/UTC")
# Characters that no calendar text may have are dropped, so they are not asked for.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"), include_characters="\n"))
LABEL = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)
LOCAL = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 (local times)
    lambda at: at.replace(microsecond=0, hour=10)
)


def row_of(text: CalendarText) -> ResourceRow:
    calendar, stream = uuid4(), uuid4()
    return ResourceRow(
        calendar, "a.ics", stream, "a@x", "etag", None, "VEVENT", 7, False, False, NOW, len(text.raw), text.raw
    ).knowing(text)


def shown(text: CalendarText) -> Event:
    return event_of(row_of(text), ME)


def as_json(text: CalendarText) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(shown(text)))
    return found


def times_of(text: CalendarText) -> tuple[Any, Any]:
    first = text.reading.instances()[0]
    return first.start, first.end


@st.composite
def new_events(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(LOCAL)
    whole = draw(st.booleans())
    end = (
        start + timedelta(days=draw(st.integers(1, 3)))
        if whole
        else start + timedelta(minutes=draw(st.integers(1, 90)))
    )
    zone = None if whole else draw(st.sampled_from((*ZONES, None)))
    asked: dict[str, Any] = {
        "summary": draw(TEXT),
        "description": draw(TEXT),
        "location": draw(TEXT),
        "start": start.date().isoformat() if whole else start.isoformat(),
        "end": end.date().isoformat() if whole else end.isoformat(),
        "time_zone": zone,
        "all_day": whole,
        "status": draw(st.sampled_from(("CONFIRMED", "TENTATIVE", "CANCELLED"))),
        "transparency": draw(st.sampled_from(("OPAQUE", "TRANSPARENT"))),
        "class": draw(st.sampled_from(("PUBLIC", "PRIVATE", "CONFIDENTIAL"))),
        "url": draw(st.sampled_from(("", "https://example.com/a?b=c;d,e"))),
        "conference_url": draw(st.sampled_from(("", "https://meet.example.com/abc"))),
        "categories": list(dict.fromkeys(draw(st.lists(LABEL, max_size=3)))),
        "reminders": sorted(draw(st.sets(st.integers(0, 50_000), max_size=3))),
    }
    if draw(st.booleans()):
        week = start + timedelta(days=7)
        written = week.date().isoformat() if whole else week.isoformat()
        asked["recurrence"] = {"rule": "FREQ=WEEKLY;COUNT=9"}
        asked["recurrence"].update(draw(st.sampled_from(({}, {"excluded": [written]}, {"dates": [written]}))))
    else:
        asked["recurrence"] = None
    return asked


def drafted(asked: dict[str, Any]) -> CalendarText:
    values = new_values(msgspec.convert(asked, NewEvent), "Europe/London")
    return draft_event(uid="a@x", now=NOW, values=values)


@given(new_events())
def test_an_event_reads_back_as_it_was_asked_for(asked: dict[str, Any]) -> None:
    text = drafted(asked)
    again = CalendarText(text.raw)
    validate(again)
    seen = as_json(again)
    assert {name: seen[name] for name in asked} == asked
    assert as_json(text)["recurrence"] == asked["recurrence"]


@given(new_events())
def test_an_answer_that_is_sent_back_changes_nothing(asked: dict[str, Any]) -> None:
    text = drafted(asked)
    event = shown(text)
    whole = msgspec.json.decode(msgspec.json.encode(event), type=EventFields)
    assert change_from(whole, event, times_of(text), "Europe/London") == EventChange()


@given(new_events(), new_events())
def test_a_single_event_becomes_any_other(first: dict[str, Any], second: dict[str, Any]) -> None:
    first["recurrence"] = None
    second.pop("recurrence")
    text = drafted(first)
    change = change_from(msgspec.convert(second, EventFields), shown(text), times_of(text), "Europe/London")
    after = CalendarText(change_all(text, change, now=NOW).raw)
    validate(after)
    seen = as_json(after)
    assert {name: seen[name] for name in second} == second


CLIENTS = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Client//EN\r\nX-WR-CALNAME:Work\r\nBEGIN:VEVENT\r\nUID:a@x\r\n"
    b"DTSTAMP:20260101T000000Z\r\nX-FOO;X-BAR=1:kept\r\n  as it is\r\ndtstart;TZID=Europe/London:20261130T100000\r\n"
    b"DURATION:PT1H\r\nSUMMARY;LANGUAGE=en:Standup\r\nDESCRIPTION:one\\ntwo\r\nCATEGORIES:A\r\ncategories:B,C\r\n"
    b"SEQUENCE:3\r\nBEGIN:VALARM\r\nACTION:EMAIL\r\nTRIGGER:-PT5M\r\nATTENDEE:mailto:ann@example.com\r\n"
    b"SUMMARY:x\r\nDESCRIPTION:y\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
PATCHES: tuple[dict[str, Any], ...] = (
    {"summary": "Other"},
    {"location": "Room 1"},
    {"start": "2026-12-01T10:00:00"},
    {"end": "2026-11-30T12:00:00"},
    {"status": "CANCELLED"},
    {"class": "PRIVATE"},
    {"reminders": [10]},
    {"conference_url": "https://meet.example.com/1"},
    {"recurrence": {"rule": "FREQ=DAILY"}},
    {"time_zone": "Europe/Paris"},
)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: next(iter(patch)))
def test_a_change_keeps_every_line_that_it_is_not_about(patch: dict[str, Any]) -> None:
    text = CalendarText(CLIENTS)
    change = change_from(msgspec.convert(patch, EventFields), shown(text), times_of(text), "Europe/London")
    after = change_all(text, change, now=NOW)
    seen = as_json(CalendarText(after.raw))
    assert {name: seen[name] for name in patch} == patch
    (field,) = patch
    touched = {"DTSTAMP", {"start": "DTSTART", "end": "DURATION", "time_zone": "DTSTART"}.get(field, field.upper())}
    lost = [
        line
        for line in CLIENTS.splitlines()
        if line not in after.raw.splitlines() and line.split(b":")[0].split(b";")[0]
    ]
    names = {line.split(b":")[0].split(b";")[0].decode().upper() for line in lost}
    assert names <= touched
    assert b"X-FOO;X-BAR=1:kept\r\n  as it is\r\n" in after.raw


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"start": "tomorrow"}, "start"),
        ({"end": "2026-11-30T09:00:00"}, "end"),
        ({"end": "2026-11-30"}, "end"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"all_day": True}, "all_day"),
        ({"uid": "other@x"}, "uid"),
        ({"calendar_id": str(uuid4())}, "calendar_id"),
        ({"time_zone": None, "start": "2026-11-30T10:00:00Z"}, "start"),
        ({"recurrence": {"rule": "FREQ=DAILY", "excluded": ["2026-12-01"]}}, "recurrence.excluded"),
    ],
)
def test_a_wrong_value_is_named(patch: dict[str, Any], field: str) -> None:
    text = CalendarText(CLIENTS)
    with pytest.raises(ValidationException) as raised:
        change_from(msgspec.convert(patch, EventFields), shown(text), times_of(text), "Europe/London")
    assert raised.value.extra == [{"key": field, "message": raised.value.extra[0]["message"]}]  # type: ignore[index]


def test_whole_days_become_times_and_back() -> None:
    text = drafted({"summary": "Trip", "start": "2026-11-30"})
    assert times_of(text) == (date(2026, 11, 30), date(2026, 12, 1))
    timed = change_from(
        msgspec.convert({"start": "2026-11-30T09:00:00"}, EventFields), shown(text), times_of(text), "Europe/London"
    )
    after = CalendarText(change_all(text, timed, now=NOW).raw)
    assert (shown(after).start, shown(after).end, shown(after).time_zone) == (
        "2026-11-30T09:00:00",
        "2026-11-30T10:00:00",
        "Europe/London",
    )
