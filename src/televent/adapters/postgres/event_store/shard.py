"""What positions of this cluster are counted from, and which life of its data this is."""

from __future__ import annotations

from psycopg import errors

from televent.adapters.postgres.pool import Connection

# Only what no transaction of this cluster can have written is beyond its next transaction id: in ordinary running
# nothing is raised, not even while others write.
RAISE = """
    UPDATE shard SET xid_base = latest.number + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    FROM (SELECT max(position) >> 20 AS number FROM event) AS latest
    WHERE latest.number >= xid_base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    RETURNING xid_base"""


def raise_base(connection: Connection) -> int | None:
    """After a restore into a younger cluster: positions go on above those restored. The new base, or None.

    To be called at start-up, before anything is written. A younger cluster counts its transactions anew; without
    this, new events would stand before old ones, and every follower would miss them.
    """
    with connection.transaction():
        row = connection.execute(RAISE).fetchone()
    return None if row is None else int(row[0])


# What tells a copy from its original: another cluster, another timeline (recovery to a point in time ends in a new one,
# and so does a failover), another database, the tables made anew.
WITNESS = """
    SELECT concat_ws('/', {cluster}, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
        (SELECT oid FROM pg_database WHERE datname = current_database()), 'shard'::regclass::oid)"""
_CLUSTER = "(SELECT system_identifier FROM pg_control_system())"
RECOGNISE = """
    UPDATE shard SET witness = %(seen)s,
        incarnation = CASE WHEN witness IS NULL THEN incarnation ELSE gen_random_uuid() END
    WHERE witness IS DISTINCT FROM %(seen)s
    RETURNING (SELECT witness FROM shard) IS NOT NULL"""
RENEW = "UPDATE shard SET incarnation = gen_random_uuid()"


def recognise(connection: Connection) -> bool:
    """True where the data turn out to be put back from a backup: from now on they are another incarnation of
    themselves, and sync tokens of before are refused. To be called at start-up.

    Not to be seen from inside: the files of a cluster put back under the same cluster (``televent restored`` says so).
    """
    try:
        seen = connection.execute(WITNESS.format(cluster=_CLUSTER)).fetchone()
    except errors.InsufficientPrivilege:
        seen = connection.execute(WITNESS.format(cluster="'unknown'")).fetchone()
    assert seen is not None
    with connection.transaction():
        row = connection.execute(RECOGNISE, {"seen": seen[0]}).fetchone()
    return row is not None and bool(row[0])


def renew(connection: Connection) -> None:
    """Another incarnation: every client reads everything again."""
    connection.execute(RENEW)
