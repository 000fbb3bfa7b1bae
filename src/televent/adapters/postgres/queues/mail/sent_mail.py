"""Stores what guests elsewhere were last sent about a meeting (application.sent_mail)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from televent.adapters.postgres.rows import Pool, reading
from televent.application.mail_records.sent_mail import HOLD, Guest, Plan, Sent, Waiting

_WAITING: Final = """
    FROM outbox WHERE tenant_id = %(tenant)s AND payload ->> 'stream_id' = %(stream_text)s
        AND payload ->> 'recipient' = %(recipient)s AND kind = 'calendar_change/1'
        AND state IN ('pending', 'processing')"""
# An earlier change may wait for a retry: where nothing was sent yet, the mail tells of that one too. The plan of a
# message that has ended without a result is given up: the next change, or a retry by the operator, makes a new one.
TAKE = f"""
    INSERT INTO sent_mail AS held (tenant_id, stream_id, recipient, version, held_by, held_until)
    SELECT %(tenant)s, %(stream)s, %(recipient)s,
        least(%(before)s, min((payload ->> 'before')::integer)), %(message)s, %(until)s {_WAITING}
    ON CONFLICT (tenant_id, stream_id, recipient) DO UPDATE
    SET held_by = excluded.held_by, held_until = excluded.held_until
    WHERE held.held_by IS NULL OR held.held_by = excluded.held_by OR held.held_until <= %(now)s
    RETURNING held.version, held.plan_id, held.plan_version, held.asks, held.parts, EXISTS (
        SELECT FROM outbox WHERE tenant_id = held.tenant_id AND outbox_id = held.plan_id
            AND state IN ('pending', 'processing'))"""  # noqa: S608
SELECT_WAITING = f"""
    SELECT min(created_at), max(created_at), bool_or((payload ->> 'urgent')::boolean),
        bool_or((payload ->> 'asks')::boolean) {_WAITING}"""
_GUEST = "WHERE tenant_id = %(tenant)s AND stream_id = %(stream)s AND recipient = %(recipient)s"
TOLD = f"SELECT version FROM sent_mail {_GUEST}"  # noqa: S608
PLAN = (
    f"UPDATE sent_mail SET plan_id = %(plan)s, plan_version = %(version)s, asks = %(asks)s, parts = %(parts)s {_GUEST}"  # noqa: S608
)
SENT = f"""
    UPDATE sent_mail SET version = greatest(version, %(version)s), plan_id = NULL, plan_version = NULL, parts = 0
    {_GUEST}"""  # noqa: S608
RELEASE = f"UPDATE sent_mail SET held_by = NULL, held_until = NULL {_GUEST} AND held_by = %(message)s"  # noqa: S608


class PostgresSentMail:
    """Stores what guests were sent. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def hold(self, guest: Guest, outbox_id: UUID, before: int, now: datetime) -> Sent | None:
        """The state of the guest's mails, held for the message; None while another message holds it."""
        wanted = {**_key(guest), "before": before, "message": outbox_id, "now": now, "until": now + HOLD}
        with self._pool.connection() as connection:
            row = connection.execute(TAKE, wanted).fetchone()
        if row is None:
            return None
        version, plan_id, *plan, alive = row
        return Sent(version, Plan(plan_id, *plan) if plan_id is not None and alive else None)

    def told(self, guest: Guest) -> int | None:
        """The version of the organizer's copy that the guest was last told."""
        row = reading(self._pool, lambda connection: connection.execute(TOLD, _key(guest)).fetchone())
        return row[0] if row is not None else None

    def waiting(self, guest: Guest) -> Waiting | None:
        """The changes that wait in the outbox; None without one."""
        row = reading(self._pool, lambda connection: connection.execute(SELECT_WAITING, _key(guest)).fetchone())
        return Waiting(*row) if row is not None and row[0] is not None else None

    def plan(self, guest: Guest, plan: Plan | None) -> None:
        """Stores the mails that are about to be sent, or how many are."""
        values = (plan.outbox_id, plan.version, plan.asks, plan.parts) if plan is not None else (None, None, False, 0)
        self._change(PLAN, guest, **dict(zip(("plan", "version", "asks", "parts"), values, strict=True)))

    def sent(self, guest: Guest, version: int) -> None:
        """Stores that the guest was told of everything up to that version."""
        self._change(SENT, guest, version=version)

    def release(self, guest: Guest, outbox_id: UUID) -> None:
        """Ends the hold of the message."""
        self._change(RELEASE, guest, message=outbox_id)

    def _change(self, statement: str, guest: Guest, **values: object) -> None:
        with self._pool.connection() as connection:
            connection.execute(statement, {**_key(guest), **values})


def _key(guest: Guest) -> dict[str, object]:
    return {
        "tenant": guest.tenant,
        "stream": guest.stream_id,
        "stream_text": str(guest.stream_id),
        "recipient": guest.recipient,
    }
