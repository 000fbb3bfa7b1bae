"""Measures a row in interleaved rounds: the servers take turns, and the median of the rounds counts.

Other load on the machine varies, so two servers can be compared only if both are measured within the same minute.
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
MAX_OVERRUN = 4.0
"""Max ratio of a round's time to its planned time; a slower server has no further rounds of that row."""


@dataclass
class Result:
    """The values of one row, by site: one value per round, or the failure.

    ``beyond`` has the time limit in seconds of a site that did not answer within it.
    """

    row: Row
    values: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    beyond: dict[str, float] = field(default_factory=dict)

    def value(self, name: str) -> float | None:
        """The median of the rounds; None for a site that failed."""
        values = self.values.get(name)
        return statistics.median(values) if values and name not in self.failures else None

    def at_best(self, name: str) -> float | None:
        """The best value possible for a site that exceeded its time limit; None for any other."""
        seconds = self.beyond.get(name)
        if seconds is None:
            return None
        return 1 / seconds if self.row.more_is_better else seconds * 1000


async def floor_rate(site: Site, method: str) -> float:
    """Requests per second that the same server process answers without any work."""
    request = site.request(method, FLOOR_PATH, dav.POLL if method == "PROPFIND" else b"")
    sample = await run(
        HOST, site.server.port, request, connections=CROWD, statuses=(200, 207), seconds=site.scale.seconds
    )
    return sample.rate


async def measure(row: Row, sites: Sequence[Site], rounds: int, tick: Callable[[str], None]) -> Result:
    """Measures all rounds of a row.

    A server that fails is left out of further rounds, and the reason is kept. A server that exceeds its time limit is
    restarted.
    """
    result = Result(row)
    slow: set[str] = set()
    for turn in range(rounds):
        for site in sites:
            name = site.label
            if name in result.failures or name in result.beyond or name in slow:
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
            if row.key != "put-1" and time.perf_counter() - began > MAX_OVERRUN * max(site.scale.seconds, 1.0) + 5:
                slow.add(name)
            if row.floor is not None and name == OURS and FLOOR not in result.failures:
                try:
                    result.values.setdefault(FLOOR, []).append(await floor_rate(site, row.floor))
                except (LoadError, OSError) as error:
                    result.failures[FLOOR] = str(error)
            tick(name)
    return result


async def warm_up(site: Site) -> None:
    """Sends a few uncounted requests, which fill the server's caches and open its database connections."""
    request = site.request("PROPFIND", site.calendar, dav.POLL, depth=0)
    await site.load(request, (207,), connections=2, count=6)
