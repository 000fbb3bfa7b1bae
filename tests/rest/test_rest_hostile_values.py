"""Values that no calendar can have: each gets a problem or is cleaned, and none is a defect of the server."""

import re
from typing import Any

import pytest

from support.dav import Client, Site
from support.rest_people import Api, api_of

NUL = "a\x00b@example.com"
HOSTILE: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/events", {"start": "2027-11-30", "summary": "\x00\x07x", "description": "\x00", "location": "\u2028"}),
    ("POST", "/events", {"start": "2027-11-30", "attendees": [{"email": NUL}]}),
    ("POST", "/events", {"start": "2027-11-30", "attendees": [{"email": "@\x00"}]}),
    ("POST", "/events", {"start": "2027-11-30", "attendees": [{"email": "x@example.com\r\nX-A:b"}]}),
    ("POST", "/events", {"start": "2027-11-30", "uid": "\x7f"}),
    ("POST", "/events", {"start": "2027-11-30", "url": "javascript:\r\nX-A:b"}),
    ("POST", "/events", {"start": "2027-11-30", "categories": ["\x00", "a\nb"]}),
    ("POST", "/events", {"start": "2027-11-30", "recurrence": {"rule": "FREQ=DAILY\r\nX-A:b"}}),
    ("POST", "/events", {"start": "2027-11-30", "time_zone": "../../etc/passwd"}),
    ("POST", "/events", {"start": "2027-11-30T10:00:00", "time_zone": "Europe/London\x00"}),
    (
        "POST",
        "/events",
        {
            "start": "2027-11-30T10:00:00",
            "end": "2027-11-30T11:00:00",
            "time_zone": None,
            "end_time_zone": "Europe/London",
        },
    ),
    ("PATCH", "/events/{floating}", {"end_time_zone": "Europe/London"}),
    ("PATCH", "/events/{floating}", {"end": "2027-11-30T11:00:00", "end_time_zone": "Europe/London"}),
    ("PATCH", "/events/{flight}", {"time_zone": None}),
    ("PATCH", "/events/{flight}", {"start": "2027-11-30"}),
    ("PATCH", "/events/{half}", {"start": "2027-11-30T09:30:00"}),
    ("PATCH", "/events/{half}", {"summary": "x"}),
    ("POST", "/events/{half}/duplicate", {}),
    ("GET", "/events/{half}", None),
    ("GET", "/events?start=2027-11-01T00:00:00Z&end=2027-12-31T00:00:00Z", None),
    ("GET", "/events?start=2027-11-01T00:00:00Z&end=2027-12-31T00:00:00Z&expand=true&sort=end_time", None),
    ("POST", "/events", {"start": "9999-12-31"}),
    ("POST", "/events", {"start": "0001-01-01T00:00:00"}),
    ("POST", "/events", {"start": "2027-11-30T10:00:00+23:59"}),
    ("POST", "/events", {"start": "2027-11-30", "reminders": [100_000_000]}),
    ("POST", "/calendars", {"name": "\x00x", "description": "\x00<b>"}),
    ("POST", "/calendars/{calendar}/shares", {"email": NUL, "access": "read"}),
    ("POST", "/calendars/{calendar}/shares", {"email": "urn:uuid:\x00", "access": "read"}),
    ("POST", "/events/{event}/attendees", {"attendees": [{"email": NUL}]}),
    ("POST", "/events/{event}/answer", {"answer": "ACCEPTED", "note": "\x00", "occurrence_id": "\x00"}),
    ("POST", "/events/{event}/proposals", {"start": "2027-12-01", "note": "\x00"}),
    ("POST", "/events/{event}/duplicate", {"occurrence_id": "99999999T999999Z"}),
    ("POST", "/events/parse", {"text": "\x00 tomorrow \u202e 3pm"}),
    ("POST", "/free-busy", {"people": [NUL, "@\x00"], "start": "2027-11-30T00:00:00Z", "end": "2027-12-01T00:00:00Z"}),
    ("POST", "/import", {"text": "BEGIN:VCALENDAR\x00"}),
    ("DELETE", "/events/{event}/attendees/%00@example.com", None),
    ("DELETE", "/events/{event}/occurrences/%00", None),
    ("POST", "/events/{event}/proposals/%00/accept", None),
    ("GET", "/events?start=0001-01-01T00:00:00Z&end=0001-02-01T00:00:00Z", None),
    ("GET", "/events?start=9998-12-01T00:00:00Z&end=9998-12-31T23:59:59Z&expand=true", None),
    ("GET", "/events?start=9999-12-31T00:00:00Z", None),
    ("GET", "/events?end=0001-01-01T00:00:00Z", None),
    ("GET", "/events?start=2027-01-01T00:00:00-23:59", None),
    ("GET", "/search?q=x&start=2027-01-01T00:00:00-23:59&end=2027-01-02T00:00:00%2B23:59", None),
    (
        "POST",
        "/free-busy",
        {"people": ["ann@example.com"], "start": "2027-11-30T00:00:00-23:59", "end": "2027-12-02T00:00:00+23:59"},
    ),
    ("POST", "/keys", {"name": "a\x00b", "scopes": ["webhooks"]}),
    ("POST", "/users/me/addresses", {"email": NUL}),
    ("GET", "/events?cursor=%00", None),
    ("GET", "/calendar/recurring/expand?event_id={event}&start=9998-01-01T00:00:00Z", None),
)


@pytest.fixture
def api(site: Site, ann: Client) -> Api:
    return api_of(site, ann, "ann@example.com")


HALF = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Example//EN\r
BEGIN:VEVENT\r
UID:half@example.com\r
DTSTAMP:20261101T000000Z\r
DTSTART:20271130T100000\r
DTEND:20271130T110000Z\r
SUMMARY:Half\r
END:VEVENT\r
END:VCALENDAR\r
"""
"""It begins at a floating time, and ends at an instant."""


def half_zoned(api: Api, ann: Client) -> str:
    assert ann.put(ann.calendar() + "half.ics", HALF).status == 201
    found = api.get("/events?start=2027-11-01T00:00:00Z&end=2027-12-31T00:00:00Z")["events"]
    return next(str(each["id"]) for each in found if each["uid"] == "half@example.com")


def test_no_hostile_value_is_a_defect(api: Api, ann: Client) -> None:
    event = api.made(summary="Standup", start="2027-11-30")
    named = {
        "event": event["id"],
        "calendar": event["calendar_id"],
        "floating": api.made(start="2027-11-30T10:00:00", time_zone=None)["id"],
        "flight": api.made(
            start="2027-11-30T10:00:00", time_zone="Europe/London", end="2027-11-30T14:00:00",
            end_time_zone="Europe/Paris",
        )["id"],
        "half": half_zoned(api, ann),
    }  # fmt: skip
    defects = []
    for method, path, body in HOSTILE:
        reply = api.ask(method, re.sub(r"\{(\w+)\}", lambda found: named[found[1]], path), body)
        if reply.status >= 500:
            defects.append((method, path, body))
    assert defects == []
    assert "X-A:b" not in api.ask("GET", "/export").body
