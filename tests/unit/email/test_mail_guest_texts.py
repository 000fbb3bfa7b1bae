"""The texts of mails to guests elsewhere."""

from datetime import UTC, datetime

import pytest

from televent.adapters.email.templates.calendar_texts import MAX_DATES, calendar_content
from televent.adapters.email.templates.content import Content
from televent.application.messages.mail import CalendarInvite, CalendarMail, CalendarReply
from televent.application.use_cases.mail.tell_guest import GuestMail
from televent.ical.objects.calendar_text import CalendarText

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = "mailto:ann@example.com"


def event(*lines: str, start: str = "DTSTART;TZID=Europe/Berlin:20261208T100000") -> list[str]:
    end = start.replace("DTSTART", "DTEND").replace("T100000", "T110000")
    rows = ["BEGIN:VEVENT", "UID:one", "DTSTAMP:20261101T080000Z", start, end, "SUMMARY:Tea"]
    return [*rows, f"ORGANIZER:{ANN}", *lines, "END:VEVENT"]


def content(
    *events: list[str],
    kind: type[CalendarMail] = CalendarInvite,
    method: str = "REQUEST",
    zone: str = "Europe/London",
    locale: str = "en",
    now: datetime = NOW,
) -> Content:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", *(line for each in events for line in each)]
    text = "\r\n".join([*rows, "END:VCALENDAR", ""])
    mail = kind(
        text=text, method=method, uid="one", recipient="zed@example.net", recipient_name=None, sender_name="Ann",
        sender_address="ann@example.com", sender_telegram_id=None, timezone=zone, locale=locale,
    )  # fmt: skip
    return calendar_content(GuestMail(mail), CalendarText(text.encode()), "Ann", now)


def test_an_invitation_begins_with_its_title_time_and_place() -> None:
    lines = content(event("LOCATION:Room 5", "RRULE:FREQ=WEEKLY")).plain.splitlines()
    assert lines[:6] == [
        "You've been invited to: Tea",
        "",
        "Time: Tue, Dec 8 • 9:00 AM - 10:00 AM (London, UTC)",
        "Location: Room 5",
        "Repeats: every Tuesday",
        "Organizer: Ann",
    ]
    assert "Location: N/A" in content(event()).plain.splitlines()


@pytest.mark.parametrize(
    ("start", "zone", "locale", "when"),
    [
        ("DTSTART;TZID=Europe/Berlin:20260708T100000", "Asia/Kolkata", "en", "1:30 PM - 2:30 PM (Kolkata, UTC+5:30)"),
        (
            "DTSTART;TZID=Europe/Berlin:20270708T100000",
            "Europe/Moscow",
            "ru",
            "Чт, 8 июля 2027 • 11:00 - 12:00 (Москва, UTC+3)",
        ),
        ("DTSTART:20261208T100000Z", "UTC", "en", "Tue, Dec 8 • 10:00 AM - 11:00 AM (UTC)"),
        ("DTSTART;VALUE=DATE:20261208", "Europe/London", "en", "Tue, Dec 8 • All day"),
    ],
)
def test_times_name_the_zone_by_city_and_offset(start: str, zone: str, locale: str, when: str) -> None:
    given = event(start=start)
    if "VALUE=DATE" in start:
        given = [line for line in given if not line.startswith("DTEND")]
    found = next(line for line in content(given, zone=zone, locale=locale).plain.splitlines() if "•" in line)
    assert found.endswith(when)


def test_an_answer_is_in_the_zone_of_the_organizers_event() -> None:
    answer = f"ATTENDEE;PARTSTAT=ACCEPTED:{ANN}"
    found = content(event(answer), kind=CalendarReply, method="REPLY", zone="Asia/Tokyo").plain
    assert "Time: Tue, Dec 8 • 10:00 AM - 11:00 AM (Berlin, UTC+1)" in found
    utc = content(
        event(answer, start="DTSTART:20261208T100000Z"), kind=CalendarReply, method="REPLY", zone="Asia/Tokyo"
    )
    assert "7:00 PM - 8:00 PM (Tokyo, UTC+9)" in utc.plain


def test_each_date_of_an_answer_is_told() -> None:
    second = event(f"ATTENDEE;PARTSTAT=DECLINED:{ANN}", "RECURRENCE-ID;TZID=Europe/Berlin:20261215T100000")
    found = content(
        event(f"ATTENDEE;PARTSTAT=ACCEPTED:{ANN}", "RRULE:FREQ=WEEKLY"), second, kind=CalendarReply, method="REPLY"
    )
    assert found.lead == "Ann has accepted: Tea"
    assert "Tue, Dec 15 • 10:00 AM: declined" in found.lines


def test_dates_that_differ_are_listed_with_a_bound() -> None:
    def place(number: int) -> str:
        return f"RECURRENCE-ID;TZID=Europe/Berlin:202612{number:02d}T100000"

    master = event("RRULE:FREQ=DAILY", start="DTSTART;TZID=Europe/Berlin:20261201T100000")
    moved = event(place(2), start="DTSTART;TZID=Europe/Berlin:20261203T100000")
    off = event(place(3), "STATUS:CANCELLED", start="DTSTART;TZID=Europe/Berlin:20261203T100000")
    lines = content(master, moved, off, zone="Europe/Berlin").lines
    assert "Wed, Dec 2 • 10:00 AM: Thu, Dec 3 • 10:00 AM - 11:00 AM (Berlin, UTC+1)" in lines
    assert "Thu, Dec 3 • 10:00 AM: cancelled" in lines
    many = [
        event(place(number), start=f"DTSTART;TZID=Europe/Berlin:202612{number:02d}T100000") for number in range(2, 28)
    ]
    listed = content(master, *many, zone="Europe/Berlin").lines
    assert sum(line.count(", Dec ") == 2 for line in listed) == MAX_DATES
    assert f"… and {26 - MAX_DATES} more dates" in listed


def test_what_strangers_write_is_short_and_in_one_line() -> None:
    long = "x" * 5000
    found = content(event(f"LOCATION:a\\nTime: never {long}", f"DESCRIPTION:{long * 3}"))
    assert not any(line.startswith("Time: never") for line in found.plain.splitlines())
    assert max(map(len, found.plain.splitlines())) <= 10_000
    titled = [line if not line.startswith("SUMMARY") else f"SUMMARY:{long}" for line in event()]
    assert content(titled).subject.endswith("@ Tue, Dec 8 • 9:00 AM - 10:00 AM (London, UTC)")
