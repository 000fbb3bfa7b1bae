"""Notes in the alarms of an event that the person has dealt with them: RFC 9074 §6.1."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from televent.ical.itip.parts import parts_to_edit
from televent.ical.objects.alarms import Alarm, read_alarm
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.queries.reminders import occurrence_of
from televent.ical.recurrence.recurrence_set import Occurrence
from televent.ical.text.values import canonical, written
from televent.ical.text.wall_clock import moved
from televent.ical.zones.moments import moment_of


def acknowledge_alarms(
    text: CalendarText, recurrence_id: str | None, *, now: datetime, zone: tzinfo
) -> CalendarText | None:
    """The event with ACKNOWLEDGED in each alarm of that occurrence that has rung by now; None where none has, or the
    occurrence does not take place. ``zone`` is that of floating times and dates.

    An alarm of a series is acknowledged up to now for all its occurrences, so earlier ones stay silent too. DTSTAMP and
    SEQUENCE stay: nobody else is concerned. Raises IcalError.
    """
    occurrence = occurrence_of(text, recurrence_id, zone)
    if occurrence is None:
        return None
    parts = parts_to_edit(text)
    named = occurrence.component.get("RECURRENCE-ID")
    own = moment_of(named, text.tree, {}) if named is not None else None
    part = parts.master if own is None else parts.overrides.get(canonical(own))
    rung = [
        each
        for each in (part.components("VALARM") if part is not None else [])
        if (alarm := read_alarm(each)) is not None and _is_open(alarm, occurrence, now, zone)
    ]
    if part is None or not rung:
        return None
    for each in rung:
        each.put("ACKNOWLEDGED", written(now))
    # Thunderbird reads its own property, of the whole event.
    for name in ("X-MOZ-LASTACK", "LAST-MODIFIED"):
        if part.get(name) is not None:
            part.put(name, written(now))
    return CalendarText.of_tree(parts.root)


def _is_open(alarm: Alarm, occurrence: Occurrence, now: datetime, zone: tzinfo) -> bool:
    """Whether the alarm has rung, and again since it was acknowledged."""
    first = alarm.rings_at(occurrence.start, occurrence.end, zone)
    if first is None or first > now:
        return False
    count = min(alarm.times, (now - first) // alarm.repeat) if alarm.repeat > timedelta(0) else 0
    return alarm.acknowledged is None or alarm.acknowledged < moved(first, alarm.repeat * count)
