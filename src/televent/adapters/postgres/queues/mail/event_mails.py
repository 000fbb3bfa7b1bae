"""Stores the mails about events (application.event_mails.EventMails)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.mail_records.event_mails import KEPT, EventMail, EventMailState
from televent.application.mail_records.sender_text import read_sender, sender_text
from televent.domain.ids import AccountId

NOTE = """
    INSERT INTO event_mail AS standing (tenant_id, stream_id, mail_key, method, state, reason, proof, sender, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, stream_id, mail_key) DO UPDATE
    SET state = excluded.state, reason = excluded.reason, proof = excluded.proof, sender = excluded.sender
    WHERE standing.state IN ('parked', 'ignored') AND excluded.state <> 'ignored'"""
# A stranger can send any number of mails about an event.
SWEEP = """
    DELETE FROM event_mail WHERE tenant_id = %s AND stream_id = %s AND mail_key IN (
        SELECT mail_key FROM event_mail WHERE tenant_id = %s AND stream_id = %s
        ORDER BY at DESC, mail_key OFFSET %s)"""
DECIDED = "UPDATE event_mail SET state = %s, reason = '' WHERE tenant_id = %s AND mail_key = ANY (%s)"
ABOUT = """
    SELECT mail_key, method, state, reason, proof, sender::text, at FROM event_mail
    WHERE tenant_id = %s AND stream_id = %s ORDER BY at DESC, mail_key LIMIT %s"""


class PostgresEventMails:
    """The mails about events. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def note(self, mail: EventMail) -> None:
        """Stores a mail; drops the oldest ones beyond KEPT."""
        place = (mail.tenant, mail.stream_id)
        values = (mail.mail_key, mail.method, mail.state, mail.reason, mail.proof, sender_text(mail.sender), mail.at)
        with self._pool.connection() as connection:
            connection.execute(NOTE, (*place, *values))
            connection.execute(SWEEP, (*place, *place, KEPT))

    def decided(self, tenant: AccountId, keys: Sequence[str], state: EventMailState) -> None:
        """Stores what the person decided about parked mails."""
        with self._pool.connection() as connection:
            connection.execute(DECIDED, (state, tenant, list(keys)))

    def about(self, tenant: AccountId, stream_id: UUID) -> list[EventMail]:
        """The mails about the event, newest first."""
        found = []
        for key, method, state, reason, proof, text, at in fetch(self._pool, ABOUT, (tenant, stream_id, KEPT)):
            sender = read_sender(text)
            assert sender is not None
            found.append(EventMail(tenant, stream_id, key, method, state, reason, proof, sender, at))
        return found
