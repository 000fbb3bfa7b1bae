"""The keys of access tokens, sealed where the keys of persons are apart from the database."""

from __future__ import annotations

import secrets

from televent.adapters.person_keys.sealing import VaultSeal
from televent.adapters.postgres.queues.access.session_keys import PostgresSessionKeys
from televent.runtime.compose import Core


def session_keys(core: Core) -> PostgresSessionKeys:
    """The keys for this server's database and vault."""
    seal = VaultSeal(core.vault) if core.vault is not None else None
    return PostgresSessionKeys(core.pool, seal, lambda: secrets.token_urlsafe(48))
