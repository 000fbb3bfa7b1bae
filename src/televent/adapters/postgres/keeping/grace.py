"""The accounts whose erasure is requested: which are due, and which people are to be reminded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.rows import Pool
from televent.adapters.postgres.wakeup import OUTBOX, Wakeups
from televent.application.messages.erasure import ErasureMail, ErasureNotice
from televent.application.messages.outbox import OutboxMessage
from televent.domain.ids import AccountId

AHEAD: Final = (1, 7)
"""Days before an erasure at which the person is reminded, the last reminder first."""
BATCH: Final = 500
"""Max accounts of one step."""

DUE: Final = "SELECT tenant_id FROM account WHERE erase_at <= %(now)s ORDER BY erase_at, tenant_id LIMIT %(limit)s"
FORGET: Final = """
    DELETE FROM erasure_notice USING account
    WHERE account.tenant_id = erasure_notice.tenant_id AND account.erase_at IS NULL"""
# The row and the message are written at once, or not at all. A second worker waits for the row, and finds it noted.
NOTE: Final = """
    INSERT INTO erasure_notice AS noted (tenant_id, final_at, days)
    SELECT account.tenant_id, erase_at, %(days)s FROM account
    LEFT JOIN erasure_notice USING (tenant_id)
    WHERE erase_at > %(now)s AND erase_at <= %(until)s
        AND (final_at IS NULL OR final_at <> erase_at OR days > %(days)s)
    ORDER BY erase_at, account.tenant_id LIMIT %(limit)s
    ON CONFLICT (tenant_id) DO UPDATE SET final_at = excluded.final_at, days = excluded.days
    WHERE noted.final_at <> excluded.final_at OR noted.days > excluded.days
    RETURNING tenant_id, final_at, (SELECT telegram_id FROM account WHERE account.tenant_id = noted.tenant_id)"""


class ErasureQueue:
    """Synchronous; called in threads. Every step may run in many workers at once, and again after a crash."""

    def __init__(self, pool: Pool, wakeups: Wakeups) -> None:
        self._pool = pool
        self._wakeups = wakeups

    def due(self, now: datetime) -> list[AccountId]:
        """The accounts whose erasure is final by then, at most BATCH."""
        with self._pool.connection() as connection:
            return [AccountId(row[0]) for row in connection.execute(DUE, {"now": now, "limit": BATCH}).fetchall()]

    def remind(self, now: datetime) -> int:
        """Queues the reminders that are due, each once; returns their number. After a downtime only the last one of a
        person is queued."""
        return sum(self._remind(days, now) for days in AHEAD)

    def _remind(self, days: int, now: datetime) -> int:
        values = {"now": now, "until": now + timedelta(days=days), "days": days, "limit": BATCH}
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(FORGET)
            noted = connection.execute(NOTE, values).fetchall()
            rows = [_row(AccountId(tenant), final_at, chat is None, days, now) for tenant, final_at, chat in noted]
            with connection.cursor() as cursor:
                cursor.executemany(ENQUEUE, rows)
        if noted:
            self._wakeups.notify(OUTBOX)
        return len(noted)


def _row(tenant: AccountId, final_at: datetime, by_mail: bool, days: int, now: datetime) -> tuple[object, ...]:
    kind = ErasureMail if by_mail else ErasureNotice
    message_id = uuid5(tenant, f"erasure/{final_at.isoformat()}/{days}")
    message = OutboxMessage(message_id, f"erasure/{message_id}", kind("ahead", final_at), now)
    return outbox_row(tenant, message, message_id.hex, now)
