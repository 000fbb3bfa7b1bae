"""Replays the log beside the live tables: compares every row with the facts, and corrects those that differ."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from televent.adapters.postgres.pool import Connection
from televent.adapters.postgres.replay import new_version, runs
from televent.adapters.postgres.replay.mending import mend
from televent.adapters.postgres.replay.new_version import live_version
from televent.adapters.postgres.replay.parts import Job, Part, Result, own_connection, replay_part
from televent.adapters.postgres.replay.processes import replay_parts
from televent.adapters.postgres.replay.tables import Scope, Trouble
from televent.adapters.postgres.rows import Pool
from televent.application.event_store.mapper import FactMapper
from televent.application.followers import Projection

Progress = Callable[[int, int], None]


class NothingToResume(Exception):
    """No replay of these projections was interrupted."""


class OtherVersion(Exception):
    """The live rows are of another version of the projection than this program's, so it cannot compare them."""

    def __init__(self, name: str, live: int, ours: int) -> None:
        super().__init__(f"the rows of {name} are of version {live}, and this program makes those of version {ours}")


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

    Raises NothingToResume, OtherVersion, NeedsSession, WorkerLost, psycopg.Error. Then the parts that are done stay
    done.
    """
    what = f"{'rebuild' if mends else 'verify'} {' '.join(scope.names)}"
    with own_connection(conninfo) as connection:
        for each in scope.followers:
            if live_version(connection, each) != each.version:
                raise OtherVersion(each.name, live_version(connection, each), each.version)
        run = _begun(connection, what, scope.season or 0, resume=resume)
        job = partial(replay_part, scope=scope, mends=mends)
        result = _every_part(connection, conninfo, mapper, run, job, progress, processes)
        if mends:
            result = _second_try(connection, mapper, scope, result)
        runs.finish(connection, run)
    return result


def renew(
    conninfo: str,
    pool: Pool,
    mapper: FactMapper,
    projection: Projection,
    progress: Progress,
    *,
    processes: int = 0,
    resume: bool = False,
) -> Result:
    """Makes the rows of this version of the projection beside those of another one, which are served meanwhile, and
    then puts them into their place.

    Nothing happens where the rows are of this version already. Arguments and errors as for replay; StillLocked where
    the live tables are in use at each try.
    """
    with own_connection(conninfo) as connection:
        if live_version(connection, projection) == projection.version:
            return Result()
        run = _begun(connection, f"renew {projection.name}", projection.version, resume=resume)
        reached = new_version.begin(connection, projection, run.run_id, again=run.resumed is not None)
        job = partial(new_version.fill_part, projection=projection, reached=reached)
        result = _every_part(connection, conninfo, mapper, run, job, progress, processes)
        new_version.take_over(connection, pool, mapper, projection, run.run_id, reached)
        runs.finish(connection, run)
    return result


def _begun(connection: Connection, what: str, season: int, *, resume: bool) -> runs.Run:
    run = runs.resume(connection, what) if resume else runs.begin(connection, what, season)
    if run is None:
        raise NothingToResume(f"no {what} was interrupted")
    return run


def _every_part(
    connection: Connection,
    conninfo: str,
    mapper: FactMapper,
    run: runs.Run,
    job: Job,
    progress: Progress,
    processes: int,
) -> Result:
    result, counted = run.result, run.done
    progress(counted, run.total)

    def done(part: Part, found: Result) -> None:
        nonlocal result, counted
        runs.record(connection, run, part, found)
        result += found
        counted += part.events
        progress(counted, run.total)

    if processes:
        replay_parts(conninfo, mapper.vault, job, run.open, processes, done)
    else:
        with own_connection(conninfo) as own:
            for part in run.open:
                done(part, job(own, mapper, part))
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
