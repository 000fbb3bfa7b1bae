"""RFC 7953 §7.2.4: when a person is available. Not in allprop; read when others ask for his free time."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Live
from televent.adapters.caldav.properties.own import own, own_key
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c, cs

AVAILABILITY: Final = c("calendar-availability")
APPLE_AVAILABILITY: Final = cs("calendar-availability")
"""What macOS and iOS called it before the RFC: the same value under another name."""
KEPT_AS: Final = own_key(Kind.INBOX, AVAILABILITY)

PROPERTIES: tuple[Live, ...] = (
    own(Kind.INBOX, AVAILABILITY),
    own(Kind.INBOX, APPLE_AVAILABILITY, kept_as=AVAILABILITY),
)
