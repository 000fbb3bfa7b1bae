"""Reads VALARM: RFC 5545 §3.6.6, RFC 9074 §6.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from televent.ical.text.tree import Component
from televent.ical.text.values import Moment, duration, moment, nominal
from televent.ical.text.wall_clock import FIRST, in_zone, moved, wall_of

MAX_REPEATS: Final = 100
"""Max repetitions of one alarm."""
MAX_ALARMS: Final = 20
"""Max alarms of one component that are read."""
RINGING: Final = frozenset({"DISPLAY", "AUDIO", "EMAIL"})
"""The actions that alert a person. Apple's apps write NONE for "no alarm"."""
_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A VALARM with a TRIGGER (§3.8.6.3): an instant, or a time after the start or the end; it repeats ``times`` times.

    ``days`` count on the wall clock and ``rest`` is exact (§3.3.6), so that "a day before" is the same time of day
    over a clock change. ``acknowledged``: the last time at which the person dealt with it, None if never.
    """

    part: Component
    absolute: Moment | None
    days: int
    rest: timedelta
    at_end: bool
    repeat: timedelta
    times: int
    acknowledged: datetime | None

    @property
    def after(self) -> timedelta:
        """The distance from the start or the end, where every day has 24 hours."""
        return timedelta(days=self.days) + self.rest

    @property
    def name(self) -> str:
        """A name of the trigger; two alarms of one component with the same name are the same alarm."""
        if self.absolute is not None:
            return f"at {self.absolute.isoformat()}"
        return f"{'end' if self.at_end else 'start'} {self.days} {int(self.rest.total_seconds())}"

    def rings_at(self, start: Moment, end: Moment, zone: tzinfo) -> datetime | None:
        """The instant of the first alert for an instance; None outside the supported time. ``zone`` is that of
        floating times and dates."""
        if self.absolute is not None:
            return _instant(self.absolute, zone)
        anchor = end if self.at_end else start
        place = anchor.tzinfo if isinstance(anchor, datetime) and anchor.tzinfo is not None else zone
        try:
            there = in_zone(wall_of(anchor) + timedelta(days=self.days), place).astimezone(UTC)
        except OverflowError:
            return None
        return moved(there, self.rest)


def read_alarm(part: Component) -> Alarm | None:
    """The alarm in a VALARM; None without a TRIGGER that can be read."""
    trigger = part.get("TRIGGER")
    if trigger is None:
        return None
    repeat = max(duration(part.value("DURATION") or "") or _NOTHING, _NOTHING)
    count = (part.value("REPEAT") or "").strip()
    times = min(int(count), MAX_REPEATS) if count.isascii() and count.isdigit() and len(count) < 6 and repeat else 0
    absolute, after = moment(trigger.value), nominal(trigger.value)
    if absolute is None and after is None:
        return None
    days, rest = after or (0, _NOTHING)
    at_end = (trigger.param("RELATED") or "START").upper() == "END"
    return Alarm(part, absolute, days, rest, at_end, repeat, times, _instant_of(part, "ACKNOWLEDGED"))


def alarms_of(component: Component) -> list[Alarm]:
    """The alarms of an event that alert a person, each trigger once, at most MAX_ALARMS."""
    found: dict[str, Alarm] = {}
    for part in component.components("VALARM")[:MAX_ALARMS]:
        alarm = read_alarm(part)
        if alarm is not None and (part.value("ACTION") or "").strip().upper() in RINGING:
            found.setdefault(alarm.name, alarm)
    return list(found.values())


def acknowledged(component: Component) -> datetime:
    """The time up to which the person dealt with all alarms of an event, as Thunderbird writes it; FIRST if never."""
    return _instant_of(component, "X-MOZ-LASTACK") or FIRST


def _instant_of(part: Component, name: str) -> datetime | None:
    """The value of a property in UTC."""
    value = moment((part.value(name) or "").strip())
    return _instant(value, UTC) if value is not None else None


def _instant(value: Moment, zone: tzinfo) -> datetime:
    place = value.tzinfo if isinstance(value, datetime) and value.tzinfo is not None else zone
    return moved(in_zone(wall_of(value), place), _NOTHING).astimezone(UTC)
