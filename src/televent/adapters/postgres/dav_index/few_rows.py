"""The statements that read a few members of a calendar for an event loop (application.rows): those that a client
names, and the first ones that have changed.

Each request of a batch gets one row, in which the members are columns of arrays. Members and bytes of texts are
bounded: a thread reads anything longer, in pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final

from televent.adapters.postgres.dav_index.listing_reads import LATER
from televent.adapters.postgres.rows import Row
from televent.adapters.postgres.server_start import server_start
from televent.application.marks import Key
from televent.application.read_models.counters import Moment
from televent.application.read_models.resources import FEW_FIELDS, Changes, ListedRow

MAX_CHANGES: Final = 100
"""Max changed members that are read at once."""
MAX_TEXTS: Final = 192 * 1024
"""Max bytes of the texts that are read at once. The event loop writes them into an answer in a millisecond."""

_FEW: Final = ", ".join(f"array_agg({name}) AS {name}s" for name in FEW_FIELDS)
_FEW_SHORT: Final = ", ".join(f"array_agg({name}) FILTER (WHERE bytes <= {MAX_TEXTS})" for name in (*FEW_FIELDS, "ics"))
_LATER: Final = LATER.replace("%s", "{}").format("asked.tenant", "asked.calendar", "asked.since", "asked.begun")
MEMBERS: Final = f"""
    SELECT asked.*, found.* FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS asked (tenant, calendar, hrefs)
    CROSS JOIN LATERAL (
        SELECT coalesce(max(bytes), 0) > {MAX_TEXTS},
            array_agg(href) FILTER (WHERE bytes <= {MAX_TEXTS}), {_FEW_SHORT}
        FROM (
            SELECT href, {", ".join(FEW_FIELDS)}, ics, sum(octet_length(ics)) OVER () AS bytes FROM resource
            WHERE tenant_id = asked.tenant AND calendar_id = asked.calendar
                AND href = ANY (string_to_array(asked.hrefs, '/')) AND ics IS NOT NULL
        ) AS named
    ) AS found"""  # noqa: S608
CHANGES: Final = f"""
    SELECT asked.*, found.* FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[])
        AS asked (tenant, calendar, since, begun)
    CROSS JOIN LATERAL (
        SELECT {server_start("calendar")}, run, seq, page.* FROM calendar CROSS JOIN LATERAL (
            SELECT array_agg(seq) AS seqs, array_agg(deleted) AS gone, array_agg(href) AS hrefs, {_FEW}
            FROM (SELECT * FROM resource WHERE {_LATER} ORDER BY seq LIMIT {MAX_CHANGES}) AS page
        ) AS page
        WHERE tenant_id = asked.tenant AND calendar_id = asked.calendar AND NOT deleted
        LIMIT 1
    ) AS found"""  # noqa: S608

Answer = tuple[tuple[object, ...], Any, Key, None]
"""The key of the read, the row, its key for Marks, and no mark."""


def members_of(rows: Sequence[Row]) -> Iterator[Answer]:
    """The answers in the rows of MEMBERS."""
    for *key, long, hrefs, etags, tags, components, texts in rows:
        members: list[ListedRow] | None = None
        if not long:
            members = list(zip(hrefs, etags, tags, components, texts, strict=True)) if hrefs else []
        yield tuple(key), members, ("members", *key), None


def changes_of(rows: Iterable[Row]) -> Iterator[Answer]:
    """The answers in the rows of CHANGES."""
    for *key, server, run, seq, seqs, gone, hrefs, etags, tags, components in rows:
        found = zip(seqs, gone, hrefs, etags, tags, components, strict=True) if seqs else ()
        # An aggregate gives no order.
        page: list[ListedRow] = sorted(found, key=itemgetter(0))
        yield tuple(key), Changes(server, Moment(run, seq), page, len(page) >= MAX_CHANGES), ("changes", *key), None
