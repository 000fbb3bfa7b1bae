"""Reads shared calendars as sharees see them: one statement reads the calendar together with what is granted.

So a share ends with the owner's commit, on every node, whatever the sharee's rows contain.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from televent.adapters.postgres.dav_index.pooled_reads import PooledReads
from televent.adapters.postgres.rows import Pool, Row, fetch
from televent.adapters.postgres.server_start import server_start
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.counters import NO_RUN
from televent.application.read_models.share import Share
from televent.application.read_models.shares import Acquaintance, MountRow
from televent.application.shared_view import seen_by_sharee
from televent.domain.ids import AccountId
from televent.domain.sharing.access import share_id

_COLUMNS = ("tenant_id", "calendar_id", "name", "seq", "floor_seq", "components", "props", "shares", "run", "began")
_SERVER = f"{server_start('calendar')} AS server"
CALENDAR_COLUMNS = ", ".join((*_COLUMNS, _SERVER))
CALENDAR_WIDTH = len(_COLUMNS) + 1

_PREFIXED = ", ".join((*(f"calendar.{column}" for column in _COLUMNS), _SERVER))
_MOUNT = "mount.status, mount.owner_name, mount.props, mount.seq, mount.run, mount.began"
# An owner whose key is destroyed is erased: their shares end with the key, even where their rows are not deleted yet.
_KNOWN = """NOT EXISTS (
        SELECT FROM subject_key WHERE subject_key.subject_id = calendar.tenant_id
            AND subject_key.destroyed_at IS NOT NULL)"""
_HELD = f"""JOIN calendar ON calendar.tenant_id = mount.owner_id AND calendar.calendar_id = mount.calendar_id
        AND NOT calendar.deleted
        AND calendar.shares -> mount.tenant_id::text ->> 'access' IN ('read', 'read-write') AND {_KNOWN}"""
MOUNT = f"""
    SELECT {_PREFIXED}, {_MOUNT} FROM mount {_HELD}
    WHERE mount.tenant_id = %s AND mount.share_id = %s AND mount.status = 'accepted'"""  # noqa: S608
MOUNTS = f"""
    SELECT {_PREFIXED}, {_MOUNT} FROM mount {_HELD}
    WHERE mount.tenant_id = %s AND mount.status = 'accepted' ORDER BY mount.share_id"""  # noqa: S608
MOUNTS_OF = f"""
    SELECT {_PREFIXED}, {_MOUNT}, mount.tenant_id FROM mount {_HELD}
    WHERE mount.tenant_id = ANY (%s) AND mount.status = 'accepted'
    ORDER BY mount.tenant_id, mount.share_id"""  # noqa: S608
# A team calendar belongs to nobody who has not accepted (ADR 109); a sharee reads their owner's at its own URL.
GRANTED = f"""
    SELECT {_PREFIXED}, {_MOUNT} FROM calendar
    LEFT JOIN mount ON mount.tenant_id = %s AND mount.owner_id = calendar.tenant_id
        AND mount.calendar_id = calendar.calendar_id
    WHERE calendar.tenant_id = %s AND calendar.name = %s AND NOT calendar.deleted AND calendar.shares ? %s
        AND (mount.status = 'accepted' OR NOT calendar.shares -> %s ? 'role') AND {_KNOWN}"""  # noqa: S608
SHARES = f"""
    SELECT mount.share_id, mount.owner_id, mount.calendar_id, mount.status, mount.access, mount.title,
        mount.owner_name, mount.summary, mount.notice, mount.noticed_at, mount.revision,
        calendar.shares -> mount.tenant_id::text ->> 'access', calendar.name,
        coalesce(calendar.shares -> mount.tenant_id::text ->> 'role', ''), calendar.props ->> '{{DAV:}}displayname'
    FROM mount LEFT JOIN calendar ON calendar.tenant_id = mount.owner_id
        AND calendar.calendar_id = mount.calendar_id AND NOT calendar.deleted AND {_KNOWN}
    WHERE mount.tenant_id = %s ORDER BY mount.noticed_at, mount.share_id"""  # noqa: S608
ACQUAINTANCES = f"""
    SELECT person, array_remove(array_agg(DISTINCT address), NULL), bool_or(agreed) FROM (
        SELECT mount.owner_id AS person, NULL::text AS address, true AS agreed
        FROM mount JOIN calendar ON calendar.tenant_id = mount.owner_id AND calendar.calendar_id = mount.calendar_id
            AND NOT calendar.deleted AND calendar.shares ? mount.tenant_id::text AND {_KNOWN}
        WHERE mount.tenant_id = %s AND mount.status IN ('offered', 'accepted')
            AND NOT EXISTS (SELECT FROM keeper WHERE keeper.tenant_id = mount.owner_id)
            AND NOT calendar.shares -> mount.tenant_id::text ? 'role'
        UNION ALL
        SELECT grantee.key::uuid, grantee.value ->> 'address', grantee.value ->> 'status' = 'accepted'
        FROM calendar CROSS JOIN jsonb_each(calendar.shares) AS grantee
        WHERE calendar.tenant_id = %s AND NOT calendar.deleted
    ) AS known
    GROUP BY person ORDER BY person LIMIT %s"""  # noqa: S608
MAX_ACQUAINTANCES = 500
"""Max persons that one query returns."""
OVERLAYS = "SELECT stream_id, parts FROM overlay WHERE tenant_id = %s AND share_id = %s AND stream_id = ANY (%s)"
CALENDAR_OF = f"""
    SELECT {CALENDAR_COLUMNS} FROM calendar
    WHERE tenant_id = %s AND calendar_id = %s AND NOT deleted"""  # noqa: S608


class ShareReads(PooledReads):
    """The part of read_models.reads.Reads that reads across accounts."""

    def calendar_of(self, tenant: AccountId, calendar_id: UUID) -> CalendarRow | None:
        """The account's live calendar with that id."""
        rows = self._fetch(CALENDAR_OF, (tenant, calendar_id))
        return calendar_row(rows[0]) if rows else None

    def mount(self, tenant: AccountId, share_id: UUID) -> CalendarRow | None:
        """The shared calendar that this account has accepted and is still granted."""
        rows = self._fetch(MOUNT, (tenant, share_id))
        return _shared(rows[0], tenant) if rows else None

    def mounts(self, tenant: AccountId) -> list[CalendarRow]:
        """All shared calendars that this account has accepted and is still granted."""
        return [_shared(row, tenant) for row in self._fetch(MOUNTS, (tenant,))]

    def granted(self, owner: AccountId, calendar: str, sharee: AccountId) -> CalendarRow | None:
        """The owner's calendar with that name as ``sharee`` sees it, accepted or not, a team's where it is accepted.
        None where nothing is granted."""
        rows = self._fetch(GRANTED, (sharee, owner, calendar, str(sharee), str(sharee)))
        return _shared(rows[0], sharee) if rows else None

    def acquaintances(self, tenant: AccountId) -> list[Acquaintance]:
        """The people who share with this account and the sharees of its calendars, at most MAX_ACQUAINTANCES. The
        account of a subscribed calendar is no person."""
        rows = self._fetch(ACQUAINTANCES, (tenant, tenant, MAX_ACQUAINTANCES))
        return [Acquaintance(person, tuple(addresses), agreed) for person, addresses, agreed in rows]

    def overlays(self, share: Share, stream_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """The sharee's own parts of these events, by stream, for the events where there are any."""
        return dict(self._fetch(OVERLAYS, (share.sharee, share.share_id, list(stream_ids))))

    def shares_of(self, tenant: AccountId) -> list[MountRow]:
        """Every share that was ever offered to this account, the oldest first."""
        found = [(MountRow(*row[:-1]), row[-1]) for row in self._fetch(SHARES, (tenant,))]
        # The title of an offer is its owner's at that time. A team's managers rename its calendar for all.
        return [replace(row, title=html.unescape(now)) if row.role and now else row for row, now in found]


def shared_calendars(pool: Pool, tenants: Collection[AccountId]) -> dict[AccountId, list[CalendarRow]]:
    """As ``mounts``, for several accounts at once; the key of an account without any is missing."""
    found: dict[AccountId, list[CalendarRow]] = {}
    for *row, tenant in fetch(pool, MOUNTS_OF, (list(tenants),)):
        found.setdefault(tenant, []).append(_shared(tuple(row), tenant))
    return found


def calendar_row(row: Row) -> CalendarRow:
    """The calendar of a row of CALENDAR_COLUMNS, as its owner sees it."""
    tenant, calendar_id, name, seq, floor_seq, components, props, shares, run, began, server = row
    kinds = tuple(components)
    return CalendarRow(tenant, calendar_id, name, seq, floor_seq, kinds, props, run, began, server, shares)


def _shared(row: Row, sharee: AccountId) -> CalendarRow:
    calendar = calendar_row(row[:CALENDAR_WIDTH])
    status, owner_name, props, seq, run, began = row[CALENDAR_WIDTH:]
    share = Share(
        share_id=share_id(calendar.calendar_id, sharee),
        owner=calendar.tenant,
        sharee=sharee,
        access=calendar.shares[str(sharee)]["access"],
        accepted=status == "accepted",
        calendar=calendar.name,
        owner_name=owner_name or "",
        props=props or {},
        seq=seq or 0,
        run=run or NO_RUN,
        began=began or 0,
        role=calendar.shares[str(sharee)].get("role", ""),
    )
    return seen_by_sharee(calendar, share)
