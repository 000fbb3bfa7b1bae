"""Reads events by the codes by which people name them (ADR 51)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from televent.adapters.postgres.dav_index.pooled_reads import PooledReads
from televent.application.read_models.resources import ResourceRow
from televent.domain.ids import AccountId

_COLUMNS: Final = """
    calendar_id, href, stream_id, uid, etag, schedule_tag, component, seq, deleted, recurs, modified_at,
    coalesce(octet_length(ics), 0), ics"""
_LIVE: Final = "component = 'VEVENT' AND NOT deleted AND tenant_id = %s"
# "g" comes after all hexadecimal digits. The planner uses the index for a range, and not for LIKE with a parameter.
BY_CODE: Final = f"""
    SELECT {_COLUMNS} FROM (
        SELECT *, false AS old FROM resource
        WHERE {_LIVE} AND event_code(uid) COLLATE "C" >= %s AND event_code(uid) COLLATE "C" < %s || 'g'
        UNION ALL
        SELECT *, true AS old FROM resource WHERE {_LIVE} AND stream_id BETWEEN %s::uuid AND %s::uuid
    ) AS named ORDER BY old, href LIMIT %s"""  # noqa: S608
CODES: Final = f"""
    SELECT same.code FROM unnest(%s::text[]) AS beginning, LATERAL (
        SELECT event_code(uid) AS code FROM resource
        WHERE {_LIVE} AND event_code(uid) COLLATE "C" >= beginning AND event_code(uid) COLLATE "C" < beginning || 'g'
    ) AS same"""  # noqa: S608


class CodeReads(PooledReads):
    """Reads the index of codes."""

    def by_code(self, tenant: AccountId, code: str, limit: int) -> list[ResourceRow]:
        """The live events whose code, or else whose stream id, begins with these hexadecimal digits."""
        streams = code[:32].ljust(32, "0"), code[:32].ljust(32, "f")
        rows: dict[UUID, ResourceRow] = {}
        for each in self._fetch(BY_CODE, (tenant, code, code, tenant, *streams, limit)):
            row = ResourceRow(*each)
            rows.setdefault(row.stream_id, row)
        return [*rows.values()]

    def codes(self, tenant: AccountId, beginnings: Collection[str]) -> list[str]:
        """The whole codes of the account's live events that begin with one of these."""
        return [row[0] for row in self._fetch(CODES, (list(beginnings), tenant))] if beginnings else []
