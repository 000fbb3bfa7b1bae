"""Fifty clients guess passwords as fast as they can, while people sign in for the first time and poll."""

from __future__ import annotations

import base64
import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from interop.server import Person

CLIENTS = 50
"""Number of clients that guess at once."""
PEOPLE = 9
"""Number of people that an attack needs: half of them sign in for the first time before it, half during it."""
POLLS = 60
"""Number of polls before the attack, and during it."""
BOUND = 1.0
"""Max seconds by which the attack may delay anybody."""
BUSY = 4
"""On a busy machine: this many times the slowest request before the attack, where that is more."""
PATIENCE = 30.0
"""Seconds after which a request without an answer has failed."""


@dataclass
class Attack:
    """The measurement: seconds of each request, and the statuses that those who guess got."""

    first: dict[str, list[float]] = field(default_factory=lambda: {"alone": [], "attacked": []})
    polls: dict[str, list[float]] = field(default_factory=lambda: {"alone": [], "attacked": []})
    guesses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    refused: Counter[int] = field(default_factory=Counter)
    """Statuses of answers to people that were no success."""

    def wrong(self) -> list[str]:
        """The findings that are worse than they may be, one line each."""
        found = [f"a right password was answered {status}, {count} times" for status, count in self.refused.items()]
        found += [f"a guess was answered {status}" for status in self.guesses if status not in (401, 429, 503)]
        for what, times in (("a first sign-in", self.first), ("a poll", self.polls)):
            delay = max(times["attacked"]) - median(times["alone"])
            if delay > max(BOUND, BUSY * max(times["alone"])):
                found.append(f"{what} was delayed by {delay:.2f} s by those who guess")
        return found

    def report(self) -> str:
        """The figures in one line."""
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(self.guesses.items()))
        rate = self.guesses.total() / max(self.seconds, 0.001)
        told = f"{CLIENTS} clients guessed {rate:.0f} passwords a second ({answers})"
        for what, times in (("first sign-in", self.first), ("poll", self.polls)):
            alone, attacked = times["alone"], times["attacked"]
            told += (
                f"; {what}: median {median(attacked) * 1000:.0f} ms, slowest {max(attacked) * 1000:.0f} ms"
                f" (alone {median(alone) * 1000:.0f} and {max(alone) * 1000:.0f} ms)"
            )
        return told


def attack(host: str, port: int, people: Sequence[Person]) -> Attack:
    """Measures people alone, then during the attack."""
    found, known = Attack(), people[0]
    early, late = people[1 : PEOPLE // 2 + 1], people[PEOPLE // 2 + 1 :]
    _sign_in(host, port, known, found.refused)
    _measure(host, port, known, early, found, "alone")
    stop = threading.Event()
    names = [each.telegram_id for each in people]
    threads = [
        threading.Thread(target=_guess, args=(host, port, number, names, stop, found), daemon=True)
        for number in range(CLIENTS)
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    while found.guesses.total() < CLIENTS and any(thread.is_alive() for thread in threads):
        threads[0].join(0.05)
    _measure(host, port, known, late, found, "attacked")
    found.seconds = time.monotonic() - begun
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    return found


def _measure(host: str, port: int, known: Person, others: Sequence[Person], found: Attack, when: str) -> None:
    for each in others:
        found.first[when].append(_sign_in(host, port, each, found.refused))
        for _ in range(POLLS // len(others)):
            found.polls[when].append(_sign_in(host, port, known, found.refused))


def _sign_in(host: str, port: int, person: Person, refused: Counter[int]) -> float:
    """Seconds of one PROPFIND on a new connection."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    status = _ask(connection, f"{person.telegram_id}:{person.password}", person.home)
    connection.close()
    if status != 207:
        refused[status] += 1
    return time.monotonic() - begun


def _guess(host: str, port: int, number: int, names: Sequence[int], stop: threading.Event, found: Attack) -> None:
    """Guesses for people and for names without an account, in turn."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    for turn in itertools.count(number):
        if stop.is_set():
            break
        user = names[turn // 2 % len(names)] if turn % 2 else 10**9 + turn
        found.guesses[_ask(connection, f"{user}:guess{number}x{turn}", "/caldav/")] += 1
    connection.close()


def _ask(connection: http.client.HTTPConnection, pair: str, path: str) -> int:
    """The status of a PROPFIND; 0 where no answer came."""
    login = "Basic " + base64.b64encode(pair.encode()).decode()
    try:
        connection.request("PROPFIND", path, headers={"Authorization": login, "Depth": "0"})
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
    return response.status
