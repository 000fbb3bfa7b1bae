"""Counts the code mails of the last day (application.code_mails.CodeMails)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from televent.adapters.postgres.rows import Pool
from televent.application.accounts.code_mails import DAY, mailbox_of, next_code
from televent.domain.ids import AccountId

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))"
SENT = """
    SELECT tenant_id, command_id, address_hash, sent_at FROM code_mail
    WHERE (tenant_id = %(tenant)s OR address_hash = %(address)s) AND sent_at > %(since)s"""
INSERT = "INSERT INTO code_mail (tenant_id, command_id, address_hash, sent_at) VALUES (%s, %s, %s, %s)"
SWEEP = "DELETE FROM code_mail WHERE sent_at <= %s"


class PostgresCodeMails:
    """Counts code mails in the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def admit(self, tenant: AccountId, address: str, command_id: UUID, now: datetime) -> datetime | None:
        """Counts one code; or returns when the next may be sent to that address by that person."""
        address_hash = hashlib.sha256(mailbox_of(address).encode()).digest()
        asked = {"tenant": tenant, "address": address_hash, "since": now - DAY}
        with self._pool.connection() as connection, connection.transaction():
            # Two requests at once must see one another. The order of the locks is the same everywhere.
            for key in sorted((f"code/{tenant}", f"code/{address_hash.hex()}")):
                connection.execute(LOCK, (key,))
            rows = connection.execute(SENT, asked).fetchall()
            if any((row[0], row[1]) == (tenant, command_id) for row in rows):
                return None
            waits = (
                next_code([row[3] for row in rows if row[0] == tenant], now),
                next_code([row[3] for row in rows if bytes(row[2]) == address_hash], now),
            )
            if until := max((each for each in waits if each is not None), default=None):
                return until
            connection.execute(INSERT, (tenant, command_id, address_hash, now))
            return None

    def sweep(self, now: datetime) -> int:
        """Deletes the rows that limit nothing any more, and returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now - DAY,)).rowcount
