"""The statements that read rows for an event loop (application.rows): one for each kind, for any number of keys.

Each row comes with its mark, which is made as ``mark_statement`` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from televent.adapters.postgres.dav_index.directory_rows import ACCOUNT_BY, WIDTH, accounts_with_rows
from televent.adapters.postgres.dav_index.few_rows import CHANGES, MEMBERS, changes_of, members_of
from televent.adapters.postgres.dav_index.glance_reads import GLANCE_COLUMNS, IS_EVENT, glance_of
from televent.adapters.postgres.dav_index.mark_statement import ACCOUNT_MARK, VERSION
from televent.adapters.postgres.dav_index.read_store import BARE_COLUMNS, WHOLE_COLUMNS, found_of
from televent.adapters.postgres.dav_index.share_reads import CALENDAR_COLUMNS, calendar_row
from televent.adapters.postgres.rows import Row
from televent.application.marks import Key
from televent.application.read_models.resources import ResourceRow

Answer = tuple[tuple[object, ...], Any, Key, str | None]
"""The key of the read, the row, its key for Marks, and its mark, None where it has none."""

_ACCOUNT_BY: Final = ACCOUNT_BY.replace(
    "device.last_used_at", f"device.last_used_at, {ACCOUNT_MARK.format(tenant='account.tenant_id')}", 1
)


@dataclass(frozen=True, slots=True)
class RowKind:
    """``parts``: the number of parts of a key; each is one array among the statement's parameters."""

    statement: str
    parts: int
    answers: Callable[[Sequence[Row]], Iterable[Answer]]


def _by_id(rows: Sequence[Row]) -> Iterator[Answer]:
    for account, row in accounts_with_rows(rows):
        yield (account.tenant,), account, ("account", account.tenant), row[WIDTH]


def _by_telegram(rows: Sequence[Row]) -> Iterator[Answer]:
    for account, row in accounts_with_rows(rows):
        yield (account.telegram_id,), account, ("account", account.tenant), row[WIDTH]


def _by_address(rows: Sequence[Row]) -> Iterator[Answer]:
    for account, row in accounts_with_rows(rows):
        for address in account.addresses:
            yield (address,), account, ("account", account.tenant), row[WIDTH]


def _calendars(rows: Sequence[Row]) -> Iterator[Answer]:
    for *row, mark in rows:
        calendar = calendar_row(tuple(row))
        key = (calendar.tenant, calendar.name)
        yield key, calendar, ("calendar", *key), mark


def _homes(rows: Sequence[Row]) -> Iterator[Answer]:
    for *row, mark in rows:
        calendar = calendar_row(tuple(row))
        yield (calendar.tenant,), calendar, ("calendar", calendar.tenant, calendar.name), mark


def _resources(rows: Sequence[Row]) -> Iterator[Answer]:
    for mark, tenant, calendar, *row in rows:
        resource = ResourceRow(*row)
        key = (tenant, calendar, resource.href)
        yield key, resource, ("resource", *key), mark


def _events(rows: Sequence[Row]) -> Iterator[Answer]:
    for mark, tenant, *row in rows:
        glance = glance_of(tenant, row)
        key = (tenant, glance.row.stream_id)
        yield key, glance, ("event", *key), mark


def _puts(rows: Sequence[Row]) -> Iterator[Answer]:
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(row[:4], []).append(row[4:])
    for key, its in found.items():
        # The calendar's row comes first: the rows have no order here.
        its.sort(key=lambda row: row[0] is None)
        yield key, found_of(its, str(key[2]), str(key[3])), ("put", *key), None


KINDS: Final = {
    "account": RowKind(_ACCOUNT_BY.format(where="account.tenant_id = ANY ($1::uuid[])"), 1, _by_id),
    "telegram": RowKind(_ACCOUNT_BY.format(where="account.telegram_id = ANY ($1::bigint[])"), 1, _by_telegram),
    "address": RowKind(
        _ACCOUNT_BY.format(
            where="account.tenant_id IN (SELECT tenant_id FROM address WHERE address = ANY ($1::text[]) AND verified)"
        ),
        1,
        _by_address,
    ),
    "calendar": RowKind(
        f"""
        SELECT found.* FROM unnest($1::uuid[], $2::text[]) AS asked (tenant, name)
        CROSS JOIN LATERAL (
            SELECT {CALENDAR_COLUMNS}, {VERSION} FROM calendar
            WHERE tenant_id = asked.tenant AND calendar.name = asked.name AND NOT deleted
        ) AS found""",  # noqa: S608
        2,
        _calendars,
    ),
    "home": RowKind(
        f"""
        SELECT found.* FROM unnest($1::uuid[]) AS asked (tenant)
        CROSS JOIN LATERAL (
            SELECT {CALENDAR_COLUMNS}, {VERSION} FROM calendar
            WHERE tenant_id = asked.tenant AND NOT deleted AND calendar_id = (
                SELECT default_calendar FROM account WHERE account.tenant_id = asked.tenant
            )
        ) AS found""",  # noqa: S608
        1,
        _homes,
    ),
    "resource": RowKind(
        f"""
        SELECT found.mark, asked.tenant, asked.calendar, {WHOLE_COLUMNS}
        FROM unnest($1::uuid[], $2::text[], $3::text[]) AS asked (tenant, calendar, name)
        CROSS JOIN LATERAL (
            SELECT *, {VERSION} AS mark FROM resource
            WHERE tenant_id = asked.tenant AND href = asked.name AND ics IS NOT NULL AND calendar_id = (
                SELECT calendar_id FROM calendar
                WHERE tenant_id = asked.tenant AND calendar.name = asked.calendar AND NOT deleted
            )
        ) AS found""",  # noqa: S608
        3,
        _resources,
    ),
    "put": RowKind(
        f"""
        SELECT asked.*, found.*
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS asked (tenant, name, href, uid)
        CROSS JOIN LATERAL (
            WITH home AS MATERIALIZED (
                SELECT {CALENDAR_COLUMNS} FROM calendar
                WHERE tenant_id = asked.tenant AND calendar.name = asked.name AND NOT deleted
            )
            SELECT home.*, there.* FROM home FULL JOIN (
                SELECT {BARE_COLUMNS} FROM resource
                WHERE tenant_id = asked.tenant AND calendar_id = (SELECT calendar_id FROM home)
                    AND href = asked.href AND ics IS NOT NULL AND uid <> asked.uid
                UNION ALL
                SELECT {BARE_COLUMNS} FROM resource
                WHERE tenant_id = asked.tenant AND uid = asked.uid AND NOT deleted
            ) AS there ON false
        ) AS found""",  # noqa: S608
        4,
        _puts,
    ),
    "members": RowKind(MEMBERS, 3, members_of),
    "changes": RowKind(CHANGES, 4, changes_of),
    "event": RowKind(
        f"""
        SELECT found.* FROM unnest($1::uuid[], $2::uuid[]) AS asked (tenant, event)
        CROSS JOIN LATERAL (
            SELECT resource.xmin::text || resource.ctid::text, tenant_id, {GLANCE_COLUMNS}
            FROM resource JOIN account USING (tenant_id)
            WHERE resource.tenant_id IS NOT DISTINCT FROM asked.tenant AND stream_id = asked.event AND {IS_EVENT}
            LIMIT 1
        ) AS found""",  # noqa: S608
        2,
        _events,
    ),
}
"""The kinds of ``Read.kind``."""
