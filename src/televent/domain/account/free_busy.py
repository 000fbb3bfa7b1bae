"""The audiences that may ask when a person is busy: RFC 6638 §6.1.4."""

from __future__ import annotations

from typing import Final

EVERYONE: Final = "everyone"
"""Every account here."""
KNOWN: Final = "known"
"""The people whom the person invited, the organizers whose invitations the person accepted (also tentatively), and the
sharees of the person's calendars."""
NAMED: Final = "named"
"""Only the people whom the person named."""
AUDIENCES: Final = (EVERYONE, KNOWN, NAMED)
MAX_NAMED: Final = 500
"""Max people named one by one."""
