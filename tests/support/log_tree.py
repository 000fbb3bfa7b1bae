"""The tree of the log, grown to its end."""

from support.waiting import wait_until
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.log_tree.growth import grow
from televent.adapters.postgres.log_tree.tiles import state_of
from televent.adapters.postgres.rows import Pool


def grow_whole(pool: Pool) -> None:
    """Adds every event to the tree.

    The newest may have to wait: an open transaction holds them back, also one of another test in another database of
    the same cluster.
    """

    def whole() -> bool:
        while grow(pool, PostgresLog(pool)):
            continue
        with pool.connection() as connection:
            row = connection.execute("SELECT coalesce(max(position), 0) FROM event").fetchone()
        return row is not None and state_of(pool).position >= row[0]

    wait_until(whole, what="the tree of the whole log")
