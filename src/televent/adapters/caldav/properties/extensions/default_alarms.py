"""The alarms that Apple's clients give to new events. They are stored on the home and, like any property, on a
calendar."""

from __future__ import annotations

from typing import Final

from televent.adapters.caldav.properties.live import Live
from televent.adapters.caldav.properties.own import own
from televent.adapters.caldav.tree import Kind
from televent.adapters.caldav.webdav.names import c

DEFAULT_ALARMS: Final = tuple(
    c(f"default-alarm-{component}-{kind}") for component in ("vevent", "vtodo") for kind in ("datetime", "date")
)

PROPERTIES: tuple[Live, ...] = tuple(own(Kind.HOME, name) for name in DEFAULT_ALARMS)
