"""How a door knows that what it once answered is still so: it asks for the marks of the rows it read.

A mark is the same for as long as the row is; a row that changed, whoever changed it and on whatever node, has another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

Key = tuple[object, ...]
"""What a mark is of: ``("account", tenant)`` with its addresses and devices; ``("calendar", tenant, name)``;
``("resource", tenant, calendar, href)``; ``("home", tenant)``, which is every calendar that the account sees;
``("principal", tenant)``."""

Mark = tuple[object, ...]


class Marks(Protocol):
    """Asked of the database each time, and never remembered by whoever gives them."""

    async def ask(self, keys: Sequence[Key]) -> Mark | None:
        """The marks of these rows, all of one moment that is later than the call. None where a row is not there, or
        where nobody can tell at the moment: then it must be read."""
        ...
