"""Who may ask when a person is busy: RFC 6638 §6.1.4."""

from __future__ import annotations

from typing import Final

EVERYONE: Final = "everyone"
"""Whoever has an account here."""
KNOWN: Final = "known"
"""Those he has asked to a meeting of his, those whose invitation he has accepted, if only perhaps, and those to whom he
has granted a calendar."""
NAMED: Final = "named"
"""Nobody but those he has named."""
AUDIENCES: Final = (EVERYONE, KNOWN, NAMED)
MAX_NAMED: Final = 500
"""People named one by one."""
