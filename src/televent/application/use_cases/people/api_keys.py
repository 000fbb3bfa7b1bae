"""API keys: what a program shows to act for a person, within scopes. Shown once, revoked at once."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from televent.application.accounts.api_keys import NOTED_EVERY, ApiKeyRow
from televent.application.accounts.sessions import digest
from televent.application.backend import Backend
from televent.application.event_store.context import Context
from televent.application.event_store.deciders import ACCOUNT
from televent.application.event_store.handle import handle
from televent.application.outage import Outage
from televent.application.revocations import Revocation
from televent.domain.account.commands import AddApiKey, RevokeApiKey
from televent.domain.account.decide import decide
from televent.domain.ids import AccountId, account_stream

ID: Final = 16
"""Bytes of each of the two ids in a key: of the account, and of the key."""
SECRET: Final = 32
"""Random bytes of a key."""


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A new key. ``key`` is not stored; only the person's program keeps it."""

    row: ApiKeyRow
    key: bytes


def add_key(
    backend: Backend, context: Context, *, name: str, scopes: Collection[str], expires_at: datetime | None
) -> NewApiKey:
    """Makes a key. Raises UnknownAccount, TooManyApiKeys, InvalidExpiry."""
    key_id, secret = backend.ids(), backend.passwords.token()
    name, hashed = " ".join(name.split())[:64] or "API key", digest(secret).hex()
    allowed = tuple(sorted(set(scopes)))
    command = AddApiKey(key_id, name, hashed, allowed, expires_at, context.now)
    handle(backend.store, context, ACCOUNT, account_stream(context.tenant), lambda state: decide(state, command))
    row = ApiKeyRow(key_id, name, hashed, allowed, expires_at, context.now, None)
    return NewApiKey(row, context.tenant.bytes + key_id.bytes + secret)


def revoke_key(backend: Backend, context: Context, *, key_id: UUID) -> None:
    """Revokes a key on all nodes at once. Raises UnknownApiKey, UnknownAccount."""
    if key_id in {row.key_id for row in backend.api_keys.all(context.tenant)}:
        backend.revocations.note(Revocation("api-key", context.tenant, key_id), context.now)
    command = RevokeApiKey(key_id)
    handle(backend.store, context, ACCOUNT, account_stream(context.tenant), lambda state: decide(state, command))
    backend.sessions.notify()


def owner_of(backend: Backend, key: bytes) -> tuple[AccountId, ApiKeyRow] | None:
    """The account and the row of a key, whose use is noted; None where it is forged, revoked or expired."""
    if len(key) != 2 * ID + SECRET:
        return None
    tenant, key_id, secret = AccountId(UUID(bytes=key[:ID])), UUID(bytes=key[ID : 2 * ID]), key[2 * ID :]
    now = backend.clock()
    row = backend.api_keys.find(tenant, key_id, now)
    if row is None or not backend.passwords.same(row.hash, digest(secret).hex()):
        return None
    if row.last_used_at is None or row.last_used_at <= now - NOTED_EVERY:
        # A database that takes no writes is still read.
        with contextlib.suppress(Outage):
            backend.api_keys.note_used(tenant, key_id, now)
    return tenant, row
