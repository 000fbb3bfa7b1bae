"""Examples of the mails to people elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from televent.adapters.email.previews.example import NOW, PAGE, RULE, WORDS, ZONE, Example, details
from televent.adapters.email.templates.calendar_texts import calendar_content, refresh_content
from televent.application.messages.mail import (
    CalendarCancel,
    CalendarCounter,
    CalendarDeclineCounter,
    CalendarInvite,
    CalendarMail,
    CalendarRefresh,
    CalendarRefusal,
    CalendarReply,
    CalendarUpdate,
)
from televent.application.use_cases.mail.tell_guest import GuestMail
from televent.domain.calendar_object.details import Details
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.text.values import escape

ANN: Final = "ann@example.com"
BOB: Final = "bob@example.net"
_OCCURRENCE: Final = "RECURRENCE-ID;TZID=Europe/Berlin:20261215T100000"


def _calendar(language: str, method: str, *lines: str, hour: int = 10, day: int = 8) -> str:
    words = WORDS[language]
    rows = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Televent//Calendar 1.0//EN", f"METHOD:{method}", "BEGIN:VEVENT",
        "UID:example@example.com", "SEQUENCE:1", "DTSTAMP:20261201T090000Z",
        f"DTSTART;TZID={ZONE.key}:202612{day:02d}T{hour}0000", f"DTEND;TZID={ZONE.key}:202612{day:02d}T{hour + 1}0000",
        f"SUMMARY:{escape(words.title)}", f"LOCATION:{escape(words.place)}", f"ORGANIZER;CN=Ann:mailto:{ANN}",
        *(lines if any(each.startswith("ATTENDEE") for each in lines) else (*lines, f"ATTENDEE:mailto:{BOB}")),
        "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "\r\n".join(rows) + "\r\n"


def _example(
    language: str,
    kind: type[CalendarMail],
    text: str,
    method: str,
    *,
    was: Details | None = None,
    now: Details | None = None,
) -> Example:
    mail = kind(
        text=text,
        method=method,
        uid="example@example.com",
        recipient=BOB,
        recipient_name="Bob",
        sender_name="Ann",
        sender_address=ANN,
        sender_telegram_id=None,
        timezone=ZONE.key,
        locale=language,
    )
    calendar = CalendarText(text.encode())
    page = PAGE if method == "REQUEST" else None
    return Example(calendar_content(GuestMail(mail, was, now, None, page), calendar, "Ann", NOW), method, calendar.raw)


def _description(language: str) -> str:
    return f"DESCRIPTION:{escape(WORDS[language].description)}"


def _invitation(language: str) -> Example:
    lines = (_description(language), "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.com/planning")
    return _example(language, CalendarInvite, _calendar(language, "REQUEST", *lines), "REQUEST")


def _series(language: str) -> Example:
    return _example(language, CalendarInvite, _calendar(language, "REQUEST", f"RRULE:{RULE}"), "REQUEST")


def _update(language: str) -> Example:
    was, now = details(language, 10), details(language, 14, 9)
    return _example(
        language, CalendarUpdate, _calendar(language, "REQUEST", hour=14, day=9), "REQUEST", was=was, now=now
    )


def _date(language: str) -> Example:
    text = _calendar(language, "REQUEST", _OCCURRENCE, hour=15, day=16)
    return _example(
        language, CalendarUpdate, text, "REQUEST", was=details(language, 10, 15), now=details(language, 15, 16)
    )


def _cancellation(language: str) -> Example:
    return _example(language, CalendarCancel, _calendar(language, "CANCEL", "STATUS:CANCELLED"), "CANCEL")


def _date_cancelled(language: str) -> Example:
    text = _calendar(language, "CANCEL", _OCCURRENCE, "STATUS:CANCELLED", day=15)
    return _example(language, CalendarCancel, text, "CANCEL")


def _removed(language: str) -> Example:
    return _example(language, CalendarCancel, _calendar(language, "CANCEL"), "CANCEL")


def _refused(language: str) -> Example:
    return _example(language, CalendarRefusal, _calendar(language, "CANCEL"), "CANCEL")


def _reply(partstat: str) -> Callable[[str], Example]:
    def make(language: str) -> Example:
        text = _calendar(language, "REPLY", f"ATTENDEE;PARTSTAT={partstat}:mailto:{ANN}")
        return _example(language, CalendarReply, text, "REPLY")

    return make


def _counter(language: str) -> Example:
    comment = f"COMMENT:{escape(WORDS[language].comment)}"
    return _example(language, CalendarCounter, _calendar(language, "COUNTER", comment, hour=13), "COUNTER")


def _declined(language: str) -> Example:
    text = _calendar(language, "DECLINECOUNTER", f"COMMENT:{escape(WORDS[language].comment)}", hour=13)
    return _example(language, CalendarDeclineCounter, text, "DECLINECOUNTER")


def _refresh(language: str) -> Example:
    calendar = _calendar(language, "REFRESH", f"ATTENDEE:mailto:{ANN}")
    mail = CalendarRefresh(
        text=calendar,
        method="REFRESH",
        uid="example@example.com",
        recipient=BOB,
        recipient_name="Bob",
        sender_name="Ann",
        sender_address=ANN,
        sender_telegram_id=None,
        timezone=ZONE.key,
        locale=language,
    )
    return Example(refresh_content(mail, "Ann"), "REFRESH", calendar.encode())


GUESTS: Final[dict[str, Callable[[str], Example]]] = {
    "invitation": _invitation,
    "invitation-series": _series,
    "update": _update,
    "update-date": _date,
    "cancellation": _cancellation,
    "cancellation-date": _date_cancelled,
    "removed": _removed,
    "refused": _refused,
    "reply-accepted": _reply("ACCEPTED"),
    "reply-declined": _reply("DECLINED"),
    "reply-tentative": _reply("TENTATIVE"),
    "counter": _counter,
    "counter-declined": _declined,
    "refresh": _refresh,
}
"""The mails to people elsewhere, by name; each is made in a language."""
