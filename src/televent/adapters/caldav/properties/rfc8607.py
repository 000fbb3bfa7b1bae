"""RFC 8607 §6: the limits of attachments, and the server that stores them."""

from __future__ import annotations

from televent.adapters.caldav.properties.live import Live, constant, live
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c
from televent.application.attachments import MAX_ATTACHMENT, MAX_ATTACHMENTS

PROPERTIES: tuple[Live, ...] = (
    # §6.1: empty means the scheme and authority of the home's URL.
    live(c("managed-attachments-server-URL"), (Kind.HOME,), constant("")),
    live(c("max-attachment-size"), (Kind.CALENDAR,), constant(str(MAX_ATTACHMENT))),
    live(c("max-attachments-per-resource"), (Kind.CALENDAR,), constant(str(MAX_ATTACHMENTS))),
)
