"""Stores the sessions of the REST door (application.sessions.Sessions)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from televent.adapters.postgres.rows import Pool, fetch
from televent.adapters.postgres.wakeup import SESSIONS, Wakeups
from televent.application.accounts.sessions import GRACE, LIFETIME, MAX_SESSIONS, Rotated, Rotation, SessionRow
from televent.domain.ids import AccountId

PASSWORD = "SELECT hash FROM password WHERE tenant_id = %s"
# The account's row is locked, so that an erasure meets the session or the session meets the erasure.
OPEN = """
    INSERT INTO session
        (tenant_id, session_id, family, secret, ip, user_agent, created_at, used_at, expires_at)
    SELECT tenant_id, %s, %s, %s, %s, %s, %s, %s, %s FROM account WHERE tenant_id = %s FOR SHARE"""
TRIM = """
    DELETE FROM session WHERE tenant_id = %(tenant)s AND session_id IN (
        SELECT session_id FROM session WHERE tenant_id = %(tenant)s
        ORDER BY used_at DESC, session_id OFFSET %(most)s)"""
# The second of two requests at once waits for the first one's row, finds another secret, and so asks again.
ROTATE = """
    UPDATE session SET secret = %(new)s, previous = secret, successor = %(sealed)s, rotated_by = %(client)s,
        rotated_at = %(now)s, used_at = %(now)s, expires_at = %(until)s
    WHERE family = %(family)s AND secret = %(old)s AND expires_at > %(now)s RETURNING tenant_id, session_id"""
AGAIN = """
    SELECT tenant_id, session_id, successor FROM session
    WHERE family = %(family)s AND previous = %(old)s AND rotated_by = %(client)s AND rotated_at > %(since)s
        AND expires_at > %(now)s"""
END_FAMILY = "DELETE FROM session WHERE family = %s"
ALIVE = "SELECT 1 FROM session WHERE tenant_id = %s AND session_id = %s AND expires_at > %s"
ALIVE_AMONG = """
    SELECT session.session_id FROM unnest(%s::uuid[], %s::uuid[]) AS asked (tenant_id, session_id)
    JOIN session ON session.tenant_id = asked.tenant_id AND session.session_id = asked.session_id
    WHERE session.expires_at > %s
    UNION
    SELECT api_key.key_id FROM unnest(%s::uuid[], %s::uuid[]) AS asked (tenant_id, key_id)
    JOIN api_key ON api_key.tenant_id = asked.tenant_id AND api_key.key_id = asked.key_id
    WHERE api_key.expires_at IS NULL OR api_key.expires_at > %s
    UNION
    SELECT account.tenant_id FROM unnest(%s::uuid[], %s::uuid[]) AS asked (tenant_id, own_id)
    JOIN account ON account.tenant_id = asked.tenant_id AND account.tenant_id = asked.own_id"""
ALL = """
    SELECT session_id, ip, user_agent, created_at, used_at, expires_at FROM session
    WHERE tenant_id = %s AND expires_at > %s ORDER BY used_at DESC, session_id"""
END = "DELETE FROM session WHERE tenant_id = %s AND session_id = %s"
END_ALL = "DELETE FROM session WHERE tenant_id = %s AND session_id IS DISTINCT FROM %s"
KNOWS = "SELECT 1 FROM session WHERE tenant_id = %s AND ip = %s AND expires_at > %s LIMIT 1"
USE_PROOF = """
    INSERT INTO used_proof (digest, expires_at, tenant_id)
    SELECT %s, %s, tenant_id FROM account WHERE tenant_id = %s FOR SHARE ON CONFLICT DO NOTHING"""
SWEEP_PROOFS = "DELETE FROM used_proof WHERE expires_at <= %s"
SWEEP = "DELETE FROM session WHERE expires_at <= %s"


class PostgresSessions:
    """Stores sessions. ``pool`` gives connections in autocommit mode. Streams of sessions that end are woken by
    ``wakeups``, on every node."""

    def __init__(self, pool: Pool, wakeups: Wakeups) -> None:
        self._pool = pool
        self._wakeups = wakeups

    def password(self, tenant: AccountId) -> str | None:
        """The hash of the account's password; None where it has none."""
        rows = fetch(self._pool, PASSWORD, (tenant,))
        return str(rows[0][0]) if rows else None

    def open(self, tenant: AccountId, row: SessionRow, family: bytes, secret: bytes) -> None:
        """Stores a new session, unless the account is erased."""
        values = (row.session_id, family, secret, row.ip, row.user_agent, row.created_at, row.used_at, row.expires_at)
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(OPEN, (*values, tenant))
            trimmed = connection.execute(TRIM, {"tenant": tenant, "most": MAX_SESSIONS}).rowcount
        if trimmed:
            self._wakeups.notify(SESSIONS)

    def rotate(self, rotation: Rotation, now: datetime) -> Rotated | None:
        """Replaces the secret. None: there is no such session, or it has ended just now."""
        times = {"now": now, "until": now + LIFETIME, "since": now - GRACE}
        values = {**{name: getattr(rotation, name) for name in rotation.__slots__}, **times}
        with self._pool.connection() as connection:
            row = connection.execute(ROTATE, values).fetchone()
            if row is None and (row := connection.execute(AGAIN, values).fetchone()) is None:
                connection.execute(END_FAMILY, (rotation.family,))
                self._wakeups.notify(SESSIONS)
                return None
        return Rotated(AccountId(row[0]), *row[1:])

    def alive(self, tenant: AccountId, session_id: UUID, now: datetime) -> bool:
        """Whether the session has neither ended nor expired."""
        return bool(fetch(self._pool, ALIVE, (tenant, session_id, now)))

    def alive_among(self, sessions: Collection[tuple[AccountId, UUID]], now: datetime) -> set[UUID]:
        """The sessions and API keys among these that have neither ended nor expired. An account's own id stands for a
        sign-in without a session; it counts until the account is erased."""
        tenants, ids = [each[0] for each in sessions], [each[1] for each in sessions]
        return {row[0] for row in fetch(self._pool, ALIVE_AMONG, (tenants, ids, now, tenants, ids, now, tenants, ids))}

    def all(self, tenant: AccountId, now: datetime) -> list[SessionRow]:
        """The account's sessions, the one used last first."""
        return [SessionRow(*row) for row in fetch(self._pool, ALL, (tenant, now))]

    def notify(self) -> None:
        """Lets every node look at once whether the sessions and keys of its open streams still count."""
        self._wakeups.notify(SESSIONS)

    def end(self, tenant: AccountId, session_id: UUID) -> bool:
        """Ends a session. False: there is none."""
        with self._pool.connection() as connection:
            ended = connection.execute(END, (tenant, session_id)).rowcount == 1
        self._wakeups.notify(SESSIONS)
        return ended

    def end_all(self, tenant: AccountId, but: UUID | None = None) -> int:
        """Ends all sessions of the account ``but`` one, and returns their number."""
        with self._pool.connection() as connection:
            ended = connection.execute(END_ALL, (tenant, but)).rowcount
        self._wakeups.notify(SESSIONS)
        return ended

    def knows(self, tenant: AccountId, ip: str, now: datetime) -> bool:
        """Whether a session of the account that has not ended began at that address."""
        return bool(fetch(self._pool, KNOWS, (tenant, ip, now)))

    def use_proof(self, tenant: AccountId, proof: bytes, until: datetime) -> bool:
        """Notes that a proof began a session; False where it began one before, or the account is erased."""
        with self._pool.connection() as connection:
            return connection.execute(USE_PROOF, (proof, until, tenant)).rowcount == 1

    def sweep(self, now: datetime) -> int:
        """Deletes the expired sessions and proofs, and returns the number of sessions."""
        with self._pool.connection() as connection:
            connection.execute(SWEEP_PROOFS, (now,))
            return connection.execute(SWEEP, (now,)).rowcount
