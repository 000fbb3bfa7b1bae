"""The context of a command: the account, the actor, the door, the time and the ids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from televent.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Context:
    """The context of one command.

    ``now`` is aware UTC. ``actor`` is an account id, "operator", "mail:<hash>" or "system". ``door`` is one of bot,
    caldav, email, rest, cli, courier. A command that comes again has the same
    ``command_id``. ``correlation_id`` is the id of the request (X-Request-Id), shared by all commands that it causes.
    ``origin``: the device, address and program that the actor used (application.origins); None: not known.
    """

    tenant: AccountId
    actor: str
    door: str
    now: datetime
    command_id: UUID
    correlation_id: str
    origin: UUID | None = None

    def on_behalf_of(self, tenant: AccountId, command_id: UUID, door: str = "courier") -> Context:
        """The context of a command that this one causes, perhaps in another account."""
        return replace(self, tenant=tenant, command_id=command_id, door=door)


def by_link(command_id: UUID, tenant: AccountId, now: datetime) -> Context:
    """The context of a form behind the link of a mail. Each form is a command of its own: the same answer is given
    again where another came between."""
    return Context(tenant, str(tenant), "email", now, command_id, command_id.hex)
