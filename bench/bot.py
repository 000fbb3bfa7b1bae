"""The part of the bot: the time from a person's message to the bot's answer, as a chat sees it."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx

from bench import processes, servers, store
from bench.part import FIRST_TASK, Outcome, Task, machine
from bench.quiet import settle

FIRST_PERSON: Final = 5001
PEOPLE: Final = 50
"""People who write. Each writes at most once a second."""
RATES: Final = (1, 50)
"""Messages a second of all people together."""
SECONDS: Final = 30.0
"""Seconds for which they write at one rate."""
PATIENCE: Final = 60.0
"""Max seconds for one answer."""
LINES: Final = ("/today", "/create Lunch with Ann, tomorrow at noon")
"""The messages, in turns: a read, and a sentence with a time whose reading is shown."""
GOALS: Final = {1: (0.1, 0.3), 50: (0.3, 1.0)}
"""Max seconds of the median and of the 99th percentile at each rate."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The seconds of all answers at one rate; ``lost``: messages without an answer."""

    rate: int
    seconds: list[float]
    lost: int


class Phones:
    """The chats of all people, by the stand-in's control API. One request for all of them waits for changes."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._answered: dict[int, asyncio.Future[float]] = {}

    async def listen(self) -> None:
        """Notes the time at which a message of the bot is there, until it is cancelled."""
        after = int((await self._http.get("/sandbox")).json()["revision"])
        while True:
            found = (await self._http.get("/sandbox/changes", params={"after": after, "wait": 20})).json()
            now, after = time.monotonic(), found["revision"]
            for chat in found["chats"]:
                said = [each for each in chat["messages"] if each["from"] == "bot"]
                waiting = self._answered.get(chat["person"]["id"]) if said else None
                if waiting is not None and not waiting.done():
                    waiting.set_result(now)

    async def ask(self, person: int, text: str) -> float | None:
        """Sends a message; the seconds until the bot's first answer, None without one."""
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._answered[person] = waiting
        began = time.monotonic()
        await self._http.post(f"/sandbox/people/{person}/messages", json={"text": text})
        try:
            answered = await asyncio.wait_for(waiting, PATIENCE)
        except TimeoutError:
            return None
        return answered - began


async def measure_bot(task: Task) -> Outcome:
    """Measures the answers of one bot process, as ``televent up`` runs with its default log level."""
    place = task.place / "televent"
    place.mkdir()
    server = servers.start_televent(place, log_level="INFO")
    task.running.callback(server.stop)
    url = f"http://{servers.HOST}:{server.facts['environment']['SANDBOX_PORT']}"
    seconds = 3.0 if task.options.quick else SECONDS
    limits = httpx.Limits(max_connections=PEOPLE * 2)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, trust_env=False, limits=limits) as http:
        phones = Phones(http)
        listening = asyncio.create_task(phones.listen())
        try:
            people = range(FIRST_PERSON, FIRST_PERSON + PEOPLE)
            for person in people:
                await http.post("/sandbox/people", json={"id": person, "name": f"Ann {person}", "language_code": "en"})
            with task.progress("people begin", PEOPLE) as progress:
                for person in people:
                    await phones.ask(person, "/start")
                    progress.advance(FIRST_TASK)
            await settle(server.process.pid)
            found = [await at_rate(task, phones, rate, seconds) for rate in RATES]
        finally:
            listening.cancel()
    memory = processes.resident(processes.service(server.process.pid, "bot")) / processes.MEGABYTE
    note = machine(store.postgres_version(server), task.load)
    return Outcome(report(found, memory, note), any(each.lost for each in found))


async def at_rate(task: Task, phones: Phones, rate: int, seconds: float) -> Answers:
    """People write in turns, at this rate, whether or not the earlier ones have their answers."""
    began, asked = time.monotonic(), list[asyncio.Task[float | None]]()
    with task.progress(f"{rate} messages a second", round(rate * seconds)) as progress:
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            person, text = FIRST_PERSON + number % PEOPLE, LINES[number // PEOPLE % len(LINES)]
            if rate < PEOPLE:
                text = LINES[number % len(LINES)]
            asked.append(asyncio.create_task(phones.ask(person, text)))
            progress.advance(FIRST_TASK)
        answers: list[Any] = await asyncio.gather(*asked)
    return Answers(rate, [each for each in answers if each is not None], sum(each is None for each in answers))


def report(found: list[Answers], memory: float, note: str) -> str:
    """The table of all rates."""
    lines = [
        "| messages a second, 50 people | answers | median | 99th percentile | slowest | goal |",
        "| ---------------------------: | ------: | -----: | --------------: | ------: | ---- |",
    ]
    for each in found:
        ordered = sorted(each.seconds) or [PATIENCE]
        median, late = statistics.median(ordered), ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
        best, worst = GOALS[each.rate]
        verdict = "ok" if median <= best and late <= worst else "SHORT"
        lines.append(
            f"| {each.rate} | {len(each.seconds)} | {median * 1000:.0f} ms | {late * 1000:.0f} ms"
            f" | {ordered[-1] * 1000:.0f} ms | ≤ {best * 1000:.0f} and {worst * 1000:.0f} ms: {verdict} |"
        )
    lost = sum(each.lost for each in found)
    lines += ["", f"Memory of the bot process afterwards: {memory:.0f} MB. Messages without an answer: {lost}. {note}"]
    return "\n".join(lines)
