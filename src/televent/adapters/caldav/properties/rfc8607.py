"""RFC 8607 §6: what may be attached, and where attachments are."""

from __future__ import annotations

from televent.adapters.caldav.properties.live import Live, constant, live
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c
from televent.adapters.caldav.webdav.xml_out import href
from televent.application.attachments import MAX_ATTACHMENT, MAX_ATTACHMENTS

PROPERTIES: tuple[Live, ...] = (
    # On this very server.
    live(c("managed-attachments-server-URL"), (Kind.HOME,), constant(href("/"))),
    live(c("max-attachment-size"), (Kind.CALENDAR,), constant(str(MAX_ATTACHMENT))),
    live(c("max-attachments-per-resource"), (Kind.CALENDAR,), constant(str(MAX_ATTACHMENTS))),
)
