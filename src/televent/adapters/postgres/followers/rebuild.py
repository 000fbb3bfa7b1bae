"""Rebuilds a projection from the store, beside the live one, while writes continue."""

from __future__ import annotations

from collections.abc import Sequence

from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.followers.rebuild_inline import INLINE, Progress, Rebuilt, count, rebuild_inline
from televent.adapters.postgres.followers.row_writes import send
from televent.adapters.postgres.followers.shadow import correct, own_connection, shadow, unshadow
from televent.adapters.postgres.followers.unreadable import Unreadable, forget, note
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.rows import Pool
from televent.application.event_store.mapper import FactMapper, UnreadableFact
from televent.application.followers import Policy, Projection, RowWrite, folded, topics_of

PAGE = 1000

HOLD = "SELECT position FROM consumer WHERE name = %s FOR UPDATE"
REACH = "UPDATE consumer SET position = %s, updated_at = now() WHERE name = %s"


def names(followers: Sequence[Projection | Policy]) -> list[str]:
    """The names of the projections that can be rebuilt: the inline ones, and those among the followers."""
    return [*INLINE, *(each.name for each in followers if isinstance(each, Projection))]


def rebuild(
    pool: Pool,
    mapper: FactMapper,
    name: str,
    progress: Progress,
    *,
    followers: Sequence[Projection | Policy] = (),
    season: int | None = None,
    direct: str | None = None,
) -> Rebuilt:
    """Rebuilds the projection with that name. ``progress`` is called with events done and events in all.

    ``followers``: the followers of the installation. ``season``: series without end are indexed for this season; None:
    each for the season in which it was written. ``direct``: the address of PostgreSQL itself, where the pool's is that
    of a pooler. A rebuild that ends early has changed nothing; two at once follow one another with their last step.

    Raises KeyError for an unknown name, NeedsSession, and StillLocked where writers never paused.
    """
    address = direct or pool.conninfo
    assert isinstance(address, str)
    if name in INLINE:
        return rebuild_inline(pool, mapper, name, progress, season, address)
    projections = {each.name: each for each in followers if isinstance(each, Projection)}
    return _rebuild_follower(pool, mapper, projections[name], progress, address)


def _rebuild_follower(
    pool: Pool, mapper: FactMapper, projection: Projection, progress: Progress, direct: str
) -> Rebuilt:
    """Rebuilds a projection that follows the log. Its consumer goes on meanwhile; only the last step makes it wait."""
    log, total, done, position = PostgresLog(pool), 0, 0, -1
    unreadable: list[Unreadable] = []
    total = count(log)
    with own_connection(direct) as connection:
        shadow(connection, list(projection.tables))
        try:
            while (page := _page(connection, log, mapper, projection, position, unreadable)) is not None:
                position, done = page[0], done + page[1]
                progress(done, max(total, done))
            with connection.transaction():
                # This lock stops the consumer: it reads its next event after the live rows are corrected.
                connection.execute(HOLD, (projection.name,))
                while (page := _page(connection, log, mapper, projection, position, unreadable)) is not None:
                    position, done = page[0], done + page[1]
                differing = sum(correct(connection, table, keys).total() for table, keys in projection.tables.items())
                connection.execute(REACH, (max(position, 0), projection.name))
                forget(connection, projection.name, 0)
                note(connection, projection.name, unreadable)
        finally:
            unshadow(connection, list(projection.tables))
    return Rebuilt(done, differing)


def _page(
    connection: Connection,
    log: PostgresLog,
    mapper: FactMapper,
    projection: Projection,
    after: int,
    unreadable: list[Unreadable],
) -> tuple[int, int] | None:
    """Folds the next page into the shadow tables, and adds the facts that it cannot read to ``unreadable``. Returns its
    last position and its number of events; None at the end of the log."""
    events = log.page(after, PAGE, None, topics_of(projection)).notifications
    if not events:
        return None
    writes: list[RowWrite] = []
    for event in map(mapper.to_domain_event, events):
        try:
            writes += folded(projection, event)
        except UnreadableFact as error:
            unreadable.append(Unreadable(event.envelope, error))
    send(connection, projection.tables, writes)
    return events[-1].id, len(events)
