"""RFC 6638 §2, §9: the scheduling properties of principal, inbox and calendars."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Cell, Live, constant, live
from televent.adapters.caldav.properties.view import AnyView, CalendarView, View
from televent.adapters.caldav.tree import INBOX, OUTBOX, Kind
from televent.adapters.caldav.webdav.names import c, cs
from televent.adapters.caldav.webdav.text import escape
from televent.adapters.caldav.webdav.xml_out import href


def _addresses(view: View) -> str:
    # The principal's URL is written once: the addresses have it with the public path and without.
    others = (each for each in view.person.addresses if not each.startswith("/"))
    return "".join(href(f"mailto:{each}" if "@" in each else each) for each in (*others, view.person.principal))


def _emails(view: View) -> str:
    return "".join(f"<CS:email-address>{escape(each)}</CS:email-address>" for each in view.person.account.addresses)


def _inbox(view: AnyView) -> str:
    return href(f"{view.person.principal}{INBOX}/")


def _outbox(view: AnyView) -> str:
    return href(f"{view.person.principal}{OUTBOX}/")


def _default(view: View) -> str | None:
    return None if view.default_calendar is None else href(view.person.collection(view.default_calendar))


DEFAULT_CALENDAR: Final = c("schedule-default-calendar-URL")
"""The default calendar. Clients set it on the inbox only (§9.2). The server stores the calendar's id, because the
calendar can be renamed."""
_TRANSP = c("schedule-calendar-transp")


def _transp(view: CalendarView) -> str:
    return view.row.props.get(_TRANSP, "<C:opaque/>")


PROPERTIES: tuple[Live, ...] = (
    live(c("calendar-user-address-set"), (Kind.HOME,), _addresses),
    live(c("calendar-user-type"), (Kind.HOME,), constant("INDIVIDUAL")),
    live(c("schedule-inbox-URL"), (Kind.HOME,), _inbox),
    live(c("schedule-outbox-URL"), (Kind.HOME,), _outbox),
    live(DEFAULT_CALENDAR, (Kind.INBOX, Kind.HOME), _default),
    live(c("schedule-tag"), (Kind.OBJECT,), Cell("schedule_tag", '"', '"', optional=True)),
    live(_TRANSP, (Kind.CALENDAR,), _transp, settable=True),
    live(cs("email-address-set"), (Kind.HOME,), _emails),
)
