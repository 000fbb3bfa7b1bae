"""Interleaved rounds: every server does a row's work in turn, again and again, and the median counts.

On a machine with noise, two servers may be compared only where both were measured within the same minute.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench import dav
from bench.load import LoadError, run
from bench.servers import HOST, ServerError
from bench.site import Site, TooSlow
from bench.workloads import CROWD, Row

OURS = "Televent"
FLOOR = "floor"
FLOOR_PATH = "/health/floor"
PATIENCE = 4.0
"""A server whose round takes so many times longer than planned has no further rounds of that row."""


@dataclass
class Result:
    """The values of one row, by site, one of each round; and why a site has none. ``beyond``: for so many seconds no
    answer came."""

    row: Row
    values: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    beyond: dict[str, float] = field(default_factory=dict)

    def value(self, name: str) -> float | None:
        """The median of the rounds."""
        values = self.values.get(name)
        return statistics.median(values) if values and name not in self.failures else None

    def at_best(self, name: str) -> float | None:
        """What a site that did not answer in time can have reached at most."""
        seconds = self.beyond.get(name)
        if seconds is None:
            return None
        return 1 / seconds if self.row.more_is_better else seconds * 1000


async def floor_rate(site: Site, method: str) -> float:
    """What the same server and process answer where nothing is to be done."""
    request = site.request(method, FLOOR_PATH, dav.POLL if method == "PROPFIND" else b"")
    sample = await run(
        HOST, site.server.port, request, connections=CROWD, statuses=(200, 207), seconds=site.scale.seconds
    )
    return sample.rate


async def measure(row: Row, sites: Sequence[Site], rounds: int, tick: Callable[[str], None]) -> Result:
    """All rounds of a row. A server that fails is left out, with the reason; the others go on. One that is given up on
    for its slowness is started anew."""
    result = Result(row)
    tired: set[str] = set()
    for turn in range(rounds):
        for site in sites:
            name = site.label
            if name in result.failures or name in result.beyond or name in tired:
                tick(name)
                continue
            began = time.perf_counter()
            try:
                site.server.check()
                if turn == 0 and row.key != "put-1" and site.limit is None:
                    await warm_up(site)
                value = await row.measure(site)
            except TooSlow:
                assert site.limit is not None
                result.beyond[name] = site.limit
                if site.again is not None:
                    site.server = site.again()
            except (LoadError, ServerError, OSError, ValueError) as error:
                result.failures[name] = str(error)
            else:
                result.values.setdefault(name, []).append(value)
            if row.key != "put-1" and time.perf_counter() - began > PATIENCE * max(site.scale.seconds, 1.0) + 5:
                tired.add(name)
            if row.floor is not None and name == OURS and FLOOR not in result.failures:
                try:
                    result.values.setdefault(FLOOR, []).append(await floor_rate(site, row.floor))
                except (LoadError, OSError) as error:
                    result.failures[FLOOR] = str(error)
            tick(name)
    return result


async def warm_up(site: Site) -> None:
    """A few requests that nobody counts: connections of the server's own, caches, compiled statements."""
    request = site.request("PROPFIND", site.calendar, dav.POLL, depth=0)
    await site.load(request, (207,), connections=2, count=6)
