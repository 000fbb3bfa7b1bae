"""Stores registrations (application.pending_accounts.PendingAccounts)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.wakeup import OUTBOX, Wakeups
from televent.application.accounts.pending_accounts import PendingAccount
from televent.application.messages.outbox import OutboxMessage
from televent.domain.ids import AccountId

_COLUMNS: Final = "tenant_id, address, password_hash, name, timezone, locale, expires_at"
PUT: Final = f"INSERT INTO pending_account ({_COLUMNS}, wrong) VALUES (%s, %s, %s, %s, %s, %s, %s, 0)"  # noqa: S608
FIND: Final = f"SELECT {_COLUMNS} FROM pending_account WHERE tenant_id = %s AND expires_at > %s"  # noqa: S608
GIVE: Final = "UPDATE pending_account SET code_hash = %s, code_until = %s, wrong = 0 WHERE tenant_id = %s"
# One statement: of many guesses at once each is counted.
GUESS: Final = f"""
    UPDATE pending_account SET wrong = wrong + 1
    WHERE tenant_id = %(tenant)s AND expires_at > %(now)s AND code_until > %(now)s AND wrong < %(most)s
    RETURNING {_COLUMNS}, code_hash"""  # noqa: S608
DROP: Final = "DELETE FROM pending_account WHERE tenant_id = %s"
SWEEP: Final = "DELETE FROM pending_account WHERE expires_at <= %s"


class PostgresPendingAccounts:
    """Stores registrations. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool, wakeups: Wakeups) -> None:
        self._pool, self._wakeups = pool, wakeups

    def put(self, row: PendingAccount) -> None:
        """Stores a registration, which has no code yet."""
        values = (row.tenant, row.address, row.password_hash, row.name, row.timezone, row.locale, row.expires_at)
        with self._pool.connection() as connection:
            connection.execute(PUT, values)

    def find(self, tenant: AccountId, now: datetime) -> PendingAccount | None:
        """The registration; None where there is none, or it has expired."""
        rows = fetch(self._pool, FIND, (tenant, now))
        return PendingAccount(*rows[0]) if rows else None

    def give(
        self, tenant: AccountId, code_hash: str, until: datetime, mail: OutboxMessage, correlation: str, now: datetime
    ) -> None:
        """Replaces the code, and mails the new one in the same transaction."""
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(GIVE, (code_hash, until, tenant)).rowcount:
                connection.execute(ENQUEUE, outbox_row(tenant, mail, correlation, now))
        self._wakeups.notify(OUTBOX)

    def guess(self, tenant: AccountId, most: int, now: datetime) -> tuple[PendingAccount, str] | None:
        """Counts a guess; returns the registration and the hash of its code. None where no guess is left."""
        with self._pool.connection() as connection:
            row = connection.execute(GUESS, {"tenant": tenant, "now": now, "most": most}).fetchone()
        return None if row is None else (PendingAccount(*row[:-1]), str(row[-1]))

    def tell(self, tenant: AccountId, mail: OutboxMessage, correlation: str, now: datetime) -> None:
        """Sends a mail to the owner of an account."""
        with self._pool.connection() as connection:
            connection.execute(ENQUEUE, outbox_row(tenant, mail, correlation, now))
        self._wakeups.notify(OUTBOX)

    def drop(self, tenant: AccountId) -> None:
        """Deletes the registration."""
        with self._pool.connection() as connection:
            connection.execute(DROP, (tenant,))

    def sweep(self, now: datetime) -> int:
        """Deletes the expired registrations, and returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now,)).rowcount
