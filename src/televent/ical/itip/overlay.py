"""Replaces the organizer's part of a component in an attendee's copy and keeps the attendee's own part.

RFC 6638 §3.2.2.1 says which properties an attendee may change. Only lines whose content differs are rewritten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from televent.ical.itip.message import without_params
from televent.ical.itip.moments import moment_of
from televent.ical.itip.parts import Parts, line, spelled
from televent.ical.itip.people import LineKey, mine_in, numbered, partstat_of
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import canonical

PERSONAL: Final = frozenset(
    {
        "TRANSP",
        "PERCENT-COMPLETE",
        "COMPLETED",
        "CREATED",
        "LAST-MODIFIED",
        "DTSTAMP",
        "COLOR",
        "CATEGORIES",
        "COMMENT",
        "REQUEST-STATUS",
    }
)
"""Properties that an attendee may change freely, besides alarms, X- lines, exclusions and their own answer."""

_SEPARATE: Final = frozenset({"ATTENDEE", "EXDATE"})


def lay(target: Component, source: Component, *, also: Collection[str] = (), but: Collection[str] = ()) -> None:
    """Copies the organizer's properties from *source* to *target*, and the names *also*; the names *but* stay."""
    names = dict.fromkeys(prop.name for prop in [*target.properties, *source.properties])
    for name in names:
        if name in _SEPARATE or name in but or (name not in also and (name in PERSONAL or name.startswith("X-"))):
            continue
        replace_lines(target, name, source.all(name))


def replace_lines(target: Component, name: str, wanted: Sequence[Property]) -> None:
    """Replaces the lines *name* of *target* by *wanted*, in place; lines with equal content stay as they are."""
    standing = target.all(name)
    for old, new in zip(standing, wanted, strict=False):
        if not _same(old, new):
            target.replace(old, line_for(target, new))
    for old in standing[len(wanted) :]:
        target.remove(old)
    for new in wanted[len(standing) :]:
        target.add(line_for(target, new))


def _same(old: Property, new: Property) -> bool:
    return old is new or (old.value == new.value and sorted(old.params) == sorted(new.params))


def line_for(target: Component, prop: Property) -> Property:
    """*prop* with the line ending of the text it goes into."""
    return prop if prop.ending == target.ending else target.make(prop.name, prop.value, prop.params)


def lay_attendees(target: Component, source: Component, own: Mapping[LineKey, Property]) -> None:
    """Gives *target* the ATTENDEE lines of *source*, with *own* in place of these; one own line is always kept."""
    wanted = [(key, own.get(key, prop)) for key, prop in numbered(source)]
    if own and mine_in(source, {address for address, _ in own}) is None:
        wanted.append(next(iter(own.items())))
    # In the order of the existing lines, so that the lines of others are not rewritten without need.
    order = {key: place for place, (key, _) in enumerate(numbered(target))}
    wanted.sort(key=lambda line: order.get(line[0], len(order)))
    replace_lines(target, "ATTENDEE", [prop for _, prop in wanted])


def with_ending_of(copy: Parts, component: Component) -> Component:
    """*component* with the line ending of the text it goes into."""
    if component.ending == copy.root.ending:
        return component
    fresh = Component.new(component.name, ending=copy.root.ending)
    for prop in component.properties:
        fresh.add(line_for(fresh, prop))
    return fresh


def exclude(parts: Parts, rid: str) -> bool:
    """Adds an EXDATE for the occurrence; False where the series has it already or there is no series."""
    if parts.master is None or rid in parts.moments(parts.master, "EXDATE"):
        return False
    spelling = spelled(parts, rid)
    if spelling is None:
        return False
    parts.master.add(line_for(parts.master, line("EXDATE", spelling[1], spelling[0])))
    return True


def include(parts: Parts, rids: Collection[str]) -> bool:
    """Takes the occurrences out of the EXDATEs of the series; False where none of them is in there."""
    if parts.master is None or not rids:
        return False
    edited = False
    for prop in parts.master.all("EXDATE"):
        values = prop.value.split(",")
        kept = [value for value in values if _occurrence_of(parts, prop, value) not in rids]
        if len(kept) == len(values):
            continue
        edited = True
        if kept:
            parts.master.replace(prop, prop.with_value(",".join(kept)))
        else:
            parts.master.remove(prop)
    return edited


def _occurrence_of(parts: Parts, prop: Property, value: str) -> str | None:
    moment = moment_of(prop, parts.zones, value)
    return canonical(moment) if moment is not None else None


def answering(prop: Property, partstat: str, *, status: str | None = None) -> Property:
    """*prop*, an ATTENDEE line, with the answer *partstat* and without RSVP. *status*: its SCHEDULE-STATUS."""
    if partstat_of(prop) != partstat or prop.param("PARTSTAT") is None:
        prop = prop.with_param("PARTSTAT", partstat)
    if partstat != "NEEDS-ACTION":
        prop = without_params(prop, ["RSVP"])
    if status is not None and prop.param("SCHEDULE-STATUS") != status:
        prop = prop.with_param("SCHEDULE-STATUS", status)
    return prop


def mark_busy(component: Component, before: str, after: str) -> None:
    """Sets TRANSP to OPAQUE when the attendee accepts: *before* and *after* are values of PARTSTAT.

    An unanswered invitation is TRANSPARENT in the attendee's copy. X-MICROSOFT-CDO-INTENDEDSTATUS:FREE says that the
    organizer wants the event to stay TRANSPARENT.
    """
    if before not in {"NEEDS-ACTION", "DECLINED"} or after not in {"ACCEPTED", "TENTATIVE"}:
        return
    intended = (component.value("X-MICROSOFT-CDO-INTENDEDSTATUS") or "").strip().upper()
    if (component.value("TRANSP") or "").strip().upper() == "TRANSPARENT" and intended != "FREE":
        component.put("TRANSP", "OPAQUE")
