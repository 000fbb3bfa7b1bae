"""RFC 3253 §3.1.5: supported-report-set, the reports that each kind of resource supports."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Live, constant
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c, d, empty

_PRINCIPALS = (
    d("expand-property"),
    d("principal-property-search"),
    d("principal-search-property-set"),
    d("principal-match"),
)

REPORTS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.ROOT: _PRINCIPALS,
    Kind.HOME: (*_PRINCIPALS, d("sync-collection"), c("calendar-multiget"), c("calendar-query"), c("free-busy-query")),
    Kind.CALENDAR: (
        d("acl-principal-prop-set"),
        d("sync-collection"),
        c("calendar-multiget"),
        c("calendar-query"),
        c("free-busy-query"),
        d("expand-property"),
    ),
    Kind.OBJECT: (d("expand-property"), c("calendar-multiget"), c("calendar-query")),
    Kind.INBOX: (d("sync-collection"), d("expand-property"), c("calendar-multiget"), c("calendar-query")),
    Kind.INBOX_ITEM: (c("calendar-multiget"), c("calendar-query")),
    Kind.OUTBOX: (d("expand-property"),),
    Kind.NOTIFICATIONS: (d("expand-property"),),
}


def _listed(names: tuple[str, ...]) -> str:
    return "".join(f"<D:supported-report><D:report>{empty(name)}</D:report></D:supported-report>" for name in names)


PROPERTIES: tuple[Live, ...] = (
    Live(d("supported-report-set"), {kind: constant(_listed(names)) for kind, names in REPORTS.items()}),
)
