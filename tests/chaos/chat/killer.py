"""kill -9 of services and of PostgreSQL, at random, and their restart."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg

from chaos.chat.stage import BOTS, WORKERS, Stage
from chaos.writers import Record, Watched
from support.killing import server_processes
from support.waiting import NET

CHANCES = {**dict.fromkeys(WORKERS, 1.0), **dict.fromkeys(BOTS, 1.5), "api": 0.7, "database": 0.7}
"""How often each is killed, against the others."""
UNDER_WAY = 20.0
"""Max seconds before a kill at which a message was sent that the killed process had under way, while the database
answered."""
WORKS = 5.0
"""Seconds for which a service works before it is killed again: one that is killed at its start does nothing wrong."""
_HELD = "SELECT tenant_id FROM outbox WHERE state = 'processing'"


@dataclass(frozen=True)
class Kill:
    """One kill. ``at``: seconds since 1970; ``held``: the accounts that messages under way were for, where a bot or a
    worker was killed."""

    what: str
    at: float
    held: frozenset[UUID] = frozenset()

    def interrupted(self, account: UUID | None, sent: float, outages: Sequence[tuple[float, float]]) -> bool:
        """Whether it ended a process that had sent a message for this account, at that time, and not recorded it. While
        the database was away it could not."""
        away = sum(max(0.0, min(end, self.at) - max(begin, sent)) for begin, end in outages)
        return 0 <= self.at - sent < UNDER_WAY + away and account in self.held


class Killer(Watched):
    """Kills something every few seconds. A service that has ended is started again at once, as its manager would do."""

    def __init__(self, record: Record, stage: Stage, chance: random.Random, pauses: tuple[float, float]) -> None:
        super().__init__(record)
        self.kills: list[Kill] = []
        self.alone: Counter[str] = Counter()
        """The services that ended without being killed."""
        self.outages: list[tuple[float, float]] = []
        """Begin and end of each time in which the database did not answer, in seconds since 1970."""
        self._down_since: float | None = None
        self._stage = stage
        self._ready: dict[str, float] = {}
        self._first = chance.sample(["database", BOTS[0], WORKERS[0], "api"], 4)
        self._chance = chance
        self._pauses = pauses
        self._finish = threading.Event()

    def work(self) -> None:
        due = time.monotonic() + self._chance.uniform(*self._pauses)
        while not self._finish.wait(0.2):
            self._start_again()
            if self._down_since is not None:
                self._answers()
            if time.monotonic() >= due:
                able = {what: chance for what, chance in CHANCES.items() if self._works(what)}
                # Each kind once, however short the run is.
                first = next((what for what in self._first if what in able), None)
                if first is not None:
                    self._first.remove(first)
                    self._kill(first)
                elif able:
                    self._kill(self._chance.choices(list(able), list(able.values()))[0])
                due = time.monotonic() + self._chance.uniform(*self._pauses)

    @property
    def owes(self) -> bool:
        """Whether some kind was not killed yet."""
        return bool(self._first)

    def finish(self) -> None:
        """Ends the killing, and returns when all services are ready."""
        self._finish.set()
        self.join()
        self._start_again()
        for name in ("api", *WORKERS, *BOTS):
            self._stage.services.await_ready(name)

    def _works(self, what: str) -> bool:
        """Whether it has been ready for a while."""
        if not (self._answers() if what == "database" else self._stage.services.is_ready(what)):
            self._ready.pop(what, None)
            return False
        return time.monotonic() - self._ready.setdefault(what, time.monotonic()) >= WORKS

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._stage.url, connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        self._note_end()
        return True

    def _note_end(self) -> None:
        if self._down_since is not None:
            self.outages.append((self._down_since, time.time()))
            self._down_since = None

    def _start_again(self) -> None:
        for name in self._stage.services.ended():
            self.alone[name.partition(" ")[0]] += 1
            code, log = self._stage.services.running[name].returncode, self._stage.services.log(name).name
            print(f"{time.strftime('%H:%M:%S')} {name} ended with {code}: {log}", flush=True)
            self._ready.pop(name, None)
            self._stage.services.spawn(name)

    def _kill(self, what: str) -> None:
        self._ready.pop(what, None)
        if what == "database":
            for pid in server_processes(self._stage.database):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.kills.append(Kill(what, time.time()))
            self._down_since = self._down_since or time.time()
            return
        self._stage.services.kill(what)
        at, held = time.time(), frozenset[UUID]()
        if what in BOTS or what in WORKERS:
            held = self._held()
        self.kills.append(Kill(what.partition(" ")[0], at, held))
        print(f"{time.strftime('%H:%M:%S')} {what} is killed, with {len(held)} messages under way", flush=True)
        self._stage.services.spawn(what)

    def _held(self) -> frozenset[UUID]:
        until = time.monotonic() + NET
        while time.monotonic() < until:
            with (
                contextlib.suppress(psycopg.OperationalError),
                psycopg.connect(self._stage.url, connect_timeout=3) as connection,
            ):
                held = frozenset(row[0] for row in connection.execute(_HELD).fetchall())
                self._note_end()
                return held
            time.sleep(0.1)
        return frozenset()
