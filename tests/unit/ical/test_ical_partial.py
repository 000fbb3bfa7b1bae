"""Parts of a calendar object as a client asks for them: RFC 4791 §9.6."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from ical_texts import calendar, event

from televent.ical.queries.partial import CompSpec, DataSpec, select
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import parse

STANDARD = "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD"
ZONE = f"BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n{STANDARD}\nEND:VTIMEZONE"
WEEK = (datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 28, tzinfo=UTC))
OPENED = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN"]


def lines(text: bytes, spec: DataSpec, zone: str = "UTC") -> list[str]:
    return select(parse(text), spec, ZoneInfo(zone)).decode().split("\r\n")


def said(rows: list[str], *names: str) -> list[str]:
    return [row for row in rows if row.replace(";", ":").partition(":")[0] in names]


def test_what_is_not_narrowed_is_given_as_it_stands() -> None:
    text = calendar(ZONE, event("X-NOTE;X-P=a:b", "RRULE:FREQ=DAILY"))
    assert DataSpec().whole
    assert not DataSpec(expand=WEEK).whole
    assert select(parse(text), DataSpec()) == text


def test_the_object_itself_stays_as_it_is() -> None:
    root = parse(calendar(ZONE, event("RRULE:FREQ=DAILY"), event("RECURRENCE-ID:20270122T100000Z", start="")))
    before = root.to_bytes()
    comp = CompSpec("VCALENDAR", props={}, comps=())
    for spec in (DataSpec(expand=WEEK), DataSpec(limit_recurrence=WEEK), DataSpec(comp=comp)):
        assert select(root, spec) != before
        assert root.to_bytes() == before


def test_only_the_properties_and_components_asked_for_are_given() -> None:
    wanted = CompSpec("VEVENT", props={"UID": True, "ATTENDEE": False}, comps=())
    spec = DataSpec(comp=CompSpec("VCALENDAR", props={"VERSION": True}, comps=(wanted,)))
    text = calendar(
        ZONE,
        event("SUMMARY:x", "ATTENDEE;ROLE=CHAIR:mailto:bob@example.com", "BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM"),
    )
    # A property without its value keeps its name and its parameters (§9.6.4).
    assert lines(text, spec) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        "UID:1@example.com",
        "ATTENDEE;ROLE=CHAIR:",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_all_properties_and_components_below() -> None:
    text = calendar(event("SUMMARY:x", "BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM"), ZONE)
    spec = DataSpec(comp=CompSpec("VCALENDAR", comps=(CompSpec("vevent"),)))
    rows = lines(text, spec)
    assert "TRIGGER:-PT5M" in rows
    assert "BEGIN:VTIMEZONE" not in rows
    assert rows[:3] == OPENED


def test_instances_are_expanded_in_utc_without_rules_and_zones() -> None:
    text = calendar(
        ZONE,
        event(
            "DTEND;TZID=Europe/Berlin:20261121T113000",
            "RRULE:FREQ=DAILY;COUNT=3",
            "EXDATE;TZID=Europe/Berlin:20261122T110000",
            "RDATE;TZID=Europe/Berlin:20261124T110000",
            start="DTSTART;TZID=Europe/Berlin:20261121T110000",
        ),
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin:20261123T110000",
            "DTEND;TZID=Europe/Berlin:20261123T130000",
            "SUMMARY:Moved",
            start="DTSTART;TZID=Europe/Berlin:20261123T120000",
        ),
    )
    rows = lines(text, DataSpec(expand=WEEK))
    assert said(rows, "DTSTART", "DTEND", "RECURRENCE-ID", "SUMMARY") == [
        "DTSTART:20261121T100000Z",
        "DTEND:20261121T103000Z",
        "RECURRENCE-ID:20261121T100000Z",
        "DTSTART:20261123T110000Z",
        "DTEND:20261123T120000Z",
        "SUMMARY:Moved",
        "RECURRENCE-ID:20261123T100000Z",
        "DTSTART:20261124T100000Z",
        "DTEND:20261124T103000Z",
        "RECURRENCE-ID:20261124T100000Z",
    ]
    assert said(rows, "RRULE", "RDATE", "EXDATE", "TZID") == []


def test_days_stay_days_when_they_are_expanded() -> None:
    text = calendar(event("RRULE:FREQ=DAILY;COUNT=2", start="DTSTART;VALUE=DATE:20261121"))
    rows = lines(text, DataSpec(expand=(datetime(2026, 11, 22, 12, tzinfo=UTC), WEEK[1])))
    assert said(rows, "DTSTART", "RECURRENCE-ID") == [
        "DTSTART;VALUE=DATE:20261122",
        "RECURRENCE-ID;VALUE=DATE:20261122",
    ]


def test_a_single_event_is_expanded_to_itself() -> None:
    rows = lines(calendar(ZONE, event(start="DTSTART;TZID=Europe/Berlin:20261121T110000")), DataSpec(expand=WEEK))
    assert said(rows, "DTSTART", "RECURRENCE-ID") == ["DTSTART:20261121T100000Z"]


def test_a_task_keeps_what_it_has_when_it_is_expanded() -> None:
    due = lines(calendar(event("DUE:20261122T100000Z", start="", kind="VTODO")), DataSpec(expand=WEEK))
    assert said(due, "DTSTART", "DUE") == ["DUE:20261122T100000Z"]
    undated = lines(calendar(event("SUMMARY:Some day", start="", kind="VTODO")), DataSpec(expand=WEEK))
    assert said(undated, "SUMMARY") == ["SUMMARY:Some day"]


def test_an_expansion_has_a_bound() -> None:
    with pytest.raises(TooManyInstances):
        lines(calendar(event("RRULE:FREQ=DAILY")), DataSpec(expand=(WEEK[0], datetime(2050, 1, 1, tzinfo=UTC))))


@pytest.mark.parametrize(
    ("original", "now", "kept"),
    [
        ("20261122T100000Z", "20261122T150000Z", True),
        ("20261122T100000Z", "20270101T150000Z", True),
        ("20270101T100000Z", "20261122T150000Z", True),
        ("20270101T100000Z", "20270101T150000Z", False),
        ("20261120T230000Z", "20270101T150000Z", True),
        ("20261120T220000Z", "20270101T150000Z", False),
    ],
    ids=["in it", "out of it", "into it", "elsewhere", "reached into it", "ended before"],
)
def test_only_overrides_that_are_or_would_be_in_the_range_are_given(original: str, now: str, kept: bool) -> None:
    series = event("DURATION:PT2H", "RRULE:FREQ=HOURLY", start="DTSTART:20261101T100000Z")
    override = event(f"RECURRENCE-ID:{original}", "DURATION:PT1H", start=f"DTSTART:{now}")
    rows = lines(calendar(series, override), DataSpec(limit_recurrence=WEEK))
    assert ("RECURRENCE-ID:" + original in rows) is kept
    assert "RRULE:FREQ=HOURLY" in rows


def test_an_override_of_the_future_is_given_to_those_who_ask_for_it() -> None:
    series = event("RRULE:FREQ=DAILY")
    for day, kept in (("20261125", True), ("20261203", False), ("20261101", True)):
        override = event(f"RECURRENCE-ID;RANGE=THISANDFUTURE:{day}T100000Z", start=f"DTSTART:{day}T110000Z")
        rows = lines(calendar(series, override), DataSpec(limit_recurrence=WEEK))
        assert (said(rows, "RECURRENCE-ID") != []) is kept


def test_only_the_busy_times_of_the_range_are_given() -> None:
    text = calendar(
        event(
            "FREEBUSY:20261120T100000Z/PT1H,20261122T100000Z/PT1H",
            "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261201T100000Z/20261201T110000Z",
            "FREEBUSY:20261123T100000Z/PT1H",
            kind="VFREEBUSY",
        )
    )
    assert said(lines(text, DataSpec(limit_freebusy=WEEK)), "FREEBUSY") == [
        "FREEBUSY:20261122T100000Z/PT1H",
        "FREEBUSY:20261123T100000Z/PT1H",
    ]
