"""Stores which chat message is the living one about an event (application.living_messages)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.living_messages import HOLD, Kind, Living

SELECT = """
    SELECT chat_id, message_id, since, shown, sent_at FROM living_message
    WHERE tenant_id = %s AND stream_id = %s AND kind = %s"""
TAKE = """
    INSERT INTO living_message (tenant_id, stream_id, kind, held_until)
    VALUES (%(tenant)s, %(stream)s, %(kind)s, %(until)s)
    ON CONFLICT (tenant_id, stream_id, kind) DO UPDATE SET held_until = excluded.held_until
        WHERE living_message.held_until IS NULL OR living_message.held_until <= %(now)s
    RETURNING chat_id, message_id, since, shown, sent_at"""
KEEP = """
    UPDATE living_message SET held_until = %s
    WHERE tenant_id = %s AND stream_id = %s AND kind = %s AND held_until IS NOT NULL"""
RELEASE = """
    UPDATE living_message SET held_until = NULL WHERE tenant_id = %s AND stream_id = %s AND kind = %s"""
CHANGE = """
    UPDATE living_message
    SET chat_id = %s, message_id = %s, since = %s, shown = %s, sent_at = %s, held_until = NULL
    WHERE tenant_id = %s AND stream_id = %s AND kind = %s"""


class PostgresLivingMessages:
    """Stores living messages. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def living(self, tenant: UUID, stream_id: UUID, kind: Kind) -> Living:
        """The living message, or an empty one."""
        rows = fetch(self._pool, SELECT, (tenant, stream_id, kind))
        return Living(*rows[0]) if rows else Living()

    def hold(self, tenant: UUID, stream_id: UUID, kind: Kind, now: datetime) -> Living | None:
        """The living message, held until HOLD after ``now``; None while another holds it."""
        wanted = {"tenant": tenant, "stream": stream_id, "kind": kind, "now": now, "until": now + HOLD}
        with self._pool.connection() as connection:
            row = connection.execute(TAKE, wanted).fetchone()
        return Living(*row) if row is not None else None

    def keep(self, tenant: UUID, stream_id: UUID, kind: Kind, now: datetime) -> None:
        """Renews the hold until HOLD after ``now``; one that has ended stays so."""
        with self._pool.connection() as connection:
            connection.execute(KEEP, (now + HOLD, tenant, stream_id, kind))

    def release(self, tenant: UUID, stream_id: UUID, kind: Kind, changed: Living | None = None) -> None:
        """Ends the hold, and stores the living message where it changed."""
        key = (tenant, stream_id, kind)
        with self._pool.connection() as connection:
            if changed is None:
                connection.execute(RELEASE, key)
                return
            values = (changed.chat_id, changed.message_id, changed.since, changed.shown, changed.sent_at)
            connection.execute(CHANGE, (*values, *key))
