"""Facts that a follower of the log could not read, in the ``unreadable_fact`` table.

A follower goes on without such a fact: one account's damaged fact must not hold up all others. The row tells the
operator. A restart or rebuild of the follower reads the fact again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from televent.adapters.postgres.pool import Connection
from televent.application.event_store.envelope import Envelope
from televent.application.event_store.mapper import UnreadableFact

log = structlog.get_logger("televent.followers")

NOTE = """
    INSERT INTO unreadable_fact AS standing (tenant_id, stream_id, version, consumer, position, reason)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, stream_id, version, consumer) DO UPDATE
    SET position = excluded.position, reason = excluded.reason"""
FORGET = "DELETE FROM unreadable_fact WHERE consumer = %s AND position > %s"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The place of a fact that could not be read, and the reason."""

    envelope: Envelope
    error: UnreadableFact


def note(connection: Connection, consumer: str, found: Sequence[Unreadable]) -> None:
    """Stores which facts the consumer went on without."""
    for each in found:
        place = each.envelope
        log.error("a follower goes on without a fact", consumer=consumer, reason=str(each.error))
        values = (place.tenant, place.key.stream, place.version, consumer, place.position, str(each.error))
        connection.execute(NOTE, values)


def forget(connection: Connection, consumer: str, after: int) -> None:
    """Forgets the facts behind the position ``after``, because the consumer reads them again."""
    connection.execute(FORGET, (consumer, after))
