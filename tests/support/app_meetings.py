"""Meetings that a person's calendar app stores, for conversations about them."""

from uuid import UUID

from support.chat import Chats, Someone
from televent.application.conditions import Conditions
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText


def put(someone: Someone, href: str, text: str) -> None:
    """The person's app stores the text in the default calendar."""
    put_object(
        someone.chats.core.backend,
        someone.context(),
        calendar=someone.chats.core.reads.calendars(someone.account.tenant)[0].name,
        href=href,
        text=CalendarText(text.encode()),
        conditions=Conditions(),
    )


def meeting(ann: Someone, *guests: Someone, lines: str = "", start: str = "20261124T150000", sequence: int = 0) -> None:
    """Ann's app stores a meeting in Berlin, of an hour."""
    end = f"{start[:9]}{int(start[9:11]) + 1:02}{start[11:]}"
    people = "".join(f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{address(each)}\r\n" for each in guests)
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//App 1//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:sync-{ann.id}@example.com\r\nDTSTAMP:20261123T090000Z\r\nSEQUENCE:{sequence}\r\nSUMMARY:Sync & Co\r\n"
        f"DTSTART;TZID=Europe/Berlin:{start}\r\nDTEND;TZID=Europe/Berlin:{end}\r\n{lines}"
        f"ORGANIZER:mailto:{address(ann)}\r\n{people}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    put(ann, "sync.ics", text)


def address(someone: Someone) -> str:
    """The address that invites the person."""
    return someone.chats.core.backend.people.own_address(someone.account)


def text_of(someone: Someone, ann: Someone) -> str:
    """The person's copy of Ann's meeting, unfolded."""
    (row,) = someone.chats.core.reads.by_uid(someone.account.tenant, f"sync-{ann.id}@example.com")
    found = someone.chats.core.reads.by_stream(someone.account.tenant, row.stream_id)
    assert found is not None
    return found.text.raw.decode().replace("\r\n ", "")


def stream_of(someone: Someone, ann: Someone) -> UUID:
    """The id of the person's copy."""
    (row,) = someone.chats.core.reads.by_uid(someone.account.tenant, f"sync-{ann.id}@example.com")
    return row.stream_id


def two(chats: Chats, language: str = "en") -> tuple[Someone, Someone]:
    """Ann in London and Bob in Berlin."""
    return (
        chats.person("Ann", zone="Europe/London", language=language),
        chats.person("Bob", zone="Europe/Berlin", language=language),
    )
