"""The table of all live properties by kind of resource."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties import (
    rfc3253,
    rfc3744,
    rfc4331,
    rfc4791,
    rfc4918,
    rfc5397,
    rfc5995,
    rfc6578,
    rfc6638,
    rfc7809,
    rfc7953,
    rfc8607,
)
from televent.adapters.caldav.properties.extensions import (
    calendar_colour,
    calendarserver_notifications,
    calendarserver_sharing,
    default_alarms,
    webdav_push,
)
from televent.adapters.caldav.properties.live import EVERYWHERE, Live, constant
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import d, empty

_EACH: Final[tuple[Live, ...]] = (
    *rfc4918.PROPERTIES,
    *rfc5397.PROPERTIES,
    *rfc3253.PROPERTIES,
    *rfc3744.PROPERTIES,
    *rfc4331.PROPERTIES,
    *rfc4791.PROPERTIES,
    *rfc5995.PROPERTIES,
    *rfc6578.PROPERTIES,
    *rfc6638.PROPERTIES,
    *rfc7809.PROPERTIES,
    *rfc7953.PROPERTIES,
    *rfc8607.PROPERTIES,
    *calendar_colour.PROPERTIES,
    *default_alarms.PROPERTIES,
    *calendarserver_sharing.PROPERTIES,
    *calendarserver_notifications.PROPERTIES,
    *webdav_push.PROPERTIES,
)

_LISTS: Final = d("supported-live-property-set")


def _listed(kind: Kind) -> str:
    names = [*(live.name for live in _EACH if kind in live.getters), _LISTS]
    return "".join(
        f"<D:supported-live-property><D:prop>{empty(name)}</D:prop></D:supported-live-property>" for name in names
    )


# RFC 5995 §3.2.1 requires supported-live-property-set (RFC 3253 §3.1.4).
ALL: Final = (*_EACH, Live(_LISTS, {kind: constant(_listed(kind)) for kind in EVERYWHERE}))

BY_KIND: Final[dict[Kind, dict[str, Live]]] = {
    kind: {live.name: live for live in ALL if kind in live.getters} for kind in Kind
}

PROTECTED: Final = frozenset(live.name for live in ALL if not live.settable)
"""Names of the properties that a client can set on no resource (RFC 4918 §15)."""
