"""The number of API processes: as many as the processor has room for."""

from __future__ import annotations

import os
from typing import Final

from televent.settings import Settings

BESIDE_OTHERS: Final = 4
"""Max API processes of ``televent up`` unless API_WORKERS says more."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def api_processes(settings: Settings, *, alone: bool) -> int:
    """API_WORKERS where it is set. ``alone``: else one for each core, as ``televent api`` has the machine for itself.
    Beside PostgreSQL, worker, bot and mail in ``televent up`` it is one for two cores (ADR 101)."""
    if settings.api_workers is not None:
        return settings.api_workers
    return min(cores(), 64) if alone else max(1, min(cores() // 2, BESIDE_OTHERS))
