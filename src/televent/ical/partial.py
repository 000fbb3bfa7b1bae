"""Parts of a calendar object as a client asks for them: CALDAV:calendar-data, RFC 4791 §9.6."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from televent.ical.reading import moment_of, utc_of
from televent.ical.recurrence import Occurrence, occurrences, touches
from televent.ical.tree import Component
from televent.ical.values import Moment, duration, end_of, written

MAX_EXPANDED = 5_000


@dataclass(frozen=True, slots=True)
class CompSpec:
    """Which properties and components (§9.6.1). None: all. A property maps to whether its value is wanted."""

    name: str
    props: dict[str, bool] | None = None
    comps: tuple[CompSpec, ...] | None = None


@dataclass(frozen=True, slots=True)
class DataSpec:
    """What calendar-data asks for; ranges are (start, end), aware UTC."""

    comp: CompSpec | None = None
    expand: tuple[datetime, datetime] | None = None
    limit_recurrence: tuple[datetime, datetime] | None = None
    limit_freebusy: tuple[datetime, datetime] | None = None

    @property
    def whole(self) -> bool:
        """The object is wanted as it stands."""
        return self == DataSpec()


def select(root: Component, spec: DataSpec, floating_zone: tzinfo = UTC) -> bytes:
    """The text asked for; ``root`` stays as it is. Raises TooManyInstances for an expansion without end."""
    tree = root.copy()
    if spec.expand is not None:
        tree = _expanded(tree, *spec.expand, floating_zone)
    elif spec.limit_recurrence is not None:
        _limit_recurrence(tree, *spec.limit_recurrence, floating_zone)
    if spec.limit_freebusy is not None:
        _limit_freebusy(tree, *spec.limit_freebusy)
    if spec.comp is not None:
        _prune(tree, spec.comp)
    return tree.to_bytes()


def _expanded(tree: Component, start: datetime, end: datetime, zone: tzinfo) -> Component:
    """Each instance by itself, in UTC, without rules or time zones (§9.6.5)."""
    instances = occurrences(tree, start, end, floating_zone=zone, limit=MAX_EXPANDED)
    recurs = any(
        each.get(name) is not None for each in tree.components() for name in ("RRULE", "RDATE", "RECURRENCE-ID")
    )
    tree.remove_if(lambda each: isinstance(each, Component))
    for occurrence in instances:
        tree.add(_standing_alone(occurrence, recurs))
    return tree


def _standing_alone(occurrence: Occurrence, recurs: bool) -> Component:
    part = occurrence.component.copy()
    dated = part.get("DTEND") or part.get("DUE")
    for name in ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"):
        part.drop(name)
    _put_moment(part, "DTSTART", occurrence.start)
    if dated is not None:
        _put_moment(part, dated.name, occurrence.end)
    if recurs and occurrence.recurrence_id is not None:
        dates = (("VALUE", ("DATE",)),) if len(occurrence.recurrence_id) == 8 else ()
        part.put("RECURRENCE-ID", occurrence.recurrence_id, dates)
    return part


def _put_moment(part: Component, name: str, value: Moment) -> None:
    dates = (("VALUE", ("DATE",)),) if not isinstance(value, datetime) else ()
    part.put(name, written(value), dates)


def _limit_recurrence(tree: Component, start: datetime, end: datetime, zone: tzinfo) -> None:
    """Only overrides that matter in the range: those in it, and those moved out of it (§9.6.6)."""
    for part in tree.components():
        rid = part.get("RECURRENCE-ID")
        if rid is None:
            continue
        original = moment_of(rid, tree, {})
        head = part.get("DTSTART")
        first = moment_of(head, tree, {}) if head is not None else original
        tail = part.get("DTEND")
        last = end_of(first, moment_of(tail, tree, {}) if tail else None, duration(part.value("DURATION") or ""))
        if original is None or first is None or last is None:
            continue
        here = touches(first, last, start, end, zone)
        there = start <= utc_of(original, zone) < end
        future = (rid.param("RANGE") or "").upper() == "THISANDFUTURE" and utc_of(original, zone) < end
        if not (here or there or future):
            tree.remove(part)


def _limit_freebusy(tree: Component, start: datetime, end: datetime) -> None:
    from televent.ical.values import moment

    for part in tree.components("VFREEBUSY"):
        for prop in part.all("FREEBUSY"):
            kept = []
            for period in prop.value.split(","):
                begin, _, rest = period.partition("/")
                opened = moment(begin)
                closed = moment(rest) if opened is not None else None
                if opened is None:
                    continue
                finish = utc_of(closed) if closed else utc_of(opened) + (duration(rest) or timedelta(0))
                if utc_of(opened) < end and finish > start:
                    kept.append(period)
            if kept:
                part.replace(prop, prop.with_value(",".join(kept)))
            else:
                part.remove(prop)


def _prune(part: Component, spec: CompSpec) -> None:
    if spec.props is not None:
        for prop in part.properties:
            wanted = spec.props.get(prop.name)
            if wanted is None:
                part.remove(prop)
            elif not wanted:
                part.replace(prop, prop.with_value(""))
    if spec.comps is not None:
        by_name = {each.name.upper(): each for each in spec.comps}
        for child in part.components():
            if child.name in by_name:
                _prune(child, by_name[child.name])
            else:
                part.remove(child)
