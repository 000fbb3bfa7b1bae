"""When an object happens, as columns of its row (ADR 0015): as text, for the values of PostgreSQL's range types."""

from __future__ import annotations

from collections.abc import Iterable

from televent.ical.queries.occurs import EDITION, Occurs, Range

_SEASONS = 100_000
"""Before the season the edition is written."""


def indexed_to(season: int) -> int:
    """By which edition, and for which season, as one number that grows."""
    return EDITION * _SEASONS + season


def occurs_columns(occurs: Occurs) -> tuple[str | None, str, str, str, str | None, str | None, int]:
    """span, firm, floats, loose, fbtype, days, indexed."""
    span = occurs.span
    return (
        range_text(span) if span is not None else None,
        multirange_text(occurs.firm),
        multirange_text(occurs.floats),
        multirange_text(occurs.loose),
        occurs.fbtype,
        days_text(occurs.days),
        indexed_to(occurs.season),
    )


def range_text(each: Range) -> str:
    """RFC 4791 §9.9: an event of no duration is found at its instant; a range [x,x) would be empty."""
    start, end = each
    first = start.isoformat() if start is not None else ""
    if start is not None and start == end:
        return f"[{first},{first}]"
    return f"[{first},{end.isoformat() if end is not None else ''})"


def multirange_text(ranges: Iterable[Range]) -> str:
    """They may touch and overlap, and stand in any order."""
    return f"{{{','.join(map(range_text, ranges))}}}"


def days_text(days: tuple[int, int]) -> str:
    """Both days belong to it."""
    return f"[{days[0]},{days[1]}]"
