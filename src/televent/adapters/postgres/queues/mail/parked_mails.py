"""Stores the mails that wait for a person's decision (application.parked_mails.ParkedMails)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.mail_records.parked_mails import ParkedMail, State, TeamDecision
from televent.application.mail_records.sender_text import read_sender, sender_text
from televent.domain.ids import AccountId

KEEP = """
    INSERT INTO parked_mail (tenant_id, card_id, mail_key, stream_id, reason, method, calendar, sender, at, state)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
DROP = "DELETE FROM parked_mail WHERE tenant_id = %s AND card_id = %s AND mail_key = %s AND state = 'waiting'"
_ROW = """
    SELECT card_id, mail_key, stream_id, reason, method, calendar, sender::text, at, state, settled_by
    FROM parked_mail"""
ON_CARD = f"{_ROW} WHERE tenant_id = %s AND card_id = %s AND state <> 'early' ORDER BY at, mail_key"
_EARLY = "WHERE tenant_id = %s AND stream_id = %s AND state = 'early' AND sender ->> 'address' = %s"
EARLY = f"{_ROW} {_EARLY} ORDER BY at, mail_key"
AWAIT_DECISION = f"UPDATE parked_mail SET state = 'waiting' {_EARLY}"  # noqa: S608
WAITS = """
    SELECT 1 FROM parked_mail
    WHERE tenant_id = %s AND stream_id = %s AND reason = 'sender-unknown' AND state = 'waiting' LIMIT 1"""
WAITING = "SELECT count(*) FROM parked_mail WHERE tenant_id = %s AND state = 'waiting'"
SETTLE = """
    UPDATE parked_mail SET state = %s, settled_by = %s
    WHERE tenant_id = %s AND card_id = %s AND state = ANY (%s) AND (%s::text[] IS NULL OR mail_key = ANY (%s))
    RETURNING mail_key"""
LATELY = """
    SELECT count(*) FILTER (WHERE card_id = %s), count(DISTINCT card_id) FROM parked_mail
    WHERE tenant_id = %s AND reason = 'sender-unknown' AND at > %s"""
SWEEP = "DELETE FROM parked_mail WHERE at < %s"


class PostgresParkedMails:
    """The parked mails. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def keep(self, mail: ParkedMail) -> bool:
        """Stores a mail. False: it is stored already."""
        named = (mail.tenant, mail.card_id, mail.mail_key, mail.stream_id, mail.reason, mail.method)
        with self._pool.connection() as connection:
            rest = (mail.calendar, sender_text(mail.sender), mail.at, mail.state)
            return connection.execute(KEEP, (*named, *rest)).rowcount == 1

    def drop(self, mail: ParkedMail) -> None:
        """Forgets a mail that nobody was asked about."""
        with self._pool.connection() as connection:
            connection.execute(DROP, (mail.tenant, mail.card_id, mail.mail_key))

    def on_card(self, tenant: AccountId, card_id: UUID) -> list[ParkedMail]:
        """The mails of a card, oldest first, without early ones."""
        return self._mails(ON_CARD, tenant, card_id)

    def early(self, tenant: AccountId, stream_id: UUID, sender: str) -> list[ParkedMail]:
        """The early mails of that sender about the event, oldest first."""
        return self._mails(EARLY, tenant, stream_id, sender)

    def await_decision(self, tenant: AccountId, stream_id: UUID, sender: str) -> None:
        """Lets the early mails of that sender wait for a decision, on the card on which their invitation waits."""
        with self._pool.connection() as connection:
            connection.execute(AWAIT_DECISION, (tenant, stream_id, sender))

    def _mails(self, query: str, tenant: AccountId, *wanted: object) -> list[ParkedMail]:
        found = []
        for card, key, stream, reason, method, calendar, sender, at, state, by in fetch(
            self._pool, query, (tenant, *wanted)
        ):
            who = read_sender(sender)
            assert who is not None
            found.append(ParkedMail(tenant, card, key, stream, reason, method, bytes(calendar), who, at, state, by))
        return found

    def waits(self, tenant: AccountId, stream_id: UUID) -> bool:
        """Whether an unknown sender's mail about that event waits."""
        return bool(fetch(self._pool, WAITS, (tenant, stream_id)))

    def waiting(self, tenant: AccountId) -> int:
        """The number of the account's mails that wait for a decision."""
        ((number,),) = fetch(self._pool, WAITING, (tenant,))
        return int(number)

    def settle(
        self, tenant: AccountId, card_id: UUID, was: Sequence[State], state: State, team: TeamDecision | None = None
    ) -> list[str]:
        """Moves the mails of a card to another state; returns the keys of those mails."""
        keys, by = (list(team.mail_keys), team.by) if team is not None else (None, None)
        with self._pool.connection() as connection:
            rows = connection.execute(SETTLE, (state, by, tenant, card_id, list(was), keys, keys)).fetchall()
        return [str(row[0]) for row in rows]

    def lately(self, tenant: AccountId, card_id: UUID, since: datetime) -> tuple[int, int]:
        """The number of mails on that card since then, and of all cards of unknown senders since then."""
        ((mails, cards),) = fetch(self._pool, LATELY, (card_id, tenant, since))
        return int(mails), int(cards)

    def sweep(self, before: datetime) -> int:
        """Deletes the mails that came before then, and returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (before,)).rowcount
