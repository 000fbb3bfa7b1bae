"""The values that a person may change in an event, written into one component line by line: RFC 5545 §3.8.1, §3.6.6.

A line that stays the same is not touched. A changed text loses the lines and parameters that describe the old one in
another form, such as ALTREP and X-ALT-DESC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from televent.ical.editing.values import VALUES, categories_of, write_categories, write_value
from televent.ical.rules.rule import parse_rule
from televent.ical.text.tree import Component
from televent.ical.text.values import Moment, duration, escape, unescape

MINUTE: Final = timedelta(minutes=1)
_RUNG: Final = frozenset({"DISPLAY", "AUDIO"})
"""The alarms that ring: they are what people call reminders. An alarm that sends a mail stays as it is."""
_OTHER_FORMS: Final = {
    "DESCRIPTION": ("X-ALT-DESC",),
    "LOCATION": ("GEO", "X-APPLE-STRUCTURED-LOCATION", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR"),
}
"""Properties that say the same as the text before the change, in another form."""


@dataclass(frozen=True, slots=True)
class EventChange:
    """A wanted change of an event. None: it stays as it is.

    ``times``: the new start and end (exclusive) of the occurrence in question, aware, or dates for whole days. ``by``:
    the time by which it moves, on the wall clock of the event's zone. ``rule``: an RRULE value, "" for no repetition.
    ``reminders``: minutes before the start, () for none. ``transparent``: True where it shall not count as busy.
    ``status``: a STATUS. ``privacy``: a CLASS. ``url``, ``conference``: a URI. "" removes each of them.
    ``dates``, ``excluded``: all RDATEs and EXDATEs of the series. ``zone``: the name of the zone in which the event
    keeps its wall clock, "" for none; ``times`` are then in it. ``end_zone``: that of the end, where it differs.
    """

    title: str | None = None
    place: str | None = None
    description: str | None = None
    times: tuple[Moment, Moment] | None = None
    by: timedelta | None = None
    rule: str | None = None
    reminders: tuple[int, ...] | None = None
    transparent: bool | None = None
    status: str | None = None
    privacy: str | None = None
    url: str | None = None
    conference: str | None = None
    categories: tuple[str, ...] | None = None
    dates: tuple[Moment, ...] | None = None
    excluded: tuple[Moment, ...] | None = None
    zone: str | None = None
    end_zone: str | None = None

    @property
    def moves(self) -> bool:
        """True where the time changes."""
        return self.times is not None or self.by is not None

    @property
    def own(self) -> bool:
        """True where only parts change that each attendee has alone (RFC 6638 §3.2.2.1)."""
        told = (
            self.title, self.place, self.description, self.times, self.by, self.rule, self.status, self.privacy,
            self.url, self.conference, self.categories, self.dates, self.excluded, self.zone, self.end_zone,
        )  # fmt: skip
        return all(each is None for each in told)

    @property
    def repeats(self) -> bool:
        """True where the repetition changes, which is that of the whole series."""
        return any(each is not None for each in (self.rule, self.dates, self.excluded))


TEXTS: Final = {"SUMMARY": "title", "LOCATION": "place", "DESCRIPTION": "description"}
"""The property of each text of an :class:`EventChange`."""


def write_values(part: Component, change: EventChange, model: Component | None = None) -> None:
    """Writes the texts, reminders and transparency of the change into a component.

    ``model``: the series before the change. A component then takes a new value only where it had the series' old one:
    what was changed for one occurrence alone stays. Raises IcalError.
    """
    for name, field in TEXTS.items():
        wanted: str | None = getattr(change, field)
        if wanted is not None and (model is None or text_in(part, name) == text_in(model, name)):
            _write_text(part, name, wanted)
    if change.reminders is not None and (model is None or reminders_of(part) == reminders_of(model)):
        _write_reminders(part, change.reminders)
    if change.transparent is not None and (model is None or part.value("TRANSP") == model.value("TRANSP")):
        part.put("TRANSP", "TRANSPARENT" if change.transparent else "OPAQUE")
    for name, field in VALUES.items():
        value: str | None = getattr(change, field)
        if value is not None and (model is None or part.value(name) == model.value(name)):
            write_value(part, name, value)
    if change.categories is not None and (model is None or categories_of(part) == categories_of(model)):
        write_categories(part, change.categories)


def write_rule(part: Component, rule: str) -> None:
    """Sets the one rule of a series; "" takes all repetition away. Raises InvalidCalendarData for an invalid rule."""
    if rule:
        parse_rule(rule, None)
        part.put("RRULE", rule)
        return
    for name in ("RRULE", "RDATE", "EXDATE", "EXRULE"):
        part.drop(name)


def text_in(part: Component, name: str) -> str:
    """A text of the component without its escapes; "" where there is none."""
    return unescape(part.value(name) or "")


def reminders_of(part: Component) -> tuple[int, ...]:
    """The minutes before the start at which the event's reminders ring, the earliest last."""
    found = {minutes for alarm in part.components("VALARM") if (minutes := _minutes_of(alarm)) is not None}
    return tuple(sorted(found))


def _write_text(part: Component, name: str, wanted: str) -> None:
    if text_in(part, name) == wanted:
        return
    for other in _OTHER_FORMS.get(name, ()):
        part.drop(other)
    if wanted:
        part.put(name, escape(wanted))
    else:
        part.drop(name)


def _write_reminders(part: Component, wanted: Sequence[int]) -> None:
    kept: set[int] = set()
    for alarm in part.components("VALARM"):
        minutes = _minutes_of(alarm)
        if (alarm.value("ACTION") or "").strip().upper() not in _RUNG:
            continue
        if minutes is None or minutes not in wanted or minutes in kept:
            part.remove(alarm)
        else:
            kept.add(minutes)
    for minutes in sorted(set(wanted) - kept):
        alarm = Component.new("VALARM", ending=part.ending)
        alarm.put("ACTION", "DISPLAY")
        alarm.put("DESCRIPTION", part.value("SUMMARY") or "Reminder")
        alarm.put("TRIGGER", length_written(-minutes * MINUTE))
        part.add(alarm)


def _minutes_of(alarm: Component) -> int | None:
    """The minutes before the start at which the alarm rings; None for another kind of alarm."""
    trigger = alarm.get("TRIGGER")
    if trigger is None:
        return None
    return minutes_before(alarm.value("ACTION") or "", trigger.value, trigger.param("RELATED"))


def minutes_before(action: str, trigger: str, related: str | None) -> int | None:
    """The minutes before the start at which an alarm with these values rings; None for another kind of alarm."""
    if action.strip().upper() not in _RUNG:
        return None
    before = duration(trigger)
    if before is None or before > timedelta(0) or (related or "START").upper() != "START":
        return None
    return -before // MINUTE


def length_written(length: timedelta) -> str:
    """A DURATION value (RFC 5545 §3.3.6): "PT1H30M", "-P1D"."""
    seconds = int(abs(length).total_seconds())
    sign = "-" if length < timedelta(0) else ""
    days, rest = divmod(seconds, 86_400)
    units = ((rest // 3600, "H"), (rest // 60 % 60, "M"), (rest % 60, "S"))
    clock = "".join(f"{count}{unit}" for count, unit in units if count)
    if not days and not clock:
        return "PT0S"
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"
