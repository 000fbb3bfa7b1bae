"""Reads the calendars that people subscribe to, each at its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import structlog

from televent.adapters.postgres.wakeup import SUBSCRIPTIONS
from televent.adapters.subscriptions.reader import Fetched, Unread, fetch
from televent.application.event_store.context import Context
from televent.application.feeds.taken import KEEPER, Subscription, after_failure, bounded
from televent.application.outage import Outage
from televent.application.outward import Outward
from televent.application.use_cases.feeds.subscribe import end_keeper, retitle, settle_in, unsubscribe
from televent.application.use_cases.feeds.take_feed import Broken, take_feed
from televent.application.use_cases.teams.team_calendars import sweep_teams
from televent.domain.ids import AccountId
from televent.runtime.compose import Core, now
from televent.runtime.workers.due_work import whenever_due
from televent.runtime.workers.webhooks import outward_of

log = structlog.get_logger("televent.subscriptions")

MAX_SLEEP: Final = 30.0
"""Max seconds without a look, for a notification that is lost and a keeper that a killed process left."""
PAUSE: Final = 0.01
"""Seconds between two steps, so that other work of the process goes on."""
MIN_SLEEP: Final = 1.0
"""Min seconds after a look that found nothing to do, though another worker is about to have something."""
AT_ONCE: Final = 4
"""Max calendars that one process reads at a time."""


async def keep_subscriptions(core: Core, stop: asyncio.Event) -> None:
    """Reads what is due, until ``stop`` is set."""
    outward = outward_of(core)

    async def work() -> float:
        if await read_due(core, outward, core.backend.clock):
            return PAUSE
        # Rarely one: its last member left by an app, or its process ended before the last step.
        await core.run(sweep_teams, core.backend, _context(AccountId(UUID(int=0)), core.backend.clock()), AT_ONCE)
        due = await core.run(core.backend.subscriptions.next_at)
        if due is None:
            return MAX_SLEEP
        return min(max((due - core.backend.clock()).total_seconds(), MIN_SLEEP), MAX_SLEEP)

    try:
        await whenever_due(core, SUBSCRIPTIONS, work, stop, what="the subscriptions", longest=MAX_SLEEP)
    finally:
        await outward.close()


async def read_due(core: Core, outward: Outward, clock: Callable[[], datetime] = now) -> int:
    """Reads what is due now, and ends the calendars that nobody subscribes to any more; returns their number. Raises
    Outage."""
    abandoned = await core.run(core.backend.subscriptions.abandoned, AT_ONCE)
    for keeper in abandoned:
        await core.run(end_keeper, core.backend, _context(keeper, clock()), keeper)
    due = await core.run(core.backend.subscriptions.claim, clock(), AT_ONCE)
    results = await asyncio.gather(*(_read(core, outward, each, clock) for each in due), return_exceptions=True)
    for each, result in zip(due, results, strict=True):
        if isinstance(result, Outage):
            raise result
        if isinstance(result, BaseException):
            log.error("a subscription was not read", keeper=str(each.keeper), exc_info=result)
            await core.run(core.backend.subscriptions.settle, _failed(each, clock(), Unread("internal")))
    return len(due) + len(abandoned)


async def _read(core: Core, outward: Outward, due: Subscription, clock: Callable[[], datetime]) -> None:
    try:
        found = await fetch(outward, due.url, due.etag, due.modified)
    except Unread as error:
        await core.run(core.backend.subscriptions.settle, _failed(due, clock(), error))
        return
    await core.run(_take, core, due, found, clock())


def _take(core: Core, due: Subscription, found: Fetched, moment: datetime) -> None:
    backend, context = core.backend, _context(due.tenant, moment)
    calendar_id = settle_in(backend, context, due)
    if calendar_id is None:
        unsubscribe(backend, context, keeper=due.keeper)
        return
    well = replace(due, polled_at=moment, taken_at=moment, failures=0)
    if found.data is None:
        # The validators are those of a file that was taken over whole.
        backend.subscriptions.settle(replace(well, error="", next_at=moment + due.every))
        return
    try:
        taken = take_feed(backend, context, due, calendar_id, found.data)
    except Broken as error:
        backend.subscriptions.settle(_failed(due, moment, Unread(error.code)))
        return
    every = bounded(taken.interval)
    read = replace(well, error=taken.error, events=taken.events, every=every, next_at=moment + every)
    # A file that was not taken over whole is read again whole.
    known = ("", "") if taken.error else (found.etag, found.modified)
    read = replace(read, etag=known[0], modified=known[1])
    if taken.title and not due.titled and taken.title != due.title:
        read = replace(read, title=taken.title)
        retitle(backend, context, read)
    backend.subscriptions.settle(read)
    if taken.changed:
        log.info("a subscription is taken over", keeper=str(due.keeper), changed=taken.changed)


def _failed(due: Subscription, moment: datetime, error: Unread) -> Subscription:
    failures = due.failures + 1
    next_at = moment + after_failure(failures, error.wait)
    return replace(due, polled_at=moment, failures=failures, error=error.code, next_at=next_at)


def _context(tenant: AccountId, moment: datetime) -> Context:
    command_id = uuid4()
    return Context(tenant, KEEPER, "courier", moment, command_id, command_id.hex)
