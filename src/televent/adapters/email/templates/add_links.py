"""Links that add an event to a calendar in the browser: Google Calendar and Outlook.com.

Both are pages of those sites that are filled in from the link. Google takes RRULE as it stands; Outlook.com takes no
rule, so that a series has no link there: it would add the first date alone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from televent.adapters.email.templates.content import MAX_HREF
from televent.ical.objects.reading import Instance
from televent.ical.text.values import Moment

GOOGLE: Final = "https://calendar.google.com/calendar/render"
OUTLOOK: Final = "https://outlook.live.com/calendar/0/deeplink/compose"
MAX_TITLE: Final = 100
"""Max characters of a title in a link. A character beyond ASCII takes six or more characters there."""
MAX_PLACE: Final = 60
"""Max characters of a place in a link."""


def google_link(event: Instance, details: str = "") -> str | None:
    """The page of Google Calendar that adds the event; None where it cannot say when it is. ``details``: its text."""
    start, end = event.start, _end_of(event)
    if start is None or end is None:
        return None
    zone = start.tzinfo if isinstance(start, datetime) else None
    named = zone.key if isinstance(zone, ZoneInfo) and "/" in zone.key else ""
    if event.rrule is not None and isinstance(start, datetime) and not named and start.utcoffset() != timedelta(0):
        # Nobody but the sender's program knows that zone: the dates of the rule would move with its clock changes.
        return None
    fields = {"action": "TEMPLATE", "dates": f"{_compact(start, named)}/{_compact(end, named, zone)}"}
    if named:
        fields["ctz"] = named
    if event.rrule is not None:
        fields["recur"] = f"RRULE:{event.rrule}"
    return _filled(GOOGLE, fields, {"text": event.summary, "location": event.location, "details": details})


def outlook_link(event: Instance, details: str = "") -> str | None:
    """The page of Outlook.com that adds the event; None for a series, and where the event has no time."""
    start, end = event.start, _end_of(event)
    if start is None or end is None or event.rrule is not None:
        return None
    fields = {"path": "/calendar/action/compose", "rru": "addevent", "startdt": _extended(start)}
    fields["enddt"] = _extended(end)
    if not isinstance(start, datetime):
        fields["allday"] = "true"
    return _filled(OUTLOOK, fields, {"subject": event.summary, "location": event.location, "body": details})


def _end_of(event: Instance) -> Moment | None:
    """The exclusive end. An event without one ends at once, or with its day (RFC 5545 §3.6.1)."""
    if event.end is not None or event.start is None:
        return event.end
    return event.start if isinstance(event.start, datetime) else event.start + timedelta(days=1)


def _compact(value: Moment, named: str, zone: object = None) -> str:
    """The form of RFC 5545: in the event's zone where the link names it, else in UTC; floating as it is."""
    if not isinstance(value, datetime):
        return f"{value:%Y%m%d}"
    if value.tzinfo is None:
        return f"{value:%Y%m%dT%H%M%S}"
    if named:
        return f"{value.astimezone(ZoneInfo(named)):%Y%m%dT%H%M%S}"
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _extended(value: Moment) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if value.tzinfo is not None else f"{value:%Y-%m-%dT%H:%M:%S}"


def _filled(base: str, fields: dict[str, str], texts: dict[str, str]) -> str | None:
    """The link within MAX_HREF; the least important text goes first. None where even the times do not fit."""
    (title, text), (place, where), (more, details) = texts.items()
    known = {**fields, title: text[:MAX_TITLE]}
    for extra in ({place: where[:MAX_PLACE], more: details}, {place: where[:MAX_PLACE]}, {}):
        link = f"{base}?{urlencode({**known, **{k: v for k, v in extra.items() if v}}, quote_via=quote, safe='/:')}"
        if len(link) <= MAX_HREF:
            return link
    return None
