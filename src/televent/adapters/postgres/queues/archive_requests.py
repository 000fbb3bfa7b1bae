"""Stores which archives people asked for (application.archive_requests.ArchiveRequests)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.accounts.archive_requests import DEADLINE, OFFERED, ArchiveRow
from televent.domain.ids import AccountId

ASK: Final = """
    INSERT INTO archive_request AS request (tenant_id, asked_at) SELECT tenant_id, %(now)s FROM account
    WHERE tenant_id = %(tenant)s
    ON CONFLICT (tenant_id) DO UPDATE SET asked_at = %(now)s,
        begun_at = CASE WHEN request.finished_at IS NULL THEN request.begun_at END, finished_at = NULL, size = NULL"""
FIND: Final = """
    SELECT asked_at, begun_at, finished_at, size FROM archive_request WHERE tenant_id = %s AND asked_at > %s"""
BEGIN: Final = """
    UPDATE archive_request SET begun_at = %(now)s, finished_at = NULL, size = NULL
    WHERE tenant_id = %(tenant)s AND asked_at > %(since)s
        AND (begun_at IS NULL OR finished_at IS NOT NULL OR begun_at <= %(lost)s)"""
END: Final = """
    UPDATE archive_request SET begun_at = CASE WHEN %(size)s::bigint IS NULL THEN NULL ELSE begun_at END,
        finished_at = CASE WHEN %(size)s::bigint IS NULL THEN NULL ELSE %(now)s END, size = %(size)s
    WHERE tenant_id = %(tenant)s AND begun_at = %(begun)s"""
SWEEP: Final = "DELETE FROM archive_request WHERE asked_at <= %s"


class PostgresArchiveRequests:
    """Stores the requests. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def ask(self, tenant: AccountId, now: datetime) -> None:
        """Stores a request. One that is being sent goes on, and can be fetched for another day."""
        with self._pool.connection() as connection:
            connection.execute(ASK, {"tenant": tenant, "now": now})

    def find(self, tenant: AccountId, now: datetime) -> ArchiveRow | None:
        """The request; None where there is none, or its day is over."""
        rows = fetch(self._pool, FIND, (tenant, now - OFFERED))
        return ArchiveRow(*rows[0]) if rows else None

    def begin(self, tenant: AccountId, now: datetime) -> bool:
        """Notes that the archive is being sent now. False: it is already, or nothing was asked for."""
        values = {"tenant": tenant, "now": now, "since": now - OFFERED, "lost": now - DEADLINE}
        with self._pool.connection() as connection:
            return connection.execute(BEGIN, values).rowcount == 1

    def end(self, tenant: AccountId, begun_at: datetime, now: datetime, size: int | None) -> None:
        """Notes that all bytes were sent; ``size`` None: it was torn, and can be fetched again at once."""
        with self._pool.connection() as connection:
            connection.execute(END, {"tenant": tenant, "begun": begun_at, "now": now, "size": size})

    def sweep(self, now: datetime) -> int:
        """Deletes the requests whose day is over, and returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now - OFFERED,)).rowcount
