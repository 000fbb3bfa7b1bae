"""The statements with which workers claim and settle the messages of the outbox."""

from __future__ import annotations

# First the places that mass messages are sure of, then all others, then mass messages in what room is left. Each scan
# reads a few rows of the index outbox_due_by_class, however many messages of the other class are due. The last one
# leaves out the rows of the first: SKIP LOCKED does not skip what this transaction has locked itself. The limit of all
# three leaves none out. It tells the planner, which cannot guess a computed limit, that a join by key is cheap.
# The columns in the order of Claimed; the payload is not decoded yet. A message in processing is due again when its
# lease ends, so the claims of a dead worker return by themselves.
_CLAIM = """
    WITH sure AS MATERIALIZED (
        SELECT tenant_id, outbox_id FROM outbox WHERE mass AND {due} ORDER BY due_at LIMIT %(sure)s
        FOR UPDATE SKIP LOCKED
    ), prompt AS MATERIALIZED (
        SELECT tenant_id, outbox_id FROM outbox WHERE NOT mass AND {due} ORDER BY due_at
        LIMIT %(limit)s - (SELECT count(*) FROM sure) FOR UPDATE SKIP LOCKED
    ), spare AS MATERIALIZED (
        SELECT tenant_id, outbox_id FROM outbox WHERE mass AND {due}
            AND outbox_id <> ALL (ARRAY(SELECT outbox_id FROM sure)) ORDER BY due_at
        LIMIT least(%(limit)s - (SELECT count(*) FROM prompt), %(most_mass)s) - (SELECT count(*) FROM sure)
        FOR UPDATE SKIP LOCKED
    ), chosen AS MATERIALIZED (
        (SELECT * FROM prompt UNION ALL SELECT * FROM sure UNION ALL SELECT * FROM spare) LIMIT %(limit)s
    )
    UPDATE outbox AS owed
    SET state = 'processing', attempts = owed.attempts + 1, lease_until = %(until)s, due_at = %(until)s
    FROM chosen WHERE owed.tenant_id = chosen.tenant_id AND owed.outbox_id = chosen.outbox_id
    RETURNING owed.tenant_id, owed.outbox_id, owed.kind, owed.key, owed.payload::text, owed.attempts,
        owed.correlation_id, owed.created_at, owed.lease_until"""
CLAIM = _CLAIM.format(
    due="""state IN ('pending', 'processing') AND due_at <= %(now)s AND attempts < %(most)s
        AND (state = 'pending' OR %(lapsed)s) AND kind = ANY (%(names)s)"""
)
# Lease and attempts identify one claim: a worker that lost its claim changes nothing.
_SETTLE = """
    UPDATE outbox SET {change}, lease_until = NULL
    WHERE tenant_id = %(tenant)s AND outbox_id = %(id)s AND state = 'processing' AND attempts = %(attempts)s
        AND lease_until = ANY (%(leases)s)"""
# A mail with a code is only a key by then: its claimer must not read a code that went to somebody else's address.
_SPENT = (
    "payload = CASE WHEN kind LIKE ANY ('{email/%%,password_code/%%,registration_code/%%}') THEN '{}' ELSE payload END"
)
COMPLETE = _SETTLE.format(change=f"state = 'completed', finished_at = %(now)s, {_SPENT}")
# The same for many claims. The commit waits for the disk, as that of one does, but once for all of them.
COMPLETE_CLAIMS = f"""
    UPDATE outbox AS owed SET state = 'completed', finished_at = %(now)s, lease_until = NULL, {_SPENT}
    FROM unnest(%(tenants)s::uuid[], %(ids)s::uuid[], %(attempts)s::integer[])
        AS claim (tenant_id, outbox_id, attempts)
    WHERE owed.tenant_id = claim.tenant_id AND owed.outbox_id = claim.outbox_id AND owed.state = 'processing'
        AND owed.attempts = claim.attempts AND owed.lease_until = ANY (%(leases)s)"""  # noqa: S608
# The commit does not wait for the disk: for messages that may be delivered a second time without harm.
_LAX = "WITH lax AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"
# Many messages of one claim; each claim has a lease of its own.
COMPLETE_ALL = f"""
    {_LAX} UPDATE outbox SET state = 'completed', finished_at = %(now)s, lease_until = NULL, {_SPENT} FROM lax
    WHERE tenant_id = ANY (%(tenants)s) AND outbox_id = ANY (%(ids)s) AND state = 'processing'
        AND lease_until = ANY (%(leases)s)"""  # noqa: S608
# It waits for the disk: after a crash that undid it, the worker could not settle its claim by the lease that it knows.
RENEW = """
    UPDATE outbox SET lease_until = %(until)s, due_at = %(until)s
    WHERE tenant_id = ANY (%(tenants)s) AND outbox_id = ANY (%(ids)s) AND state = 'processing'
        AND lease_until = ANY (%(leases)s)"""
# Messages that the door has delivered without a claim. One that a worker has claimed meanwhile is the worker's.
_UNCLAIMED = "WHERE tenant_id = %(tenant)s AND outbox_id = ANY (%(ids)s) AND state = 'pending'"
DELIVERED = f"""
    {_LAX} UPDATE outbox SET state = 'completed', finished_at = %(now)s, attempts = attempts + 1 FROM lax
    {_UNCLAIMED}"""  # noqa: S608
HURRY = f"UPDATE outbox SET due_at = %(now)s {_UNCLAIMED}"  # noqa: S608
FAIL = _SETTLE.format(change="state = 'failed', finished_at = %(now)s, last_error = %(reason)s")
UNDELIVERABLE = _SETTLE.format(change="state = 'undeliverable', finished_at = %(now)s, last_error = %(reason)s")
TRY_AGAIN = _SETTLE.format(
    change="state = 'pending', due_at = %(due)s, last_error = %(reason)s, attempts = attempts - %(uncounted)s"
)
# The reply to a claim was lost: nobody knows which messages it took, but its lease tells them apart from others.
UNCLAIM = """
    UPDATE outbox SET state = 'pending', due_at = %(now)s, lease_until = NULL, attempts = attempts - 1
    WHERE state = 'processing' AND due_at = %(until)s AND lease_until = %(until)s"""
REAP = """
    UPDATE outbox SET state = 'failed', finished_at = %(now)s, lease_until = NULL,
        last_error = coalesce(last_error || '; ', '') || 'its last worker ended without a result'
    WHERE state = 'processing' AND due_at <= %(now)s AND attempts >= %(most)s"""
# This includes messages that a worker of another version has tried: that worker may never run again.
FAIL_UNKNOWN = """
    UPDATE outbox SET state = 'failed', finished_at = %(now)s, lease_until = NULL,
        last_error = kind || %(reason)s
    WHERE state IN ('pending', 'processing') AND due_at <= %(before)s AND NOT kind = ANY (%(names)s)"""
REQUEUE = """
    UPDATE outbox SET state = 'pending', attempts = 0, due_at = %(now)s, finished_at = NULL
    WHERE outbox_id = %(id)s AND state IN ('failed', 'undeliverable')"""
REQUEUE_FAILED = """
    UPDATE outbox SET state = 'pending', attempts = 0, due_at = %(now)s, finished_at = NULL
    WHERE state = 'failed' AND starts_with(kind, %(kind)s)"""
# A message that a worker handles at this moment cannot be dropped: it may be delivered already.
_DROP = "UPDATE outbox SET state = 'undeliverable', finished_at = %(now)s, last_error = %(reason)s, lease_until = NULL"
DROP = f"{_DROP} WHERE outbox_id = %(id)s AND state IN ('pending', 'failed')"
DROP_FAILED = f"{_DROP} WHERE state = 'failed' AND starts_with(kind, %(kind)s)"
LISTED = """
    SELECT outbox_id, tenant_id, kind, state, attempts, due_at, created_at, last_error FROM outbox
    WHERE state = ANY (%s) AND starts_with(kind, %s) ORDER BY created_at, outbox_id LIMIT %s"""
SHOWN = """
    SELECT outbox_id, tenant_id, kind, key, state, attempts, created_at, due_at, lease_until, finished_at,
        correlation_id, last_error, payload FROM outbox WHERE outbox_id = %s"""
PURGE = """
    DELETE FROM outbox WHERE (tenant_id, outbox_id) IN (
        SELECT tenant_id, outbox_id FROM outbox
        WHERE state IN ('completed', 'undeliverable') AND finished_at < %(before)s LIMIT 1000
    )"""
