"""Meetings that a person's calendar app stores, for conversations about their cards."""

from __future__ import annotations

from support.chat import Someone
from support.town import meeting
from televent.application.use_cases.objects.delete_object import delete_object
from televent.application.use_cases.objects.put_object import put_object
from televent.application.use_cases.scheduling.answer_invitation import answer_invitation
from televent.ical.objects.calendar_text import CalendarText

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
START, END = "DTSTART:20261201T100000Z", "DTEND:20261201T110000Z"
SECOND = "20261208T100000Z"


def puts(someone: Someone, text: bytes, href: str = "m.ics") -> None:
    """The person's calendar app stores a text."""
    backend = someone.chats.core.backend
    put_object(backend, someone.context(), calendar="default", href=href, text=CalendarText(text))


def deletes(someone: Someone, href: str = "m.ics") -> None:
    """The person's calendar app deletes the event."""
    delete_object(someone.chats.core.backend, someone.context(), calendar="default", href=href, reply=True)


def answers(someone: Someone, uid: str, partstat: str, recurrence_id: str | None = None) -> None:
    """The person answers in another app."""
    (row,) = someone.chats.core.reads.by_uid(someone.account.tenant, uid)
    answer_invitation(
        someone.chats.core.backend,
        someone.context(),
        stream_id=row.stream_id,
        partstat=partstat,
        recurrence_id=recurrence_id,
    )


def organized(organizer: Someone, *guests: Someone, lines: tuple[str, ...] = (), uid: str) -> bytes:
    """The text of a meeting on 2026-12-01 at 10:00 UTC. ``lines`` replace or add properties."""
    people = tuple(f"ATTENDEE;{_person(each)}" for each in guests)
    return meeting(*lines, people=people, organizer=f"ORGANIZER;{_person(organizer)}", uid=uid)


def _person(someone: Someone) -> str:
    return f"CN={someone.account.name}:mailto:{someone.account.addresses[0]}"


def with_override(text: bytes, override: bytes) -> bytes:
    """A series with an occurrence of its own."""
    component = override[override.index(b"BEGIN:VEVENT") : override.index(b"END:VCALENDAR")]
    return text.replace(b"END:VCALENDAR", component + b"END:VCALENDAR")
