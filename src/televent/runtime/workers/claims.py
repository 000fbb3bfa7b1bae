"""Keeps the claims of outbox messages while they are worked on, so that a lease can be short.

The claims of a process that was killed end after LEASE: a person waits no longer than that for a card.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Final, Protocol

import structlog

from televent.application.messages.outbox import LEASE, RENEWED, Claimed
from televent.application.outage import Outage
from televent.runtime.compose import Core

log = structlog.get_logger("televent.worker")

RENEW: Final = 6.0
"""Seconds between two renewals."""
AGAIN: Final = 1.0
"""Seconds until a renewal is tried again that failed."""


class Kept(Protocol):
    """The claims as they are now."""

    def __call__(self) -> list[Claimed]: ...


@asynccontextmanager
async def kept(core: Core, messages: Sequence[Claimed], *, every: float = RENEW) -> AsyncIterator[Kept]:
    """Renews the claims in the block. Gives a function that returns them with their leases, to settle them by."""
    now = list(messages)

    async def renew() -> None:
        nonlocal now
        end, pause = monotonic() + RENEWED / timedelta(seconds=1), every
        while monotonic() < end:
            await asyncio.sleep(pause)
            pause = every
            until = core.backend.clock() + LEASE
            # Before the statement: where its reply is lost, the claim may have any of these leases.
            now = [replace(each, renewed=(*each.renewed, until)) for each in now]
            try:
                await core.run(core.outbox.renew, now, until)
                now = [replace(each, lease_until=until, renewed=()) for each in now]
            except Outage:
                pause = AGAIN
            except Exception:
                log.exception("claims cannot be renewed; they are lost when their lease ends")
                pause = AGAIN

    renewing = asyncio.create_task(renew())
    try:
        yield lambda: now
    finally:
        renewing.cancel()
