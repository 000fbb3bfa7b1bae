"""Waits until a new server is idle: the work of its start must not count in a measurement."""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")
MAX_WAIT = 20.0
"""Max seconds to wait for an idle server."""
INTERVAL = 0.5
"""Seconds between two measurements of processor time."""
IDLE = 0.05
"""Max share of one core that an idle server uses."""


def cpu_seconds(root: int) -> float:
    """Seconds of processor time that a process and its descendants, ended ones too, have used; 0.0 without /proc."""
    return sum(family(root).values()) / os.sysconf("SC_CLK_TCK")


def family(root: int) -> dict[int, int]:
    """The process and its descendants, by process id: clock ticks of processor time, with those of children that ended.
    Empty without /proc."""
    children: dict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for entry in PROC.iterdir() if PROC.exists() else ():
        if not entry.name.isdigit():
            continue
        try:
            # The process name in parentheses may contain spaces; fields have fixed places after it (proc_pid_stat(5)).
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children[int(fields[1])].append(int(entry.name))
        ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    found, left = {}, [root]
    while left:
        process = left.pop()
        if process in ticks:
            found[process] = ticks[process]
        left += children[process]
    return found


async def settle(root: int) -> None:
    """Returns when the process and its descendants were idle for INTERVAL, at the latest after MAX_WAIT."""
    deadline = time.monotonic() + MAX_WAIT
    used = cpu_seconds(root)
    while time.monotonic() < deadline:
        await asyncio.sleep(INTERVAL)
        used, before = cpu_seconds(root), used
        if used - before < IDLE * INTERVAL:
            return
