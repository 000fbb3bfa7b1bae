"""Writes an outbox message, in the transaction of the facts that cause it or alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from televent.application.messages.catalogue import CATALOGUE, Catalogue
from televent.application.messages.outbox import OutboxMessage
from televent.domain.ids import AccountId

# The key is a dedupe key: a message whose key or id is stored already changes nothing.
ENQUEUE = """
    INSERT INTO outbox (tenant_id, outbox_id, kind, key, payload, correlation_id, due_at, created_at, mass)
    VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""


def outbox_row(
    tenant: AccountId, message: OutboxMessage, correlation_id: str, now: datetime, catalogue: Catalogue = CATALOGUE
) -> tuple[Any, ...]:
    """The parameters of ENQUEUE. Raises UnknownMessage for a class that is not in the catalogue."""
    name, text = catalogue.encode(message.message)
    mass = catalogue.is_mass(type(message.message))
    return (tenant, message.outbox_id, name, message.key, text, correlation_id, message.due_at, now, mass)
