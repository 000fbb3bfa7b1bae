"""The worker: handles the messages of the outbox, keeps the index of occurrences up to date, and does housekeeping."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import structlog

from televent.adapters.postgres.backup.scrubbing import erased_since, scrub
from televent.adapters.postgres.followers import reindex
from televent.adapters.postgres.keeping.retention import retain
from televent.adapters.postgres.queues.chats.bot_trouble import sweep_trouble
from televent.adapters.postgres.queues.chats.bot_updates import sweep_updates
from televent.adapters.postgres.queues.chats.chat_book import PostgresChatBook
from televent.adapters.postgres.queues.mail.code_mails import PostgresCodeMails
from televent.adapters.postgres.queues.mail.mail_tokens import PostgresMailTokens
from televent.adapters.postgres.queues.outbox import BATCH
from televent.adapters.postgres.queues.push_book import PostgresPushBook
from televent.adapters.postgres.wakeup import OUTBOX
from televent.application.event_store.context import Context
from televent.application.local_delivery import status_of
from televent.application.mail_records.parked_mails import KEPT
from televent.application.messages.catalogue import CATALOGUE
from televent.application.messages.message import Message
from televent.application.messages.outbox import Claimed, Failed, Handler, after_failure
from televent.application.outage import Outage
from televent.application.use_cases.scheduling.note_outcomes import Outcome, note_outcomes
from televent.ical.itip.delivery import PENDING, UNDELIVERABLE
from televent.ical.queries.occurs import season_of
from televent.policies.courier import KINDS, Delivery, deliver_all, recipient_of
from televent.runtime.compose import Core
from televent.runtime.revocations import prune_register
from televent.runtime.session_keys import session_keys
from televent.runtime.workers.claims import kept
from televent.runtime.workers.completions import Completions

log = structlog.get_logger("televent.worker")

IDLE_POLL, BUSY_POLL = 2.0, 1.0
"""Max seconds between two reads of the outbox without a notification: without handlers that run, and with them."""
CONCURRENCY = 20
"""Max messages that one process handles at a time."""
MASS = 15
"""Max mass messages among them: a slow mail server or a slow chat leaves room for those that people wait for."""
CARRIED, LOTS = 100, 4
"""Max messages between accounts here that one process claims at a time, and max threads that deliver them."""
KEEP_COMPLETED = timedelta(days=7)
"""Min time that a completed message is kept, as a dedupe key."""
KEEP_OPERATOR_MAILS = timedelta(days=30)
"""Time for which mail to postmaster and abuse is kept."""
RETAIN_EVERY = timedelta(days=1)
CLEAR_FOR = timedelta(days=3)
"""Time after an erasure in which the tables are cleared, once a day: a day later the person is taken out of others'
copies for the last time."""
"""Time between two deletions of what is older than it may be."""
PAUSE = 0.05
"""Seconds between two steps of indexing."""


class Courier:
    """Delivers messages between accounts of this server that no door delivered: iTIP messages and share messages."""

    kinds = KINDS

    def __init__(self, core: Core) -> None:
        self._core = core

    def deliver(self, messages: Sequence[Claimed]) -> list[Exception | None]:
        """Delivers messages to accounts of this server in this order; returns the error of each, None without one."""
        now = self._core.backend.clock()
        return deliver_all(
            self._core.backend,
            [Delivery(_context(message, now), message.outbox_id, message.message) for message in messages],
        )

    def note(self, results: Sequence[tuple[Claimed, Exception | None]]) -> list[Exception | None]:
        """Notes for the senders what became of their messages; returns the error with which each is to be settled."""
        now = self._core.backend.clock()
        outcomes = []
        for message, error in results:
            status = status_of(error)
            if error is not None and status == PENDING and isinstance(after_failure(message, error, now), Failed):
                status = UNDELIVERABLE
            outcomes.append(Outcome(_context(message, now), message.message, status))
        noted = note_outcomes(self._core.backend, outcomes)
        return [error or unnoted for (_, error), unnoted in zip(results, noted, strict=True)]


def _context(message: Claimed, now: datetime) -> Context:
    return Context(
        tenant=message.tenant,
        actor="system",
        door="courier",
        now=now,
        command_id=uuid5(message.outbox_id, f"courier/{message.attempts}"),
        correlation_id=message.correlation_id,
    )


async def drain(core: Core, handlers: Sequence[Handler], stop: asyncio.Event) -> None:
    """Claims and handles due messages until ``stop`` is set; then it finishes those under way."""
    by_kind = {kind: handler for handler in handlers for kind in handler.kinds}
    completions = Completions(core)
    mass = 0

    async def handle(message: Claimed) -> None:
        nonlocal mass
        try:
            await _handle(core, by_kind[type(message.message)], message, completions)
        finally:
            mass -= CATALOGUE.is_mass(type(message.message))

    async def work(running: int) -> list[Coroutine[Any, Any, None]]:
        nonlocal mass
        room = min(CONCURRENCY - running, BATCH)
        claimed = await core.run(_claim, core, tuple(by_kind), room, MASS - mass) if room else []
        mass += sum(CATALOGUE.is_mass(type(message.message)) for message in claimed)
        return [handle(message) for message in claimed]

    await _whenever_notified(core, work, stop)


async def carry(core: Core, courier: Courier, stop: asyncio.Event) -> None:
    """Claims due messages between accounts here and delivers them, until ``stop`` is set.

    Many are claimed at once, because those for one account are delivered together. The next are claimed when all of
    these are delivered: so no two threads of this process write to one account.
    """

    async def work(running: int) -> list[Coroutine[Any, Any, None]]:
        claimed = [] if running else await core.run(_claim, core, courier.kinds, CARRIED, CARRIED)
        return [_carry(core, courier, lots_of(claimed))] if claimed else []

    await _whenever_notified(core, work, stop)


def lots_of(claimed: Sequence[Claimed]) -> list[list[Claimed]]:
    """The messages in at most LOTS lists of about the same length. All messages for one account are in one list, in the
    order of their making."""
    recipients: dict[UUID, list[Claimed]] = {}
    for message in sorted(claimed, key=lambda each: each.created_at):
        recipients.setdefault(recipient_of(message.message), []).append(message)
    lots: list[list[Claimed]] = [[] for _ in range(LOTS)]
    for messages in recipients.values():
        min(lots, key=len).extend(messages)
    return [lot for lot in lots if lot]


async def _whenever_notified(
    core: Core, work: Callable[[int], Awaitable[list[Coroutine[Any, Any, None]]]], stop: asyncio.Event
) -> None:
    """Runs the tasks that ``work`` gives, and asks it again when something may be due or a task has ended, until
    ``stop`` is set; then it waits for the tasks. ``work`` is given the number of tasks that run."""
    notified = asyncio.Event()
    loop = asyncio.get_running_loop()

    def notify() -> None:
        loop.call_soon_threadsafe(notified.set)

    unlisten = core.wakeups.listen(OUTBOX, notify)
    running: set[asyncio.Task[None]] = set()
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            notified.clear()
            started = [asyncio.create_task(each) for each in await work(len(running))]
            for task in started:
                running.add(task)
                task.add_done_callback(running.discard)
            if started:
                continue
            waiting = asyncio.create_task(notified.wait())
            # A retried message becomes due without a notification, so the outbox is polled.
            await asyncio.wait(
                {waiting, stopping, *running},
                timeout=BUSY_POLL if running else IDLE_POLL,
                return_when=asyncio.FIRST_COMPLETED,
            )
            waiting.cancel()
    finally:
        unlisten()
        stopping.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _claim(core: Core, kinds: tuple[type[Message], ...], room: int, mass: int) -> list[Claimed]:
    try:
        return core.outbox.claim(core.backend.clock(), kinds=kinds, limit=room, mass=mass)
    except Outage as outage:
        log.warning("the outbox waits for the database", error=str(outage))
        return []
    except Exception:
        log.exception("the outbox cannot be read")
        return []


async def _handle(core: Core, handler: Handler, message: Claimed, completions: Completions) -> None:
    failed: Exception | None = None
    async with kept(core, [message]) as claims:
        try:
            await handler.handle(message)
        except asyncio.CancelledError:
            await core.run(core.outbox.release, *claims(), core.backend.clock())
            raise
        except Exception as error:
            failed = error
    # No renewal begins any more. One that overtook these statements would give the claim a lease that they do not know,
    # and the message would be handled again when that ends.
    if failed is not None:
        await core.run(_failed, core, *claims(), failed)
        return
    await completions.complete(claims)
    log.info("a message is completed", name=message.name, correlation_id=message.correlation_id)


async def _carry(core: Core, courier: Courier, lots: Sequence[Sequence[Claimed]]) -> None:
    async with kept(core, [message for lot in lots for message in lot]) as claims:
        delivered = await asyncio.gather(*(core.run(courier.deliver, lot) for lot in lots))
        errors = [error for lot in delivered for error in lot]
        await core.run(_carried, core, courier, list(zip(claims(), errors, strict=True)))


def _carried(core: Core, courier: Courier, results: Sequence[tuple[Claimed, Exception | None]]) -> None:
    settled = list(zip((message for message, _ in results), courier.note(results), strict=True))
    done = [message for message, error in settled if error is None]
    core.outbox.complete_all(done, core.backend.clock())
    log.info("messages are delivered", count=len(done))
    for message, error in settled:
        if error is not None:
            _failed(core, message, error)


def _failed(core: Core, message: Claimed, error: Exception) -> None:
    verdict = after_failure(message, error, core.backend.clock())
    log.warning(
        "a message failed",
        name=message.name,
        outbox_id=str(message.outbox_id),
        attempt=message.attempts,
        correlation_id=message.correlation_id,
        error=f"{type(error).__name__}: {error}"[:300],
        verdict=type(verdict).__name__,
    )
    core.outbox.settle_failure(message, verdict, core.backend.clock())


async def keep_indexed(core: Core, stop: asyncio.Event) -> None:
    """Indexes rows again that an earlier version indexed, or that were indexed for a past season (ADR 0023).

    It runs at start-up and then once an hour, a few rows at a time.
    """
    while not stop.is_set():
        pause = 3600.0
        try:
            await _index(core, stop)
        except Outage as outage:
            pause = outage.retry_after
        except Exception:
            log.exception("the index of occurrences is not brought up to date; it is retried in an hour")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


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
        # The pause lets requests go first.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PAUSE)


async def housekeeping(core: Core, stop: asyncio.Event) -> None:
    """Once a minute: sets to failed the messages without a worker, and deletes old completed messages, unused rate
    limits, updates that no bot has handled, counted code mails, old drafts and dialogues, expired push subscriptions,
    unused attachments, expired links, mails without a decision, and old mail to the operator. Once a day: what
    docs/reference/what-is-kept.md gives an end, and what deleted rows of the erased leave in PostgreSQL's files."""
    retained: datetime | None = None
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
            await core.run(core.keys.settle)
            await core.run(core.rate_limit.sweep)
            await core.run(sweep_trouble, core.pool)
            if unhandled := await core.run(sweep_updates, core.pool):
                log.error("no bot has handled updates of Telegram within a day", updates=unhandled)
            await core.run(PostgresCodeMails(core.pool).sweep, moment)
            await core.run(core.backend.drafts.sweep, moment)
            await core.run(PostgresChatBook(core.pool).sweep, moment)
            await core.run(PostgresPushBook(core.pool, core.wakeups).sweep, moment)
            await core.run(core.attachments.sweep, moment)
            await core.run(core.answer_links.sweep, moment)
            await core.run(core.backend.sessions.sweep, moment)
            await core.run(core.backend.setups.sweep, moment)
            await core.run(core.backend.archive_requests.sweep, moment)
            await core.run(core.backend.pending.sweep, moment)
            await core.run(session_keys(core).rotate, moment)
            await core.run(PostgresMailTokens(core.pool).sweep, moment)
            await core.run(core.backend.parked.sweep, moment - KEPT)
            await core.run(core.mail_book.sweep_operator_mails, moment - KEEP_OPERATOR_MAILS)
            if retained is None or moment - retained >= RETAIN_EVERY:
                if gone := await core.run(retain, core.pool, moment):
                    log.info("rows that were kept long enough are deleted", rows=gone)
                await core.run(prune_register, core, moment)
                await core.run(core.backend.webhooks.seal_left)
                if core.direct is not None and await core.run(erased_since, core.pool, moment - CLEAR_FOR):
                    left = await core.run(scrub, core.direct)
                    log.info("the tables are cleared of what erased people left in them", left=left)
                retained = moment
        except Outage as outage:
            log.warning("housekeeping waits for the database", error=str(outage))
        except Exception:
            log.exception("housekeeping failed; it is retried in a minute")
