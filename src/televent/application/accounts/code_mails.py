"""How often a code that verifies an address may be mailed: anybody can name a stranger's address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

PAUSE: Final = timedelta(minutes=1)
"""Min time between two codes to one address, and between two codes that one person asks for."""
DAY: Final = timedelta(days=1)
DAILY: Final = 5
"""Max codes in DAY to one address, and for one person."""


class CodeMails(Protocol):
    """Counts code mails, for all processes together. Synchronous; called through threads."""

    def admit(self, tenant: AccountId, address: str, command_id: UUID, now: datetime) -> datetime | None:
        """Counts one code from that person to that address, and returns None; else returns when the next may be sent.

        The same command again is the same mail.
        """
        ...


def next_code(sent: Sequence[datetime], now: datetime) -> datetime | None:
    """When the next code may be sent, after those that were ``sent`` (in any order); None: now."""
    recent = sorted((each for each in sent if each > now - DAY), reverse=True)
    waits = [recent[0] + PAUSE] if recent else []
    if len(recent) >= DAILY:
        waits.append(recent[DAILY - 1] + DAY)
    return max((each for each in waits if each > now), default=None)


def mailbox_of(address: str) -> str:
    """The mailbox of an address, for counting: "zed+two@example.net" is most often that of "zed@example.net"."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"
