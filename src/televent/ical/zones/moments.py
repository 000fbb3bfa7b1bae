"""A DATE or DATE-TIME in its zone, and as an instant: RFC 5545 §3.3.4, §3.3.5."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from televent.ical.text.tree import Component, Property
from televent.ical.text.values import Moment, moment
from televent.ical.zones.tzid import resolve


def moment_of(prop: Property, root: Component, zones: dict[str, tzinfo | None]) -> Moment | None:
    """The property's DATE or DATE-TIME in its zone; an unknown zone leaves it floating."""
    return moment(prop.value, zone_of(prop, root, zones))


def zone_of(prop: Property, root: Component, zones: dict[str, tzinfo | None]) -> tzinfo | None:
    """The zone that a property's TZID names, cached in ``zones``; None where it is unknown or missing."""
    tzid = prop.param("TZID")
    if tzid is not None and tzid not in zones:
        zones[tzid] = resolve(tzid, root)
    return zones[tzid] if tzid is not None else None


def utc_of(value: Moment, floating: tzinfo = UTC) -> datetime:
    """The moment as an instant in UTC; ``floating`` is the zone of floating times and dates."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (its zone follows)
    aware = value if value.tzinfo is not None else value.replace(tzinfo=floating)
    try:
        return aware.astimezone(UTC)
    except OverflowError:  # the first or last day of datetime
        return value.replace(tzinfo=UTC)
