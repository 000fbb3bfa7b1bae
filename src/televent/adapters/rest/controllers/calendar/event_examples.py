"""The examples of events in the documentation."""

from __future__ import annotations

from typing import Any, Final

ID: Final = "5f0e1d2c-3b4a-4958-8776-655443322110"
CALENDAR_ID: Final = "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d22"
NEW: Final[dict[str, Any]] = {
    "summary": "Team sync",
    "start": "2026-11-30T10:00:00",
    "end": "2026-11-30T11:00:00",
    "time_zone": "Europe/London",
    "location": "Room 404",
    "reminders": [10],
    "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO"},
    "attendees": [{"email": "bob@example.com"}],
}
EVENT: Final[dict[str, Any]] = {
    "id": ID,
    "calendar_id": CALENDAR_ID,
    "uid": f"{ID}@televent.app",
    "occurrence_id": None,
    "etag": "b1946ac92492d2347c6235b4d2611184",
    "version": 17,
    "sequence": 0,
    "created_at": "2026-11-23T09:00:00Z",
    "updated_at": "2026-11-23T09:00:00.123456Z",
    "summary": "Team sync",
    "description": "",
    "location": "Room 404",
    "start": "2026-11-30T10:00:00",
    "end": "2026-11-30T11:00:00",
    "time_zone": "Europe/London",
    "end_time_zone": None,
    "all_day": False,
    "start_time": "2026-11-30T10:00:00Z",
    "end_time": "2026-11-30T11:00:00Z",
    "unknown_time_zone": None,
    "status": "CONFIRMED",
    "answer": None,
    "role": "organizer",
    "transparency": "OPAQUE",
    "class": "PUBLIC",
    "url": "",
    "conference_url": "",
    "categories": [],
    "reminders": [10],
    "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO"},
    "organizer": {"email": "ann@example.com", "name": "Ann"},
    "attendees": [
        {
            "email": "bob@example.com",
            "name": None,
            "answer": "NEEDS-ACTION",
            "role": "REQ-PARTICIPANT",
            "kind": "INDIVIDUAL",
            "rsvp": True,
        }
    ],
    "attachments": [],
}
