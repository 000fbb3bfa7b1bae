"""Rebuilds a projection from the store, beside the live one, while writes continue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from televent.adapters.postgres.dav_index.inline_rows import TABLES
from televent.adapters.postgres.replay.parts import Result
from televent.adapters.postgres.replay.replay import Progress, renew, replay
from televent.adapters.postgres.replay.tables import Difference, Scope, Trouble
from televent.adapters.postgres.rows import Pool
from televent.application.event_store.mapper import FactMapper
from televent.application.followers import Policy, Projection


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``events``: the number of events replayed. ``differing``: the number of live rows that were wrong, missing or
    superfluous; ``differences`` names the first ones. ``troubles``: accounts whose rows were left alone."""

    events: int
    differing: int
    differences: tuple[Difference, ...] = ()
    troubles: tuple[Trouble, ...] = ()


def names(followers: Sequence[Projection | Policy]) -> list[str]:
    """The names of the projections that can be rebuilt: the inline ones, and those among the followers."""
    return [*TABLES, *(each.name for each in followers if isinstance(each, Projection))]


def scope_of(
    wanted: Sequence[str], followers: Sequence[Projection | Policy], season: int | None, *, exact: bool
) -> Scope:
    """The scope of a replay of these projections. Raises KeyError for an unknown name."""
    known = {each.name: each for each in followers if isinstance(each, Projection)}
    inline = tuple(name for name in wanted if name in TABLES)
    return Scope(inline, tuple(known[name] for name in wanted if name not in TABLES), season, exact)


def rebuild(
    pool: Pool,
    mapper: FactMapper,
    name: str,
    progress: Progress,
    *,
    followers: Sequence[Projection | Policy] = (),
    season: int | None = None,
    direct: str | None = None,
    processes: int = 0,
) -> Rebuilt:
    """Rebuilds the projection with that name, as rebuild_projections does.

    ``season``: series without end are indexed for this season; None: each for the season in which it was written.
    Raises KeyError for an unknown name.
    """
    found = rebuild_projections(
        pool, mapper, progress, followers=followers, season=season, wanted=[name], direct=direct, processes=processes
    )
    return Rebuilt(found.events, found.differing, found.differences, found.troubles)


def rebuild_projections(
    pool: Pool,
    mapper: FactMapper,
    progress: Progress,
    *,
    followers: Sequence[Projection | Policy],
    season: int | None,
    wanted: Sequence[str] = (),
    direct: str | None = None,
    processes: int = 0,
    resume: bool = False,
) -> Result:
    """Corrects the rows of these projections (none: all) that are not what the facts say. ``progress`` is called with
    events done and events in all. Where the rows of a follower are of another version, all are made again beside them.

    ``followers``: the followers of the installation. ``direct``: the address of PostgreSQL itself, where the pool's is
    that of a pooler. ``processes``, ``resume``: as for replay. Each account is corrected as a whole, or not at all.
    Raises KeyError for an unknown name, and as replay does.
    """
    address = direct or pool.conninfo
    assert isinstance(address, str)
    scope = scope_of(wanted or names(followers), followers, season, exact=True)
    renewed, rest = Result(), []
    for each in scope.followers:
        found = renew(address, pool, mapper, each, progress, processes=processes, resume=resume)
        renewed += found
        if found == Result():
            rest.append(each)
    if not scope.inline and not rest:
        return renewed
    scope = replace(scope, followers=tuple(rest))
    resume = resume and renewed == Result()
    return renewed + replay(address, mapper, scope, progress, mends=True, processes=processes, resume=resume)


def verify_projections(
    pool: Pool,
    mapper: FactMapper,
    progress: Progress,
    *,
    followers: Sequence[Projection | Policy],
    season: int,
    wanted: Sequence[str] = (),
    direct: str | None = None,
    processes: int = 0,
    resume: bool = False,
) -> Result:
    """Compares the rows of these projections (none: all) with the facts, and changes nothing. ``season``: the present
    one. Raises as rebuild does."""
    address = direct or pool.conninfo
    assert isinstance(address, str)
    scope = scope_of(wanted or names(followers), followers, season, exact=False)
    return replay(address, mapper, scope, progress, mends=False, processes=processes, resume=resume)
