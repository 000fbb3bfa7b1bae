"""Keeps positions and sync tokens right after a restore from a backup: the base of positions, and the incarnation."""

from __future__ import annotations

from psycopg import errors

from televent.adapters.postgres.pool import Connection

# A position beyond the cluster's next transaction id can only come from another cluster. So nothing is raised without
# a restore, not even while others write.
RAISE = """
    UPDATE shard SET xid_base = latest.number + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    FROM (SELECT max(position) >> 20 AS number FROM event) AS latest
    WHERE latest.number >= xid_base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    RETURNING xid_base"""


def raise_base(connection: Connection) -> int | None:
    """Raises the base of positions after a restore into a younger cluster, and returns it; None: nothing to raise.

    Call it at start-up, before anything is written. A younger cluster counts its transactions from the start again:
    without this, new events would have lower positions than old ones, and every follower would miss them.
    """
    with connection.transaction():
        row = connection.execute(RAISE).fetchone()
    return None if row is None else int(row[0])


# A copy differs from its original in one of these: the cluster, the timeline (recovery to a point in time starts a new
# one, and so does a failover), the database, or the id of a table.
WITNESS = """
    SELECT concat_ws('/', {cluster}, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
        (SELECT oid FROM pg_database WHERE datname = current_database()), 'shard'::regclass::oid)"""
_CLUSTER = "(SELECT system_identifier FROM pg_control_system())"
NOTE_WITNESS = """
    UPDATE shard SET witness = %(seen)s,
        incarnation = CASE WHEN witness IS NULL THEN incarnation ELSE gen_random_uuid() END
    WHERE witness IS DISTINCT FROM %(seen)s
    RETURNING (SELECT witness FROM shard) IS NOT NULL"""
RENEW = "UPDATE shard SET incarnation = gen_random_uuid()"


def detect_restore(connection: Connection) -> bool:
    """Detects data restored from a backup, and gives them a new incarnation: older sync tokens are refused from then
    on. Returns whether it was a restore. Call it at start-up.

    It cannot detect that the files of a cluster were put back under the same cluster. The operator then runs
    ``televent restored``.
    """
    try:
        seen = connection.execute(WITNESS.format(cluster=_CLUSTER)).fetchone()
    except errors.InsufficientPrivilege:
        seen = connection.execute(WITNESS.format(cluster="'unknown'")).fetchone()
    assert seen is not None
    with connection.transaction():
        row = connection.execute(NOTE_WITNESS, {"seen": seen[0]}).fetchone()
    return row is not None and bool(row[0])


def renew_incarnation(connection: Connection) -> None:
    """Gives the data a new incarnation: every client reads everything again."""
    connection.execute(RENEW)
