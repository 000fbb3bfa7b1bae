"""RFC 5995 §3.2.1: where a new member is posted to."""

from __future__ import annotations

from televent.adapters.caldav.properties.live import Live, live
from televent.adapters.caldav.properties.view import CalendarView
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_out import href


def _itself(view: CalendarView) -> str:
    return href(view.href)


PROPERTIES: tuple[Live, ...] = (live(d("add-member"), (Kind.CALENDAR,), _itself),)
