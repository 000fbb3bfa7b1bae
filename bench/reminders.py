"""The part with reminders: those of 100,000 people, due in the same minute."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import aiohttp
import structlog

from bench import filled, processes, store, table
from bench.load import LoadError
from bench.part import Outcome, Task, listed, machine
from bench.quiet import cpu_seconds, settle
from bench.servers import Server, data_of
from televent.adapters.postgres.queues.chats.chat_pace import ALL, PostgresChatPace
from televent.adapters.postgres.rate_limit import Rate
from televent.adapters.postgres.wakeup import REMINDERS
from televent.adapters.sandbox.config import SandboxConfig
from televent.adapters.sandbox.server import running
from televent.adapters.telegram.app import make_bot
from televent.adapters.telegram.door import BotDoor
from televent.adapters.telegram.notices.delivery import TelegramNotices
from televent.runtime.compose import Core
from televent.runtime.configuration.server_address import reach
from televent.runtime.workers.worker import drain

PEOPLE, QUICK_PEOPLE = 100_000, 300
DRAINED, QUICK_DRAINED = 3_000, 100
"""Number of reminders that are sent to the stand-in."""
GOAL = 60.0
"""Max seconds until every reminder is queued."""
PLANNED = 250
"""Min copies planned in a second; the reminders are due when all are planned at this rate."""
LOOK = 0.25
"""Seconds between two looks at the database."""
PATIENCE = 600.0
"""Max seconds until all reminders are queued, or sent."""
FIRST_PERSON = 8_000_000
"""The Telegram id below that of the first person."""
NO_LIMIT = Rate(1_000_000, 1.0, 1_000_000)

# The rows are those of the inline projections, and of the follower that marks copies. The facts are left out: nothing
# here reads them.
FILL = """
    WITH person AS (
        SELECT number, md5('person ' || number)::uuid AS tenant, md5('calendar ' || number)::uuid AS calendar,
            md5('event ' || number)::uuid AS stream
        FROM generate_series(1, %(people)s) AS number
    ), account AS (
        INSERT INTO account (tenant_id, telegram_id, name, timezone, locale, default_calendar, opened_at)
        SELECT tenant, %(first)s + number, 'Person ' || number, 'Europe/Berlin', 'en', calendar, %(now)s FROM person
    ), calendar AS (
        INSERT INTO calendar (tenant_id, calendar_id, name, seq, components)
        SELECT tenant, calendar, 'default', 1, ARRAY['VEVENT', 'VTODO'] FROM person
    ), reminder AS (
        INSERT INTO reminder (tenant_id, stream_id, marked, changed_at, known_since, plan_at)
        SELECT tenant, stream, 1, %(now)s, %(now)s, to_timestamp(0) FROM person
    )
    INSERT INTO resource (tenant_id, calendar_id, href, stream_id, uid, etag, component, ics, seq, modified_at, span)
    SELECT tenant, calendar, 'event.ics', stream, 'event-' || number, md5(number::text), 'VEVENT',
        convert_to(replace(%(text)s, '{number}', number::text), 'UTF8'), 1, %(now)s, tstzrange(%(start)s, %(end)s)
    FROM person"""
UNPLANNED = "SELECT count(*) FROM reminder WHERE plan_at < '2000-01-01'"
QUEUED = "SELECT count(*) FROM outbox WHERE kind = 'reminder_due/1'"
LEAVE = """
    DELETE FROM outbox WHERE state <> 'pending' OR tenant_id NOT IN (
        SELECT tenant_id FROM outbox WHERE kind = 'reminder_due/1' AND state = 'pending' LIMIT %s)"""
CHATS = "SELECT telegram_id FROM account WHERE tenant_id IN (SELECT tenant_id FROM outbox)"
STATES = "SELECT count(*) FILTER (WHERE state = 'completed'), count(*) FROM outbox"


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds of each step, and processor seconds of all processes. ``idle`` and ``peak`` are bytes of the worker's
    memory. ``rate``: reminders sent to the stand-in in a second."""

    planned: float
    planned_cpu: float
    queued: float
    queued_cpu: float
    idle: int
    peak: int
    rate: float


async def measure_reminders(task: Task) -> Outcome:
    """Plans the reminders of all people in a running Televent, queues them when they are due, and sends some."""
    quick = task.options.quick
    people, place = (QUICK_PEOPLE if quick else PEOPLE), task.place / "televent"
    meter = filled.Meter(lambda *_: None)
    login = (await asyncio.to_thread(filled.fill_town, place, 1, 0, 1, meter))[0]
    server = filled.start_filled(place, login)
    task.running.callback(server.stop)
    version = store.postgres_version(server)
    await settle(server.process.pid)
    worker = processes.service(server.process.pid, "worker")
    idle = processes.resident(worker)
    processes.forget_peak(worker)
    with store.open_store(server) as core:
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=10 + people / PLANNED)
        task.say(f"{people:,} people with an event each, whose reminders are due at {due:%H:%M:%S} UTC …")
        planned, planned_cpu = await _plan(task, core, server, people, due)
        task.say(f"planned in {planned:.1f} s; waiting for {due:%H:%M:%S} …")
        queued, queued_cpu = await _queue(core, server, people, due)
    peak = processes.peak(worker)
    server.stop()
    task.say(f"queued in {queued:.1f} s; sending some to the stand-in …")
    rate = await _drain(place, QUICK_DRAINED if quick else DRAINED)
    reading = Reading(planned, planned_cpu, queued, queued_cpu, idle, peak, rate)
    return Outcome(report(reading, people, machine(version, task.load)), False)


async def _plan(task: Task, core: Core, server: Server, people: int, due: datetime) -> tuple[float, float]:
    """Fills the rows, and returns the time until all reminders are planned, with the processor time."""
    start, end = due + timedelta(minutes=15), due + timedelta(minutes=75)
    values = {"people": people, "first": FIRST_PERSON, "now": datetime.now(UTC), "start": start, "end": end}
    await asyncio.to_thread(_execute, core, FILL, {**values, "text": text_of(start, end)})
    # As the follower of the log does, which has nothing to read here.
    core.wakeups.notify(REMINDERS)
    began, cpu = time.monotonic(), cpu_seconds(server.process.pid)
    while (left := await asyncio.to_thread(_count, core, UNPLANNED)) > 0:
        if datetime.now(UTC) >= due:
            raise LoadError(f"{left:,} reminders were not planned before they were due")
        await asyncio.sleep(LOOK)
    return time.monotonic() - began, cpu_seconds(server.process.pid) - cpu


async def _queue(core: Core, server: Server, people: int, due: datetime) -> tuple[float, float]:
    """The time from the moment at which all are due until all are queued, with the processor time."""
    await asyncio.sleep(max((due - datetime.now(UTC)).total_seconds(), 0))
    began, cpu = time.monotonic(), cpu_seconds(server.process.pid)
    while await asyncio.to_thread(_count, core, QUEUED) < people:
        if time.monotonic() - began > PATIENCE:
            raise LoadError("the reminders were not queued")
        await asyncio.sleep(LOOK)
    return time.monotonic() - began, cpu_seconds(server.process.pid) - cpu


async def _drain(place: Path, count: int) -> float:
    """The reminders that one process sends to the stand-in in a second, without Telegram's limits."""
    config = SandboxConfig()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("WARNING"))
    with store.open_data(data_of(place)) as core:
        await asyncio.to_thread(_execute, core, LEAVE, (count,))
        with core.pool.connection() as connection:
            chats = [row[0] for row in connection.execute(CHATS).fetchall()]
            connection.execute("DELETE FROM unreachable_chat")
        async with running(config) as sandbox, aiohttp.ClientSession() as http:
            for chat in chats:
                person = {"id": chat, "name": f"Person {chat}", "started": True}
                async with http.post(f"{sandbox.url}/sandbox/people", json=person) as answer:
                    answer.raise_for_status()
            bot = make_bot(config.bot_token, sandbox.url)
            door = BotDoor(core.backend, core.run, partial(reach, core.settings))
            pace = PostgresChatPace(core.rate_limit, config.bot_id, everybody=NO_LIMIT, chat=NO_LIMIT)
            handler = TelegramNotices(bot, door, pace, core.outbox.enqueue)
            stop, began = asyncio.Event(), time.monotonic()
            draining = asyncio.create_task(drain(core, [handler], stop))
            try:
                while (states := await asyncio.to_thread(_row, core, STATES))[0] < states[1]:
                    if time.monotonic() - began > PATIENCE:
                        raise LoadError("the reminders were not sent")
                    await asyncio.sleep(LOOK)
                return states[1] / (time.monotonic() - began)
            finally:
                stop.set()
                with suppress(asyncio.CancelledError):
                    await draining
                await bot.session.close()


def text_of(start: datetime, end: datetime) -> str:
    """The text of each person's event, with an alarm; {number} stands for the person's number."""
    stamp = "%Y%m%dT%H%M%SZ"
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Bench//EN", "BEGIN:VEVENT", "UID:event-{number}"]
    rows += [f"DTSTAMP:{start:{stamp}}", f"DTSTART:{start:{stamp}}", f"DTEND:{end:{stamp}}", "SUMMARY:Event {number}"]
    rows += [
        "LOCATION:Room {number}",
        *(f"X-BENCH-{number}:{uuid5(NAMESPACE_URL, str(number))}" for number in range(5)),
    ]
    rows += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Event {number}", "TRIGGER:-PT15M", "END:VALARM"]
    return "\r\n".join([*rows, "END:VEVENT", "END:VCALENDAR", ""])


def report(reading: Reading, people: int, note: str) -> str:
    """The table, and the verdict."""
    limit = ALL.count / ALL.seconds
    verdict = table.Verdict(f"≤ {GOAL:.0f} s", f"{reading.queued:.1f} s", reading.queued <= GOAL)
    memory = f"{_megabytes(reading.idle)}, {_megabytes(reading.peak)}"
    slow, fast = f"{people / limit / 60:.0f} min", f"{people / reading.rate / 60:.1f} min"
    rows = [
        ("to plan them, when the events are made", f"{reading.planned:.1f} s", f"{reading.planned_cpu:.1f} s"),
        ("to queue them, from when they are due", f"{reading.queued:.1f} s", f"{reading.queued_cpu:.1f} s"),
        (f"to send them within Telegram's limits, {limit:.0f} messages a second", slow, "–"),
        (f"to send them without limits: {reading.rate:.0f} a second from one bot process", fast, "–"),
        ("memory of the worker: idle, and at most", memory, "–"),
    ]
    lines = [f"| Reminders of {people:,} people | Time | Processor time |", "|---|---:|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    missed = [] if verdict.met else [str(verdict)]
    return "\n\n".join(["\n".join(lines), f"All queued {verdict}.", note, "Goals missed:", listed(missed)])


def _megabytes(size: int) -> str:
    return f"{size / processes.MEGABYTE:.0f} MB"


def _execute(core: Core, query: str, values: dict[str, Any] | tuple[Any, ...]) -> None:
    with core.pool.connection() as connection:
        connection.execute(query.encode(), values)


def _count(core: Core, query: str) -> int:
    return int(_row(core, query)[0])


def _row(core: Core, query: str) -> tuple[int, ...]:
    with core.pool.connection() as connection:
        row = connection.execute(query.encode()).fetchone()
    return tuple(row or (0, 0))
