"""Changes an event for all its occurrences, for one, or removes some: what a person asks for → the new text.

Only the lines that must change are rewritten. A value that one occurrence has for itself stays when the series changes;
every occurrence moves with the series. SEQUENCE stays: itip.sending raises it (RFC 5546 §2.1.4).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from televent.ical.editing.changes import EventChange, write_rule, write_values
from televent.ical.editing.edits import stamp
from televent.ical.editing.moving import length_between, move_series, set_times, wall_distance
from televent.ical.editing.occurrences import any_left, occurrence_named, own_component, remove_occurrence
from televent.ical.editing.refusals import UnmovableSeries
from televent.ical.editing.rezoning import set_end_zone, set_zone, write_dates
from televent.ical.editing.splitting import split_series
from televent.ical.itip.parts import Parts, parts_to_edit
from televent.ical.itip.series import planned
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import address_of
from televent.ical.text.errors import InvalidCalendarData
from televent.ical.text.values import Moment
from televent.ical.text.wall_clock import plus


def change_all(
    text: CalendarText, change: EventChange, *, now: datetime, recurrence_id: str | None = None
) -> CalendarText:
    """The event with the change in every occurrence. ``recurrence_id``: the occurrence whose new times the change has;
    the others move by as much. Raises UnknownOccurrence, UnmovableSeries, IcalError."""
    parts = _parts(text)
    model = (parts.master or next(iter(parts.overrides.values()))).copy()
    before = {id(part): part.to_bytes() for _, part in parts.items()}
    if change.zone is not None:
        set_zone(parts, change.zone)
    old = _times_of(parts, recurrence_id) if change.times is not None else None
    if change.rule is not None and parts.master is not None:
        # The new rule is about the new time: the old one must not hinder the move.
        parts.master.drop("RRULE")
    if change.times is not None and old is not None:
        _move_to(parts, old, change.times)
    elif change.by is not None:
        move_series(parts, change.by)
    if change.rule is not None:
        _write_rule(parts, change.rule)
    if change.dates is not None or change.excluded is not None:
        _write_dates(parts, change)
    if change.end_zone is not None:
        set_end_zone(parts, change.end_zone)
    for _, part in parts.items():
        write_values(part, change, model)
        if part.to_bytes() != before.get(id(part)):
            stamp(part, now)
    return CalendarText.of_tree(parts.root)


def change_one(text: CalendarText, change: EventChange, *, now: datetime, recurrence_id: str) -> CalendarText:
    """The event with the change in one occurrence. Raises UnknownOccurrence, UnsplittableSeries, IcalError."""
    parts = _parts(text)
    part = own_component(parts, recurrence_id)
    if change.zone is not None:
        set_zone(parts, change.zone, part)
    start, end = parts.times(part)
    if change.times is not None:
        set_times(parts, part, *change.times)
    elif change.by is not None and start is not None and end is not None:
        if not isinstance(start, datetime) and change.by % timedelta(days=1):
            raise UnmovableSeries("an event of whole days moves by whole days")
        moved = start + change.by
        set_times(parts, part, moved, plus(moved, length_between(start, end)))
    write_values(part, change)
    stamp(part, now)
    return CalendarText.of_tree(parts.root)


def remove_one(text: CalendarText, recurrence_id: str, *, now: datetime) -> CalendarText | None:
    """The event without one occurrence; None where no other is left. Raises UnknownOccurrence, IcalError."""
    parts = _parts(text)
    remove_occurrence(parts, recurrence_id)
    if not any_left(parts):
        return None
    if parts.master is not None:
        stamp(parts.master, now)
    return CalendarText.of_tree(parts.root)


def remove_following(text: CalendarText, recurrence_id: str, *, now: datetime) -> CalendarText | None:
    """The event without this and all later occurrences; None where none is left. Raises UnknownOccurrence,
    UnsplittableSeries, IcalError."""
    before = split_series(text, recurrence_id, uid="", now=now).before
    if before is None:
        return None
    parts = parts_to_edit(before)
    if parts.master is not None:
        stamp(parts.master, now)
    return CalendarText.of_tree(parts.root)


def remove_attendee(text: CalendarText, address: str, *, now: datetime) -> CalendarText:
    """The event without the attendee, in the series and in every override. ``address`` is normalised."""
    parts = _parts(text)
    for _, part in parts.items():
        there = [each for each in part.all("ATTENDEE") if address_of(each) == address]
        for line in there:
            part.remove(line)
        if there:
            stamp(part, now)
    return CalendarText.of_tree(parts.root)


def _parts(text: CalendarText) -> Parts:
    parts = parts_to_edit(text)
    if parts.master is None and not parts.overrides:
        raise InvalidCalendarData("there is nothing to edit")
    return parts


def _write_rule(parts: Parts, rule: str) -> None:
    """Sets the rule of the series. Overrides of occurrences that the new rule does not have are removed."""
    if parts.master is None:
        raise UnmovableSeries("the event is one occurrence of a series that is elsewhere")
    write_rule(parts.master, rule)
    for rid in list(parts.overrides):
        if not rule or not planned(parts, rid):
            parts.remove(rid)


def _write_dates(parts: Parts, change: EventChange) -> None:
    """Sets the dates that a series has besides its rule, and those that it leaves out."""
    if parts.master is None:
        raise UnmovableSeries("the event is one occurrence of a series that is elsewhere")
    for name, dates in (("RDATE", change.dates), ("EXDATE", change.excluded)):
        if dates is not None:
            write_dates(parts, name, dates)
    for rid in list(parts.overrides):
        if not planned(parts, rid):
            parts.remove(rid)


def _times_of(parts: Parts, recurrence_id: str | None) -> tuple[Moment, Moment]:
    """Start and end of an occurrence; None: of the series itself."""
    if recurrence_id is not None:
        found = occurrence_named(parts.root, recurrence_id)
        return found.start, found.end
    start, end = parts.times(parts.master or next(iter(parts.overrides.values())))
    if start is None or end is None:
        raise InvalidCalendarData("the event has no start")
    return start, end


def _move_to(parts: Parts, old: tuple[Moment, Moment], new: tuple[Moment, Moment]) -> None:
    """Moves the series as far as from the old times to the new ones; overrides keep what is their own."""
    (before, until), (start, end) = old, new
    model = parts.master or next(iter(parts.overrides.values()))
    if isinstance(before, datetime) != isinstance(start, datetime):
        if parts.overrides or any(model.get(name) is not None for name in ("RRULE", "RDATE", "EXDATE")):
            raise UnmovableSeries("a series of whole days stays one, and a series of times too")
        set_times(parts, model, start, end)
        return
    if by := wall_distance(before, start):
        move_series(parts, by)
    was, length = length_between(before, until), length_between(start, end)
    if was == length:
        return
    for _, part in parts.items():
        first, last = parts.times(part)
        if first is not None and last is not None and length_between(first, last) == was:
            set_times(parts, part, first, plus(first, length))
