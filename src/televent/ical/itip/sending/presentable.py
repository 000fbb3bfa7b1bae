"""Normalises what leaves by mail, so that every mail program shows the same time: SPEC A4.

A client's own text is never changed. Only the copy in the mail is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from televent.ical.itip.moments import Zones, moment_of, span_of, written_zone
from televent.ical.itip.parts import SCHEDULED
from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, escape, period
from televent.ical.zones.tzid import iana_name, resolve, spelled, tzid_of

_DATED: Final = ("DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE")


def normalise(root: Component, zone: ZoneInfo, untitled: str) -> None:
    """Edits the VCALENDAR: DTEND instead of DURATION, no floating time, IANA names of zones, and a SUMMARY.

    *zone* is that of the sender: a floating time is meant in it. *untitled* stands for a missing or empty title.
    """
    zones = Zones(root)
    renamed: dict[str, Moment] = {}
    for component in root.components():
        if component.name in SCHEDULED:
            _write_end(component, zones)
            for prop in [each for name in _DATED for each in component.all(name)]:
                _write_zone(root, component, prop, zone, renamed)
            if not (component.value("SUMMARY") or "").strip():
                component.put("SUMMARY", escape(untitled))
    _replace_zones(root, renamed)


def _write_end(component: Component, zones: Zones) -> None:
    """DTEND instead of DURATION. Outlook reads no DURATION of an event in some versions."""
    head = component.get("DTSTART")
    if component.name != "VEVENT" or head is None or component.get("DURATION") is None:
        return
    _, end = span_of(component, zones)
    if end is None or component.get("DTEND") is not None:
        return
    component.drop("DURATION")
    params = [(name, values) for name, values in head.params if name in ("TZID", "VALUE")]
    if not isinstance(end, datetime):
        value = end.strftime("%Y%m%d")
    else:
        start = moment_of(head, zones)
        if isinstance(start, datetime) and start.tzinfo is not None:
            end = end.astimezone(start.tzinfo)
        value = end.isoformat()[:19].replace("-", "").replace(":", "")
        value += "Z" if head.value.strip().endswith("Z") else ""
    component.add(component.make("DTEND", value, params))


def _write_zone(
    root: Component, component: Component, prop: Property, zone: ZoneInfo, renamed: dict[str, Moment]
) -> None:
    """The line with the IANA name of its zone; a floating time with the sender's."""
    values = prop.value.split(",")
    # In a list the first value tells for all: a list has one type (RFC 5545 §3.8.5.1).
    first = values[0].partition("/")[0].strip()
    if "T" not in first or first.endswith("Z"):
        return
    tzid = prop.param("TZID")
    if tzid is None:
        name = iana_name(zone.key)
    else:
        own = spelled(tzid) in {tzid_of(each) for each in root.components("VTIMEZONE")}
        name = iana_name(tzid)
        if name is None or (own and resolve(tzid, root) is not resolve(name)):
            # Nobody knows it, or the text describes it: both leave as they are.
            return
    if name is None or (name == tzid and name != "UTC"):
        return
    if name == "UTC" and all("/" not in each for each in values):
        component.replace(prop, prop.with_value(",".join(f"{each.strip()}Z" for each in values)).with_param("TZID"))
        return
    moment = moment_of(prop, Zones(root), values[0].partition("/")[0])
    if moment is None and period(values[0]) is None:
        return
    component.replace(prop, prop.with_param("TZID", name))
    if moment is not None:
        renamed[name] = min(renamed.get(name, moment), moment, key=lambda each: each.year)


def _replace_zones(root: Component, renamed: dict[str, Moment]) -> None:
    """Adds the VTIMEZONEs of new names, and removes those that no line names any more."""
    named = {
        spelled(tzid)
        for component in root.components()
        for part in component.walk()
        for prop in part.properties
        if (tzid := prop.param("TZID")) is not None
    }
    if not renamed:
        return
    there = set()
    for zone in root.components("VTIMEZONE"):
        if tzid_of(zone) in named:
            there.add(tzid_of(zone))
        else:
            root.remove(zone)
    place = next((at for at, each in enumerate(root.entries) if isinstance(each, Component)), len(root.entries))
    missing = [written_zone(name, first) for name, first in sorted(renamed.items()) if name not in there]
    root.entries[place:place] = [each for each in missing if each is not None]
