"""RFC 7953 §7.2.4: a person's availability. It is not part of allprop; free/busy answers use it."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Live
from televent.adapters.caldav.properties.own import own, own_key
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c, cs

AVAILABILITY: Final = c("calendar-availability")
APPLE_AVAILABILITY: Final = cs("calendar-availability")
"""The name that macOS and iOS use for the same value since before the RFC."""
KEPT_AS: Final = own_key(Kind.INBOX, AVAILABILITY)

PROPERTIES: tuple[Live, ...] = (
    own(Kind.INBOX, AVAILABILITY),
    own(Kind.INBOX, APPLE_AVAILABILITY, kept_as=AVAILABILITY),
)
