"""All live properties, by kind of resource."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties import (
    calendarserver_notifications,
    calendarserver_sharing,
    rfc3253,
    rfc3744,
    rfc4791,
    rfc4918,
    rfc5397,
    rfc5995,
    rfc6578,
    rfc6638,
    rfc7809,
    webdav_push,
)
from televent.adapters.caldav.properties.live import Live
from televent.adapters.caldav.tree import Kind

ALL: Final[tuple[Live, ...]] = (
    *rfc4918.PROPERTIES,
    *rfc5397.PROPERTIES,
    *rfc3253.PROPERTIES,
    *rfc3744.PROPERTIES,
    *rfc4791.PROPERTIES,
    *rfc5995.PROPERTIES,
    *rfc6578.PROPERTIES,
    *rfc6638.PROPERTIES,
    *rfc7809.PROPERTIES,
    *calendarserver_sharing.PROPERTIES,
    *calendarserver_notifications.PROPERTIES,
    *webdav_push.PROPERTIES,
)

BY_KIND: Final[dict[Kind, dict[str, Live]]] = {
    kind: {live.name: live for live in ALL if kind in live.getters} for kind in Kind
}

PROTECTED: Final = frozenset(live.name for live in ALL if not live.settable)
"""Names that no client sets, on whatever resource (RFC 4918 §15)."""
