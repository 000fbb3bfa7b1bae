"""Links that add an event to Google Calendar or Outlook.com."""

from urllib.parse import parse_qs, urlsplit

import pytest

from televent.adapters.email.templates.add_links import google_link, outlook_link
from televent.adapters.email.templates.content import MAX_HREF
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import Instance


def event(*lines: str) -> Instance:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:one", "DTSTAMP:20261101T080000Z", *lines]
    text = "\r\n".join([*rows, "END:VEVENT", "END:VCALENDAR", ""]).encode()
    return next(iter(CalendarText(text).reading.instances()))


def fields(link: str | None) -> dict[str, str]:
    assert link is not None
    return {name: value for name, (value,) in parse_qs(urlsplit(link).query, strict_parsing=True).items()}


BERLIN = ("DTSTART;TZID=Europe/Berlin:20260701T100000", "DTEND;TZID=Europe/Berlin:20260701T113000")
UTC_TIMES = ("DTSTART:20260701T100000Z", "DTEND:20260701T110000Z")
WHOLE = ("DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260703")


@pytest.mark.parametrize(
    ("lines", "google", "outlook"),
    [
        (
            BERLIN,
            {"dates": "20260701T100000/20260701T113000", "ctz": "Europe/Berlin"},
            {"startdt": "2026-07-01T08:00:00Z", "enddt": "2026-07-01T09:30:00Z"},
        ),
        (
            UTC_TIMES,
            {"dates": "20260701T100000Z/20260701T110000Z"},
            {"startdt": "2026-07-01T10:00:00Z", "enddt": "2026-07-01T11:00:00Z"},
        ),
        (WHOLE, {"dates": "20260701/20260703"}, {"startdt": "2026-07-01", "enddt": "2026-07-03", "allday": "true"}),
        (
            WHOLE[:1],
            {"dates": "20260701/20260702"},
            {"startdt": "2026-07-01", "enddt": "2026-07-02", "allday": "true"},
        ),
    ],
)
def test_times(lines: tuple[str, ...], google: dict[str, str], outlook: dict[str, str]) -> None:
    found = event(*lines, "SUMMARY:Tea & cake?", "LOCATION:Café #5")
    assert fields(google_link(found, "Bring tea")) == {
        "action": "TEMPLATE", "text": "Tea & cake?", "location": "Café #5", "details": "Bring tea", **google,
    }  # fmt: skip
    assert fields(outlook_link(found, "Bring tea")) == {
        "path": "/calendar/action/compose", "rru": "addevent", "subject": "Tea & cake?", "location": "Café #5",
        "body": "Bring tea", **outlook,
    }  # fmt: skip


def test_a_series_is_one_for_google_and_none_for_outlook() -> None:
    rule = "FREQ=WEEKLY;BYDAY=WE,FR;UNTIL=20261231T090000Z"
    found = event(*BERLIN, "SUMMARY:Tea", f"RRULE:{rule}")
    assert fields(google_link(found))["recur"] == f"RRULE:{rule}"
    assert outlook_link(found) is None


def test_a_series_in_a_zone_that_only_its_program_knows_has_no_link() -> None:
    zone = ("BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0330", "TZOFFSETTO:+0330", "END:STANDARD")
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VTIMEZONE", "TZID:Mine", *zone, "END:VTIMEZONE", "BEGIN:VEVENT"]
    rows += ["UID:one", "DTSTAMP:20261101T080000Z", "DTSTART;TZID=Mine:20260701T100000", "SUMMARY:Tea"]
    ends = ["END:VEVENT", "END:VCALENDAR", ""]
    single = next(iter(CalendarText("\r\n".join([*rows, *ends]).encode()).reading.instances()))
    assert fields(google_link(single))["dates"] == "20260701T063000Z/20260701T063000Z"
    series = "\r\n".join([*rows, "RRULE:FREQ=DAILY", *ends]).encode()
    assert google_link(next(iter(CalendarText(series).reading.instances()))) is None


@pytest.mark.parametrize("sign", ["x", "ж", "🎂", "%", "&"])
def test_links_have_a_bound(sign: str) -> None:
    found = event(*BERLIN, f"SUMMARY:{sign * 4000}", f"LOCATION:{sign * 4000}")
    for link in (google_link(found, sign * 9000), outlook_link(found, sign * 9000)):
        assert link is not None
        assert len(link) <= MAX_HREF
        assert link.isascii()
    rule = f"FREQ=YEARLY;BYYEARDAY={','.join(str(each) for each in range(1, 366))}"
    assert google_link(event(*BERLIN, "SUMMARY:Tea", f"RRULE:{rule}")) is None
