"""Under which circumstances a command is given: by whom, through which door, when, as part of what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Context:
    """``now`` is aware UTC. ``actor`` is an account id, "operator", "mail:<hash>" or "system". ``door`` is one of bot,
    caldav, email, rest, cli, courier. The same ``command_id`` twice is the same command."""

    tenant: AccountId
    actor: str
    door: str
    now: datetime
    command_id: UUID
    correlation_id: str

    def on_behalf_of(self, tenant: AccountId, command_id: UUID, door: str = "courier") -> Context:
        """The same walk, continued in another person's account."""
        return replace(self, tenant=tenant, command_id=command_id, door=door)
