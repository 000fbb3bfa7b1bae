"""The worker: carries out what the outbox owes, and keeps the asynchronous projections up to date."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid5

import structlog

from televent.adapters.postgres.followers import reindex
from televent.adapters.postgres.queues.push_book import PostgresPushBook
from televent.adapters.postgres.wakeup import OUTBOX
from televent.application.event_store.context import Context
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, Handler, after_failure
from televent.ical.queries.occurs import season_of
from televent.policies.courier import KINDS, carry
from televent.runtime.compose import Core

log = structlog.get_logger("televent.worker")

POLL = 10.0
"""Seconds between looks into the outbox when nobody rings."""
CONCURRENCY = 20
KEEP_COMPLETED = timedelta(days=7)
PAUSE = 0.05
"""Seconds between two steps of indexing."""


class CourierHandler:
    """Letters between accounts here that no door carried, and what they tell each other of shared calendars."""

    kinds = KINDS

    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle(self, message: Claimed) -> None:
        context = Context(
            tenant=message.tenant,
            actor="system",
            door="courier",
            now=self._core.backend.clock(),
            command_id=uuid5(message.outbox_id, "courier"),
            correlation_id=message.correlation_id,
        )
        await self._core.run(carry, self._core.backend, context, message.outbox_id, message.message)


async def drain(core: Core, handlers: Sequence[Handler], stop: asyncio.Event) -> None:
    """Takes what is due for these handlers until told to stop; then finishes what it holds."""
    by_kind = {kind: handler for handler in handlers for kind in handler.kinds}
    bell = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ring() -> None:
        loop.call_soon_threadsafe(bell.set)

    unlisten = core.wakeups.listen(OUTBOX, ring)
    running: set[asyncio.Task[None]] = set()
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            bell.clear()
            room = CONCURRENCY - len(running)
            claimed = await core.run(_claim, core, tuple(by_kind), room) if room else []
            for message in claimed:
                task = asyncio.create_task(_carry_out(core, by_kind[type(message.message)], message))
                running.add(task)
                task.add_done_callback(running.discard)
            if claimed:
                continue
            waiting = asyncio.create_task(bell.wait())
            # A message put off becomes due without a ring: look again soon while there is work, else now and then.
            await asyncio.wait(
                {waiting, stopping, *running},
                timeout=1.0 if running else _patience(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            waiting.cancel()
    finally:
        unlisten()
        stopping.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _patience() -> float:
    return min(POLL, 2.0)


def _claim(core: Core, kinds: tuple[type[Message], ...], room: int) -> list[Claimed]:
    try:
        return core.outbox.claim(core.backend.clock(), kinds=kinds, limit=min(room, 10))
    except Exception:
        log.exception("the outbox cannot be read")
        return []


async def _carry_out(core: Core, handler: Handler, message: Claimed) -> None:
    try:
        await handler.handle(message)
    except asyncio.CancelledError:
        await core.run(core.outbox.release, message, core.backend.clock())
        raise
    except Exception as error:
        verdict = after_failure(message, error, core.backend.clock())
        log.warning(
            "an effect failed",
            name=message.name,
            outbox_id=str(message.outbox_id),
            attempt=message.attempts,
            correlation_id=message.correlation_id,
            error=f"{type(error).__name__}: {error}"[:300],
            verdict=type(verdict).__name__,
        )
        await core.run(core.outbox.settle_failure, message, verdict, core.backend.clock())
    else:
        await core.run(core.outbox.complete, message, core.backend.clock())
        log.info("carried out", name=message.name, correlation_id=message.correlation_id)


async def keep_indexed(core: Core, stop: asyncio.Event) -> None:
    """Brings rows up to date that were indexed by an earlier version, or for a season that is over (ADR 0023): at
    start-up and then once an hour, a few at a time."""
    while not stop.is_set():
        try:
            await _index(core, stop)
        except Exception:
            log.exception("the index of occurrences stays behind; it is tried again in an hour")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 3600.0)


async def _index(core: Core, stop: asyncio.Event) -> None:
    season = season_of(core.backend.clock())
    if not await core.run(reindex.behind, core.pool, season):
        return
    done, after = 0, reindex.START
    while not stop.is_set():
        step = await core.run(reindex.step, core.pool, core.store.facts, season, after)
        if step.done and not done:
            log.info("the index of occurrences is being brought up to date; time ranges may be slow until it is done")
        done += step.done
        if step.after is None:
            if done:
                log.info("the index of occurrences is up to date", rows=done)
            return
        after = step.after
        # Whoever waits for an answer comes first.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE)


async def housekeeping(core: Core, stop: asyncio.Event) -> None:
    """Once a minute: messages whose workers died for good, old completed ones, full rate buckets, attachments that
    nobody has any more."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 60.0)
        if stop.is_set():
            return
        try:
            moment = core.backend.clock()
            await core.run(core.outbox.reap, moment)
            await core.run(core.outbox.fail_unknown, moment)
            await core.run(core.outbox.purge, moment - KEEP_COMPLETED)
            await core.run(core.rate_limit.sweep)
            await core.run(PostgresPushBook(core.pool, core.wakeups).sweep, moment)
            await core.run(core.attachments.sweep, moment)
        except Exception:
            log.exception("housekeeping failed; it is tried again in a minute")
