"""RFC 6578 §4: sync-token, and CalendarServer's getctag, the equivalent for older clients."""

from __future__ import annotations

from televent.adapters.caldav.home_token import home_state, home_token
from televent.adapters.caldav.properties.live import Live
from televent.adapters.caldav.properties.view import CalendarView, InboxView, View
from televent.adapters.caldav.sync_token import ctag, sync_token_of
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import cs, d


def _token(view: CalendarView) -> str:
    return sync_token_of(view.row)


def _ctag(view: CalendarView) -> str:
    return ctag(view.row)


def _inbox_token(view: View) -> str | None:
    return sync_token_of(view.row) if isinstance(view, InboxView) and view.row is not None else None


def _inbox_ctag(view: View) -> str | None:
    return ctag(view.row) if isinstance(view, InboxView) and view.row is not None else None


def _home_token(view: View) -> str | None:
    return None if view.calendars is None else home_token(home_state(view.calendars))


PROPERTIES: tuple[Live, ...] = (
    Live(d("sync-token"), {Kind.CALENDAR: _token, Kind.INBOX: _inbox_token, Kind.HOME: _home_token}),
    Live(cs("getctag"), {Kind.CALENDAR: _ctag, Kind.INBOX: _inbox_ctag, Kind.HOME: _home_token}),
)
