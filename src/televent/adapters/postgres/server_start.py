"""Tells one start of PostgreSQL from another, in SQL: a statement that compares starts needs nobody's memory.

A history of changes can be undone only where PostgreSQL starts: after a crash, on a promoted standby, on files or a
dump that were put back. So changes of one start follow each other; changes of two starts perhaps do not.
"""

from __future__ import annotations

from typing import Final

_START: Final = ("pg_postmaster_start_time()", "pg_stat_get_bgwriter_stat_reset_time()")
THIS_START: Final = f"SELECT ROW({', '.join(_START)})::text"
"""The start of the PostgreSQL that answers, as text."""


def server_start(row: str, *more: str) -> str:
    """SQL: a number of 64 bits for this start of PostgreSQL and this copy of the table of ``row``, a table's name or
    alias in the statement. ``more``: further SQL values that it covers.

    - The server process's start time: another one after a restart, on a standby, and on files that were put back.
    - The time of the last reset of statistics: PostgreSQL also resets them where it recovers from the crash of one
      connection, and keeps its process. An operator may reset them too, which does no harm.
    - The table's file: another one in a copy of the database, and in a table that a dump has filled.
    """
    return f"hash_record_extended(ROW({', '.join((*_START, f'pg_relation_filepath({row}.tableoid)', *more))}), 0)"
