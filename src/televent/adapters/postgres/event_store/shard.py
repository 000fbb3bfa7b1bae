"""Keeps the positions of the log right after a restore into a younger cluster."""

from __future__ import annotations

import psycopg

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

    Call it with the first connection to a server, before anything is written. A younger cluster counts its transactions
    from the start again: without this, new events would have lower positions than old ones, and every follower would
    miss them.
    """
    try:
        with connection.transaction():
            row = connection.execute(RAISE).fetchone()
    except psycopg.errors.ReadOnlySqlTransaction:
        # A standby. It has the transaction ids of its primary, also once it is promoted.
        return None
    return None if row is None else int(row[0])
