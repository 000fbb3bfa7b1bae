"""The statements that delete what an erased account has in tables of queues, mails and files.

No replay of facts makes these rows again, so a rebuild does not execute them. The tables of the inline projections, and
those beside them, are in inline_rows.
"""

from __future__ import annotations

from typing import Final

from televent.adapters.postgres.keeping.erased_people import NOTE, OF_OTHERS

TABLES: Final = (
    "snapshot",
    "outbox",
    "inbox",
    "reply_token",
    "push_silence",
    "push_subscription",
    # Chunks and uses go with their attachment.
    "attachment",
    "attachment_quota",
    "reminder",
    "digest",
    "erasure_notice",
    "code_mail",
    "device_setup",
    "archive_request",
    "idempotency_key",
    "unreadable_fact",
    # Deliveries go with their webhook.
    "webhook",
    "feed",
    # A worker then erases the accounts of the calendars.
    "subscription",
    "keeper",
    "team",
)
"""Tables of which the account's rows are deleted."""
# Mails from and to the person: at their addresses, and at the tokens that stand for them or for their meetings. A mail
# that is not processed yet may be for other people too. It stays until retention deletes it.
_PERSON = """
    WITH person AS (SELECT %s::uuid AS tenant_id),
    addresses AS (
        SELECT mine.address FROM address AS mine JOIN person USING (tenant_id)
        WHERE mine.verified OR mine.former AND NOT EXISTS (
            SELECT FROM address AS other WHERE other.address = mine.address AND other.verified)),
    tokens AS (
        SELECT token FROM reply_token JOIN person USING (tenant_id)
        UNION ALL SELECT token FROM guest_address JOIN person USING (tenant_id)
        UNION ALL SELECT token FROM guest_address JOIN account ON starts_with(address, 'tg_' || telegram_id || '@')
            JOIN person ON account.tenant_id = person.tenant_id
        UNION ALL SELECT token FROM guest_address JOIN addresses USING (address))"""
_THEIRS = """lower(named.address) IN (SELECT address FROM addresses)
            OR split_part(split_part(lower(named.address), '@', 1), '+', 2) IN (SELECT token FROM tokens)"""
_FROM_OR_TO = f"EXISTS (SELECT FROM unnest(recipients || envelope_from) AS named(address) WHERE {_THEIRS})"
_MAILS = f"{_PERSON} DELETE FROM inbound_mail WHERE state <> 'received' AND {_FROM_OR_TO}"  # noqa: S608
MAILS_OF = f"""{_PERSON}
    SELECT received_at, state, envelope_from, raw, sender, verdict,
        ARRAY(SELECT address FROM unnest(recipients) AS named(address) WHERE {_THEIRS}) AS recipients
    FROM inbound_mail WHERE {_FROM_OR_TO} ORDER BY received_at, mail_key"""  # noqa: S608
"""The mails from and to a person, the oldest first. Other recipients are not named: they may be blind copies."""
# The mails are found by tokens, so they go before the tokens.
STATEMENTS: Final = (_MAILS, *OF_OTHERS, NOTE, *(f"DELETE FROM {table} WHERE tenant_id = %s" for table in TABLES))  # noqa: S608
"""Each has one parameter: the account. The copies of others are an errand of a worker, which NOTE queues."""
