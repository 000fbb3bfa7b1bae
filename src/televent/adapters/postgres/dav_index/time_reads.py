"""Reads by time (ADR 0015): the objects that happen in a range, and the busy periods in it.

The index answers. A text is read only where the index is not certain.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from televent.adapters.postgres.dav_index.occurs_columns import days_text, range_text
from televent.adapters.postgres.rows import Pool, fetch
from televent.application.read_models.busy import BusyRows
from televent.domain.ids import AccountId
from televent.ical.queries.occurs import FREE, days_asked, wall_ranges

# With "=" the planner would use the primary key, and read the whole calendar. "IS NOT DISTINCT FROM" prevents that.
PLACE: Final = "tenant_id IS NOT DISTINCT FROM %s AND calendar_id = %s"
# The three forms of the asked range, given once per statement. "span" and "days" select by the index, the other columns
# are exact.
ASKED: Final = """
    (SELECT %s::tstzrange AS range, %s::tstzrange AS within, %s::tstzrange AS wide) AS asked"""
TOUCHED: Final = "span && %s::tstzrange AND days && %s::int4multirange"
CERTAIN: Final = "(firm && asked.range OR floats && asked.within)"
POSSIBLE: Final = f"({CERTAIN} OR loose && asked.range OR floats && asked.wide)"

BUSY_TIME: Final = f"""
    SELECT CASE WHEN loose && asked.range THEN NULL ELSE fbtype END AS kind,
        range_agg(firm * tstzmultirange(asked.range)), range_agg(floats * tstzmultirange(asked.wide)),
        array_agg(href) FILTER (WHERE fbtype IS NULL OR loose && asked.range)
    FROM resource, {ASKED}
    WHERE {PLACE} AND {TOUCHED} AND component = 'VEVENT' AND ics IS NOT NULL AND fbtype IS DISTINCT FROM '{FREE}'
        AND {POSSIBLE} AND (uid = %s::text) IS NOT TRUE
    GROUP BY kind"""  # noqa: S608

Parameters = tuple[Any, ...]


def asked(start: datetime | None, end: datetime | None, zone: tzinfo | None) -> Parameters:
    """The parameters of ASKED."""
    within, wide = wall_ranges(start, end, zone)
    return range_text((start, end)), "empty" if within is None else range_text(within), range_text(wide)


def touched(start: datetime | None, end: datetime | None) -> Parameters:
    """The parameters of TOUCHED."""
    return range_text((start, end)), f"{{{','.join(map(days_text, days_asked(start, end)))}}}"


def busy(
    pool: Pool,
    tenant: AccountId,
    calendar_id: UUID,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    without: str | None = None,
) -> BusyRows:
    """The busy periods in [start, end), without the events of the UID ``without``."""
    parameters = (*asked(start, end, zone), tenant, calendar_id, *touched(start, end), without)
    periods: list[tuple[datetime, datetime, str]] = []
    floats: list[tuple[datetime, datetime, str]] = []
    unclear: list[str] = []
    for kind, firm, floating, hrefs in fetch(pool, BUSY_TIME, parameters):
        if kind is None:
            unclear += hrefs or ()
            continue
        periods += [(each.lower.astimezone(UTC), each.upper.astimezone(UTC), kind) for each in firm or ()]
        floats += [(each.lower.astimezone(UTC), each.upper.astimezone(UTC), kind) for each in floating or ()]
    return BusyRows(periods, floats, unclear)
