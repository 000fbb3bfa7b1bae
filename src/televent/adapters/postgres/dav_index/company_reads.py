"""Reads the people whom a person meets, and who may ask when the person is busy (RFC 6638 §6.1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from televent.adapters.postgres.dav_index.pooled_reads import PooledReads
from televent.domain.account.free_busy import EVERYONE, KNOWN
from televent.domain.ids import AccountId

# The rows of a deleted meeting stay in ``company``; only meetings with a live resource count.
_LIVE = """
    SELECT {what} FROM company JOIN resource
        ON resource.stream_id = company.stream_id AND resource.tenant_id = company.tenant_id
    WHERE NOT resource.deleted AND company.tenant_id = {whose}"""
_MET = _LIVE.format(what="DISTINCT company.address", whose="%s")
OPEN_TO = f"""
    SELECT asked.tenant_id FROM unnest(%s::uuid[]) AS asked (tenant_id)
    LEFT JOIN principal ON principal.tenant_id = asked.tenant_id
    CROSS JOIN LATERAL (SELECT coalesce(principal.free_busy ->> 'audience', %s) AS audience) AS said
    WHERE said.audience = '{EVERYONE}' OR principal.free_busy -> 'people' ? %s OR said.audience = '{KNOWN}' AND (
        EXISTS ({_LIVE.format(what="", whose="asked.tenant_id")} AND company.address = ANY (%s))
        OR EXISTS (
            SELECT FROM calendar WHERE calendar.tenant_id = asked.tenant_id AND NOT calendar.deleted
                AND calendar.shares ? %s
                AND (calendar.shares -> %s ->> 'status' = 'accepted' OR NOT calendar.shares -> %s ? 'role')
        )
    )"""  # noqa: S608
FREE_BUSY = """
    SELECT free_busy ->> 'audience', free_busy -> 'people' FROM principal
    WHERE tenant_id = %s AND free_busy IS NOT NULL"""


class CompanyReads(PooledReads):
    """The part of read_models.reads.Reads about who may ask when a person is busy."""

    def open_to(
        self, asker: AccountId, addresses: Sequence[str], asked: Sequence[AccountId], default: str
    ) -> frozenset[AccountId]:
        """The accounts among ``asked`` that let ``asker``, who has these addresses, ask when they are busy.

        ``default``: the audience of an account that has not chosen one.
        """
        rows = self._fetch(OPEN_TO, (list(asked), default, str(asker), list(addresses), *[str(asker)] * 3))
        return frozenset(AccountId(row[0]) for row in rows)

    def met(self, tenant: AccountId, addresses: Sequence[str]) -> frozenset[str]:
        """The addresses among these with which the person has live meetings."""
        rows = self._fetch(f"{_MET} AND company.address = ANY (%s)", (tenant, list(addresses)))
        return frozenset(row[0] for row in rows)

    def company(self, tenant: AccountId) -> list[str]:
        """All addresses with which the person has live meetings, in order."""
        return [row[0] for row in self._fetch(f"{_MET} ORDER BY company.address", (tenant,))]

    def free_busy_of(self, tenant: AccountId) -> tuple[str, tuple[AccountId, ...]] | None:
        """The audience that the person has chosen, and the people named; None: the person has not chosen."""
        found = self._fetch(FREE_BUSY, (tenant,))
        return (found[0][0], tuple(AccountId(UUID(each)) for each in found[0][1])) if found else None
