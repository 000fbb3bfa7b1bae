"""Notes the completion of handled messages, those of the same moment in one statement.

While one statement waits for the disk, other messages end, and theirs is the next: a batch is as large as the database
is slow. Nobody waits for a batch to fill.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from televent.runtime.compose import Core
from televent.runtime.workers.claims import Kept

MOST: Final = 100
"""Max messages of one statement."""


@dataclass(eq=False, slots=True)
class _Ended:
    """Messages whose handlers have ended well. ``stored``: is done when their completion is."""

    claims: Kept
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Completions:
    """Completes messages of one event loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._waiting: list[_Ended] = []
        self._storing: asyncio.Task[None] | None = None

    async def complete(self, claims: Kept) -> None:
        """Returns when the messages are completed, or when the outbox will do it after an outage. Raises what the
        statement raises."""
        ended = _Ended(claims)
        self._waiting.append(ended)
        if self._storing is None:
            self._storing = asyncio.create_task(self._store())
        # The task stores others' too: who gives up waiting must not end it.
        await ended.stored

    async def _store(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                # As they are now: a claim that was renewed meanwhile has another lease.
                claims = [claim for each in batch for claim in each.claims()]
                try:
                    await self._core.run(self._core.outbox.complete_claims, claims, self._core.backend.clock())
                except asyncio.CancelledError:
                    # Otherwise these would wait for ever: nobody else has their batch, and nobody starts the next one.
                    for each in (*batch, *self._waiting):
                        each.stored.cancel()
                    self._waiting = []
                    raise
                except Exception as error:
                    _end(batch, error)
                else:
                    _end(batch, None)
        finally:
            self._storing = None


def _end(batch: list[_Ended], error: Exception | None) -> None:
    for each in batch:
        if each.stored.done():
            continue
        if error is None:
            each.stored.set_result(None)
        else:
            each.stored.set_exception(error)
