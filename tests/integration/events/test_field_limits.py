"""Max characters of an event's texts: where Televent itself writes the event, a longer text is refused with a sentence;
a calendar app's text is kept up to the size limit of an object."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from support.dav import Client, Site, event
from televent.application.field_limits import LIMITS, check_texts
from televent.application.refusals import TextTooLong
from televent.application.use_cases.scheduling.meetings import Draft, schedule_meeting
from televent.ical.objects.calendar_text import CalendarText

START, END = datetime(2026, 12, 1, 10, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC)


def schedule(site: Site, ann: Client, **texts: str) -> str:
    draft = Draft(**{"title": "Tea", "start": START, "end": END, "timezone": "Europe/London", **texts})  # type: ignore[arg-type]
    row = schedule_meeting(site.core.backend, site.context(ann.tenant), draft=draft)
    return row.text.raw.decode().replace("\r\n ", "")


def test_the_limits_are_those_of_the_product() -> None:
    assert LIMITS == {"SUMMARY": 256, "UID": 256, "DESCRIPTION": 10_000, "LOCATION": 1_024}


@pytest.mark.parametrize(
    ("field", "name"), [("title", "SUMMARY"), ("description", "DESCRIPTION"), ("location", "LOCATION")]
)
def test_a_text_of_the_max_length_is_taken_and_a_longer_one_is_refused_with_a_sentence(
    site: Site, ann: Client, field: str, name: str
) -> None:
    longest = "é," * (LIMITS[name] // 2)
    assert f"{name}:{longest.replace(',', chr(92) + ',')}" in schedule(site, ann, **{field: longest})
    before = ann.ask("GET", ann.calendar()).body
    with pytest.raises(TextTooLong) as refused:
        schedule(site, ann, **{field: longest + "x"})
    assert f"{LIMITS[name]:,}" in str(refused.value)
    assert f"{LIMITS[name] + 1:,}" in str(refused.value)
    assert field in str(refused.value)
    assert refused.value.details == {"field": name, "limit": LIMITS[name], "length": LIMITS[name] + 1}
    assert ann.ask("GET", ann.calendar()).body == before


@pytest.mark.parametrize("name", ["SUMMARY", "UID", "DESCRIPTION", "LOCATION"])
def test_every_component_of_an_imported_text_is_checked(name: str) -> None:
    whole = event("a@example.com", "SUMMARY:Tea")
    check_texts(CalendarText(whole))
    long = f"{name}:{'x' * (LIMITS[name] + 1)}".encode()
    second = event("a@example.com", "RECURRENCE-ID:20261125T100000Z").split(b"BEGIN:VEVENT")[1].split(b"END:VCAL")[0]
    if name == "UID":
        second = second.replace(b"UID:a@example.com", long)
    else:
        second = second.replace(b"END:VEVENT", long + b"\r\nEND:VEVENT")
    both = whole.replace(b"END:VCALENDAR", b"BEGIN:VEVENT" + second + b"END:VCALENDAR")
    with pytest.raises(TextTooLong) as refused:
        check_texts(CalendarText(both))
    assert refused.value.details["field"] == name


def test_an_alarm_has_no_limit_of_its_own() -> None:
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:" + b"x" * 20_000 + b"\r\nEND:VALARM\r\n"
    check_texts(CalendarText(event("a@example.com").replace(b"END:VEVENT", alarm + b"END:VEVENT")))


def test_a_calendar_app_keeps_its_text_up_to_the_size_of_an_object(ann: Client) -> None:
    path = f"{ann.calendar()}{uuid4()}.ics"
    text = event("u" * 900, "SUMMARY:" + "s" * 5_000, "LOCATION:" + "l" * 5_000, "DESCRIPTION:" + "d" * 1_000_000)
    assert ann.put(path, text).status == 201
    assert ann.ask("GET", path).body == text


def test_characters_that_no_line_may_have_are_left_out_of_what_people_type(site: Site, ann: Client) -> None:
    text = schedule(site, ann, title="T\x00e\x7fa\uffff", description="one\r\ntwo\x0b\ufffe", location="\x1bHere")
    assert "SUMMARY:Tea\r\n" in text
    assert r"DESCRIPTION:one\ntwo" + "\r\n" in text
    assert "LOCATION:Here\r\n" in text
