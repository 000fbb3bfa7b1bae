"""Looks at the queues and the memory of a running Televent every second."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from bench import processes
from bench.quiet import PROC, cpu_seconds, family
from bench.servers import ServerError

LOOK: Final = 1.0
"""Seconds between two looks."""
QUEUES: Final = ("meetings", "chats", "mail out", "mail in", "followers")
QUERY: Final = """
    SELECT count(*) FILTER (WHERE kind LIKE 'itip_local/%'),
        count(*) FILTER (WHERE kind LIKE '%notification/%'
            OR kind IN ('reminder_due/1', 'reminders_due/1', 'digest_due/1')),
        count(*) FILTER (WHERE kind NOT LIKE 'itip_local/%' AND kind NOT LIKE '%notification/%'
            AND kind NOT IN ('reminder_due/1', 'reminders_due/1', 'digest_due/1')),
        (SELECT count(*) FROM inbound_mail WHERE state = 'received'),
        (SELECT count(*) FROM event WHERE position > (SELECT min(position) FROM consumer))
    FROM outbox WHERE state IN ('pending', 'processing') AND due_at <= now()"""
LATER: Final = """
    SELECT (SELECT count(*) FROM outbox WHERE state IN ('pending', 'processing'))
        + (SELECT count(*) FROM reminder WHERE fires_at < now() + interval '1 minute' OR plan_at < now())
        + (SELECT count(*) FROM digest WHERE due_at < now() + interval '1 minute')"""
SERVICES: Final = ("api", "worker", "bot")
POSTGRES: Final = {"PostgreSQL, private": "Pss_Anon", "PostgreSQL, shared": "Pss_Shmem"}
"""The memory of PostgreSQL, by the name in proc_pid_smaps_rollup(5). The shared buffers fill up to their size."""


@dataclass
class Samples:
    """The looks of one phase: seconds since its start, the depth of each queue, and megabytes of each process."""

    at: list[float] = field(default_factory=list)
    depths: list[tuple[int, ...]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=dict)
    cpu: float = 0.0

    def of(self, queue: str) -> list[int]:
        """The depths of one queue."""
        place = QUEUES.index(queue)
        return [each[place] for each in self.depths]


class Watch:
    """Looks until it is cancelled. ``root`` is the process of ``televent up``."""

    def __init__(self, root: int, database: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._root, self._database = root, database

    async def look(self, samples: Samples, waiting: Any) -> None:
        """Adds looks until it is cancelled. ``waiting``: returns the number of acts under way."""
        began, cpu = time.monotonic(), cpu_seconds(self._root)
        while True:
            depths = await self.depths()
            samples.at.append(time.monotonic() - began)
            samples.depths.append(depths)
            samples.waiting.append(waiting())
            for name, size in (await asyncio.to_thread(memory, self._root)).items():
                samples.memory.setdefault(name, []).append(size)
            samples.cpu = cpu_seconds(self._root) - cpu
            await asyncio.sleep(LOOK)

    async def depths(self) -> tuple[int, ...]:
        """How much waits in each queue now."""
        row = await (await self._database.execute(QUERY.encode())).fetchone()
        return tuple(map(int, row)) if row is not None else ()

    async def drained(self, patience: float) -> float:
        """Seconds until nothing waits, neither now nor for later; ``patience`` where something does."""
        began = time.monotonic()
        while time.monotonic() - began < patience:
            later = await (await self._database.execute(LATER.encode())).fetchone()
            if not any(await self.depths()) and later is not None and later[0] == 0:
                return time.monotonic() - began
            await asyncio.sleep(LOOK / 4)
        return patience


def memory(root: int) -> dict[str, float]:
    """Megabytes of each service, and of all processes of PostgreSQL together."""
    found: dict[str, float] = {}
    for name in SERVICES:
        try:
            found[name] = processes.resident(processes.service(root, name)) / processes.MEGABYTE
        except (ServerError, OSError, ValueError):
            continue
    server = postgres_of(root)
    for name, field_name in POSTGRES.items():
        found[name] = sum(_share(each, field_name) for each in server) / 1024
    return found


def postgres_of(root: int) -> list[int]:
    """The processes of the embedded PostgreSQL."""
    return [each for each in family(root) if _is_postgres(each)]


def _is_postgres(process: int) -> bool:
    try:
        return (PROC / str(process) / "comm").read_text().startswith("postgres")
    except OSError:
        return False


def _share(process: int, name: str) -> float:
    try:
        return float(processes.kilobytes((PROC / str(process) / "smaps_rollup").read_text(), name))
    except (OSError, ValueError):
        return 0.0
