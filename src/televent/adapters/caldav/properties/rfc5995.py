"""RFC 5995 §3.2.1: the URL to which a client posts new members."""

from __future__ import annotations

from televent.adapters.caldav.properties.live import Live, live
from televent.adapters.caldav.properties.view import CalendarView
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_out import href


def _itself(view: CalendarView) -> str:
    return href(view.href)


PROPERTIES: tuple[Live, ...] = (live(d("add-member"), (Kind.CALENDAR,), _itself),)
