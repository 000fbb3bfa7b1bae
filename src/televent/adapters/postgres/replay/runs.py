"""Plans replays, and records which parts are done, so that a replay that was killed can go on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.replay.parts import TOLD, Part, Result
from televent.adapters.postgres.replay.tables import Difference, Trouble

PART: Final = 4000
"""Min events of a part; the last may have fewer. One account is never divided."""
HIGHEST: Final = UUID(int=2**128 - 1)
COUNTED: Final = "SELECT tenant_id, count(*) FROM event GROUP BY tenant_id ORDER BY tenant_id"
PLAN: Final = "INSERT INTO replay_run (run_id, what, season) VALUES (%s, %s, %s)"
PLAN_PART: Final = "INSERT INTO replay_part (run_id, part, low, high, events) VALUES (%s, %s, %s, %s, %s)"
_NUMBER: Final = "hashtextextended(run_id::text, 75)"
HOLD: Final = f"SELECT pg_advisory_lock({_NUMBER}) FROM (SELECT %s::uuid AS run_id) AS own"  # noqa: S608
"""Shows others, until the session ends, that the replay is under way."""
UNFINISHED: Final = f"""
    SELECT run_id, started_at FROM replay_run WHERE what = %s AND pg_try_advisory_xact_lock({_NUMBER})
    ORDER BY started_at DESC LIMIT 1"""  # noqa: S608
DROP: Final = f"DELETE FROM replay_run WHERE what = %s AND pg_try_advisory_xact_lock({_NUMBER})"  # noqa: S608
FINISH: Final = "DELETE FROM replay_run WHERE run_id = %s"
PARTS: Final = (
    "SELECT part, low, high, events, done_at IS NOT NULL, result FROM replay_part WHERE run_id = %s ORDER BY part"
)
DONE: Final = "UPDATE replay_part SET done_at = now(), result = %s WHERE run_id = %s AND part = %s AND done_at IS NULL"
FOUND: Final = "INSERT INTO replay_finding (tenant_id, run_id, value) VALUES (%s, %s, %s)"
FINDINGS: Final = "SELECT tenant_id, value FROM replay_finding WHERE run_id = %s ORDER BY finding LIMIT %s"


@dataclass(frozen=True, slots=True)
class Run:
    """A replay: its parts that are not done, and what the others found."""

    run_id: UUID
    open: tuple[Part, ...]
    total: int
    done: int
    result: Result
    resumed: datetime | None = None


def begin(connection: Connection, what: str, season: int) -> Run:
    """Plans a new replay. An interrupted one of the same kind is forgotten."""
    parts: list[Part] = []
    low, events = UUID(int=0), 0
    with connection.transaction():
        for tenant, count in connection.execute(COUNTED):
            events += count
            if events >= PART:
                parts.append(Part(len(parts), low, tenant, events))
                low, events = tenant, 0
        # Rows of accounts that have no facts are in a part too.
        parts.append(Part(len(parts), low, HIGHEST, events))
        run = Run(uuid4(), tuple(parts), sum(each.events for each in parts), 0, Result())
        connection.execute(DROP, (what,))
        connection.execute(PLAN, (run.run_id, what, season))
        with connection.cursor() as cursor:
            cursor.executemany(PLAN_PART, [(run.run_id, p.number, p.low, p.high, p.events) for p in parts])
        connection.execute(HOLD, (run.run_id,))
    return run


def resume(connection: Connection, what: str) -> Run | None:
    """The newest replay of that kind that was interrupted; None: there is none."""
    row = connection.execute(UNFINISHED, (what,)).fetchone()
    if row is None:
        return None
    run_id, started = row
    connection.execute(HOLD, (run_id,))
    result, total, done = Result(), 0, 0
    still: list[Part] = []
    for number, low, high, events, finished, counted in connection.execute(PARTS, (run_id,)):
        total += events
        if finished:
            done += events
            result += Result(**counted)
        else:
            still.append(Part(number, low, high, events))
    result += _named(connection, run_id)
    return Run(run_id, tuple(still), total, done, result, started)


def record(connection: Connection, run: Run, part: Part, result: Result) -> None:
    """Records that a part is done, and what it found."""
    counted = {name: getattr(result, name) for name in ("events", "rows", "differing", "troubled", "behind")}
    with connection.transaction():
        connection.execute(DONE, (Jsonb(counted), run.run_id, part.number))
        values: list[tuple[UUID, Any]] = [(each.tenant, difference_value(each)) for each in result.differences]
        values += [(each.tenant, trouble_value(each)) for each in result.troubles]
        with connection.cursor() as cursor:
            cursor.executemany(FOUND, [(tenant, run.run_id, Jsonb(value)) for tenant, value in values])


def finish(connection: Connection, run: Run) -> None:
    """Forgets a replay that is complete."""
    connection.execute(FINISH, (run.run_id,))


def difference_value(each: Difference) -> dict[str, Any]:
    """A difference as JSON."""
    key = json.loads(json.dumps(each.key, default=str))
    rest = {"columns": list(each.columns)} if each.columns else {}
    return {"projection": each.projection, "table": each.table, "key": key, "kind": each.kind, **rest}


def trouble_value(each: Trouble) -> dict[str, Any]:
    """A trouble as JSON."""
    return {"account": str(each.tenant), "projection": each.projection, "reason": each.reason}


def _named(connection: Connection, run_id: UUID) -> Result:
    differences: list[Difference] = []
    troubles: list[Trouble] = []
    for tenant, value in connection.execute(FINDINGS, (run_id, 2 * TOLD)):
        if "reason" in value:
            troubles.append(Trouble(tenant, value["projection"], value["reason"]))
        else:
            key = (tenant, *value["key"][1:])
            columns = tuple(value.get("columns", ()))
            differences.append(Difference(value["projection"], value["table"], key, value["kind"], columns))
    return Result(differences=tuple(differences), troubles=tuple(troubles))
