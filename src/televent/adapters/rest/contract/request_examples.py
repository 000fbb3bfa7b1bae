"""One written body for each operation that takes one, by the operation's id."""

from __future__ import annotations

from typing import Any, Final

_ADDRESS: Final = "ann@example.com"
_PASSWORD: Final = "seven green bicycles"
_ID: Final = "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11"
_CALENDAR: Final = "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d22"
_PROOF: Final = {"init_data": "query_id=AAHdF6IQ&user=%7B%22id%22%3A279058397%7D&auth_date=1795428000&hash=c501b71e"}
_FILE: Final = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\nUID:holiday-2026@example.com\r\n"
    "DTSTAMP:20261101T000000Z\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)

REQUESTS: Final[dict[str, Any]] = {
    "addAddress": {"email": "ann.office@example.com"},
    "addAttendees": {"attendees": [{"email": "bob@example.com", "name": "Bob"}]},
    "addTeamMember": {"email": "bob@example.com", "role": "writer"},
    "addDevice": {"name": "Phone"},
    "answerInvitation": {"answer": "ACCEPTED", "note": "I come ten minutes later."},
    "answerShare": {"accept": True},
    "askFreeBusy": {
        "people": ["bob@example.com"],
        "start": "2026-11-30T08:00:00Z",
        "end": "2026-11-30T18:00:00Z",
        "minutes": 30,
    },
    "changeCalendar": {"name": "Office", "colour": "#1a73c9"},
    "changeEvent": {"summary": "Team sync", "location": "Room 404"},
    "changeMe": {"time_zone": "Europe/Prague", "preferences": {"clock": "24", "reminder_minutes": [10, 60]}},
    "changeOccurrence": {"start": "2026-12-07T11:00:00", "time_zone": "Europe/London"},
    "changePassword": {"old_password": _PASSWORD, "new_password": "eight grey bicycles"},
    "changeTeamCalendar": {"name": "Product design", "colour": "#1a73c9"},
    "changeTeamMember": {"role": "manager"},
    "changeWebhook": {"types": ["event.created"], "enabled": True},
    "createCalendar": {"name": "Work", "colour": "#1a73c9", "time_zone": "Europe/London"},
    "createEvent": {
        "summary": "Team sync",
        "location": "Room 404",
        "start": "2026-11-30T10:00:00",
        "end": "2026-11-30T11:00:00",
        "time_zone": "Europe/London",
        "reminders": [10],
        "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO"},
        "attendees": [{"email": "bob@example.com", "name": "Bob"}],
    },
    "createFeed": {"content": "busy", "description": "For the family"},
    "createKey": {"name": "Backup script", "scopes": ["calendars:read"], "expires_at": None},
    "createSubscription": {"url": "webcal://example.com/holidays.ics", "title": "Holidays"},
    "createTeamCalendar": {"name": "Design", "members": [{"email": "bob@example.com", "role": "writer"}]},
    "createWebhook": {"url": "https://example.com/hooks/televent", "types": ["event.created", "rsvp.given"]},
    "declineProposal": {"note": "Monday is full."},
    "duplicateEvent": {"start": "2026-12-14T10:00:00"},
    "forgotPassword": {"email": _ADDRESS},
    "importFile": {"text": _FILE, "preview": True},
    "linkTelegram": _PROOF,
    "login": {"email": _ADDRESS, "password": _PASSWORD},
    "loginByTelegram": _PROOF,
    "logout": {"everywhere": False},
    "moveEvent": {"calendar_id": _CALENDAR},
    "parseSentence": {"text": "Lunch with Bob tomorrow 1pm at Luigi's", "language": "en"},
    "proposeTime": {"start": "2026-12-01T10:00:00", "note": "One day later?"},
    "putEvent": {"summary": "Team sync", "reminders": [10, 60]},
    "putRecurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO,TH", "excluded": ["2026-12-28T10:00:00"]},
    "refreshToken": {"refresh_token": "9vW0uQhT2r7uJxkN"},
    "register": {"email": _ADDRESS, "password": _PASSWORD, "name": "Ann", "timezone": "Europe/London"},
    "resendCode": {"registration_id": _ID},
    "resetPassword": {"email": _ADDRESS, "code": "123456", "password": _PASSWORD},
    "shareCalendar": {"email": "bob@example.com", "access": "read"},
    "undoChange": {"change_id": None},
    "verifyAddress": {"code": "123456"},
    "verifyRegistration": {"registration_id": _ID, "code": "123456"},
}
