"""The part with the disk: the room that the database takes, over that of the raw texts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import bulk, events, filled, store, table
from bench.load import LoadError
from bench.part import FIRST_TASK, Outcome, Task, listed, machine
from televent.adapters.postgres.event_store.log import PostgresLog
from televent.adapters.postgres.log_tree.growth import grow
from televent.application.use_cases.objects.put_object import put_object
from televent.ical.objects.calendar_text import CalendarText
from televent.runtime.compose import Core

SIZES, QUICK_SIZES = (1_000, 100_000), (200, 2_000)
EDITED, QUICK_EDITED = 20, 2
"""Number of events that are edited."""
EDITS: Final = 100
GOAL: Final = 4.0
"""Max room of the database over that of the raw texts."""
PATIENCE: Final = 1800.0
"""Max seconds until all followers are at the end of the log."""
GROUPS: Final = {
    "the log: `event`, `snapshot`": ("event", "snapshot"),
    "what CalDAV reads: `resource`, `calendar`": ("resource", "calendar", "counter_run"),
    "where commands come from": ("origin",),
    "the Merkle tree": ("log_tile", "log_head", "log_tree"),
    "search": ("search_entry", "search_word", "search_mark"),
    "reminders": ("reminder", "digest"),
}
REST: Final = "everything else"
TABLES: Final = """
    SELECT relname, pg_total_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
WHOLE: Final = "SELECT pg_database_size(current_database())"


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of the raw texts, bytes by which the database has grown, and by group of tables."""

    items: int
    raw: int
    grown: int
    groups: dict[str, int]


async def measure_room(task: Task) -> Outcome:
    """Measures calendars of each size, and events with many edits."""
    return await asyncio.to_thread(_measure, task)


def _measure(task: Task) -> Outcome:
    quick = task.options.quick
    sizes, edited = (QUICK_SIZES, QUICK_EDITED) if quick else (SIZES, EDITED)
    version = ""
    found = []
    with task.progress("writing events", sum(sizes) + edited * (EDITS + 1)) as progress:

        def tick(more: int) -> None:
            progress.advance(FIRST_TASK, more)

        for size in sizes:
            with _core(task.place / str(size)) as core:
                found.append(_filled(core, size, tick))
        with _core(task.place / "edits") as core:
            edits = _edited(core, edited, tick)
            with core.pool.connection() as connection:
                number = connection.info.server_version
                version = f"{number // 10000}.{number % 10000}"
    note = machine(
        version,
        task.load,
        f"events of {found[0].raw // found[0].items} bytes, every tenth weekly, filled by COPY; all followers at"
        " the end of the log, all words written, all reminders planned; vacuumed; less an empty database",
    )
    return Outcome(report(found, edits, note), False)


@contextmanager
def _core(place: Path) -> Iterator[Core]:
    place.mkdir(parents=True, exist_ok=True)
    with store.open_data(place / "data") as core:
        yield core


def _filled(core: Core, size: int, tick: Callable[[int], None]) -> Room:
    (owner,) = filled.opened(core, 1)
    home = filled.home_calendar(owner)
    before = _sizes(core)
    bulk.record(core, (bulk.draft(core, owner, home, number) for number in range(size)), tick)
    raw = sum(len(events.event(number)) for number in range(size))
    return _room(size, raw, before, _sizes(core))


def _edited(core: Core, count: int, tick: Callable[[int], None]) -> Room:
    (owner,) = filled.opened(core, 1)

    def put(number: int, revision: int) -> None:
        text = CalendarText(events.event(number, revision=revision))
        put_object(core.backend, store.context(owner.tenant), calendar="default", href=events.name(number), text=text)
        tick(1)

    for number in range(count):
        put(number, 0)
    before = _sizes(core)
    for number in range(count):
        for revision in range(1, EDITS + 1):
            put(number, revision)
    raw = sum(len(events.event(number)) for number in range(count))
    return _room(count, raw, before, _sizes(core))


def _sizes(core: Core) -> dict[str, int]:
    """Bytes of each table with its indexes, and under "" of the whole database, when everything is followed."""
    _follow(core)
    with core.pool.connection() as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
        tables: dict[str, int] = dict(connection.execute(TABLES).fetchall())
        whole = connection.execute(WHOLE).fetchone()
        assert whole is not None
        return tables | {"": int(whole[0])}


def _follow(core: Core) -> None:
    """Brings all followers to the end of the log, as a worker does. Raises LoadError."""
    until = time.monotonic() + PATIENCE
    log, last = PostgresLog(core.pool), core.recorder.max_notification_id()
    while last is not None and not core.recorder.select_notifications(last, 1):
        _patient(until)
    runners = core.runners()
    core.reminders.begin(core.backend.clock())
    while any(
        [
            *[each.advance() for each in runners],
            core.search.step(),
            core.reminders.step(core.backend.clock()),
            grow(core.pool, log),
        ]
    ):
        _patient(until)


def _patient(until: float) -> None:
    if time.monotonic() > until:
        raise LoadError("the followers do not come to the end of the log")
    time.sleep(0.001)


def _room(items: int, raw: int, before: dict[str, int], after: dict[str, int]) -> Room:
    grown = {name: size - before.get(name, 0) for name, size in after.items()}
    groups = {title: sum(grown.get(name, 0) for name in names) for title, names in GROUPS.items()}
    whole = grown[""]
    return Room(items, raw, whole, groups | {REST: whole - sum(groups.values())})


def report(found: list[Room], edits: Room, note: str) -> str:
    """The table, and the verdict."""
    head = ["bytes for each event", *(f"{each.items:,} events" for each in found), f"{EDITS} edits of one"]
    rooms = [*found, edits]
    lines = [head, ["raw text", *(_each(room, room.raw) for room in rooms)]]
    lines += [[title, *(_each(room, room.groups[title]) for room in rooms)] for title in (*GROUPS, REST)]
    lines.append(["the database", *(_each(room, room.grown) for room in rooms)])
    verdicts = [
        table.Verdict(f"≤ {GOAL:g} times the raw texts", f"{room.grown / room.raw:.1f}", room.grown <= GOAL * room.raw)
        for room in found
    ]
    lines.append(["over the raw texts", *(str(each) for each in verdicts), "–"])
    missed = [f"{room.items:,} events: {each}" for room, each in zip(found, verdicts, strict=True) if not each.met]
    return "\n\n".join([table.grid(lines), note, "Goals missed:", listed(missed)])


def _each(room: Room, size: int) -> str:
    return f"{size / room.items:,.0f}"
