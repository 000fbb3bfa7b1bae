"""RFC 5397: current-user-principal. RFC 5842 §3.1: resource-id."""

from __future__ import annotations

from televent.adapters.caldav.properties.live import EVERYWHERE, Live, live
from televent.adapters.caldav.properties.view import AnyView, CalendarView, ObjectView, View
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.xml_out import href


def _current(view: AnyView) -> str:
    return href(view.person.principal)


def _of_home(view: View) -> str:
    return href(f"urn:uuid:{view.person.account.tenant}")


def _of_calendar(view: CalendarView) -> str:
    return href(f"urn:uuid:{view.row.calendar_id}")


def _of_object(view: ObjectView) -> str:
    return href(f"urn:uuid:{view.row.stream_id}")


PROPERTIES: tuple[Live, ...] = (
    live(d("current-user-principal"), EVERYWHERE, _current),
    Live(d("resource-id"), {Kind.HOME: _of_home, Kind.CALENDAR: _of_calendar, Kind.OBJECT: _of_object}),
)
