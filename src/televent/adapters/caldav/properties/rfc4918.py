"""RFC 4918 §15: the properties of WebDAV itself."""

from __future__ import annotations

from datetime import UTC, datetime

from televent.adapters.caldav.properties.extensions import calendarserver_notifications as notice
from televent.adapters.caldav.properties.live import EVERYWHERE, Cell, Live, constant
from televent.adapters.caldav.properties.view import AnyView, CalendarView, View
from televent.adapters.caldav.sync_token import collection_etag
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d
from televent.adapters.caldav.webdav.text import escape
from televent.application.read_models.resources import ResourceRow

_TYPES = {
    Kind.ROOT: "<D:collection/>",
    Kind.HOME: "<D:collection/><D:principal/>",
    Kind.CALENDAR: "<D:collection/><C:calendar/>",
    Kind.INBOX: "<D:collection/><C:schedule-inbox/>",
    Kind.OUTBOX: "<D:collection/><C:schedule-outbox/>",
    Kind.OBJECT: "",
    Kind.NOTIFICATIONS: "<D:collection/><CS:notification/>",
    Kind.NOTIFICATION: "",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES = {Kind.ROOT: "Televent", Kind.INBOX: "Inbox", Kind.OUTBOX: "Outbox", Kind.NOTIFICATIONS: "Notifications"}


def _resourcetype(view: AnyView) -> str:
    if isinstance(view, CalendarView):
        # CalendarServer sharing §5.2.1: clients recognize shared calendars by these elements.
        if view.row.share is not None:
            return _TYPES[view.kind] + "<CS:shared/>"
        if view.row.shares:
            return _TYPES[view.kind] + "<CS:shared-owner/>"
    return _TYPES[view.kind]


_RESOURCE_TYPES = {kind: constant("") if kind is Kind.OBJECT else _resourcetype for kind in EVERYWHERE}


def _displayname(view: View) -> str:
    return escape(_NAMES.get(view.kind) or view.person.account.name)


def _calendar_name(view: CalendarView) -> str:
    stored = view.row.props.get(d("displayname"))
    # A calendar without a name gets the last part of its URL, because some clients do not list nameless calendars.
    return stored if stored is not None else escape(view.row.name)


_CONTENT_TYPE = "text/calendar; charset=utf-8; component="


def content_type(row: ResourceRow) -> str:
    """The content type of an object with its component (RFC 5545 §8.1). Clients filter members by the component."""
    return f"{_CONTENT_TYPE}{row.component}"


def last_modified(row: ResourceRow) -> str:
    """The time of the object's last change as an HTTP date (RFC 9110 §5.6.7)."""
    return _date(row.modified_at)


def _date(moment: datetime) -> str:
    # Three times as fast as email.utils.format_datetime, in listings of many members too.
    at = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year:04} {at.hour:02}:{at.minute:02}:{at.second:02} GMT"


def _collection_etag(view: CalendarView) -> str:
    return f'"{collection_etag(view.row)}"'


PROPERTIES: tuple[Live, ...] = (
    Live(d("resourcetype"), _RESOURCE_TYPES, allprop=True),
    Live(
        d("displayname"),
        {
            Kind.ROOT: _displayname,
            Kind.HOME: _displayname,
            Kind.INBOX: _displayname,
            Kind.OUTBOX: _displayname,
            Kind.NOTIFICATIONS: _displayname,
            Kind.CALENDAR: _calendar_name,
        },
        allprop=True,
        settable=True,
    ),
    # §15.6: every resource whose GET answer has an ETag has this property.
    Live(
        d("getetag"),
        {Kind.OBJECT: Cell("etag", '"', '"'), Kind.CALENDAR: _collection_etag, Kind.NOTIFICATION: notice.etag},
        allprop=True,
    ),
    Live(d("getcontentlength"), {Kind.OBJECT: Cell("size"), Kind.NOTIFICATION: notice.size}, allprop=True),
    Live(
        d("getcontenttype"),
        {Kind.OBJECT: Cell("component", _CONTENT_TYPE), Kind.NOTIFICATION: notice.CONTENT_TYPE},
        allprop=True,
    ),
    Live(
        d("getlastmodified"),
        {Kind.OBJECT: Cell("modified_at", read=_date), Kind.NOTIFICATION: notice.modified},
        allprop=True,
    ),
)
