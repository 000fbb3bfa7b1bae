"""The part with the search: an account with 100,000 events, and questions that it has not heard before."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench import bulk, filled, processes, store, table
from bench.load import LoadError
from bench.part import Outcome, Task, listed, machine
from bench.quiet import cpu_seconds, settle
from bench.servers import data_of
from televent.application.read_models.accounts import AccountRow
from televent.application.use_cases.calendars.search_events import Results, search_events
from televent.application.use_cases.calendars.search_query import Question
from televent.domain.ids import AccountId
from televent.runtime.compose import Core

EVENTS, QUICK_EVENTS = 100_000, 2_000
GOAL: Final = 20.0
"""Max milliseconds of the median answer."""
ASKED, QUICK_ASKED = 100, 10
"""Number of questions of each kind."""
PAGE: Final = 20
VOCABULARY: Final = 20_000
"""Number of words of which the texts are made; a few are in most events, and most in a few, as in a language."""
TITLE, DESCRIPTION, NAMES = 4, 25, 300
STEP: Final = timedelta(minutes=45)
"""Time between two events; half of them are over."""
SYLLABLES: Final = ("ba", "ko", "ri", "ten", "lu", "mas", "ver", "do", "shi", "nal", "pe", "gor", "zu", "fin", "ha")
PATIENCE: Final = 1_200.0
"""Max seconds until all words are written."""
MARK: Final = """
    INSERT INTO search_mark (tenant_id, stream_id, marked) SELECT tenant_id, stream_id, position FROM event
    WHERE tenant_id = %s AND topic LIKE 'event-created/%%' ON CONFLICT DO NOTHING"""
LEFT: Final = "SELECT count(*) FROM search_mark"
SIZES: Final = """
    SELECT pg_table_size('search_entry') + pg_table_size('search_word'),
        pg_indexes_size('search_entry') + pg_indexes_size('search_word')"""


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of the bench, the most frequent first, and how often each is taken."""

    words: list[str]
    weights: list[float]

    def some(self, chance: random.Random, count: int) -> list[str]:
        """That many words of a text."""
        return chance.choices(self.words, cum_weights=self.weights, k=count)


@dataclass(frozen=True, slots=True)
class Reading:
    """Milliseconds of the questions of one kind. ``cpu``: processor time of each, that of PostgreSQL
    with it. ``found``: how many of them had results."""

    kind: str
    times: list[float]
    cpu: float
    found: int


def texts() -> Texts:
    """The words: the same in every run."""
    chance, words = random.Random(86), dict[str, None]()
    while len(words) < VOCABULARY:
        words["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))] = None
    weights, total = [], 0.0
    for number in range(VOCABULARY):
        total += 1 / (number + 2)
        weights.append(total)
    return Texts(list(words), weights)


def event(known: Texts, number: int, now: datetime) -> bytes:
    """The text of an event."""
    chance = random.Random(number)
    start = now + STEP * (number - EVENTS // 2)
    name = known.words[-1 - chance.randrange(NAMES)]
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Televent//Bench 1.0//EN", "BEGIN:VEVENT",
        f"UID:search-{number}", f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", "DURATION:PT30M",
        f"SUMMARY:{' '.join(known.some(chance, TITLE))}", f"LOCATION:{' '.join(known.some(chance, 2))}",
        *(f"DESCRIPTION:{' '.join(part)}" for part in [known.some(chance, DESCRIPTION)]),
        f"ATTENDEE;CN={name}:mailto:{name}@example.com",
        *(["RRULE:FREQ=WEEKLY;COUNT=20"] if number % 10 == 0 else []), "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def questions(known: Texts, chance: random.Random, count: int) -> dict[str, list[str]]:
    """The questions of each kind."""
    hot, warm, rare = known.words[:20], known.words[100:1_000], known.words[3_000:]

    def wrong(word: str) -> str:
        at = chance.randrange(1, len(word) - 1)
        return word[:at] + "q" + word[at + 1 :]

    def each(*some: Sequence[str]) -> list[str]:
        return [" ".join(chance.choice(words) for words in some) for _ in range(count)]

    return {
        "one of the twenty most frequent words": each(hot),
        "two of them": each(hot, hot),
        "a word of medium frequency": each(warm),
        "a rare word": each(rare),
        "a rare word and a frequent one": each(rare, hot),
        "the first three characters of a word": [word[:3] for word in each(known.words)],
        "a word with a typing error": [wrong(word) for word in each([word for word in known.words if len(word) > 4])],
        "a word that no event has": [f"qx{word}" for word in each(rare)],
    }


async def measure_search(task: Task) -> Outcome:
    """Fills an account, lets the worker write its words, and asks."""
    quick, place = task.options.quick, task.place / "televent"
    count, asked = (QUICK_EVENTS, QUICK_ASKED) if quick else (EVENTS, ASKED)
    task.say(f"filling an account with {count:,} events …")
    known, now = texts(), datetime.now(UTC).replace(microsecond=0)
    login = await asyncio.to_thread(_fill, place, known, count, now)
    server = filled.start_filled(place, login)
    task.running.callback(server.stop)
    version = store.postgres_version(server)
    await settle(server.process.pid)
    with store.open_store(server) as core:
        account = core.backend.people.account(_tenant(core))
        task.say("the worker writes the words …")
        took = await asyncio.to_thread(_indexed, core, account)
        sizes = _row(core, SIZES)
        task.say(f"written in {took:.0f} s; asking …")
        await settle(server.process.pid)
        chance = random.Random(1)
        readings = [
            await asyncio.to_thread(_ask, core, account, kind, some, now, server.process.pid)
            for kind, some in questions(known, chance, asked).items()
        ]
    rows = [
        (each.kind, *_times(each.times), f"{each.cpu:.1f} ms", f"{each.found} of {len(each.times)}")
        for each in readings
    ]
    every = [milliseconds for each in readings for milliseconds in each.times]
    verdict = table.Verdict(f"≤ {GOAL:.0f} ms", f"{statistics.median(every):.1f} ms", statistics.median(every) <= GOAL)
    lines = [
        f"| Search among {count:,} events | median | p95 | worst | processor time | with results |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    written = (
        f"The worker wrote the words at {count / took:,.0f} events/s; they take {_megabytes(sizes[0])} of tables and"
        f" {_megabytes(sizes[1])} of indexes. Median of all questions {verdict}."
    )
    missed = [] if verdict.met else [str(verdict)]
    note = machine(version, task.load, f"{DESCRIPTION + TITLE + 4} words in an event, of {VOCABULARY:,} in all")
    return Outcome("\n\n".join(["\n".join(lines), written, note, "Goals missed:", listed(missed)]), not readings)


def _fill(place: Path, known: Texts, count: int, now: datetime) -> filled.Login:
    login = filled.fill_town(place, 1, 0, 1, filled.Meter(lambda *_: None))[0]
    with store.open_data(data_of(place)) as core:
        account = core.backend.people.account(_tenant(core))
        assert account.default_calendar is not None
        bulk.record(core, _drafts(core, account, known, count, now), lambda _: None)
        bulk.settle_store(core)
    return login


def _drafts(core: Core, account: AccountRow, known: Texts, count: int, now: datetime) -> Iterator[bulk.Draft]:
    assert account.default_calendar is not None
    for number in range(count):
        text = event(known, number + (EVENTS - count) // 2, now)
        yield bulk.draft(core, account, account.default_calendar, number, text=text)


def _tenant(core: Core) -> AccountId:
    return AccountId(_row(core, "SELECT tenant_id FROM account")[0])


def _indexed(core: Core, account: AccountRow) -> float:
    """Marks all events; returns the seconds until the worker has written their words."""
    begun = time.perf_counter()
    with core.pool.connection() as connection:
        connection.execute(MARK, (account.tenant,))
    core.wakeups.notify("televent_search")
    while _row(core, LEFT)[0]:
        if time.perf_counter() - begun > PATIENCE:
            raise LoadError("the words are not written")
        time.sleep(0.25)
    took = time.perf_counter() - begun
    with core.pool.connection() as connection:
        connection.execute("VACUUM (ANALYZE) search_entry, search_word, search_mark")
    return took


def _ask(core: Core, account: AccountRow, kind: str, some: Sequence[str], now: datetime, server: int) -> Reading:
    times, found, spent = [], 0, cpu_seconds(server) + time.process_time()
    for text in some:
        begun = time.perf_counter()
        results: Results = search_events(core.backend, account.tenant, Question(text), now=now, after=None, limit=PAGE)
        times.append((time.perf_counter() - begun) * 1000)
        found += bool(results.hits)
    spent = cpu_seconds(server) + time.process_time() - spent
    return Reading(kind, times, spent / len(some) * 1000, found)


def _times(times: Sequence[float]) -> tuple[str, ...]:
    ordered = sorted(times)
    return tuple(
        f"{each:.1f} ms" for each in (statistics.median(ordered), ordered[len(ordered) * 95 // 100], ordered[-1])
    )


def _row(core: Core, query: str) -> tuple[Any, ...]:
    with core.pool.connection() as connection:
        return tuple(connection.execute(query.encode()).fetchone() or (0, 0))


def _megabytes(size: int) -> str:
    return f"{size / processes.MEGABYTE:.0f} MB"
