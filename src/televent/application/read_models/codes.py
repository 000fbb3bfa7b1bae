"""The read model of the codes by which people name events (ADR 51)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final, Protocol

from televent.application.read_models.resources import ResourceRow
from televent.domain.ids import AccountId

SHORTEST: Final = 6
"""Min characters of a code."""
LONGEST: Final = 16
"""Max characters of a code."""


def code_of(uid: str) -> str:
    """The whole code of a UID, in hexadecimal digits: people see as much of its beginning as their events need. The
    function event_code of the database gives the same."""
    return hashlib.sha256(uid.encode()).hexdigest()[:LONGEST]


class CodeReads(Protocol):
    """Synchronous; called through threads. Each method is one round trip."""

    def by_code(self, tenant: AccountId, code: str, limit: int) -> list[ResourceRow]:
        """The live events of an account whose code or, as people wrote it earlier, whose stream id begins with these
        hexadecimal digits; with text, those by their code first."""
        ...

    def codes(self, tenant: AccountId, beginnings: Collection[str]) -> list[str]:
        """The whole codes of the account's live events that begin with one of these."""
        ...
