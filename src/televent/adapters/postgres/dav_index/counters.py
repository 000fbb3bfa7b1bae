"""The counters of calendars and of sharees' own data, and the runs of their values (ADR 6).

A run is what one counter counted in one start of PostgreSQL. The counting statement itself compares the start, so a run
begins with the first change after a restore or a failover, whichever process makes it. Each run has a random id, so a
history that was undone never meets one that repeats its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from televent.adapters.postgres.dav_index.pooled_reads import PooledReads
from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.server_start import server_start
from televent.domain.ids import AccountId

KEYS: Final = {"calendar": "calendar_id", "mount": "share_id"}
"""The tables with a counter, and the column that names it."""

_NEW_RUN: Final = "right(gen_random_uuid()::text, 12)"
# The seal covers the transaction that counted last. A row that something else wrote since, such as a copy put back by
# hand, has another one in xmin. A run that begins without need costs a row.
_SAME: Final = f"counted.seal = {server_start('counted', 'counted.xmin')}"


def counting(table: str, live: str = "") -> str:
    """SQL: the CTE ``counter``, with the next value of a counter as ``seq``. ``live``: a further condition on the row.

    The parameters are the tenant and the counter's id. Without the row, ``counter`` is empty.
    """
    key = KEYS[table]
    return f"""
    WITH counter AS (
        UPDATE {table} AS counted SET seq = seq + 1,
            run = CASE WHEN {_SAME} THEN run ELSE {_NEW_RUN} END,
            began = CASE WHEN {_SAME} THEN began ELSE seq + 1 END,
            seal = {server_start("counted", "pg_current_xact_id()::xid")}
        WHERE tenant_id = %s AND {key} = %s{live} RETURNING tenant_id, {key} AS counter_id, seq, began, run
    ), noted AS (
        INSERT INTO counter_run (tenant_id, counter_id, first_seq, run)
        SELECT tenant_id, counter_id, began, run FROM counter WHERE began = seq
        ON CONFLICT (tenant_id, counter_id, first_seq) DO UPDATE SET run = excluded.run
    ), undone AS (
        -- Only a copy of the counter's row that was put back begins a run below others.
        DELETE FROM counter_run USING counter
        WHERE counter.began = counter.seq AND counter_run.tenant_id = counter.tenant_id
            AND counter_run.counter_id = counter.counter_id AND counter_run.first_seq > counter.began
    )"""  # noqa: S608


RUNS_AT: Final = """
    SELECT (
        SELECT run FROM counter_run
        WHERE tenant_id = asked.tenant AND counter_id = asked.counter AND first_seq <= asked.seq
        ORDER BY first_seq DESC LIMIT 1)
    FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) WITH ORDINALITY AS asked (tenant, counter, seq, ordinal)
    ORDER BY ordinal"""
FORGET_RUNS: Final = """
    DELETE FROM public.counter_run USING unnest(%s::uuid[], %s::uuid[]) AS mended (tenant, counter)
    WHERE tenant_id = mended.tenant AND counter_id = mended.counter"""
RENEW: Final = {
    table: f"""
    WITH renewed AS (
        UPDATE public.{table} AS counted SET run = {_NEW_RUN}, began = seq, seal = NULL
        FROM unnest(%s::uuid[], %s::uuid[]) AS mended (tenant, counter)
        WHERE tenant_id = mended.tenant AND {key} = mended.counter
        RETURNING tenant_id, {key} AS counter_id, seq, run
    )
    INSERT INTO public.counter_run (tenant_id, counter_id, first_seq, run)
    SELECT tenant_id, counter_id, seq, run FROM renewed"""  # noqa: S608
    for table, key in KEYS.items()
}


class CounterReads(PooledReads):
    """The part of read_models.reads.Reads that reads the past of counters."""

    def runs_at(self, asked: Sequence[tuple[AccountId, UUID, int]]) -> list[str | None]:
        """For each account, counter and value: the run in which the counter got that value; None: it never did."""
        columns = [list(column) for column in zip(*asked, strict=True)]
        return [row[0] for row in self._fetch(RUNS_AT, columns)] if asked else []


def begin_again(connection: Connection, mended: Sequence[tuple[UUID, UUID]]) -> None:
    """Gives these counters (account, id) another run at their present value, and forgets their past: clients know rows
    that were wrong, so every earlier token is refused."""
    columns = [[tenant for tenant, _ in mended], [counter for _, counter in mended]]
    connection.execute(FORGET_RUNS, columns)
    for renew in RENEW.values():
        connection.execute(renew, columns)
