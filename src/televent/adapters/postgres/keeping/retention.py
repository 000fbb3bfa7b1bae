"""Deletes rows that nothing else deletes: kept mails, dedupe keys, and what mails and cards of old events need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from psycopg import Connection
from psycopg_pool import ConnectionPool

from televent.application.mail_records.parked_mails import KEPT

KEEP_TEXT: Final = timedelta(days=90)
"""Time for which a processed mail is kept as it was received."""
KEEP_MAIL: Final = timedelta(days=730)
"""Time for which it is known that a mail was received, and whose it was proven to be: for the trust in later mails."""
KEEP_KEYS: Final = timedelta(days=730)
"""Time for which it is known that a message was applied, so that it is not applied again."""
KEEP_OVER: Final = timedelta(days=400)
"""Time for which mails and cards of an event can still be answered, after its end and after its last change."""
KEEP_FAILED: Final = timedelta(days=90)
"""Time for which an operator can requeue a failed message."""
KEEP_ANSWERS: Final = timedelta(days=1)
"""Time for which the answer to a request with an Idempotency-Key is kept."""
KEEP_AUDIT: Final = timedelta(days=730)
"""Time for which it is known who did what from where, and what operators looked at."""
KEEP_DELIVERIES: Final = timedelta(days=30)
"""Time for which the deliveries of webhooks can be read and sent again."""
KEEP_CARDS: Final = 2 * KEPT + timedelta(days=1)
"""Time for which a card about parked mails can change after it was sent: a mail joins it while the first one is kept,
and is kept as long itself."""
BATCH: Final = 1000
"""Max rows that one statement changes."""

_EMPTY_MAILS = """
    UPDATE inbound_mail SET raw = '', recipients = '{}', envelope_from = '' WHERE mail_key IN (
        SELECT mail_key FROM inbound_mail
        WHERE state <> 'received' AND received_at < %(before)s AND octet_length(raw) > 0 LIMIT %(most)s)"""
_MAILS = """
    DELETE FROM inbound_mail WHERE mail_key IN (
        SELECT mail_key FROM inbound_mail WHERE state <> 'received' AND received_at < %(before)s LIMIT %(most)s)"""
_KEYS = """
    DELETE FROM inbox WHERE (tenant_id, message_key) IN (
        SELECT tenant_id, message_key FROM inbox WHERE received_at < %(before)s LIMIT %(most)s)"""
_FAILED = """
    DELETE FROM outbox WHERE (tenant_id, outbox_id) IN (
        SELECT tenant_id, outbox_id FROM outbox WHERE state = 'failed' AND finished_at < %(before)s LIMIT %(most)s)"""
_AUDIT_FROM = "UPDATE shard SET audit_from = greatest(audit_from, %s)"
# Rows have no key of one column, and the conditions are those of an index.
_OLD = """
    DELETE FROM {table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {table} WHERE {column} < %(before)s LIMIT %(most)s))"""
_BY_TIME: Final[Mapping[str, str]] = MappingProxyType({"origin": "first_at", "operator_log": "at"})
"""Tables whose rows go by their age, and the column that has it."""
# Every copy ended and was last changed before then. An event without an end in sight is never over.
_OVER = """
    DELETE FROM {table} WHERE ctid = ANY (ARRAY(
        SELECT kept.ctid FROM {table} AS kept WHERE
            EXISTS (SELECT FROM resource WHERE resource.tenant_id = kept.tenant_id AND resource.{key} = kept.{key})
            AND NOT EXISTS (
                SELECT FROM resource WHERE resource.tenant_id = kept.tenant_id AND resource.{key} = kept.{key}
                    AND (modified_at >= %(before)s
                        OR NOT deleted AND coalesce(upper(span), 'infinity') >= %(before)s))
        LIMIT %(most)s))"""
_OF_EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "living_message": "stream_id",
        "mail_thread": "stream_id",
        "sent_mail": "stream_id",
        "event_mail": "stream_id",
        "reply_token": "uid",
        "guest_address": "uid",
        "invitation_mail": "uid",
    }
)
"""Tables with rows of events, and the column that names the event."""
# The row of a card that asks about parked mails is named by the card, and no event has that name.
_CARDS_OF_MAILS = """
    DELETE FROM living_message WHERE ctid = ANY (ARRAY(
        SELECT kept.ctid FROM living_message AS kept WHERE
            coalesce(kept.sent_at, '-infinity') < %(before)s AND coalesce(kept.held_until, '-infinity') < %(before)s
            AND NOT EXISTS (
                SELECT FROM resource WHERE resource.tenant_id = kept.tenant_id AND resource.stream_id = kept.stream_id)
        LIMIT %(most)s))"""
RULES: Final[tuple[tuple[str, timedelta], ...]] = (
    (_MAILS, KEEP_MAIL),
    (_EMPTY_MAILS, KEEP_TEXT),
    (_KEYS, KEEP_KEYS),
    (_FAILED, KEEP_FAILED),
    (_OLD.format(table="idempotency_key", column="made_at"), KEEP_ANSWERS),
    *((_OLD.format(table=table, column=column), KEEP_AUDIT) for table, column in _BY_TIME.items()),
    (_OLD.format(table="webhook_delivery", column="created_at"), KEEP_DELIVERIES),
    *((_OVER.format(table=table, key=key), KEEP_OVER) for table, key in _OF_EVENTS.items()),
    (_CARDS_OF_MAILS, KEEP_CARDS),
)
"""Each statement deletes or empties at most BATCH rows, and the age of the rows."""


def retain(pool: ConnectionPool[Connection], now: datetime) -> int:
    """Deletes and empties what is older than it may be; returns the number of rows. Each batch is one transaction, and
    may be done again after a crash. Raises Outage."""
    with pool.connection() as connection:
        connection.execute(_AUDIT_FROM, (now - KEEP_AUDIT,))
    changed = 0
    for statement, age in RULES:
        done = BATCH
        while done == BATCH:
            with pool.connection() as connection:
                done = connection.execute(statement, {"before": now - age, "most": BATCH}).rowcount
            changed += done
    return changed
