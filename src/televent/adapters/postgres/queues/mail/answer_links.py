"""Stores the links in mails, and the threads of mails (application.answer_links.AnswerLinks)."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.mail_records.answer_links import TOKEN_LENGTH, AnswerLink
from televent.domain.ids import AccountId

ISSUE = """
    INSERT INTO answer_link (tenant_id, stream_id, recurrence_id, purpose, token, expires_at)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, stream_id, recurrence_id, purpose) DO UPDATE SET expires_at = excluded.expires_at
    RETURNING token"""
FIND = "SELECT tenant_id, stream_id, recurrence_id, purpose FROM answer_link WHERE token = %s AND expires_at > %s"
TAKE_FORM = "UPDATE answer_link SET form = %s WHERE token = %s AND form IS DISTINCT FROM %s"
THREAD = """
    INSERT INTO mail_thread AS standing (tenant_id, stream_id, message_id) VALUES (%s, %s, %s)
    ON CONFLICT (tenant_id, stream_id) DO UPDATE SET message_id = standing.message_id RETURNING message_id"""
SWEEP = "DELETE FROM answer_link WHERE expires_at <= %s"


class PostgresAnswerLinks:
    """Stores links and threads. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def issue(
        self, tenant: AccountId, stream_id: UUID, recurrence_id: str | None, expires_at: datetime, purpose: str = ""
    ) -> str:
        """The token for that meeting or date and that purpose, valid until ``expires_at`` from now on."""
        token = secrets.token_hex(TOKEN_LENGTH // 2)
        values = (tenant, stream_id, recurrence_id or "", purpose, token, expires_at)
        with self._pool.connection() as connection:
            row = connection.execute(ISSUE, values).fetchone()
        assert row is not None
        return str(row[0])

    def find(self, token: str, now: datetime) -> AnswerLink | None:
        """The meeting and the person of a valid token; None for an unknown or expired one."""
        rows = fetch(self._pool, FIND, (token, now))
        return AnswerLink(token, AccountId(rows[0][0]), rows[0][1], rows[0][2] or None, rows[0][3]) if rows else None

    def take_form(self, token: str, form: str) -> bool:
        """Notes that a form of this link was taken. False: it came twice."""
        with self._pool.connection() as connection:
            return connection.execute(TAKE_FORM, (form, token, form)).rowcount == 1

    def thread(self, tenant: AccountId, stream_id: UUID, message_id: str) -> str:
        """The Message-ID of the first mail about that event; ``message_id`` where this mail is the first."""
        with self._pool.connection() as connection:
            row = connection.execute(THREAD, (tenant, stream_id, message_id)).fetchone()
        assert row is not None
        return str(row[0])

    def sweep(self, now: datetime) -> int:
        """Deletes the expired links, and returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now,)).rowcount
