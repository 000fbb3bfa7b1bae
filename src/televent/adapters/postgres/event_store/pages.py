"""Bounds the pages in which facts are read by their bytes, beside their number (ADR 100).

A state may have a megabyte, so a page of 500 rows may have half a gigabyte, and each follower of each worker holds one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from televent.adapters.postgres.rows import Row

PAGE_BYTES: Final = 8 * 1024 * 1024
"""Bytes of states after which a page ends; the last row may go beyond them. 500 usual facts have less than half a
megabyte, so only pages with large objects end early, and ten followers hold about 80 MB at most."""

Fetch = Callable[[str, Mapping[str, Any]], list[Row]]
"""Runs a reading statement with these parameters."""


class Paged(NamedTuple):
    """Two statements for the same page.

    ``quick``: all rows, but a state with more than its share of the page is NULL. It costs what the plain statement
    costs. ``exact``: the rows up to PAGE_BYTES, and at least one. A running sum costs half as much again, so it is
    asked only where ``quick`` left out a state. Neither reads a state that it does not return: its size is in the row.
    """

    quick: str
    exact: str


def light(columns: str) -> str:
    """These columns, with NULL in the place of a state of more than %(share)s bytes."""
    return columns.replace(" state,", " CASE WHEN octet_length(state) <= %(share)s THEN state END AS state,")


def paged(columns: str, names: str, rows: str, order: str, around: str = "{}") -> Paged:
    """The statements that read ``columns``, which result in ``names``, of ``rows`` (FROM and WHERE) in that order.

    ``around``: a statement with "{}" in the place of the page. The parameters are named; "most" and "share" are ours.
    """
    few = "SELECT {} " + f"{rows} ORDER BY {order} LIMIT %(most)s"
    exact = f"""
        SELECT {names} FROM (
            SELECT few.*, sum(octet_length(state)) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING)
                - octet_length(state) AS bytes_before
            FROM ({few.format(columns)}) AS few
        ) AS sized
        WHERE bytes_before < {PAGE_BYTES} ORDER BY {order}"""  # noqa: S608
    return Paged(around.format(few.format(light(columns))), around.format(exact))


def page_of(
    fetch: Fetch, statements: Paged, values: Mapping[str, Any], most: int, state: int, key: int = 0
) -> tuple[list[Row], bool]:
    """The next page of at most ``most`` rows, and whether there may be more after it: a page that has fewer rows is not
    always the last. ``state`` and ``key``: the numbers of these columns; a row without a key is no event."""
    given = {**values, "most": most, "share": PAGE_BYTES // max(most, 1)}
    rows = fetch(statements.quick, given)
    if any(row[state] is None and row[key] is not None for row in rows):
        rows = fetch(statements.exact, given)
    events = [row for row in rows if row[key] is not None]
    return rows, len(events) == most or bytes_of(events, state) >= PAGE_BYTES


def bytes_of(rows: Sequence[Row], state: int) -> int:
    """The bytes of the states of these rows."""
    return sum(len(row[state]) for row in rows)
