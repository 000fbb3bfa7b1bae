"""Reads one own event with the addresses of its owner, in one statement: the most frequent read of the REST door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from televent.adapters.postgres.dav_index.pooled_reads import PooledReads
from televent.application.read_models.accounts import AccountRow
from televent.application.read_models.glance import Glance
from televent.application.read_models.resources import ResourceRow
from televent.domain.ids import AccountId

WIDTH: Final = 13
GLANCE_COLUMNS: Final = """calendar_id, href, stream_id, uid, etag, schedule_tag, component, seq, deleted, recurs,
        modified_at, coalesce(octet_length(ics), 0), ics, account.telegram_id,
        ARRAY(SELECT address FROM address WHERE address.tenant_id = account.tenant_id AND verified),
        ARRAY(
            SELECT was.address FROM address AS was WHERE was.tenant_id = account.tenant_id AND was.former
            AND NOT EXISTS (SELECT 1 FROM address AS other WHERE other.address = was.address AND other.verified)
        )"""
# A message in the inbox has its stream's id as its UID. The rows of a deleted calendar are deleted with it. With "NOT
# deleted", or with "=" for the tenant, other indexes could serve: a planner that knows nothing of the table yet takes
# them, and reads all events of the account, or of all.
IS_EVENT: Final = "ics IS NOT NULL AND component = 'VEVENT' AND uid <> stream_id::text"
GLANCE: Final = f"""
    SELECT {GLANCE_COLUMNS} FROM resource JOIN account USING (tenant_id)
    WHERE resource.tenant_id IS NOT DISTINCT FROM %s AND stream_id = %s AND {IS_EVENT}
    LIMIT 1"""  # noqa: S608


class GlanceReads(PooledReads):
    """Reads single events."""

    def glance(self, tenant: AccountId, stream_id: UUID) -> Glance | None:
        """The event in one of the person's own calendars, with text; None where they have no such event."""
        rows = self._fetch(GLANCE, (tenant, stream_id))
        return glance_of(tenant, rows[0]) if rows else None


def glance_of(tenant: AccountId, row: Sequence[Any]) -> Glance:
    """The event of a row of GLANCE_COLUMNS."""
    telegram_id, addresses, former = row[WIDTH:]
    owner = AccountRow(tenant, telegram_id, "", "", "", None, tuple(addresses), former=tuple(former))
    return Glance(ResourceRow(*row[:WIDTH]), owner)
