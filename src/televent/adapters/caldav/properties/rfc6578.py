"""RFC 6578 §4: sync-token; CalendarServer's getctag, which says the same to older clients."""

from __future__ import annotations

from televent.adapters.caldav.properties.live import Live, live
from televent.adapters.caldav.properties.view import CalendarView, ctag, sync_token_of
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import cs, d


def _token(view: CalendarView) -> str:
    return sync_token_of(view.row)


def _ctag(view: CalendarView) -> str:
    return ctag(view.row)


PROPERTIES: tuple[Live, ...] = (
    live(d("sync-token"), (Kind.CALENDAR,), _token),
    live(cs("getctag"), (Kind.CALENDAR,), _ctag),
)
