"""Writes the entries of an event's history for a chat: when, who, through which door, and what was → is now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from televent.adapters.telegram.handlers.events.view import MAX_LINE, shortened
from televent.adapters.telegram.handlers.guests.attendees import STATUS
from televent.adapters.telegram.texts import say
from televent.domain.calendar_object.details import Answered, Details, Guest, Occurrence
from televent.projections.history import Entry
from televent.wording.changes import Shown, change_of, time_of
from televent.wording.display import Display
from televent.wording.times import moment_of, when_of

DOORS: Final = ("bot", "caldav", "email", "rest", "cli")
"""The doors that are named. The answer of a guest here comes by none that the reader knows: their name is enough."""
PROPERTIES: Final = {
    "DESCRIPTION": "description", "VALARM": "reminders", "ATTACH": "attachments", "CATEGORIES": "categories",
    "URL": "link", "CONFERENCE": "conference", "TRANSP": "busy", "CLASS": "privacy", "COLOR": "colour",
    "PRIORITY": "priority", "COMMENT": "comment",
}  # fmt: skip
OTHER: Final = "other"
UNTOLD: Final = frozenset({"ORGANIZER"})
"""Properties whose change says nothing new: an event has an organizer since somebody was invited, which is told."""
NO_DEVICES: Final[Mapping[UUID, str]] = MappingProxyType({})
MAX_COMMENT: Final = 300
MAX_LISTED: Final = 5
"""Max occurrences of a guest that one line names."""


def history_line(
    entry: Entry, name_of: Callable[[str], str], display: Display, devices: Mapping[UUID, str] = NO_DEVICES
) -> str:
    """One entry as HTML: a line with time, name and door, and below it what happened. ``devices``: the names of the
    reader's own devices by origin; such a name stands in place of the door."""
    who = entry.by or name_of(entry.actor)
    door = say(display.language, f"history-door-{entry.door}") if entry.door in DOORS else ""
    if entry.origin is not None and entry.origin in devices:
        door = shortened(devices[entry.origin], 64)
    head = " · ".join(filter(None, [moment_of(entry.at, display), shortened(who, 64), door]))
    return f"<b>{head}</b>\n{_what(entry, display)}"


def is_told(entry: Entry) -> bool:
    """Whether an entry says something to people."""
    return entry.word != "edited" or not UNTOLD.issuperset(entry.properties)


def _what(entry: Entry, display: Display) -> str:
    language = display.language
    values: dict[str, str | int] = {
        "count": entry.count,
        "which": _which(entry.occurrence, display),
        "event": _event(entry.now or entry.was, display),
        "name": _guest(entry.guest, display),
        "fields": ", ".join(
            say(language, f"history-field-{each}")
            for each in dict.fromkeys(PROPERTIES.get(name, OTHER) for name in entry.properties if name not in UNTOLD)
        ),
    }
    if entry.answer is not None:
        status = STATUS.get(entry.answer.now, "status-pending")
        values |= {"name": entry.answer.name or entry.answer.address, "status": say(language, status)}
    text = say(language, f"history-{entry.word}", **values)
    lines = [shortened(each, MAX_LINE * 2) for each in _changes(entry, display)]
    return "\n".join([text, *lines, *_comment(entry.answer)])


def _changes(entry: Entry, display: Display) -> tuple[str, ...]:
    """The value before and now, for the words that are about one."""
    was, now = entry.was, entry.now
    if was is None or now is None:
        return (_proposed(now, display),) if entry.word == "proposed" and now is not None else ()
    match entry.word:
        case "moved" | "proposed":
            pair = Shown(time_of(was.start), time_of(was.end)), Shown(time_of(now.start), time_of(now.end))
        case "repeats":
            start = time_of(now.start)
            pair = Shown(start, start, was.rule), Shown(start, start, now.rule)
        case "title":
            pair = Shown(title=was.title), Shown(title=now.title)
        case "place":
            pair = Shown(place=was.place), Shown(place=now.place)
        case "status":
            none = say(display.language, "history-confirmed")
            words = [
                say(display.language, f"history-status-{each.status.lower()}")
                if each.status in ("CANCELLED", "TENTATIVE")
                else none
                for each in (was, now)
            ]
            return (f"{words[0]} → {words[1]}",)
        case _:
            return ()
    return change_of(*pair, display)


def _proposed(now: Details, display: Display) -> str:
    start = time_of(now.start)
    return "" if start is None else when_of(start, time_of(now.end) or start, display)


def _event(details: Details | None, display: Display) -> str:
    """The title and the time of an event."""
    if details is None:
        return ""
    start = time_of(details.start)
    title = details.title or say(display.language, "no-title")
    return title if start is None else f"{title}, {when_of(start, time_of(details.end) or start, display)}"


def _which(occurrence: Occurrence | None, display: Display) -> str:
    """ " (Mon, Nov 30)"; "" for the whole event."""
    if occurrence is None:
        return ""
    original = time_of(occurrence.original)
    if original is None:
        return f" ({occurrence.original.local})"
    return f" ({moment_of(original, display)})"


def _guest(guest: Guest | None, display: Display) -> str:
    if guest is None:
        return ""
    days = [_which(each, display).strip(" ()") for each in guest.occurrences[:MAX_LISTED]]
    more = len(guest.occurrences) - len(days) + guest.unlisted
    if more:
        days.append(f"+{more}")
    name = guest.name or guest.address
    return f"{name} ({', '.join(days)})" if days else name


def _comment(answer: Answered | None) -> list[str]:
    return [f"💬 {shortened(answer.comment, MAX_COMMENT)}"] if answer is not None and answer.comment else []
