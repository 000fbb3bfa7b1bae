"""The columns of the index of occurrences as PostgreSQL writes them, for comparison without a conversion."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from televent.adapters.postgres.dav_index.occurs_columns import indexed_to
from televent.ical.queries.occurs import Occurs, Range

CANONICAL = "SELECT %s::tstzrange::text, %s::tstzmultirange::text, %s::tstzmultirange::text, %s::tstzmultirange::text"


def index_texts(occurs: Occurs) -> dict[str, Any]:
    """The columns of INDEX for a session in UTC. Ranges that touch or overlap are written one by one, which PostgreSQL
    does not: where such a text differs, CANONICAL gives PostgreSQL's own."""
    span = occurs.span
    first, last = occurs.days
    return {
        "span": None if span is None else _range(span),
        "firm": _multirange(occurs.firm),
        "floats": _multirange(occurs.floats),
        "loose": _multirange(occurs.loose),
        "fbtype": occurs.fbtype,
        "days": f"[{first},{last + 1})",
        "indexed": indexed_to(occurs.season),
    }


def _range(each: Range) -> str:
    start, end = each
    if start is not None and start == end:
        return f'["{_instant(start)}","{_instant(start)}"]'
    first = f'["{_instant(start)}"' if start is not None else "("
    return f'{first},"{_instant(end)}")' if end is not None else f"{first},)"


def _multirange(ranges: tuple[Range, ...]) -> str:
    return f"{{{','.join(map(_range, ranges))}}}"


def _instant(when: datetime) -> str:
    # "2026-01-05 08:00:00+00": PostgreSQL leaves the minutes of the offset away.
    return str(when if when.tzinfo is UTC else when.astimezone(UTC))[:-3]
