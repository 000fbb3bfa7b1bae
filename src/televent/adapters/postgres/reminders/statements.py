"""The statements with which workers queue due reminders and plan the next ones (ADR 49)."""

from __future__ import annotations

from typing import Final

# A statement is one transaction: the rows are claimed, marked as done and queued at once, or not at all. Another worker
# skips the rows that this one has locked, and finds them done afterwards.
_QUEUED = "INSERT INTO outbox (tenant_id, outbox_id, kind, key, payload, correlation_id, due_at, created_at)"
_PLANNABLE = "plan_at <= %(now)s AND (fires_at IS NULL OR fires_at > %(now)s)"

FIRE: Final = f"""
    WITH due AS MATERIALIZED (
        SELECT tenant_id, stream_id, fires_at, reminder_id, message FROM reminder
        WHERE fires_at <= %(now)s AND fires_at > %(late)s AND (
            SELECT count(*) FROM (
                SELECT FROM reminder AS other
                WHERE other.tenant_id = reminder.tenant_id AND other.fires_at <= %(now)s LIMIT %(crowd)s
            ) AS together
        ) < %(crowd)s AND NOT EXISTS (
            SELECT FROM reminder AS other WHERE other.tenant_id = reminder.tenant_id AND other.fires_at <= %(late)s
        )
        ORDER BY fires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), fired AS (
        UPDATE reminder SET fires_at = NULL, reminder_id = NULL, message = NULL, done_until = due.fires_at
        FROM due WHERE (reminder.tenant_id, reminder.stream_id) = (due.tenant_id, due.stream_id)
    ), queued AS (
        {_QUEUED}
        SELECT tenant_id, reminder_id, CASE WHEN telegram_id IS NULL THEN %(mail)s ELSE %(chat)s END,
            'reminder/' || reminder_id, jsonb_build_object('stream_id', stream_id, 'at', fires_at) || message,
            replace(reminder_id::text, '-', ''), %(now)s, %(now)s
        FROM due JOIN account USING (tenant_id) ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM due"""  # noqa: S608

# Late reminders, and many at once, come in one message for each person. The lock on the person's account lets one
# worker have all of them. It waits until what changed meanwhile is planned, so that a person gets one message, not two;
# it does not wait for a follower that fails.
MERGE: Final = f"""
    WITH crowd AS MATERIALIZED (
        SELECT tenant_id FROM reminder WHERE fires_at <= %(now)s GROUP BY tenant_id
        HAVING min(fires_at) <= %(late)s OR count(*) >= %(crowd)s LIMIT %(limit)s
    ), behind AS MATERIALIZED (
        SELECT DISTINCT event.tenant_id FROM event JOIN consumer ON event.position > consumer.position
        WHERE consumer.name = %(follower)s AND failed_since IS NULL AND topic = ANY (%(topics)s)
            AND EXISTS (SELECT FROM crowd)
    ), person AS MATERIALIZED (
        SELECT tenant_id, telegram_id FROM account
        WHERE tenant_id IN (SELECT tenant_id FROM crowd) AND tenant_id NOT IN (SELECT tenant_id FROM behind)
            AND NOT EXISTS (SELECT FROM reminder WHERE reminder.tenant_id = account.tenant_id AND {_PLANNABLE})
        FOR NO KEY UPDATE SKIP LOCKED
    ), due AS MATERIALIZED (
        SELECT reminder.tenant_id, stream_id, fires_at FROM reminder JOIN person USING (tenant_id)
        WHERE fires_at <= %(now)s FOR UPDATE OF reminder SKIP LOCKED
    ), fired AS (
        UPDATE reminder SET fires_at = NULL, reminder_id = NULL, message = NULL, done_until = %(now)s
        FROM due WHERE (reminder.tenant_id, reminder.stream_id) = (due.tenant_id, due.stream_id)
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY tenant_id ORDER BY fires_at, stream_id) AS place FROM due
    ), merged AS (
        SELECT tenant_id, count(*) AS count, min(fires_at) AS first,
            md5(string_agg(stream_id::text || fires_at::text, ',' ORDER BY place))::uuid AS id,
            jsonb_agg(jsonb_build_object('stream_id', stream_id, 'since', fires_at) ORDER BY place)
                FILTER (WHERE place <= %(listed)s) AS copies
        FROM ranked GROUP BY tenant_id
    ), queued AS (
        {_QUEUED}
        SELECT tenant_id, id, CASE WHEN telegram_id IS NULL THEN %(mail)s ELSE %(chat)s END, 'reminders/' || id,
            jsonb_build_object('copies', copies, 'until', %(now)s::timestamptz, 'late', first <= %(late)s,
                'more', greatest(count - %(listed)s, 0)),
            replace(id::text, '-', ''), %(now)s, %(now)s
        FROM merged JOIN person USING (tenant_id) ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM merged"""  # noqa: S608

# Reads hold no lock, so that a plan of some milliseconds makes no follower of the log wait (ADR 2).
ONE_PLANNER: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('televent reminders', 12))"
TO_PLAN: Final = f"""
    SELECT tenant_id, stream_id, marked, known_since, changed_at, done_until, (SELECT reminds_since FROM shard)
    FROM reminder WHERE {_PLANNABLE} ORDER BY plan_at LIMIT %(limit)s"""  # noqa: S608
# Only the index of streams can serve it: a planner that knows nothing of the table yet must not read all of an account.
TEXTS: Final = """
    SELECT tenant_id, stream_id, CASE WHEN octet_length(ics) <= %(small)s THEN ics END
    FROM resource WHERE stream_id = ANY (%(streams)s) AND ics IS NOT NULL"""
TEXT: Final = """
    SELECT ics FROM resource WHERE stream_id = %s AND tenant_id IS NOT DISTINCT FROM %s AND ics IS NOT NULL LIMIT 1"""
# It never waits for a lock while it holds one, so that it has no deadlock with the follower, which marks rows in the
# order of the log.
LOCK: Final = """
    SELECT tenant_id, stream_id FROM reminder
    WHERE (tenant_id, stream_id) IN (SELECT * FROM unnest(%(tenants)s::uuid[], %(streams)s::uuid[]))
    FOR UPDATE SKIP LOCKED"""
# The copy or the person may have been marked again, or the reminder queued, since the row was read.
_AS_READ = """
    WHERE reminder.tenant_id = made.tenant_id AND reminder.stream_id = made.stream_id AND reminder.marked = made.marked
        AND reminder.done_until IS NOT DISTINCT FROM made.done_until"""
_READ = "%(tenant)s::uuid[], %(stream)s::uuid[], %(marked)s::bigint[], %(done_until)s::timestamptz[]"
# FIRE adds to the message what the row says anyway, and a planned reminder is never a snoozed one. Rows of earlier
# programs have the whole message.
PLANNED: Final = f"""
    UPDATE reminder SET plan_at = made.plan_at, fires_at = made.fires_at, reminder_id = made.reminder_id,
        message = made.message::jsonb - '{{stream_id,at,snoozed}}'::text[], done_until = made.since
    FROM unnest({_READ}, %(plan_at)s::timestamptz[], %(fires_at)s::timestamptz[], %(reminder_id)s::uuid[],
        %(message)s::text[], %(since)s::timestamptz[])
        AS made (tenant_id, stream_id, marked, done_until, plan_at, fires_at, reminder_id, message, since)
    {_AS_READ}"""  # noqa: S608
FORGET: Final = f"""
    DELETE FROM reminder USING unnest({_READ}) AS made (tenant_id, stream_id, marked, done_until) {_AS_READ}"""  # noqa: S608

_DIGEST = "SELECT tenant_id, due_at, done_at FROM digest WHERE {} LIMIT %(limit)s FOR UPDATE SKIP LOCKED"
DIGESTS_DUE: Final = _DIGEST.format("due_at <= %(now)s ORDER BY due_at")
DIGESTS_UNPLANNED: Final = _DIGEST.format("NOT planned")
DIGEST_PLANNED: Final = """
    UPDATE digest SET planned = true, due_at = %(due_at)s, done_at = %(done_at)s WHERE tenant_id = %(tenant)s"""

# After a restart with a clock that is behind, the earlier time holds.
BEGIN: Final = "UPDATE shard SET reminds_since = least(coalesce(reminds_since, %(now)s), %(now)s)"
NEXT: Final = """
    SELECT least(
        (SELECT min(fires_at) FROM reminder), (SELECT min(plan_at) FROM reminder), (SELECT min(due_at) FROM digest),
        (SELECT to_timestamp(0) WHERE EXISTS (SELECT FROM digest WHERE NOT planned)))"""
