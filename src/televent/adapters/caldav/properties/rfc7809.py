"""RFC 7809 §5.2: a calendar's time zone, by id and as a VTIMEZONE. If a client set only one of the two, the other is
computed from it."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Final

from televent.adapters.caldav.properties.live import Live, live
from televent.adapters.caldav.properties.view import CalendarView
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c
from televent.adapters.caldav.webdav.text import escape
from televent.ical.objects.zone_references import tzid_of, zone_text

TIMEZONE, TIMEZONE_ID = c("calendar-timezone"), c("calendar-timezone-id")
MAX_KEPT: Final = 16 * 1024
"""Max characters of a VTIMEZONE that is read once for all calendars that have it."""


def _timezone(view: CalendarView) -> str | None:
    props = view.row.props
    if TIMEZONE in props or TIMEZONE_ID not in props:
        return props.get(TIMEZONE)
    return _written(html.unescape(props[TIMEZONE_ID]).strip())


def _timezone_id(view: CalendarView) -> str | None:
    props = view.row.props
    if TIMEZONE_ID in props or TIMEZONE not in props:
        return props.get(TIMEZONE_ID)
    stored = props[TIMEZONE]
    return _named_once(stored) if len(stored) <= MAX_KEPT else _named(stored)


@lru_cache(maxsize=512)
def _written(tzid: str) -> str | None:
    text = zone_text(tzid)
    return escape(text.decode()) if text is not None else None


def _named(stored: str) -> str | None:
    tzid = tzid_of(html.unescape(stored).strip().encode())
    return escape(tzid) if tzid is not None else None


_named_once = lru_cache(maxsize=512)(_named)


PROPERTIES: tuple[Live, ...] = (
    live(TIMEZONE, (Kind.CALENDAR,), _timezone, settable=True),
    live(TIMEZONE_ID, (Kind.CALENDAR,), _timezone_id, settable=True),
)
