"""CalendarServer's sharing §5.2: the sharees of a calendar, and the owner of a shared one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from televent.adapters.caldav.properties.live import Live, constant, live
from televent.adapters.caldav.properties.view import CalendarView, owner_of
from televent.adapters.caldav.tree import PREFIX, Kind, encode
from televent.adapters.caldav.webdav.names import cs
from televent.adapters.caldav.webdav.text import escape
from televent.adapters.caldav.webdav.xml_out import href
from televent.domain.sharing.access import READ_WRITE


def _invite(view: CalendarView) -> str | None:
    """CS:invite. The owner sees all sharees. A sharee sees the owner only, which §5.2.2 allows."""
    share = view.row.share
    if share is not None:
        name = f"<CS:common-name>{escape(share.owner_name)}</CS:common-name>"
        return f"<CS:organizer>{href(owner_of(view))}{name}</CS:organizer>"
    users = "".join(map(_user, view.row.shares.values()))
    return users or None


def address_uri(grant: Mapping[str, Any]) -> str:
    """The calendar user address under which the owner knows a sharee."""
    address = str(grant["address"])
    return address if address.startswith("urn:") else f"mailto:{address}"


def _user(grant: Mapping[str, Any]) -> str:
    # CS:invite only knows read and read-write; a free/busy share is shown as read.
    access = "read-write" if grant["access"] == READ_WRITE else "read"
    summary = f"<CS:summary>{escape(grant['summary'])}</CS:summary>" if grant["summary"] else ""
    return (
        f"<CS:user>{href(address_uri(grant))}<CS:common-name>{escape(grant['name'])}</CS:common-name><CS:invite-{grant['status']}/>"
        f"<CS:access><CS:{access}/></CS:access>{summary}</CS:user>"
    )


def _modes(view: CalendarView) -> str | None:
    return "<CS:can-be-shared/>" if view.row.share is None and view.person.past is None else None


def _shared_url(view: CalendarView) -> str | None:
    share = view.row.share
    return None if share is None else href(f"{PREFIX}{share.owner}/{encode(share.calendar)}/")


PROPERTIES: tuple[Live, ...] = (
    live(cs("invite"), (Kind.CALENDAR,), _invite),
    live(cs("allowed-sharing-modes"), (Kind.CALENDAR,), _modes),
    live(cs("shared-url"), (Kind.CALENDAR,), _shared_url),
    # Calendar proxies do not exist here, but clients ask for them.
    live(cs("calendar-proxy-read-for"), (Kind.HOME,), constant("")),
    live(cs("calendar-proxy-write-for"), (Kind.HOME,), constant("")),
)
