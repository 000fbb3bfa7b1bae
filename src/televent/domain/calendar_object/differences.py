"""Compares two readings of one calendar object, in the values of :mod:`details`.

Only decisions call this. Replay takes the result from the fact.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from televent.domain.calendar_object.details import Details, Difference, Occurrence, WhatChanged, When
from televent.ical.itip.changes import is_internal
from televent.ical.objects.reading import Instance, Reading
from televent.ical.text.values import Moment, canonical, moment, written
from televent.ical.zones.moments import utc_of

MAX_OCCURRENCES: Final = 50
"""Max occurrences that one fact lists."""
MAX_PROPERTIES: Final = 30
"""Max names of other properties that one fact lists."""
MAX_TEXT: Final = 500
"""Max characters of a title, a place or a rule in a fact."""
MAX_NAME: Final = 200
"""Max characters of a person's, a zone's or a property's name in a fact."""
MAX_EXCEPTIONS: Final = 1000
"""Max EXDATE and RDATE values that are compared on each side of one change."""
MAX_COMPARED: Final = 2000
"""Max other properties that are compared on each side of one change."""

_Pair = tuple[Instance | None, Instance | None]


def what_changed(before: Reading | None, after: Reading) -> WhatChanged:
    """The event before and after a change; ``before`` None: it is new."""
    was, now = before.master if before is not None else None, after.master
    pairs = _pairs(before, after)
    listed = sorted(pairs, key=str)[:MAX_OCCURRENCES]
    then = details_of(was) if was is not None else None
    same = was is not None and now is not None and _whole(was) == _whole(now)
    return WhatChanged(
        was=then,
        now=then if same else details_of(now) if now is not None else None,
        occurrences=tuple(_difference(rid, *pairs[rid], now or was) for rid in listed),
        unlisted=len(pairs) - len(listed),
        properties=_properties(before, after) if before is not None else (),
    )


def details_of(instance: Instance) -> Details:
    """The details of one instance."""
    return Details(
        start=when_of(instance.start, instance.tzid),
        end=when_of(instance.end, instance.tzid),
        rule=bounded(instance.rrule, MAX_TEXT) if instance.rrule is not None else None,
        title=bounded(instance.summary, MAX_TEXT),
        place=bounded(instance.location, MAX_TEXT),
        status=bounded(instance.status, MAX_NAME) if instance.status is not None else None,
    )


def when_of(value: Moment | None, tzid: str | None = None) -> When | None:
    """A moment in the form that facts store; ``tzid`` names its zone where the zone object has no name."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        return When(written(value), None, None)
    local = value.isoformat()[:19].replace("-", "").replace(":", "")
    if value.tzinfo is None:
        return When(local, None, None)
    if value.tzinfo is UTC:
        return When(local, "UTC", value)
    zone = getattr(value.tzinfo, "key", None) or bounded(tzid or value.tzname() or "", MAX_NAME)
    return When(local, zone, utc_of(value))


def instant_of(when: When | None) -> datetime | str | None:
    """A value that is equal for the same time in two zones; the local time of a date or a floating time."""
    return (when.utc or when.local) if when is not None else None


def occurrence_of(recurrence_id: str, series: Instance | None) -> Occurrence:
    """The occurrence of that canonical RECURRENCE-ID, its time in the zone of the series."""
    at = _at(recurrence_id, series)
    original = when_of(at, series.tzid if series is not None else None)
    return Occurrence(bounded(recurrence_id, MAX_NAME), original or When(bounded(recurrence_id, MAX_NAME), None, None))


def details_in(reading: Reading, recurrence_id: str | None) -> Details | None:
    """The details of an occurrence; with None, of the event or series. None where there is no such instance."""
    found = next((each for each in reading.instances() if each.recurrence_id == recurrence_id), None)
    if found is None and recurrence_id is not None and reading.master is not None:
        found = _plain(reading.master, recurrence_id)
    return details_of(found) if found is not None else None


def bounded(text: str, limit: int) -> str:
    """At most ``limit`` characters of a text; "…" is the last one where the text was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _pairs(before: Reading | None, after: Reading) -> dict[str, _Pair]:
    """Each occurrence that differs, before and after, by RECURRENCE-ID."""
    then = {each.recurrence_id or "": each for each in before.overrides} if before is not None else {}
    here = {each.recurrence_id or "": each for each in after.overrides}
    was, now = before.master if before is not None else None, after.master
    pairs: dict[str, _Pair] = {}
    # A moved series has other RECURRENCE-IDs, so only occurrences with a component of their own are compared.
    steady = was is not None and now is not None and (was.start, was.rrule) == (now.start, now.rrule)
    if steady and was is not None and now is not None and was.exceptions != now.exceptions:
        old, new = _exceptions(was, now)
        for name, rids in (("EXDATE", new["EXDATE"] - old["EXDATE"]), ("RDATE", old["RDATE"] - new["RDATE"])):
            for rid in rids:
                # A cancelled occurrence may have both an EXDATE and a component with STATUS:CANCELLED.
                pairs[rid] = then.get(rid) or _plain(was, rid), here.get(rid) if name == "EXDATE" else None
        for rid in (old["EXDATE"] - new["EXDATE"]) | (new["RDATE"] - old["RDATE"]):
            pairs[rid] = None, here.get(rid) or _plain(now, rid)
    for rid in then.keys() | here.keys() if then or here else ():
        if rid in pairs:
            continue
        earlier = then.get(rid) or (_plain(was, rid) if steady and was is not None else None)
        later = here.get(rid) or (_plain(now, rid) if steady and now is not None else None)
        if earlier is None or later is None or _shown(earlier) != _shown(later):
            pairs[rid] = earlier, later
    return pairs


def _difference(rid: str, was: Instance | None, now: Instance | None, series: Instance | None) -> Difference:
    return Difference(
        occurrence_of(rid, series),
        details_of(was) if was is not None else None,
        details_of(now) if now is not None else None,
    )


def _shown(each: Instance) -> tuple[object, ...]:
    return each.start, each.end, each.summary, each.location, each.status


def _whole(each: Instance) -> tuple[object, ...]:
    return *_shown(each), each.rrule, each.tzid


def _exceptions(was: Instance, now: Instance) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The canonical EXDATEs and RDATEs of each side, from the lines that the other side does not have."""
    shared = set(was.exceptions) & set(now.exceptions)
    found = []
    for each in (was, now):
        dates: dict[str, set[str]] = {"EXDATE": set(), "RDATE": set()}
        left = MAX_EXCEPTIONS
        for name, value, zone in each.exceptions:
            if (name, value, zone) in shared:
                continue
            for part in value.split(",")[:left]:
                left -= 1
                at = moment(part.partition("/")[0], zone)
                if at is not None:
                    dates[name].add(canonical(at))
        found.append(dates)
    return found[0], found[1]


def _plain(series: Instance, rid: str) -> Instance:
    """The occurrence without any change of its own: the series' values at that time."""
    at = _at(rid, series)
    if at is None or series.start is None or series.end is None:
        return replace(series, recurrence_id=rid, start=at, end=None, rrule=None)
    try:
        if isinstance(at, datetime) and at.tzinfo is not None and isinstance(series.end, datetime):
            # A duration is exact time. Local times would give another one across a change of the clock.
            length = utc_of(series.end) - utc_of(series.start)
            end: Moment = (utc_of(at) + length).astimezone(at.tzinfo)
        else:
            end = at + (series.end - series.start)
    except (OverflowError, TypeError):
        end = at
    return replace(series, recurrence_id=rid, start=at, end=end, rrule=None)


def _at(rid: str, series: Instance | None) -> Moment | None:
    """The original time of the occurrence, in the zone of the series."""
    at = moment(rid)
    start = series.start if series is not None else None
    if isinstance(at, datetime) and at.tzinfo is not None and isinstance(start, datetime) and start.tzinfo is not None:
        try:
            return at.astimezone(start.tzinfo)
        except OverflowError:
            return at
    return at


def _properties(before: Reading, after: Reading) -> tuple[str, ...]:
    """The names of the other properties and components that changed, sorted."""
    then = {each.recurrence_id: each for each in before.instances()}
    names: set[str] = set()
    left = MAX_COMPARED
    for each in after.instances():
        was = then.get(each.recurrence_id) or before.master
        if was is None or was is each:
            continue
        if was.inside != each.inside:
            names.update(bounded(name, MAX_NAME) for name, _ in {*was.inside[:left]} ^ {*each.inside[:left]})
        old, new = ({prop.raw: prop for prop in side.beside} for side in (was, each))
        if old.keys() == new.keys():
            continue
        lost = [prop for raw, prop in old.items() if raw not in new][:left]
        found = [prop for raw, prop in new.items() if raw not in old][:left]
        # Different lines may be equal properties: folded elsewhere, or with a name in lower case.
        differ = {(one.name, one.params, one.value) for one in lost} ^ {
            (one.name, one.params, one.value) for one in found
        }
        names.update(bounded(name, MAX_NAME) for name, *_ in differ if not is_internal(name))
        left -= max(len(lost), len(found))
        if left <= 0 or len(names) > MAX_PROPERTIES:
            break
    host = [each.organizer.address if each.organizer is not None else None for each in (before, after)]
    if host[0] != host[1]:
        names.add("ORGANIZER")
    return tuple(sorted(names)[:MAX_PROPERTIES])
