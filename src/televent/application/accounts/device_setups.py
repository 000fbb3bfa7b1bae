"""The links that set a device up: each is used once, within minutes of the password."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from televent.domain.ids import AccountId

PATH: Final = "api/setup/"
"""The path of the links, below the server's address."""


def link_of(url: str, secret: bytes) -> str:
    """The link with that secret. ``url``: the server's address, with a slash at its end."""
    return f"{url}{PATH}{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True)
class SetupRow:
    """A link that can be used. ``sealed``: the password, encrypted with a key that only the link has."""

    tenant: AccountId
    device_id: UUID
    name: str
    sealed: bytes


class DeviceSetups(Protocol):
    """Stores the links by the digest of their secret, for all nodes. Synchronous; called through threads."""

    def put(self, tenant: AccountId, device_id: UUID, digest: bytes, sealed: bytes, expires_at: datetime) -> None:
        """Stores the link of a new device."""
        ...

    def find(self, digest: bytes, now: datetime) -> SetupRow | None:
        """The link; None where it was used, has expired, or its device is revoked."""
        ...

    def take(self, digest: bytes, now: datetime) -> SetupRow | None:
        """The link, for the first caller only: nobody finds it after that."""
        ...

    def sweep(self, now: datetime) -> int:
        """Deletes the expired links, and returns their number."""
        ...
