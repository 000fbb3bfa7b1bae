"""Stores the signed heads of the tree, with the messages that carry them to witnesses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from televent.adapters.postgres.queues.mail.mail_book import SERVER
from televent.adapters.postgres.queues.outbox_rows import ENQUEUE, outbox_row
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.log_proof.note import Head
from televent.application.messages.message import Message
from televent.application.messages.outbox import OutboxMessage

RECORD = "INSERT INTO log_head (size, note, made_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
NEWEST = "SELECT size, made_at FROM log_head ORDER BY size DESC LIMIT 1"
AFTER = "SELECT size, note FROM log_head WHERE size > %s ORDER BY size"


def record(pool: Pool, head: Head, note: str, messages: Sequence[Message]) -> bool:
    """Stores a head and queues its messages. False: another process stored one of this size. Raises Outage."""
    with pool.connection() as connection, connection.transaction():
        if not connection.execute(RECORD, (head.size, note, head.at)).rowcount:
            return False
        for number, message in enumerate(messages):
            key = f"log-head/{head.origin}/{head.size}/{number}"
            due = OutboxMessage(uuid5(NAMESPACE_OID, key), key, message, head.at)
            connection.execute(ENQUEUE, outbox_row(SERVER, due, f"log-head-{head.size}", head.at))
    return True


def newest(pool: Pool) -> tuple[int, datetime] | None:
    """The size and the time of the newest head; None where there is none. Raises Outage."""
    rows = fetch(pool, NEWEST, ())
    return (rows[0][0], rows[0][1]) if rows else None


def after(pool: Pool, size: int) -> list[tuple[int, str]]:
    """The sizes and notes of the heads of more than ``size`` leaves, in their order. Raises Outage."""
    return [(size, note) for size, note in fetch(pool, AFTER, (size,))]
