"""Turns the meeting in a winmail.dat into an iTIP message (MS-OXOCAL; imip/SPEC C).

Outlook sends it to people of whom it believes that they use Outlook. It has no organizer or attendee that another
program could read, so the mail's own From and To are taken: what proves the From proves the organizer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import getaddresses
from typing import Final
from uuid import UUID

from televent.adapters.email.reading.bounds import MAX_MAIL
from televent.adapters.email.reading.fields import fields, named
from televent.adapters.email.reading.parts import Part
from televent.adapters.email.reading.tnef import BadTnef, Tnef, read_tnef
from televent.application.mail.incoming import MailedCalendar
from televent.ical.editing.attachments import foreign
from televent.ical.itip.message import message_of
from televent.ical.mending.readers import readable

MAX_FILES: Final = 3
"""Max winmail.dat of one mail that are read."""
MAX_ATTENDEES: Final = 100
"""Max recipients that become attendees."""
MAX_CALENDAR: Final = 1024 * 1024
"""Max bytes of a calendar file in it."""
APPOINTMENT: Final = UUID("00062002-0000-0000-c000-000000000046")
MEETING: Final = UUID("6ed8da90-450b-101b-98da-00aa003f1305")
_CLASS: Final = 0x8008
_CLASSES: Final = {
    "ipm.microsoft schedule.mtgreq": ("REQUEST", ""),
    "ipm.schedule.meeting.request": ("REQUEST", ""),
    "ipm.microsoft schedule.mtgcncl": ("CANCEL", ""),
    "ipm.schedule.meeting.canceled": ("CANCEL", ""),
    "ipm.microsoft schedule.mtgrespp": ("REPLY", "ACCEPTED"),
    "ipm.schedule.meeting.resp.pos": ("REPLY", "ACCEPTED"),
    "ipm.microsoft schedule.mtgrespn": ("REPLY", "DECLINED"),
    "ipm.schedule.meeting.resp.neg": ("REPLY", "DECLINED"),
    "ipm.microsoft schedule.mtgrespa": ("REPLY", "TENTATIVE"),
    "ipm.schedule.meeting.resp.tent": ("REPLY", "TENTATIVE"),
}
"""The classes of a message (attMessageClass, PidTagMessageClass), and the METHOD and PARTSTAT that they mean."""
_VCAL: Final = b"vCal-Uid\x01\0\0\0"
_ADDRESS: Final = re.compile(rb"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,254}")
_TO: Final = named(("to", "cc"))
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f]+")


def winmail(mail: Part) -> MailedCalendar | None:
    """The meeting in a winmail.dat; None where the mail has no such file, or one that is no meeting.

    A meeting that cannot be read has a note with the reason.
    """
    files = [part for part in mail.walk() if _is_tnef(part)][:MAX_FILES]
    return next((found for part in files if (found := _of(part, mail)) is not None), None)


def _is_tnef(part: Part) -> bool:
    return part.type in ("application/ms-tnef", "application/vnd.ms-tnef") or part.filename.lower() == "winmail.dat"


def _of(part: Part, mail: Part) -> MailedCalendar | None:
    try:
        found = read_tnef(part.content(2 * MAX_MAIL))
    except BadTnef as error:
        return MailedCalendar(None, f"winmail.dat: {error}")
    for file in found.attachments:
        if file.name.lower().endswith(".ics") and len(file.data) <= MAX_CALENDAR:
            return _read(file.data, None)
    method, partstat = _CLASSES.get(_class(found), ("", ""))
    if not method:
        return None
    reason = _unreadable(found)
    if reason:
        return MailedCalendar(None, f"winmail.dat: {reason}")
    lines = list(_lines(found, mail, method, partstat))
    return _read("\r\n".join([*lines, ""]).encode(), method)


def _read(data: bytes, method: str | None) -> MailedCalendar:
    found = readable(data, method=method)
    message = found.message
    if message is not None and (text := foreign(message.text)) is not message.text:
        message = message_of(text, method=message.method)
    return MailedCalendar(message, "; ".join(filter(None, ["read from winmail.dat", found.note])))


def _class(found: Tnef) -> str:
    given = found.attributes.get(_CLASS, b"").split(b"\0", 1)[0].decode("latin-1") or found.text(0x001A)
    return given.strip().lower()


def _unreadable(found: Tnef) -> str:
    """Why the meeting cannot be read; "" where it can."""
    identity = _identity(found)
    if not identity:
        return "the meeting has no id"
    if found.number((APPOINTMENT, 0x8223)):
        return "the meeting is a series, which only Outlook can read there"
    if not identity.startswith(_VCAL, 40) and any(found.bytes((MEETING, 0x03))[16:20]):
        return "it is one occurrence of a series, which only Outlook can read there"
    return "" if _times(found) is not None else "the meeting has no time"


def _identity(found: Tnef) -> bytes:
    return found.bytes((MEETING, 0x23)) or found.bytes((MEETING, 0x03))


def _uid(identity: bytes) -> str:
    """MS-OXCICAL §2.1.3.1.1.20.26: a UID of another program is in the id; else the id in hexadecimal is the UID."""
    if identity.startswith(_VCAL, 40):
        return _safe(identity[52:].split(b"\0", 1)[0].decode("utf-8", "replace"))
    return (identity[:16] + bytes(4) + identity[20:]).hex().upper()


def _times(found: Tnef) -> tuple[datetime, datetime] | None:
    start = found.time((APPOINTMENT, 0x820D)) or found.time(0x0060)
    end = found.time((APPOINTMENT, 0x820E)) or found.time(0x0061)
    return (start, end) if start is not None and end is not None and start <= end else None


def _lines(found: Tnef, mail: Part, method: str, partstat: str) -> Iterator[str]:
    times = _times(found)
    assert times is not None
    sender = next((address for _, address in getaddresses([_from(mail)]) if "@" in address), "")
    others = list(dict.fromkeys(_recipients(mail)))[:MAX_ATTENDEES]
    changed = found.time((MEETING, 0x01 if partstat else 0x1A)) or found.time(0x0039) or times[0]
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Televent//winmail.dat//EN", f"METHOD:{method}")
    yield from ("BEGIN:VEVENT", f"UID:{_uid(_identity(found))}", f"DTSTAMP:{changed:%Y%m%dT%H%M%SZ}")
    yield f"SEQUENCE:{found.number((APPOINTMENT, 0x8201)) & 0x7FFFFFFF}"
    yield from _when(found, *times)
    yield f"SUMMARY:{_text(found.text(0x0037) or found.text(0x0070) or 'Meeting')}"
    if place := found.text((APPOINTMENT, 0x8208)) or found.text((MEETING, 0x02)):
        yield f"LOCATION:{_text(place)}"
    if method == "CANCEL":
        yield "STATUS:CANCELLED"
    if partstat:
        yield from (f"ORGANIZER:mailto:{each}" for each in others[:1])
        yield f"ATTENDEE;PARTSTAT={partstat}:mailto:{_safe(sender)}"
    else:
        yield f"ORGANIZER:mailto:{_safe(sender)}"
        yield from (f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{each}" for each in others)
    yield from ("END:VEVENT", "END:VCALENDAR")


def _when(found: Tnef, start: datetime, end: datetime) -> Iterator[str]:
    """The time. An event of whole days lasts from midnight to midnight in a zone that is not named. Its days are known
    where that zone is between 11 hours behind and 12 hours ahead of UTC."""
    length = end - start
    if found.number((APPOINTMENT, 0x8215)) and length > timedelta(0) and length % timedelta(days=1) == timedelta(0):
        day = (start + timedelta(hours=12)).date()
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + length:%Y%m%d}"
    else:
        yield f"DTSTART:{start:%Y%m%dT%H%M%SZ}"
        yield f"DTEND:{end:%Y%m%dT%H%M%SZ}"


def _from(mail: Part) -> str:
    return next((value for name, value in mail.raw_items() if name == "from"), "")


def _recipients(mail: Part) -> Iterator[str]:
    for _, value in fields(mail.raw, mail.head, mail.start, _TO):
        for found in _ADDRESS.finditer(value[: 16 * 1024]):
            yield _safe(found[0].decode("utf-8", "replace"))


def _text(value: str) -> str:
    """A TEXT value (RFC 5545 §3.3.11), in one line."""
    one = _safe(value)[:1000]
    return one.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _safe(value: str) -> str:
    """The value without control characters, so that it stays within its line."""
    return _UNSAFE.sub(" ", value).strip()
