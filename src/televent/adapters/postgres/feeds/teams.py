"""Lists the accounts of team calendars (application.teams.Teams)."""

from __future__ import annotations

from datetime import datetime

from televent.adapters.postgres.rows import Pool, fetch
from televent.domain.ids import AccountId

ADD = "INSERT INTO team (tenant_id, made_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_TELLING = """
        SELECT FROM outbox
        WHERE tenant_id = {} AND state IN ('pending', 'processing') AND kind LIKE 'share_local/%%'"""
TELLING = f"SELECT EXISTS ({_TELLING.format('%s')})"
ABANDONED = f"""
    SELECT tenant_id FROM team
    WHERE made_at < %s AND NOT EXISTS (
        SELECT FROM calendar WHERE calendar.tenant_id = team.tenant_id AND NOT deleted
            AND jsonb_path_exists(shares, '$.* ? (@.status == "accepted")'))
        AND NOT EXISTS ({_TELLING.format("team.tenant_id")})
    ORDER BY made_at LIMIT %s"""  # noqa: S608
FORGET = "DELETE FROM team WHERE tenant_id = %s"


class PostgresTeams:
    """Lists teams. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def add(self, team: AccountId, now: datetime) -> None:
        """Notes a team; nothing happens where it is known."""
        with self._pool.connection() as connection:
            connection.execute(ADD, (team, now))

    def abandoned(self, before: datetime, limit: int) -> list[AccountId]:
        """Teams without members."""
        return [AccountId(row[0]) for row in fetch(self._pool, ABANDONED, (before, limit))]

    def telling(self, team: AccountId) -> bool:
        """Whether a message to a member waits for a worker."""
        return bool(fetch(self._pool, TELLING, (team,))[0][0])

    def forget(self, team: AccountId) -> None:
        """Deletes the team's row."""
        with self._pool.connection() as connection:
            connection.execute(FORGET, (team,))
