"""Queues the reminders that people asked for again (application.read_models.reminders.Snoozes)."""

from __future__ import annotations

from datetime import datetime

from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.rows import Pool
from televent.application.messages.outbox import OutboxMessage
from televent.domain.ids import AccountId

DUE = "SELECT due_at FROM outbox WHERE tenant_id = %s AND key = %s"


class PostgresSnoozes:
    """Queues snoozed reminders in the outbox. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def snooze(self, tenant: AccountId, message: OutboxMessage, now: datetime) -> datetime:
        """Queues the reminder, unless one with the same key is queued. Returns when the queued one is due."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(ENQUEUE, outbox_row(tenant, message, message.outbox_id.hex, now))
            row = connection.execute(DUE, (tenant, message.key)).fetchone()
        return message.due_at if row is None else row[0]
