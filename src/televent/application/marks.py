"""Marks: versions of rows, by which a door's cache knows that an answer is still true.

The door keeps the marks of the rows that it read. A row that has changed, on any node, has another mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

Key = tuple[object, ...]
"""The row that a mark belongs to: ``("account", tenant)`` with its addresses and devices; ``("calendar", tenant,
name)``; ``("resource", tenant, calendar, href)``; ``("home", tenant)``, for all calendars that the account sees, with
what is in them; ``("principal", tenant)``; ``("event", tenant, stream_id)``, b"" where no own calendar has it.

``("session", tenant, session_id)`` has the time at which the session of the REST door expires, in seconds since 1970 as
decimal digits. It is missing where the session has ended."""

Mark = tuple[object, ...]


class Marks(Protocol):
    """Reads marks from the database on each call; an implementation must not cache them."""

    async def ask(self, keys: Sequence[Key]) -> Mark | None:
        """The marks of these rows, all of one moment after the call.

        None where a row is missing, or the marks cannot be read now; then the caller must read the rows.
        """
        ...
