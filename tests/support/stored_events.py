"""Events that a person's calendar app has stored."""

from support.chat import Someone
from televent.application.conditions import NONE
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText


def stores(someone: Someone, uid: str, title: str, start: str, end: str, *lines: str, whole: bool = False) -> None:
    """The person's calendar app stores an event. ``start`` and ``end`` are in UTC, or dates."""
    kind = ";VALUE=DATE" if whole else ""
    body = [f"UID:{uid}", "DTSTAMP:20261101T120000Z", f"DTSTART{kind}:{start}", f"DTEND{kind}:{end}"]
    text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", "BEGIN:VEVENT", *body, f"SUMMARY:{title}", *lines]
    content = "\r\n".join([*text, "END:VEVENT", "END:VCALENDAR", ""]).encode()
    put_object(
        someone.chats.core.backend,
        someone.context(),
        calendar="default",
        href=f"{uid}.ics",
        text=CalendarText(content),
        conditions=NONE,
    )


def on_monday(someone: Someone, title: str, start: int, end: int, *lines: str, uid: str = "") -> None:
    stores(
        someone, uid or f"{title}@example.com", title, f"20261123T{start:02}0000Z", f"20261123T{end:02}0000Z", *lines
    )
