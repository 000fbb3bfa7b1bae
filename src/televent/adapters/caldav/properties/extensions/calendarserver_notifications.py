"""CalendarServer's notifications §4: the URL of their collection, and the kind of each notification."""

from __future__ import annotations

from email.utils import format_datetime

from televent.adapters.caldav.properties.live import Getter, Live, constant, live
from televent.adapters.caldav.properties.view import NotificationView, View
from televent.adapters.caldav.tree import NOTIFICATIONS, Kind
from televent.adapters.caldav.webdav.names import cs
from televent.adapters.caldav.webdav.xml_out import href


def _collection(view: View) -> str:
    return href(f"{view.person.principal}{NOTIFICATIONS}/")


def etag(view: NotificationView) -> str:
    """The value of DAV:getetag."""
    return f'"{view.etag}"'


def size(view: NotificationView) -> str:
    """The value of DAV:getcontentlength, in bytes."""
    return str(len(view.text))


def modified(view: NotificationView) -> str:
    """The value of DAV:getlastmodified."""
    return format_datetime(view.modified_at, usegmt=True)


def kind(view: NotificationView) -> str:
    """The value of CS:notificationtype."""
    return view.notice_type


CONTENT_TYPE: Getter = constant("application/xml; charset=utf-8")

PROPERTIES: tuple[Live, ...] = (
    live(cs("notification-URL"), (Kind.HOME,), _collection),
    live(cs("notificationtype"), (Kind.NOTIFICATION,), kind),
)
