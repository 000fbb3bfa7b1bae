"""Moves an event: a whole series by the same time on the wall clock of its zone, or one component to other times.

RFC 5545 §3.8.2, §3.8.5. A moved series keeps its occurrences: start, RDATEs, EXDATEs, RECURRENCE-IDs, UNTIL and the
days in the rule move together. A rule that names days of a month cannot always do that; then the move is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from televent.ical.editing.changes import length_written
from televent.ical.editing.refusals import UnmovableSeries
from televent.ical.itip.parts import Parts
from televent.ical.rules.expansion import expand
from televent.ical.rules.rule import WEEKDAYS, parse_rule
from televent.ical.text.errors import InvalidCalendarData, TooManyInstances
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, duration, moment, written
from televent.ical.text.wall_clock import LAST, in_zone, plus, wall_in, wall_of
from televent.ical.zones.tzid import tzid_of

MAX_COMPARED: Final = 400
"""Max occurrences of the old and the new rule that are compared."""
UTC_NAMES: Final = frozenset({"UTC", "Etc/UTC"})
"""Zones that need no VTIMEZONE: their times are written with Z (RFC 5545 §3.3.5)."""
_DAY: Final = timedelta(days=1)


def move_series(parts: Parts, by: timedelta) -> None:
    """Moves the master and every override by the same time on the wall clock of the event's zone.

    Each keeps its length in real time. Raises UnmovableSeries, InvalidCalendarData.
    """
    model = parts.master or next(iter(parts.overrides.values()))
    start = parts.start(model)
    if start is None:
        raise InvalidCalendarData("the event has no start")
    if not isinstance(start, datetime) and by % _DAY:
        raise UnmovableSeries("an event of whole days moves by whole days")
    mover = _Mover(parts, start, by)
    for _, part in list(parts.items()):
        mover.move(part)
    parts.overrides = {parts.resolve(each.all("RECURRENCE-ID")[0]) or "": each for each in parts.overrides.values()}


def set_times(parts: Parts, part: Component, start: Moment, end: Moment) -> None:
    """Gives one component other times, written in the zone that it has. Raises InvalidCalendarData."""
    before, _ = parts.times(part)
    head = part.get("DTSTART")
    if before is None or head is None:
        raise InvalidCalendarData("the event has no start")
    if isinstance(before, datetime) != isinstance(start, datetime):
        write_times(parts, part, start, end)
        return
    _set_start(parts, part, like(start, before))
    after = parts.start(part)
    if after is not None:
        _set_end(parts, part, length_between(start, end))


def wall_distance(before: Moment, after: Moment) -> timedelta:
    """The time between two moments on the wall clock of the first one's zone."""
    if isinstance(before, datetime) and isinstance(after, datetime):
        return wall_of(like(after, before)) - wall_of(before)
    return wall_of(after) - wall_of(before)


def like(value: Moment, model: Moment) -> Moment:
    """The same moment in the zone of *model*; for a floating one the wall clock that it has."""
    if not isinstance(value, datetime) or not isinstance(model, datetime):
        return value
    if model.tzinfo is None or value.tzinfo is None:
        return value.replace(tzinfo=model.tzinfo)
    return value.astimezone(model.tzinfo)


class _Mover:
    """Moves every time of a component. ``start``: that of the series before the move."""

    def __init__(self, parts: Parts, start: Moment, by: timedelta) -> None:
        self._parts = parts
        self._start = start
        self._by = by
        self._zone = start.tzinfo if isinstance(start, datetime) else None

    def move(self, part: Component) -> None:
        """Moves one component."""
        start, end = self._parts.times(part)
        head = part.get("DTSTART")
        if start is None or head is None:
            raise InvalidCalendarData("the event has no start")
        for name in ("RECURRENCE-ID", "RDATE", "EXDATE"):
            for prop in part.all(name):
                part.replace(prop, prop.with_value(",".join(self._moved(prop, each) for each in prop.value.split(","))))
        rules = part.all("RRULE")
        new = self._moved_moment(start)
        for rule in rules:
            part.replace(rule, rule.with_value(self._rule(rule.value, start, new)))
        part.replace(head, head.with_value(_value(new, head)))
        if end is not None and part.get("DTEND") is not None:
            _set_end(self._parts, part, length_between(start, end))
        _move_alarms(part, start, new)

    def _moved_moment(self, value: Moment) -> Moment:
        """The moment later by the distance, on the wall clock of the series' zone."""
        try:
            if not isinstance(value, datetime):
                # A whole day in a timed series: the day of the occurrence that it names.
                clock = wall_of(self._start) - wall_of(_day_of(self._start))
                return _day_of(wall_of(value) + clock + self._by)
            if value.tzinfo is None or self._zone is None or value.tzinfo is self._zone:
                return value + self._by
            return in_zone(wall_in(value, self._zone) + self._by, self._zone).astimezone(value.tzinfo)
        except OverflowError as error:
            raise InvalidCalendarData("the time is beyond the calendar") from error

    def _moved(self, prop: Property, value: str) -> str:
        first, slash, second = value.partition("/")
        tzid = prop.param("TZID")
        zone = self._parts.zones.get(tzid) if tzid else None
        found = moment(first, zone)
        if found is None:
            return value
        until = moment(second, zone) if slash else None
        text = _value_like(self._moved_moment(found), first)
        if not slash:
            return text
        return f"{text}/{second if until is None else _value_like(self._moved_moment(until), second)}"

    def _rule(self, text: str, start: Moment, new: Moment) -> str:
        """The rule whose occurrences are those of the old one, moved. Raises UnmovableSeries."""
        old = parse_rule(text, self._zone)
        days = (_day_of(new) - _day_of(start)).days
        fields = [each.partition("=") for each in text.strip().rstrip(";").split(";")]
        rotated = {"DAILY": ("BYDAY",), "WEEKLY": ("BYDAY", "WKST")}.get(old.freq, ())
        values = []
        for name, _, value in fields:
            key, new_value = name.strip().upper(), value
            if key == "UNTIL":
                new_value = self._until(value.strip(), start)
            elif key in rotated:
                new_value = _rotated(value, days)
            values.append(f"{name}={new_value}")
        # Without WKST a week begins on Monday. Where several weekdays of every second week move, it must move too.
        if old.freq == "WEEKLY" and old.interval > 1 and len(old.days) > 1 and days % 7 and "WKST=" not in text.upper():
            values.append(f"WKST={_rotated('MO', days)}")
        moved = ";".join(values)
        before = _expanded(text, self._zone, wall_of(start))
        after = _expanded(moved, self._zone, wall_of(new))
        if any(one + self._by != other for one, other in zip(before, after, strict=False)):
            raise UnmovableSeries("the days that the rule names cannot move like this")
        return moved

    def _until(self, value: str, start: Moment) -> str:
        until = moment(value)
        if until is None:
            return value
        if isinstance(until, datetime) and until.tzinfo is not None and self._zone is not None:
            # UNTIL is written in UTC, and means a time on the wall clock of the series (§3.3.10).
            return written(in_zone(wall_in(until, self._zone) + self._by, self._zone))
        return _value_like(self._moved_moment(until), value)


def _expanded(rule: str, zone: tzinfo | None, start: datetime) -> list[datetime]:
    """The first times of the rule on the wall clock; fewer where finding them costs too much."""

    def found() -> Iterator[datetime]:
        try:
            yield from expand(parse_rule(rule, zone), start, start, LAST.replace(tzinfo=None))
        except TooManyInstances:
            return

    return list(islice(found(), MAX_COMPARED))


def _rotated(names: str, days: int) -> str:
    """Weekdays that are *days* later; a day with a number, such as 2MO, stays."""
    shown = []
    for name in names.split(","):
        plain = name.strip().upper()
        shown.append(WEEKDAYS[(WEEKDAYS.index(plain) + days) % 7] if plain in WEEKDAYS else name)
    return ",".join(shown)


def _set_start(parts: Parts, part: Component, start: Moment) -> None:
    head, before = part.get("DTSTART"), parts.start(part)
    assert head is not None
    assert before is not None
    value = _value(start, head)
    if value == head.value:
        return
    part.replace(head, head.with_value(value))
    _move_alarms(part, before, start)


def _set_end(parts: Parts, part: Component, length: timedelta) -> None:
    """Writes the end so that the event has this length, as DTEND or DURATION, whichever it has."""
    head, tail, start = part.get("DTSTART"), part.get("DTEND"), parts.start(part)
    assert head is not None
    assert start is not None
    if tail is None and part.get("DURATION") is not None:
        if duration(part.value("DURATION") or "") != length:
            part.put("DURATION", length_written(length))
        return
    end = plus(start, length)
    if tail is None:
        part.add(Property.of("DTEND", _value(end, head), head.params, ending=part.ending))
        return
    there = parts.moment(tail)
    if isinstance(there, datetime) and isinstance(end, datetime):
        end = like(end, there)
    if there is not None and isinstance(there, datetime) == isinstance(end, datetime):
        value = _value(end, tail)
        if value != tail.value:
            part.replace(tail, tail.with_value(value))


def write_times(parts: Parts, part: Component, start: Moment, end: Moment) -> None:
    """Writes start and end as they are: whole days, or times in the zones that they bring."""
    part.drop("DURATION")
    for name, value in (("DTSTART", start), ("DTEND", end)):
        params, text = spelling_of(value)
        part.put(name, text, params)
        if isinstance(value, datetime) and isinstance(value.tzinfo, ZoneInfo):
            add_zone(parts, value.tzinfo.key, value)


def add_zone(parts: Parts, tzid: str, first: Moment) -> None:
    """Adds the VTIMEZONE of a name that the text uses now, where it has none (RFC 5545 §3.6.5)."""
    if tzid in UTC_NAMES or any(tzid_of(each) == tzid for each in parts.root.components("VTIMEZONE")):
        return
    zone = parts.zone_written(tzid, first)
    if zone is not None:
        parts.root.entries.insert(_before_parts(parts.root), zone)


def _before_parts(root: Component) -> int:
    return next((place for place, each in enumerate(root.entries) if isinstance(each, Component)), len(root.entries))


def spelling_of(value: Moment) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], str]:
    """Parameters and value of a new line."""
    if not isinstance(value, datetime):
        return (("VALUE", ("DATE",)),), written(value)
    if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key not in UTC_NAMES:
        return (("TZID", (value.tzinfo.key,)),), _basic(value)
    return (), written(value)


def _move_alarms(part: Component, before: Moment, after: Moment) -> None:
    """Moves the alarms that ring at a fixed time (RFC 5545 §3.8.6.3) by as much as the start."""
    distance = _real(after) - _real(before)
    for alarm in part.components("VALARM"):
        trigger = alarm.get("TRIGGER")
        rings = moment(trigger.value) if trigger is not None else None
        if trigger is not None and isinstance(rings, datetime) and rings.tzinfo is not None:
            alarm.replace(trigger, trigger.with_value(written(plus(rings, distance))))


def length_between(start: Moment, end: Moment) -> timedelta:
    """The real time between two moments of one kind."""
    return max(_real(end) - _real(start), timedelta(0))


def _real(value: Moment) -> datetime:
    """The moment as one that can be subtracted in real time."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return wall_of(value).replace(tzinfo=UTC)


def _day_of(value: Moment) -> date:
    return value.date() if isinstance(value, datetime) else value


def _value(value: Moment, prop: Property) -> str:
    """The moment as *prop* writes it: in UTC, or on the wall clock of its zone."""
    return _value_like(value, prop.value)


def _value_like(value: Moment, text: str) -> str:
    if not isinstance(value, datetime):
        return written(value)
    return written(value) if text.strip().upper().endswith("Z") else _basic(value)


def _basic(value: datetime) -> str:
    return written(value.replace(tzinfo=None))
