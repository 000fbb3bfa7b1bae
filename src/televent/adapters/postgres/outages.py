"""The one table from PostgreSQL's error codes to outages (PostgreSQL manual, appendix A)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import psycopg

from televent.application.outage import DatabaseAway, DatabaseBusy, DatabaseFull, DatabaseReadOnly, Outage

CODES: Final[Mapping[str, type[Outage]]] = {
    "08": DatabaseAway,  # connection exceptions
    "25006": DatabaseReadOnly,  # a write on a standby, or with default_transaction_read_only
    "40001": DatabaseBusy,  # serialization failure
    "40003": DatabaseAway,  # it is not known whether the statement completed
    "40P01": DatabaseBusy,  # deadlock
    "53": DatabaseBusy,  # no memory, connection, or other resource
    "53100": DatabaseFull,
    "55P03": DatabaseBusy,  # a lock is not available, or lock_timeout
    "57014": DatabaseBusy,  # statement_timeout, or the operator cancelled the statement
    "57P": DatabaseAway,  # shut down, crashed, or starting
    "58030": DatabaseAway,  # the disk does not read or write
}
"""The outage for an SQLSTATE or its beginning; the longest entry counts."""


def outage_of(error: psycopg.Error) -> Outage | None:
    """The outage that the error means; None where the statement itself is the reason."""
    code = error.sqlstate
    if code is None:
        # libpq has no code for a connection that is refused, cut, or not free in the pool. After the first error of a
        # pipeline the later statements fail with PipelineAborted, which says nothing about the reason.
        lost = isinstance(error, psycopg.OperationalError) and not isinstance(error, psycopg.errors.PipelineAborted)
        return DatabaseAway(one_line(error)) if lost else None
    kind = next((CODES[code[:length]] for length in (5, 3, 2) if code[:length] in CODES), None)
    return None if kind is None else kind(f"{code}: {one_line(error)}")


def one_line(error: BaseException) -> str:
    """The error's message, for a log."""
    return " ".join(str(error).split())[:200]
