"""One-tap set-up of a device: a link that gives its password to a phone once, minutes after it was made (ADR 84).

The server keeps no password. The link's secret makes two things: the digest by which its row is found, and the key that
opens the row. A copy of the database opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from televent.application.accounts.device_setups import SetupRow
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.use_cases.people.devices import NewDevice, add_device
from televent.domain.ids import AccountId

LIFETIME: Final = timedelta(minutes=15)
"""Time for which a link can be used."""
SECRET: Final = 32
"""Bytes of a link's secret."""
# A key seals one password only, so its nonce cannot be used twice.
_NONCE: Final = bytes(12)


@dataclass(frozen=True, slots=True)
class Offered:
    """A new device with its link. ``secret`` is stored nowhere."""

    device: NewDevice
    secret: bytes
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The settings that a link gave, for the last time."""

    account_id: AccountId
    device_id: UUID
    name: str
    password: str


def add_device_with_link(backend: Backend, context: Context, *, name: str) -> Offered:
    """Makes a device password, and a link that gives it to one phone. Raises UnknownAccount, TooManyDevices."""
    device = add_device(backend, context, name=name)
    secret, expires_at = backend.passwords.token(), context.now + LIFETIME
    sealed = AESGCM(_key(secret)).encrypt(_NONCE, device.password.encode(), _about(context.tenant, device.device_id))
    backend.setups.put(context.tenant, device.device_id, _digest(secret), sealed, expires_at)
    return Offered(device, secret, context.now, expires_at)


def can_be_used(backend: Backend, secret: bytes) -> bool:
    """Whether a link still gives its password. It changes nothing: programs look at links before people do."""
    return len(secret) == SECRET and backend.setups.find(_digest(secret), backend.clock()) is not None


def take_over(backend: Backend, secret: bytes) -> TakenOver | None:
    """Uses a link up; None where it was used, has expired, or its device is revoked."""
    row = backend.setups.take(_digest(secret), backend.clock()) if len(secret) == SECRET else None
    return _opened(row, secret) if row is not None else None


def _opened(row: SetupRow, secret: bytes) -> TakenOver | None:
    try:
        password = AESGCM(_key(secret)).decrypt(_NONCE, row.sealed, _about(row.tenant, row.device_id))
    except InvalidTag:
        return None
    return TakenOver(row.tenant, row.device_id, row.name, password.decode())


def _digest(secret: bytes) -> bytes:
    return blake2b(secret, digest_size=32, person=b"device setup id").digest()


def _key(secret: bytes) -> bytes:
    return blake2b(secret, digest_size=32, person=b"device setup key").digest()


def _about(tenant: AccountId, device_id: UUID) -> bytes:
    return tenant.bytes + device_id.bytes
