"""Seals secrets of the server itself with a key in the vault of persons' keys, which a master key wraps."""

from __future__ import annotations

import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from televent.application.event_store.key_vault import KeyVault
from televent.application.outage import DatabaseAway

SUBJECT: Final = UUID("5e55104e-0000-4000-8000-000000000001")
"""The id under which the vault has the server's own key. It is no person's: those are random. So the rotation of the
master key wraps it again with the others."""
SIZE: Final = 32
NONCE: Final = 12


class VaultSeal:
    """Seals by AES-256-GCM (application.sessions.Seal)."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def seal(self, secret: bytes, about: UUID) -> bytes:
        """The sealed secret, bound to ``about``. Raises Outage."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._key()).encrypt(nonce, secret, about.bytes)

    def unseal(self, sealed: bytes, about: UUID) -> bytes | None:
        """The secret; None where it was sealed with another key, or for something else. Raises Outage."""
        try:
            return AESGCM(self._key()).decrypt(sealed[:NONCE], sealed[NONCE:], about.bytes)
        except (InvalidTag, ValueError):
            return None

    def _key(self) -> bytes:
        key = self._vault.make(SUBJECT, os.urandom(SIZE))
        if key is None:
            raise DatabaseAway("the server's own key in the vault is destroyed")
        return key
