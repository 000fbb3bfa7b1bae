"""Reads accounts with their addresses and devices in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import convert

from televent.adapters.postgres.rows import Row
from televent.application.read_models.accounts import AccountRow, DeviceRow
from televent.application.readable import make_readable
from televent.domain.account.preferences import Preferences

_SELECT = """
    SELECT account.tenant_id, account.telegram_id, account.name, account.timezone, account.locale,
        account.default_calendar, account.preferences, account.erase_at,
        ARRAY(
            SELECT address.address FROM address WHERE address.tenant_id = account.tenant_id AND address.verified
            ORDER BY address.is_primary DESC, address.address
        ),
        ARRAY(
            SELECT was.address FROM address AS was WHERE was.tenant_id = account.tenant_id AND was.former
            AND NOT EXISTS (SELECT 1 FROM address AS other WHERE other.address = was.address AND other.verified)
            ORDER BY was.address
        ),
        device.device_id, device.name, device.hash, device.selector, device.created_at, device.last_used_at
    FROM account LEFT JOIN device ON device.tenant_id = account.tenant_id"""
_ORDER = " ORDER BY account.opened_at, account.tenant_id, device.created_at, device.device_id"
ACCOUNT_BY = _SELECT + " WHERE {where}" + _ORDER
ACCOUNTS = ACCOUNT_BY.format(
    where="""
    NOT EXISTS (SELECT FROM keeper WHERE keeper.tenant_id = account.tenant_id)
    AND NOT EXISTS (SELECT FROM team WHERE team.tenant_id = account.tenant_id)"""
)
FORMER_HOLDERS = ACCOUNT_BY.format(
    where="""account.tenant_id IN (
        SELECT was.tenant_id FROM address AS was WHERE was.address = ANY(%s) AND was.former
        AND NOT EXISTS (SELECT 1 FROM address AS other WHERE other.address = was.address AND other.verified))"""
)
# A row that is locked is noted by another process at this moment, or it is revoked.
NOTE_DEVICES = """
    UPDATE device SET last_used_at = %s FROM (
        SELECT device.tenant_id, device.device_id FROM unnest(%s::uuid[], %s::uuid[]) AS used (tenant, device)
        JOIN device ON device.tenant_id = used.tenant AND device.device_id = used.device
        WHERE last_used_at IS NULL OR last_used_at <= %s
        FOR NO KEY UPDATE OF device SKIP LOCKED
    ) AS due
    WHERE device.tenant_id = due.tenant_id AND device.device_id = due.device_id"""
FILL_SELECTOR = """
    UPDATE device SET selector = %s WHERE tenant_id = %s AND device_id = %s AND hash = %s AND selector IS NULL"""
ACCOUNT_WIDTH = 10
"""The number of columns before those of a device."""
WIDTH = ACCOUNT_WIDTH + 6
_DEFAULTS = Preferences()
make_readable(Preferences)


def accounts_of(rows: Sequence[Row]) -> list[AccountRow]:
    """The accounts of these rows. Consecutive rows of one account differ only in the device."""
    return [account for account, _ in accounts_with_rows(rows)]


def accounts_with_rows(rows: Sequence[Row]) -> Iterator[tuple[AccountRow, Row]]:
    """As ``accounts_of``, each account with its last row, which may have further columns."""
    devices: list[DeviceRow] = []
    last = len(rows) - 1
    for ordinal, row in enumerate(rows):
        if row[ACCOUNT_WIDTH] is not None:
            devices.append(DeviceRow(*row[ACCOUNT_WIDTH:WIDTH]))
        if ordinal == last or rows[ordinal + 1][0] != row[0]:
            chosen, erase_at, addresses, former = row[6:ACCOUNT_WIDTH]
            preferences = _DEFAULTS if chosen is None else convert(chosen, Preferences)
            tenant, telegram_id, name, timezone, locale, default_calendar = row[:6]
            profile = (tenant, telegram_id, name, timezone, locale, default_calendar)
            standing = (tuple(addresses), tuple(devices), preferences, tuple(former))
            yield AccountRow(*profile, *standing, erase_at=erase_at), row
            devices = []
