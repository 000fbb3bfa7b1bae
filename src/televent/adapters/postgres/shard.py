"""What positions of this cluster are counted from."""

from __future__ import annotations

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
