"""Lists the members of a calendar as columns, not as objects, because there are many and all have the same fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from televent.adapters.postgres.dav_index.pooled_reads import PooledReads
from televent.adapters.postgres.server_start import server_start
from televent.application.read_models.counters import Moment
from televent.application.read_models.resources import BARE_FIELDS, Changes, ListedRow, ResourceRow
from televent.domain.ids import AccountId

BARE_ROWS: Final = 2_000
"""Max rows of a page without texts. Such a row is small, and each page is a round trip."""
PAGE_ROWS: Final = 500
"""Max rows of a page with texts."""
PAGE_BYTES: Final = 4_000_000
"""Bytes of texts after which a page ends, so that memory is bounded whatever is stored."""

BARE_COLUMNS: Final = {name: name for name in BARE_FIELDS} | {"size": "coalesce(octet_length(ics), 0)"}
COLUMNS: Final = BARE_COLUMNS | {"ics": "ics"}
BARE_PAGE: Final = "SELECT {columns} FROM resource WHERE {where} ORDER BY {order} LIMIT %s"
PAGE: Final = """
    SELECT {columns} FROM (
        SELECT *, coalesce(sum(octet_length(ics)) OVER (ORDER BY {order}), 0) - coalesce(octet_length(ics), 0) AS before
        FROM (SELECT * FROM resource WHERE {where} ORDER BY {order} LIMIT %s) AS page
    ) AS page
    WHERE before < %s ORDER BY {order}"""
LIVE: Final = "tenant_id = %s AND calendar_id = %s AND ics IS NOT NULL AND href > %s"
OF_KIND: Final = f"{LIVE} AND component = %s"
LATER: Final = "tenant_id = %s AND calendar_id = %s AND seq > 0 AND seq > %s AND (ics IS NOT NULL OR seq > %s)"
# The calendar's row comes once and first, then the changes, all of one moment. A calendar that does not exist gives no
# row of its own.
CHANGED: Final = f"""
    SELECT home.*, there.* FROM (
        SELECT {server_start("calendar")} AS server, run, seq FROM calendar
        WHERE tenant_id = %s AND calendar_id = %s AND NOT deleted
    ) AS home FULL JOIN ({{page}}) AS there ON false
    ORDER BY home.seq NULLS LAST, there.seq"""  # noqa: S608
HOME_WIDTH: Final = 3


def listed_statement(columns: Sequence[str], where: str = LIVE) -> str:
    """The SQL of a page of members by name. Raises KeyError for a column that is no field of ResourceRow."""
    return _page(columns, ("href",), where, "href")


def changed_statement(columns: Sequence[str]) -> str:
    """The SQL of a page of changes. Raises KeyError for a column that is no field of ResourceRow."""
    return CHANGED.format(page=_page(columns, ("seq", "deleted", "href"), LATER, "seq"))


def _page(columns: Sequence[str], first: Sequence[str], where: str, order: str) -> str:
    named = [f"{COLUMNS[each]} AS field_{place}" for place, each in enumerate(columns)]
    form = PAGE if "ics" in columns else BARE_PAGE
    return form.format(columns=", ".join((*first, *named)), where=where, order=order)


class ListingReads(PooledReads):
    """The part of read_models.reads.Reads that lists members."""

    def listed(
        self, tenant: AccountId, calendar_id: UUID, columns: Sequence[str], *, component: str | None = None
    ) -> Iterator[list[ListedRow]]:
        """Live members by name, in pages; between pages no connection is held.

        The order is by name and not by ``seq``: a member that changes between two pages keeps its name, so none is
        missed or listed twice.
        """
        query = listed_statement(columns, LIVE if component is None else OF_KIND)
        rest = () if component is None else (component,)
        most = PAGE_ROWS if "ics" in columns else BARE_ROWS
        bounds = (most, PAGE_BYTES) if "ics" in columns else (most,)
        after = ""
        while True:
            rows = self._fetch(query, (tenant, calendar_id, after, *rest, *bounds))
            if rows:
                yield rows
            if not _full(rows, columns, 1, most):
                return
            after = rows[-1][0]

    def changed(
        self, tenant: AccountId, calendar_id: UUID, columns: Sequence[str], since: int, limit: int, begun: int = 0
    ) -> Changes | None:
        """Up to ``limit`` members with ``seq`` > ``since``, oldest first.

        Each row begins with its seq, whether it is a tombstone, and its name; the fields follow. Tombstones up to the
        counter ``begun`` are left out. None: no such calendar.
        """
        bounds = (PAGE_BYTES,) if "ics" in columns else ()
        place = (tenant, calendar_id)
        found = self._fetch(changed_statement(columns), (*place, *place, since, begun, limit, *bounds))
        if not found or found[0][0] is None:
            return None
        server, run, seq = found[0][:HOME_WIDTH]
        rows = [row[HOME_WIDTH:] for row in found[1:]]
        return Changes(server, Moment(run, seq), rows, _full(rows, columns, 3, limit))

    def members(self, tenant: AccountId, calendar_id: UUID, *, with_text: bool) -> Iterator[ResourceRow]:
        """Live members by name."""
        return self._of_kind(tenant, calendar_id, None, with_text=with_text)

    def _of_kind(
        self, tenant: AccountId, calendar_id: UUID, component: str | None, *, with_text: bool
    ) -> Iterator[ResourceRow]:
        columns = (*BARE_FIELDS, "ics") if with_text else BARE_FIELDS
        for page in self.listed(tenant, calendar_id, columns, component=component):
            for _, *values in page:
                yield ResourceRow(*values)


def _full(rows: Sequence[ListedRow], columns: Sequence[str], before: int, most: int) -> bool:
    """Whether the page may have ended because it reached its limit."""
    if len(rows) >= most:
        return True
    if "ics" not in columns:
        return False
    place = before + list(columns).index("ics")
    return sum(len(row[place] or b"") for row in rows) >= PAGE_BYTES
