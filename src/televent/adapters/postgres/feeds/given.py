"""Stores feeds of calendars here (application.feeds.given.Feeds)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.feeds.given import MAX_FEEDS, Feed
from televent.domain.ids import AccountId

NOTED_EVERY: Final = timedelta(days=1)
_COLUMNS = "tenant_id, feed_id, calendar_id, content, description, created_at, read_at"
# The account's row is locked: two requests at once count one another, and an erasure meets the feed.
LOCK = "SELECT 1 FROM account WHERE tenant_id = %s FOR NO KEY UPDATE"
COUNT = "SELECT count(*) FROM feed WHERE tenant_id = %s"
# A command that comes again has not shown its first secret to anybody.
ADD = """
    INSERT INTO feed (tenant_id, feed_id, calendar_id, content, description, created_at, secret)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (tenant_id, feed_id) DO UPDATE SET secret = excluded.secret"""
OF_CALENDAR = f"""
    SELECT {_COLUMNS} FROM feed WHERE tenant_id = %s AND calendar_id = %s ORDER BY created_at, feed_id"""  # noqa: S608
REMOVE = "DELETE FROM feed WHERE tenant_id = %s AND calendar_id = %s AND feed_id = %s"
AT = f"SELECT {_COLUMNS} FROM feed WHERE secret = %s"  # noqa: S608
NOTE = "UPDATE feed SET read_at = %s WHERE tenant_id = %s AND feed_id = %s"
MODIFIED = "SELECT greatest(%s, max(modified_at)) FROM resource WHERE tenant_id = %s AND calendar_id = %s"


class PostgresFeeds:
    """Stores feeds. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def add(self, feed: Feed, secret: bytes) -> bool:
        """Stores a new one. False: there are too many, or the account is gone."""
        values = (feed.feed_id, feed.calendar_id, feed.content, feed.description, feed.created_at, secret)
        with self._pool.connection() as connection, connection.transaction():
            if connection.execute(LOCK, (feed.tenant,)).fetchone() is None:
                return False
            count = connection.execute(COUNT, (feed.tenant,)).fetchone()
            if count is None or count[0] >= MAX_FEEDS:
                return False
            connection.execute(ADD, (feed.tenant, *values))
        return True

    def of_calendar(self, tenant: AccountId, calendar_id: UUID) -> list[Feed]:
        """The feeds of a calendar, the oldest first."""
        return [Feed(*row) for row in fetch(self._pool, OF_CALENDAR, (tenant, calendar_id))]

    def remove(self, tenant: AccountId, calendar_id: UUID, feed_id: UUID) -> bool:
        """Ends a feed, at once on every node. False: there is none."""
        with self._pool.connection() as connection:
            return connection.execute(REMOVE, (tenant, calendar_id, feed_id)).rowcount == 1

    def at(self, secret: bytes) -> Feed | None:
        """The feed with that secret."""
        rows = fetch(self._pool, AT, (secret,))
        return Feed(*rows[0]) if rows else None

    def note_read(self, feed: Feed, now: datetime) -> None:
        """Notes that it was read; at most once a day."""
        if feed.read_at is None or now - feed.read_at >= NOTED_EVERY:
            with self._pool.connection() as connection:
                connection.execute(NOTE, (now, feed.tenant, feed.feed_id))

    def modified(self, feed: Feed) -> datetime:
        """When an event of the calendar changed last, or the feed was made if that is later."""
        rows = fetch(self._pool, MODIFIED, (feed.created_at, feed.tenant, feed.calendar_id))
        at: datetime = rows[0][0]
        return at
