"""Stores the links that set a device up (application.device_setups.DeviceSetups)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from televent.adapters.postgres.rows import Pool, fetch
from televent.application.accounts.device_setups import SetupRow
from televent.domain.ids import AccountId

PUT: Final = """
    INSERT INTO device_setup (tenant_id, device_id, digest, sealed, expires_at)
    SELECT tenant_id, device_id, %s, %s, %s FROM device WHERE tenant_id = %s AND device_id = %s"""
FIND: Final = """
    SELECT tenant_id, device_id, device.name, sealed FROM device_setup JOIN device USING (tenant_id, device_id)
    WHERE digest = %s AND expires_at > %s"""
TAKE: Final = """
    DELETE FROM device_setup AS setup USING device
    WHERE digest = %s AND expires_at > %s
        AND device.tenant_id = setup.tenant_id AND device.device_id = setup.device_id
    RETURNING setup.tenant_id, setup.device_id, device.name, sealed"""
SWEEP: Final = "DELETE FROM device_setup WHERE expires_at <= %s"


class PostgresDeviceSetups:
    """Stores the links. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def put(self, tenant: AccountId, device_id: UUID, digest: bytes, sealed: bytes, expires_at: datetime) -> None:
        """Stores the link of a new device, unless it is revoked already."""
        with self._pool.connection() as connection:
            connection.execute(PUT, (digest, sealed, expires_at, tenant, device_id))

    def find(self, digest: bytes, now: datetime) -> SetupRow | None:
        """The link; None where it was used, has expired, or its device is revoked."""
        rows = fetch(self._pool, FIND, (digest, now))
        return _row(rows[0]) if rows else None

    def take(self, digest: bytes, now: datetime) -> SetupRow | None:
        """The link, for the first caller only."""
        with self._pool.connection() as connection:
            row = connection.execute(TAKE, (digest, now)).fetchone()
        return _row(row) if row is not None else None

    def sweep(self, now: datetime) -> int:
        """Deletes the expired links, and returns their number."""
        with self._pool.connection() as connection:
            return connection.execute(SWEEP, (now,)).rowcount


def _row(row: tuple[object, ...]) -> SetupRow:
    tenant, device_id, name, sealed = row
    assert isinstance(tenant, UUID)
    assert isinstance(device_id, UUID)
    assert isinstance(sealed, bytes | memoryview)
    return SetupRow(AccountId(tenant), device_id, str(name), bytes(sealed))
