"""Writes when an object happens as columns of its row (ADR 0015), in the text format of PostgreSQL's range types."""

from __future__ import annotations

from collections.abc import Iterable

from televent.ical.queries.occurs import EDITION, Occurs, Range

_SEASONS = 100_000
"""Min number above all seasons: the edition is multiplied by it."""


def indexed_to(season: int) -> int:
    """Edition and season of the index as one number, which only grows."""
    return EDITION * _SEASONS + season


def occurs_columns(occurs: Occurs) -> tuple[str | None, str, str, str, str | None, str | None, int]:
    """The values of the columns span, firm, floats, loose, fbtype, days and indexed."""
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
    """A tstzrange. An event without duration is [x,x], because [x,x) is empty and the event must be found at its
    instant (RFC 4791 §9.9)."""
    start, end = each
    first = start.isoformat() if start is not None else ""
    if start is not None and start == end:
        return f"[{first},{first}]"
    return f"[{first},{end.isoformat() if end is not None else ''})"


def multirange_text(ranges: Iterable[Range]) -> str:
    """A tstzmultirange. The ranges may touch and overlap, in any order."""
    return f"{{{','.join(map(range_text, ranges))}}}"


def days_text(days: tuple[int, int]) -> str:
    """An int4range that includes both days."""
    return f"[{days[0]},{days[1]}]"
