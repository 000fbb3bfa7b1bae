"""Splits a series in two at one occurrence: RFC 5545 §3.8.5; the way of calendar apps, ADR 47.

The series so far ends before the occurrence; the rest becomes a series with a UID of its own. Together they have the
occurrences of the series before. RANGE=THISANDFUTURE (§3.2.13) is not written: many programs do not read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from televent.ical.editing.copying import renamed
from televent.ical.editing.moving import set_times
from televent.ical.editing.occurrences import is_ranged, occurrence_named
from televent.ical.editing.refusals import UnsplittableSeries
from televent.ical.itip.parts import Parts, parts_to_edit
from televent.ical.objects.calendar_text import CalendarText
from televent.ical.recurrence.recurrence_set import RecurrenceSet, Series
from televent.ical.rules.expansion import Budget, expand
from televent.ical.rules.rule import parse_rule
from televent.ical.text.errors import TooManyInstances
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, moment, written
from televent.ical.text.wall_clock import LAST, in_zone, wall_in, wall_of
from televent.ical.zones.moments import utc_of

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Split:
    """The two halves of a series. ``before`` None: the occurrence is the first one, so there is nothing to split, and
    ``rest`` is the whole event under its own UID."""

    before: CalendarText | None
    rest: CalendarText


def split_series(text: CalendarText, recurrence_id: str, *, uid: str, now: datetime) -> Split:
    """Splits a series before the occurrence. ``uid``: that of the second half, which has no SEQUENCE and no answers
    yet.

    Raises UnknownOccurrence, UnsplittableSeries, IcalError.
    """
    occurrence_named(text.tree, recurrence_id)
    every = RecurrenceSet(text.tree)
    series, instant = every.series, Parts.moment_named(recurrence_id)
    if series is None or not series.recurs or instant is None:
        raise UnsplittableSeries("the event is no series")
    if any(is_ranged(each) for each in every.overrides.values()):
        raise UnsplittableSeries("one of its occurrences describes the following ones too")
    cut = _Cut(series, instant)
    if not cut.any_before(every):
        return Split(None, text)
    before, rest = parts_to_edit(text), parts_to_edit(text)
    cut.keep_before(before)
    cut.keep_rest(rest)
    rest.root = renamed(rest.root, uid, now=now)
    return Split(CalendarText.of_tree(before.root), CalendarText.of_tree(rest.root))


class _Cut:
    """The place at which a series is cut. ``instant``: the planned start of the first occurrence of the rest."""

    def __init__(self, series: Series, instant: datetime) -> None:
        self._series = series
        self._zone: tzinfo | None = series.zone
        self._instant = instant
        self._wall = wall_in(instant, series.zone) if series.zone is not None else instant.replace(tzinfo=None)

    def any_before(self, every: RecurrenceSet) -> bool:
        """Whether the series has an occurrence before the cut. True also where finding out costs too much."""
        every.budget = Budget()
        try:
            named = (Parts.moment_named(each.recurrence_id or "") for each in every.changed())
            if any(each is not None and each < self._instant for each in named):
                return True
            start = utc_of(self._series.start)
            return any(utc_of(each.start) < self._instant for _, each in every.planned(start, self._instant))
        except TooManyInstances:
            return True

    def keep_before(self, parts: Parts) -> None:
        """Leaves the occurrences before the cut."""
        master = self._master(parts)
        for rule in master.all("RRULE"):
            master.replace(rule, rule.with_value(self._ended(rule.value)))
        self._keep_dates(parts, master, lambda each: each < self._instant)
        self._keep_overrides(parts, lambda each: each < self._instant)

    def keep_rest(self, parts: Parts) -> None:
        """Leaves the occurrences from the cut on."""
        master = self._master(parts)
        extra = [when for when, _ in self._series.extra if utc_of(when) >= self._instant]
        firsts: list[Moment] = []
        for rule in master.all("RRULE"):
            first = next(self._from_cut(rule.value), None)
            if first is None:
                master.remove(rule)
                continue
            firsts.append(self._moment(first))
            master.replace(rule, rule.with_value(self._continued(rule.value)))
        if len(firsts) > 1:
            raise UnsplittableSeries("the series has more than one rule")
        start = firsts[0] if firsts else min(extra, key=utc_of, default=None)
        if start is None:
            raise UnsplittableSeries("nothing follows")
        self._keep_dates(parts, master, lambda each: each >= self._instant)
        self._keep_overrides(parts, lambda each: each >= self._instant)
        set_times(parts, master, start, self._series.length.after(start))

    def _master(self, parts: Parts) -> Component:
        if parts.master is None:
            raise UnsplittableSeries("the event is no series")
        return parts.master

    def _moment(self, wall: datetime) -> Moment:
        return in_zone(wall, self._zone) if isinstance(self._series.start, datetime) else wall.date()

    def _from_cut(self, rule: str) -> Iterator[datetime]:
        """The times of a rule from the cut on. Raises UnsplittableSeries where finding them costs too much."""
        parsed = parse_rule(rule, self._zone)
        try:
            yield from expand(parsed, wall_of(self._series.start), self._wall, LAST.replace(tzinfo=None))
        except TooManyInstances as error:
            raise UnsplittableSeries("the rule is too costly to read") from error

    def _ended(self, rule: str) -> str:
        """The rule that ends before the cut: with UNTIL, without COUNT (§3.3.10). One that has ended stays."""
        if next(self._from_cut(rule), None) is None:
            return rule
        last = self._wall - (timedelta(days=1) if not isinstance(self._series.start, datetime) else _SECOND)
        if not isinstance(self._series.start, datetime):
            until = written(last.date())
        elif self._zone is not None:
            until = written(self._instant - _SECOND)
        else:
            until = written(last)
        kept = [each for each in rule.strip().rstrip(";").split(";") if _name(each) not in ("UNTIL", "COUNT")]
        return ";".join([*kept, f"UNTIL={until}"])

    def _continued(self, rule: str) -> str:
        """The rule from the cut on: COUNT without the occurrences before it."""
        old = parse_rule(rule, self._zone)
        if old.count is None:
            return rule
        left = sum(1 for _ in self._from_cut(rule))
        fields = rule.strip().rstrip(";").split(";")
        return ";".join(f"COUNT={left}" if _name(each) == "COUNT" else each for each in fields)

    def _keep_dates(self, parts: Parts, master: Component, kept: Callable[[datetime], bool]) -> None:
        for name in ("RDATE", "EXDATE"):
            for prop in master.all(name):
                values = prop.value.split(",")
                left = [each for each in values if kept(self._instant_of(parts, prop, each))]
                if not left:
                    master.remove(prop)
                elif len(left) < len(values):
                    master.replace(prop, prop.with_value(",".join(left)))

    def _instant_of(self, parts: Parts, prop: Property, value: str) -> datetime:
        """The instant that an RDATE or EXDATE names; a day in a timed series is its occurrence of that day."""
        tzid = prop.param("TZID")
        found = moment(value.partition("/")[0], parts.zones.get(tzid) if tzid else None)
        if found is None:
            return self._instant
        start = self._series.start
        if isinstance(start, datetime) and not isinstance(found, datetime):
            return utc_of(in_zone(datetime.combine(found, start.time()), self._zone))
        if isinstance(found, datetime) and found.tzinfo is None and self._zone is not None:
            return utc_of(in_zone(found, self._zone))
        return utc_of(found if isinstance(start, datetime) else wall_of(found).date())

    def _keep_overrides(self, parts: Parts, kept: Callable[[datetime], bool]) -> None:
        for rid in list(parts.overrides):
            instant = Parts.moment_named(rid)
            if instant is not None and not kept(instant):
                parts.remove(rid)


def _name(field: str) -> str:
    return field.partition("=")[0].strip().upper()
