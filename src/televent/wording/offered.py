"""The events of a calendar that is offered, before they are imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from televent.ical.objects.calendar_text import CalendarText
from televent.wording.display import Display
from televent.wording.repetition import rule_of
from televent.wording.times import when_of
from televent.wording.zones import unknown_zone_of

MAX_TITLE: Final = 64
"""Max characters of an event's title."""
MAX_ZONES: Final = 3
"""Max time zones that are named because nobody knows them."""


def offered_line(text: CalendarText, display: Display) -> tuple[str, str]:
    """The title of an event, "" for none, and its time with its repetition, "" for none. Plain text."""
    reading = text.reading
    instance = reading.master or reading.overrides[0]
    title = shortened(instance.summary)
    if instance.start is None:
        return title, ""
    when = when_of(instance.start, instance.end if instance.end is not None else instance.start, display)
    return title, f"{when}, {rule_of(instance.rrule, display, instance.start)}" if instance.rrule else when


def unknown_zones(objects: Sequence[CalendarText], language: str) -> list[str]:
    """A warning for each time zone that nobody knows: its events may be at another time than they seem."""
    named = (instance.unknown_zone for each in objects for instance in each.reading.instances())
    zones = [zone for zone in dict.fromkeys(named) if zone is not None]
    return [unknown_zone_of(zone, language) for zone in zones[:MAX_ZONES]]


def shortened(text: str, limit: int = MAX_TITLE) -> str:
    """One line of at most ``limit`` characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
