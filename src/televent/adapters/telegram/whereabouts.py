"""The time zone of a place on the globe."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_at(latitude: float, longitude: float) -> str | None:
    """The IANA name of the zone at that place, in degrees; None where there is none that this machine knows.

    The first call reads a map of 35 MB in a third of a second.
    """
    # Imported late: most processes and most people never share a location.
    from tzfpy import get_tz

    zone = get_tz(longitude, latitude)
    try:
        return ZoneInfo(zone).key if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
