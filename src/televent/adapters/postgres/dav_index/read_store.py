"""The inline read models behind the application's port Reads: each read is one statement and one round trip."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from televent.adapters.postgres.dav_index.code_reads import CodeReads
from televent.adapters.postgres.dav_index.company_reads import CompanyReads
from televent.adapters.postgres.dav_index.counters import CounterReads
from televent.adapters.postgres.dav_index.directory_rows import (
    ACCOUNT_BY,
    ACCOUNTS,
    FILL_SELECTOR,
    FORMER_HOLDERS,
    NOTE_DEVICES,
    accounts_of,
)
from televent.adapters.postgres.dav_index.glance_reads import GlanceReads
from televent.adapters.postgres.dav_index.listing_reads import PAGE_BYTES, ListingReads
from televent.adapters.postgres.dav_index.share_reads import CALENDAR_COLUMNS, CALENDAR_WIDTH, ShareReads, calendar_row
from televent.adapters.postgres.dav_index.time_reads import (
    ASKED,
    CERTAIN,
    PLACE,
    POSSIBLE,
    TOUCHED,
    asked,
    busy,
    touched,
)
from televent.adapters.postgres.rows import Row
from televent.application.outage import DatabaseFull, DatabaseReadOnly
from televent.application.read_models.accounts import AccountRow, DeviceRow
from televent.application.read_models.busy import BusyRows
from televent.application.read_models.calendars import CalendarRow
from televent.application.read_models.resources import Found, ResourceRow
from televent.application.read_models.share import Share
from televent.domain.ids import AccountId
from televent.domain.inbox_item.collection import INBOX

NOTED_FOR = timedelta(minutes=5)
"""Min time between two writes of a device's last use."""

# The columns in the order of ResourceRow's fields.
_RESOURCE = """calendar_id, href, stream_id, uid, etag, schedule_tag, component, seq, deleted, recurs, modified_at,
    coalesce(octet_length(ics), 0)"""
BARE_COLUMNS = f"{_RESOURCE}, NULL::bytea"
WHOLE_COLUMNS = f"{_RESOURCE}, ics"
_NAMED = f"SELECT {CALENDAR_COLUMNS} FROM calendar WHERE tenant_id = %s AND name = %s AND NOT deleted"  # noqa: S608

COLLECTIONS = f"SELECT {CALENDAR_COLUMNS} FROM calendar WHERE tenant_id = %s AND NOT deleted ORDER BY name"  # noqa: S608
# Queries by name have "ics IS NOT NULL" instead of "NOT deleted", which means the same: so the planner cannot choose
# the partial indexes that serve other queries (see the migration).
RESOURCE = f"""
    SELECT {WHOLE_COLUMNS} FROM resource
    WHERE tenant_id = %s AND href = %s AND ics IS NOT NULL
        AND calendar_id = (SELECT calendar_id FROM calendar WHERE tenant_id = %s AND name = %s AND NOT deleted)
"""  # noqa: S608
# FULL JOIN ON false gives the calendar's row once and first, then the resources' rows, all of one moment.
FIND = f"""
    WITH home AS MATERIALIZED ({_NAMED})
    SELECT home.*, there.* FROM home FULL JOIN (
        SELECT {BARE_COLUMNS} FROM resource
        WHERE tenant_id = %s AND calendar_id = (SELECT calendar_id FROM home) AND href = %s AND ics IS NOT NULL
            AND uid <> %s
        UNION ALL
        SELECT {BARE_COLUMNS} FROM resource WHERE tenant_id = %s AND uid = %s AND NOT deleted
    ) AS there ON false
    ORDER BY home.seq NULLS LAST"""  # noqa: S608
CHANGES = """
    WITH home AS MATERIALIZED ({named})
    SELECT home.*, there.* FROM home FULL JOIN (
        SELECT {columns} FROM resource
        WHERE tenant_id = %s AND calendar_id = (SELECT calendar_id FROM home) AND seq > 0 AND seq > %s
            AND (ics IS NOT NULL OR seq > %s)
        ORDER BY seq LIMIT %s
    ) AS there ON false
    ORDER BY home.seq NULLS LAST, there.seq"""
SOME = f"""
    SELECT {WHOLE_COLUMNS} FROM resource
    WHERE tenant_id = %s AND calendar_id = %s AND href = ANY (%s) AND ics IS NOT NULL"""  # noqa: S608
SURPLUS = """
    SELECT stream_id FROM resource
    WHERE tenant_id = %s AND calendar_id = %s AND NOT deleted AND uid = stream_id::text
    ORDER BY seq DESC OFFSET %s LIMIT %s"""
BY_UID = f"SELECT {BARE_COLUMNS} FROM resource WHERE tenant_id = %s AND uid = %s AND NOT deleted"  # noqa: S608
# Live resources and tombstones have one index each.
LATEST_BY_UID = f"""
    SELECT * FROM (
        SELECT {BARE_COLUMNS} FROM resource WHERE tenant_id = %s AND uid = %s AND NOT deleted
        UNION ALL
        SELECT {BARE_COLUMNS} FROM resource WHERE tenant_id = %s AND uid = %s AND deleted
    ) AS named ORDER BY deleted, modified_at DESC, href LIMIT 1"""  # noqa: S608
DELETIONS = """
    SELECT stream_id, max(recorded_at) AS at FROM event
    WHERE tenant_id = %s AND topic LIKE 'event-deleted/%%' AND recorded_at >= %s
    GROUP BY stream_id ORDER BY at DESC, stream_id LIMIT %s"""
CALENDAR_DELETIONS = """
    SELECT stream_id, recorded_at, position FROM event
    WHERE tenant_id = %s AND topic LIKE 'calendar-deleted/%%' AND recorded_at >= %s
    ORDER BY recorded_at DESC, stream_id LIMIT %s"""
# The last ones of each calendar by its counter, which has an index.
NEWEST_CHANGED = """
    SELECT stream_id FROM calendar CROSS JOIN LATERAL (
        SELECT stream_id, modified_at FROM resource
        WHERE resource.tenant_id = calendar.tenant_id AND resource.calendar_id = calendar.calendar_id
            AND resource.seq > 0
        ORDER BY resource.seq DESC LIMIT %s
    ) AS newest
    WHERE calendar.tenant_id = %s AND NOT calendar.deleted AND calendar.name <> %s
    GROUP BY stream_id ORDER BY max(modified_at) DESC LIMIT %s"""
BY_STREAM = f"""
    SELECT {WHOLE_COLUMNS} FROM resource
    WHERE tenant_id = %s AND stream_id = %s AND NOT deleted LIMIT 1"""  # noqa: S608
OVERLAID = f"""
    SELECT overlay.seq, found.* FROM overlay CROSS JOIN LATERAL (
        SELECT {WHOLE_COLUMNS} FROM resource
        WHERE tenant_id = %s AND stream_id = overlay.stream_id AND calendar_id = %s AND NOT deleted
    ) AS found
    WHERE tenant_id = %s AND share_id = %s AND overlay.seq > %s ORDER BY overlay.seq LIMIT %s"""  # noqa: S608
PRINCIPAL = "SELECT props FROM principal WHERE tenant_id = %s"
# One page of a time range. A page is as large as the texts allow, because each page runs the whole query again.
IN_TIME = f"""
    SELECT {{outer}}, certain FROM (
        SELECT *, sum(octet_length(ics)) OVER (ORDER BY href) - octet_length(ics) AS before FROM (
            SELECT resource.*, {CERTAIN} AS certain FROM resource, {ASKED}
            WHERE {PLACE} AND ics IS NOT NULL AND href > %s AND {TOUCHED} AND {POSSIBLE} {{filter}}
            ORDER BY href LIMIT {{rows}}
        ) AS page
    ) AS page
    WHERE before < %s ORDER BY href"""  # noqa: S608
UNCERTAIN = f"{_RESOURCE}, CASE WHEN certain THEN NULL ELSE ics END"
TIME_ROWS = 5000
"""Max rows of a page of a time range."""


class PostgresReads(ShareReads, ListingReads, CompanyReads, CounterReads, CodeReads, GlanceReads):
    """Reads the inline read models. ``pool`` gives connections in autocommit mode. Thread-safe."""

    def calendars(self, tenant: AccountId) -> list[CalendarRow]:
        """The account's calendars by name, without the inbox."""
        return [row for row in self.collections(tenant) if row.name != INBOX]

    def collections(self, tenant: AccountId) -> list[CalendarRow]:
        """The account's calendars and its inbox, by name."""
        return [calendar_row(row) for row in self._fetch(COLLECTIONS, (tenant,))]

    def calendar(self, tenant: AccountId, name: str) -> CalendarRow | None:
        """The live calendar with that name."""
        rows = self._fetch(_NAMED, (tenant, name))
        return calendar_row(rows[0]) if rows else None

    def resource(self, tenant: AccountId, calendar: str, href: str) -> ResourceRow | None:
        """The live resource, with its text; None where the resource or the calendar does not exist."""
        rows = self._fetch(RESOURCE, (tenant, href, tenant, calendar))
        return ResourceRow(*rows[0]) if rows else None

    def find(self, tenant: AccountId, calendar: str, href: str, uid: str) -> Found:
        """The calendar and the resources that a PUT conflicts with or replaces, without texts."""
        return found_of(self._fetch(FIND, finding(tenant, calendar, href, uid)), href, uid)

    def resources(self, tenant: AccountId, calendar_id: UUID, hrefs: Sequence[str]) -> list[ResourceRow]:
        """The live resources with these names, with text, in no order."""
        return [ResourceRow(*row) for row in self._fetch(SOME, (tenant, calendar_id, list(hrefs)))]

    def overlapping(
        self,
        tenant: AccountId,
        calendar_id: UUID,
        start: datetime | None,
        end: datetime | None,
        component: str | None,
        *,
        zone: tzinfo | None = None,
        with_text: bool = True,
    ) -> Iterator[ResourceRow]:
        """Live members that happen, or may happen, in [start, end), by name; it reads them in pages. Without start and
        end it gives all members, and none is certain."""
        if start is None and end is None:
            return self._of_kind(tenant, calendar_id, component, with_text=True)
        kind = "" if component is None else " AND component = %s"
        parameters = () if component is None else (component,)
        query = IN_TIME.format(outer=WHOLE_COLUMNS if with_text else UNCERTAIN, filter=kind, rows=TIME_ROWS)
        place = (*asked(start, end, zone), tenant, calendar_id)
        return self._pages(query, place, (*touched(start, end), *parameters))

    def busy(
        self,
        tenant: AccountId,
        calendar_id: UUID,
        start: datetime,
        end: datetime,
        zone: tzinfo,
        *,
        without: str | None = None,
    ) -> BusyRows:
        """The busy periods in [start, end), cut at its ends, without the events of the UID ``without``."""
        return busy(self._pool, tenant, calendar_id, start, end, zone, without)

    def changes(
        self, tenant: AccountId, calendar: str, since: int, limit: int, *, with_text: bool = False, begun: int = 0
    ) -> tuple[CalendarRow, list[ResourceRow]] | None:
        """The calendar and at most ``limit`` rows with ``seq`` > ``since``, oldest first, read at one moment."""
        query = CHANGES.format(named=_NAMED, columns=WHOLE_COLUMNS if with_text else BARE_COLUMNS)
        home, found = _split(self._fetch(query, (tenant, calendar, tenant, since, begun, limit)))
        return (home, found) if home else None

    def overlaid(self, share: Share, calendar_id: UUID, since: int, limit: int) -> list[tuple[int, ResourceRow]]:
        """Live events, with text, whose own parts the sharee changed after ``since``, each with the share's counter at
        that change."""
        asked = (share.owner, calendar_id, share.sharee, share.share_id, since, limit)
        return [(row[0], ResourceRow(*row[1:])) for row in self._fetch(OVERLAID, asked)]

    def by_uid(self, tenant: AccountId, uid: str) -> list[ResourceRow]:
        """The live resources with that UID in all the account's calendars, without text."""
        return [ResourceRow(*row) for row in self._fetch(BY_UID, (tenant, uid))]

    def surplus(self, tenant: AccountId, inbox_id: UUID, *, keep: int, limit: int) -> list[UUID]:
        """The streams of the inbox's messages without the newest ``keep``, at most ``limit``."""
        return [row[0] for row in self._fetch(SURPLUS, (tenant, inbox_id, keep, limit))]

    def latest_by_uid(self, tenant: AccountId, uid: str) -> ResourceRow | None:
        """The resource with that UID, without text: a live one, else the newest tombstone."""
        rows = self._fetch(LATEST_BY_UID, (tenant, uid, tenant, uid))
        return ResourceRow(*rows[0]) if rows else None

    def deletions(self, tenant: AccountId, since: datetime, limit: int) -> list[tuple[UUID, datetime]]:
        """The streams of events that were deleted since then, and when last, the newest first."""
        return [(row[0], row[1]) for row in self._fetch(DELETIONS, (tenant, since, limit))]

    def calendar_deletions(self, tenant: AccountId, since: datetime, limit: int) -> list[tuple[UUID, datetime, int]]:
        """The calendars that were deleted since then, when, and at which position of the log; the newest first."""
        return [(row[0], row[1], row[2]) for row in self._fetch(CALENDAR_DELETIONS, (tenant, since, limit))]

    def newest_changed(self, tenant: AccountId, limit: int) -> list[UUID]:
        """The streams of the last changed events, the newest first."""
        return [row[0] for row in self._fetch(NEWEST_CHANGED, (limit, tenant, INBOX, limit))]

    def by_stream(self, tenant: AccountId, stream_id: UUID) -> ResourceRow | None:
        """The live resource of that stream, with text."""
        rows = self._fetch(BY_STREAM, (tenant, stream_id))
        return ResourceRow(*rows[0]) if rows else None

    def account(self, tenant: AccountId) -> AccountRow | None:
        """The account with its verified addresses and its devices."""
        return self._account("account.tenant_id = %s", tenant)

    def principal_props(self, tenant: AccountId) -> Mapping[str, str]:
        """The properties that clients have set on the person's own collections."""
        rows = self._fetch(PRINCIPAL, (tenant,))
        return rows[0][0] if rows else {}

    def account_by_telegram(self, telegram_id: int) -> AccountRow | None:
        """The account of that Telegram user."""
        return self._account("account.telegram_id = %s", telegram_id)

    def account_by_address(self, address: str) -> AccountRow | None:
        """The account that has verified this address."""
        where = "account.tenant_id = (SELECT tenant_id FROM address WHERE address = %s AND verified)"
        return self._account(where, address)

    def former_holders(self, addresses: Sequence[str]) -> list[AccountRow]:
        """The accounts that have removed one of these addresses, which nobody has verified since."""
        return accounts_of(self._fetch(FORMER_HOLDERS, (list(addresses),)))

    def accounts_of(
        self, telegram_ids: Sequence[int], addresses: Sequence[str], tenants: Sequence[AccountId] = ()
    ) -> list[AccountRow]:
        """The accounts with these Telegram users, these verified addresses, or these ids."""
        where = """account.tenant_id IN (
            SELECT tenant_id FROM account WHERE telegram_id = ANY (%s::bigint[])
            UNION SELECT tenant_id FROM address WHERE address = ANY (%s::text[]) AND verified
            UNION SELECT unnest(%s::uuid[]))"""
        named = (list(telegram_ids), list(addresses), list(tenants))
        return accounts_of(self._fetch(ACCOUNT_BY.format(where=where), named))

    def accounts_with(self, tenants: Sequence[AccountId]) -> list[AccountRow]:
        """The accounts with these ids."""
        return accounts_of(self._fetch(ACCOUNT_BY.format(where="account.tenant_id = ANY (%s)"), (list(tenants),)))

    def accounts(self) -> list[AccountRow]:
        """The accounts of all people, the oldest first; without those of subscribed calendars."""
        return accounts_of(self._fetch(ACCOUNTS, ()))

    def note_devices_used(self, devices: Sequence[tuple[AccountId, UUID]], now: datetime) -> None:
        """Notes the use of devices: at most one write per device and NOTED_FOR. Where the database takes no writes the
        use is not noted: people can still read."""
        tenants, ids = [list(part) for part in zip(*devices, strict=True)]
        with contextlib.suppress(DatabaseReadOnly, DatabaseFull), self._pool.connection() as connection:
            connection.execute(NOTE_DEVICES, (now, tenants, ids, now - NOTED_FOR))

    def fill_selector(self, tenant: AccountId, device: DeviceRow, selector: str) -> None:
        with contextlib.suppress(DatabaseReadOnly, DatabaseFull), self._pool.connection() as connection:
            connection.execute(FILL_SELECTOR, (selector, tenant, device.device_id, device.hash))

    def _account(self, where: str, value: object) -> AccountRow | None:
        return next(iter(accounts_of(self._fetch(ACCOUNT_BY.format(where=where), (value,)))), None)

    def _pages(self, query: str, place: tuple[Any, ...], parameters: Sequence[Any]) -> Iterator[ResourceRow]:
        after = ""
        while True:
            page = self._fetch(query, (*place, after, *parameters, PAGE_BYTES))
            count, size = len(page), 0
            page.reverse()
            # Each row is dropped when it is given out: the memory of a page is free before the next one is read.
            while page:
                row = ResourceRow(*page.pop())
                size, after = size + row.size, row.href
                yield row
            if count < TIME_ROWS and size < PAGE_BYTES:
                return


def finding(tenant: AccountId, calendar: str, href: str, uid: str) -> tuple[Any, ...]:
    """The parameters of FIND."""
    return tenant, calendar, tenant, href, uid, tenant, uid


def found_of(rows: list[Row], href: str, uid: str) -> Found:
    """The rows of FIND as a PUT needs them."""
    home, found = _split(rows)
    here = [row for row in found if home and (row.calendar_id, row.href) == (home.calendar_id, href)]
    return Found(home, here[0] if here else None, tuple(row for row in found if row.uid == uid), uid)


def _split(rows: list[Row]) -> tuple[CalendarRow | None, list[ResourceRow]]:
    """The calendar's row, if it came, and the resources' rows after it."""
    home = None
    if rows and rows[0][0] is not None:
        home = calendar_row(rows.pop(0)[:CALENDAR_WIDTH])
    return home, [ResourceRow(*row[CALENDAR_WIDTH:]) for row in rows]
