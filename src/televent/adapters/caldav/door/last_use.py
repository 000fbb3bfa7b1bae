"""Notes when devices were last used: off the path of requests, and those of many requests in one statement."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from televent.adapters.caldav.door.run import Run
from televent.application.backend import Backend
from televent.application.outage import Outage
from televent.domain.ids import AccountId

log = structlog.get_logger("televent.caldav")

EVERY: Final = timedelta(minutes=5)
"""Min time between two notes of a device's use."""
PAUSE: Final = 0.25
"""Seconds between two writes. A process that ends loses the uses of that time."""
MAX_KNOWN: Final = 20_000
"""Max devices whose last note this process remembers."""


class LastUse:
    """The uses of one process. It belongs to one event loop."""

    def __init__(self, backend: Backend, run: Run) -> None:
        self._backend, self._run = backend, run
        self._noted: dict[UUID, datetime] = {}
        self._waiting: list[tuple[AccountId, UUID]] = []
        self._writing: asyncio.Task[None] | None = None

    def note(self, tenant: UUID, device: UUID) -> None:
        """Notes that the device is used now. It does not wait."""
        now = self._backend.clock()
        noted = self._noted.get(device)
        if noted is not None and now - noted < EVERY:
            return
        if len(self._noted) >= MAX_KNOWN:
            self._noted.clear()
        self._noted[device] = now
        self._waiting.append((AccountId(tenant), device))
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting:
                uses, self._waiting = self._waiting, []
                try:
                    await self._run(self._backend.reads.note_devices_used, uses, self._backend.clock())
                except Outage:
                    log.warning("the last use of devices is not noted: the database is away", devices=len(uses))
                    for _, device in uses:
                        self._noted.pop(device, None)
                await asyncio.sleep(PAUSE)
        finally:
            self._writing = None
