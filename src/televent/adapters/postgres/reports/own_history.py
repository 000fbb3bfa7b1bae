"""Reads the audit of one account for its person (application.own_history.OwnHistory)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from televent.adapters.postgres.event_store.log import LAST_POSITION
from televent.adapters.postgres.event_store.origins import PostgresOrigins
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.accounts.audit_rows import AuditRow
from televent.application.accounts.own_history import Place
from televent.domain.ids import AccountId

_FIELDS: Final = """
    recorded_at, position, tenant_id, stream_id, version, topic, actor, door, command_id, correlation_id, origin"""
_PART: Final = """
    (SELECT {fields} FROM audit WHERE {whose}
        AND position < %(position)s ORDER BY position DESC LIMIT %(most)s)"""
# Two statements, each with an index: the facts of the account, and its acts in the accounts of others.
NEWEST: Final = "{} UNION ALL {} ORDER BY position DESC LIMIT %(most)s".format(
    _PART.format(fields=_FIELDS, whose="tenant_id = %(person)s"),
    _PART.format(fields=_FIELDS, whose="actor = %(person)s::uuid::text AND actor <> tenant_id::text"),
)


class PostgresOwnHistory:
    """Reads the audit. ``pool`` gives connections in autocommit mode."""

    def __init__(self, pool: Pool, origins: PostgresOrigins) -> None:
        self._pool = pool
        self._origins = origins

    def newest(self, person: AccountId, before: Place | None, limit: int) -> Sequence[AuditRow]:
        """The facts of the account, and the person's acts in the accounts of others, the newest first."""
        values = {
            "person": person,
            "position": before.position if before is not None else LAST_POSITION,
            "most": limit,
        }
        found = fetch(self._pool, NEWEST, values)
        known = self._origins.named(
            [(row[6], row[10]) for row in found if row[10] is not None and row[6] == str(person)]
        )
        return [replace(AuditRow(*row[:-1]), origin=known.get(row[-1])) for row in found]
