"""RFC 4791 §5.2, §6.2.1, §7.5.1: the limits of a calendar, and the URL of a person's calendar home."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Live, constant, live, stored
from televent.adapters.caldav.properties.view import AnyView, CalendarView
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c
from televent.adapters.caldav.webdav.xml_out import href
from televent.application.backend import OBJECT_LIMIT
from televent.ical.objects.validity import MAX_DATE_TIME, MIN_DATE_TIME, Limits

_DATA = '<C:calendar-data content-type="text/calendar" version="2.0"/>'
_COLLATIONS = (
    "<C:supported-collation>i;ascii-casemap</C:supported-collation>"
    "<C:supported-collation>i;octet</C:supported-collation>"
    "<C:supported-collation>i;unicode-casemap</C:supported-collation>"
)
MAX_ASKED: Final = 100
"""Max attendees in one free/busy request to the outbox (RFC 6638 §11.1)."""
_HOLDING = (Kind.CALENDAR, Kind.INBOX)


def _home(view: AnyView) -> str:
    return href(view.person.principal)


def _components(view: CalendarView) -> str:
    return "".join(f'<C:comp name="{name}"/>' for name in view.row.components)


_ANY = "".join(f'<C:comp name="{name}"/>' for name in ("VEVENT", "VTODO", "VJOURNAL"))

PROPERTIES: tuple[Live, ...] = (
    # Some clients ask for the home at the URL that the user entered, which may be a root.
    live(c("calendar-home-set"), (Kind.HOME, Kind.ROOT), _home),
    live(c("calendar-description"), (Kind.CALENDAR,), stored(c("calendar-description")), settable=True),
    Live(c("supported-calendar-component-set"), {Kind.CALENDAR: _components, Kind.INBOX: constant(_ANY)}),
    live(c("supported-calendar-data"), _HOLDING, constant(_DATA)),
    live(c("supported-collation-set"), _HOLDING, constant(_COLLATIONS)),
    live(c("max-resource-size"), (*_HOLDING, Kind.OUTBOX), constant(str(OBJECT_LIMIT))),
    live(c("min-date-time"), _HOLDING, constant(MIN_DATE_TIME)),
    live(c("max-date-time"), _HOLDING, constant(MAX_DATE_TIME)),
    live(c("max-instances"), _HOLDING, constant(str(Limits().instances))),
    # RFC 6638 §2.1: on the outbox it is the limit for a posted iTIP message.
    Live(
        c("max-attendees-per-instance"),
        dict.fromkeys((*_HOLDING, Kind.HOME), constant(str(Limits().attendees)))
        | {Kind.OUTBOX: constant(str(MAX_ASKED))},
    ),
)
