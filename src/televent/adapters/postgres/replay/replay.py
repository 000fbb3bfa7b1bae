"""Replays the log beside the live tables: compares every row with the facts, and corrects those that differ."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.replay import runs
from televent.adapters.postgres.replay.mending import mend
from televent.adapters.postgres.replay.parts import Part, Result, own_connection, replay_part
from televent.adapters.postgres.replay.processes import replay_parts
from televent.adapters.postgres.replay.tables import Scope, Trouble
from televent.application.event_store.mapper import FactMapper

Progress = Callable[[int, int], None]


class NothingToResume(Exception):
    """No replay of these projections was interrupted."""


def replay(
    conninfo: str,
    mapper: FactMapper,
    scope: Scope,
    progress: Progress,
    *,
    mends: bool,
    processes: int = 0,
    resume: bool = False,
) -> Result:
    """Replays the projections of the scope. ``conninfo``: PostgreSQL itself. ``processes``: 0 means in this process.

    ``mends``: corrects the rows that differ. ``progress`` is called with events done and events in all. ``resume``:
    goes on with the newest replay of the same projections that was interrupted.

    Raises NothingToResume, NeedsSession, WorkerLost, psycopg.Error. Then the parts that are done stay done.
    """
    what = f"{'rebuild' if mends else 'verify'} {' '.join(scope.names)}"
    with own_connection(conninfo) as connection:
        run = runs.resume(connection, what) if resume else runs.begin(connection, what, scope.season or 0)
        if run is None:
            raise NothingToResume(f"no {what} was interrupted")
        total, result, counted = run.total, run.result, run.done
        progress(counted, total)

        def done(part: Part, found: Result) -> None:
            nonlocal result, counted
            runs.record(connection, run, part, found)
            result += found
            counted += part.events
            progress(counted, total)

        if processes:
            replay_parts(conninfo, scope, run.open, processes, done, mends=mends)
        else:
            with own_connection(conninfo) as own:
                for part in run.open:
                    done(part, replay_part(own, mapper, scope, part, mends=mends))
        if mends:
            result = _second_try(connection, mapper, scope, result)
        runs.finish(connection, run)
    return result


def _second_try(connection: Connection, mapper: FactMapper, scope: Scope, result: Result) -> Result:
    """Tries accounts again whose rows could not be corrected: a wrong row of another account may have held a unique
    key, such as an address, and is corrected now."""
    troubles: list[Trouble] = []
    differences = list(result.differences)
    differing = result.differing
    tried: set[UUID] = set()
    for each in result.troubles:
        if not each.again:
            troubles.append(each)
        elif each.tenant not in tried:
            tried.add(each.tenant)
            again = mend(connection, mapper, scope, each.tenant)
            troubles += again.troubles
            differences += again.differences
            differing += len(again.differences)
    return Result(
        result.events, result.rows, differing, result.troubled - len(result.troubles) + len(troubles), result.behind,
        tuple(differences), tuple(troubles),
    )  # fmt: skip
