"""Seals the URLs that people name, which often have a secret in their path, with the person's key (ADR 88)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from televent.application.event_store.mapper import NONCE, ErasedSubject, SubjectKeys
from televent.domain.ids import AccountId

SEALED: Final = b"\x01"
"""The first byte of a sealed URL. One of an earlier version begins with its scheme."""


class SealedUrls:
    """Seals and opens URLs. Each method raises ErasedSubject, and Outage where the keys cannot be read."""

    def __init__(self, keys: SubjectKeys, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self._keys, self._entropy = keys, entropy

    def seal(self, tenant: AccountId, row: UUID, url: str) -> bytes:
        """The stored form of the URL of that row. It cannot be copied to another one."""
        nonce = self._entropy(NONCE)
        return SEALED + nonce + AESGCM(self._key(tenant)).encrypt(nonce, url.encode(), _place(tenant, row))

    def open(self, tenant: AccountId, row: UUID, stored: bytes) -> str:
        """The URL of that row."""
        stored = bytes(stored)
        if not stored.startswith(SEALED):
            return stored.decode()
        nonce, hidden = stored[1 : 1 + NONCE], stored[1 + NONCE :]
        return AESGCM(self._key(tenant)).decrypt(nonce, hidden, _place(tenant, row)).decode()

    def _key(self, tenant: AccountId) -> bytes:
        key = self._keys.key(tenant)
        if key is None:
            raise ErasedSubject(subject=str(tenant))
        return key


def _place(tenant: AccountId, row: UUID) -> bytes:
    return f"url/{tenant}/{row}".encode()
