"""Waiting until a server that has just started has nothing to do: what it still loads would count as its work."""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")
PATIENCE = 20.0
LOOK = 0.5
IDLE = 0.05
"""The share of one core below which a server counts as idle."""


def cpu_seconds(root: int) -> float:
    """Processor time that a process and its descendants have used; 0.0 where /proc does not tell."""
    children: dict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for entry in PROC.iterdir() if PROC.exists() else ():
        if not entry.name.isdigit():
            continue
        try:
            # The name in parentheses may hold blanks: what follows it has fixed places (proc_pid_stat(5)).
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children[int(fields[1])].append(int(entry.name))
        ticks[int(entry.name)] = int(fields[11]) + int(fields[12])
    total, left = 0, [root]
    while left:
        process = left.pop()
        total += ticks.get(process, 0)
        left += children[process]
    return total / os.sysconf("SC_CLK_TCK")


async def settle(root: int) -> None:
    """Returns when the process and its descendants have been idle for a moment, at the latest after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    used = cpu_seconds(root)
    while time.monotonic() < deadline:
        await asyncio.sleep(LOOK)
        used, before = cpu_seconds(root), used
        if used - before < IDLE * LOOK:
            return
