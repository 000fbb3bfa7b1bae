"""Finds when an event reminds its owner: by its alarms (RFC 5545 §3.6.6), or as the person usually wants it.

An occurrence that is cancelled, or that the owner declined, never reminds. The work is counted: a series with more
than some hundred instances a day reminds nobody (:data:`MAX_WORK`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

from televent.ical.objects.alarms import Alarm, acknowledged, alarms_of
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.objects.reading import address_of
from televent.ical.recurrence.recurrence_set import Occurrence, RecurrenceSet
from televent.ical.rules.expansion import Budget
from televent.ical.text.tree import Component
from televent.ical.text.values import moment
from televent.ical.text.wall_clock import FIRST, in_zone, moved, wall_of
from televent.ical.zones.moments import utc_of

MAX_WORK: Final = 4_000
"""Max steps of one search: an instance of a rule costs about four."""
MAX_REACH: Final = timedelta(days=400)
"""Max distance of an alarm, with its repetitions, from its event; others are not read."""
EVE: Final = time(18)
"""The time on the day before an event of whole days at which it usually reminds, in the owner's zone."""
UNANSWERED_A_DAY: Final = 4
"""Max occurrences within a day for which an invitation without an answer reminds: a stranger may have sent it."""
_DAY: Final = timedelta(days=1)
_HALF_DAY: Final = timedelta(hours=12)
_NEAR: Final = 32 * _DAY
"""Max time after an absolute alarm of a series in which its occurrence is looked for."""
_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Owner:
    """The person whose copy it is. ``zone`` is that of floating times and whole days. ``me``: their addresses.

    ``leads``: minutes before the start at which an event without an alarm reminds; one of whole days reminds at EVE
    instead, once. ``alarms`` False: alarms are left to the person's calendar app.
    """

    zone: tzinfo
    me: Collection[str]
    leads: tuple[int, ...]
    alarms: bool = True


@dataclass(frozen=True, slots=True)
class Firing:
    """One reminder. ``at`` is UTC. ``name`` names the trigger within its occurrence."""

    at: datetime
    name: str
    occurrence: Occurrence


def firings(text: CalendarText, low: datetime, high: datetime, owner: Owner) -> list[Firing]:
    """The reminders in (low, high], aware, the earliest first.

    Raises TooManyInstances where the series is too dense, InvalidCalendarData for an invalid rule.
    """
    every = text.recurrence
    every.budget = Budget(MAX_WORK)
    return _firings(
        text.tree.components("VEVENT"), every.instances, every.budget, text.reading.recurs, low, high, owner
    )


def firings_of_single(occurrence: Occurrence, low: datetime, high: datetime, owner: Owner) -> list[Firing]:
    """The reminders in (low, high] of an event that does not recur, the earliest first."""
    return _firings([occurrence.component], lambda _, __: [occurrence], Budget(MAX_WORK), False, low, high, owner)


def _firings(
    events: Sequence[Component],
    instances: Callable[[datetime, datetime], Iterable[Occurrence]],
    budget: Budget,
    recurs: bool,
    low: datetime,
    high: datetime,
    owner: Owner,
) -> list[Firing]:
    alarms = {id(each): [alarm for alarm in alarms_of(each) if _reach(alarm) <= MAX_REACH] for each in events}
    known = [alarm for some in alarms.values() for alarm in some]
    before = max((-each.after for each in known), default=_NOTHING)
    before = max(before, *(timedelta(minutes=each) for each in owner.leads), _NOTHING) + 2 * _DAY
    if any(each.absolute is not None for each in known):
        before = max(before, _NEAR)
    after = max((each.after + each.repeat * each.times for each in known), default=_NOTHING) + 2 * _DAY
    found: dict[tuple[datetime, str, str | None], Firing] = {}
    once: dict[tuple[int, str], Firing] = {}
    occurrences = list(instances(moved(low, -after), moved(high, before)))
    starts = sorted(utc_of(each.start, owner.zone) for each in occurrences)
    for occurrence in occurrences:
        part = occurrence.component
        budget.spend(1 + len(alarms.get(id(part), ())))
        if _silent(part, owner.me) or (_unanswered(part, owner.me) and _crowded(occurrence, starts, owner.zone)):
            continue
        for each, absolute in _of(occurrence, alarms.get(id(part), []), owner):
            if not low < each.at <= high:
                continue
            if not absolute:
                found[each.at, each.name, occurrence.recurrence_id] = each
            elif utc_of(occurrence.end, owner.zone) > each.at or not recurs:
                # An alarm with a fixed time rings once, whatever recurs: for the occurrence that it comes before.
                key = id(part), each.name
                if key not in once or _start(each, owner) < _start(once[key], owner):
                    once[key] = each
    return sorted([*found.values(), *once.values()], key=lambda each: (each.at, _start(each, owner), each.name))


def occurrence_of(text: CalendarText, recurrence_id: str | None, zone: tzinfo) -> Occurrence | None:
    """The occurrence with that canonical RECURRENCE-ID, None for the event that does not recur; None where it does not
    take place any more. Raises TooManyInstances, InvalidCalendarData."""
    every = text.recurrence
    every.budget = Budget(MAX_WORK)
    planned = moment(recurrence_id) if recurrence_id is not None else None
    near = utc_of(planned, zone) if planned is not None else None
    found = every.single() if near is None else _around(every, near)
    return next((each for each in found if each.recurrence_id == recurrence_id), None)


def unsilenced(occurrence: Occurrence, me: Collection[str]) -> bool:
    """Whether the occurrence may remind: it is not cancelled, and the owner did not decline it."""
    return not _silent(occurrence.component, me)


def dealt_with(occurrence: Occurrence) -> datetime:
    """The time up to which the person has dealt with the alarms of an occurrence in another app; FIRST if never."""
    times = [each.acknowledged for each in alarms_of(occurrence.component) if each.acknowledged is not None]
    return max([acknowledged(occurrence.component), *times])


def _around(every: RecurrenceSet, near: datetime) -> Iterator[Occurrence]:
    yield from every.changed()
    yield from every.instances(moved(near, -_DAY), moved(near, _DAY))


def _reach(alarm: Alarm) -> timedelta:
    if alarm.absolute is not None:
        return alarm.repeat * alarm.times
    return max(abs(alarm.after), abs(alarm.after + alarm.repeat * alarm.times))


def _of(occurrence: Occurrence, alarms: list[Alarm], owner: Owner) -> Iterator[tuple[Firing, bool]]:
    """The reminders of one occurrence, each with whether it has a fixed time."""
    start, end = occurrence.start, occurrence.end
    if alarms and not owner.alarms:
        return
    done = acknowledged(occurrence.component) if alarms else FIRST
    for alarm in alarms:
        first = alarm.rings_at(start, end, owner.zone)
        for number in range(alarm.times + 1 if first is not None else 0):
            assert first is not None
            at = moved(first, alarm.repeat * number)
            # RFC 9074 §6.1: an alarm is acknowledged for all its times up to that moment.
            if at > max(done, alarm.acknowledged or FIRST):
                yield Firing(at, f"{alarm.name} {number}", occurrence), alarm.absolute is not None
    if alarms or not owner.leads:
        return
    if not isinstance(start, datetime):
        eve = wall_of(start) - _DAY
        yield Firing(in_zone(datetime.combine(eve.date(), EVE), owner.zone).astimezone(UTC), "eve", occurrence), False
        return
    place = start.tzinfo or owner.zone
    for minutes in owner.leads:
        # "A day before" is the same time of day, also over a clock change.
        days, rest = divmod(minutes, 24 * 60)
        at = moved(in_zone(wall_of(start) - timedelta(days=days), place).astimezone(UTC), timedelta(minutes=-rest))
        yield Firing(at, f"usual {minutes}", occurrence), False


def _silent(part: Component, me: Collection[str]) -> bool:
    if (part.value("STATUS") or "").strip().upper() == "CANCELLED":
        return True
    mine = _answers(part, me)
    return bool(mine) and all(each == "DECLINED" for each in mine)


def _unanswered(part: Component, me: Collection[str]) -> bool:
    mine = _answers(part, me)
    return bool(mine) and all(each == "NEEDS-ACTION" for each in mine)


def _answers(part: Component, me: Collection[str]) -> list[str]:
    """The owner's answers; more than one where they are listed more than once."""
    mine = (each for each in part.all("ATTENDEE") if address_of(each) in me)
    return [(each.param("PARTSTAT") or "NEEDS-ACTION").upper() for each in mine]


def _crowded(occurrence: Occurrence, starts: list[datetime], zone: tzinfo) -> bool:
    """Whether more than UNANSWERED_A_DAY occurrences start within the day around this one."""
    start = utc_of(occurrence.start, zone)
    near = bisect_left(starts, moved(start, _HALF_DAY)) - bisect_left(starts, moved(start, -_HALF_DAY))
    return near > UNANSWERED_A_DAY


def _start(firing: Firing, owner: Owner) -> datetime:
    return utc_of(firing.occurrence.start, owner.zone)
