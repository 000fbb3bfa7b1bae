"""A run: threads that send requests, the wrong answers, and the server's memory."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzz import requests, slow
from fuzz.filling import filled
from fuzz.judge import complaint, smallest
from fuzz.requests import Case
from fuzz.wire import Outcome, send
from interop.server import Person
from support.running import Televent

_TOKEN = re.compile(rb"<D:sync-token>([^<]+)</D:sync-token>")
_MANAGED = re.compile(rb"^cal-managed-id: (\S+)", re.IGNORECASE | re.MULTILINE)
EPOCH = 300
"""Number of cases that a sender puts into one calendar before it takes a new one."""
MB = 1_000_000


@dataclass(frozen=True)
class Settings:
    """``bound``: seconds an answer may take. ``growth``: megabytes the API may grow. ``kept``: for bad requests."""

    bound: float
    growth: int
    kept: Path


class Run:
    """Everything of one run. ``wrong`` is what was found, one line each."""

    def __init__(self, televent: Televent, person: Person, settings: Settings) -> None:
        login = base64.b64encode(f"{person.telegram_id}:{person.password}".encode())
        self.fill = {
            b"@LOGIN@": b"Basic " + login,
            b"@HOME@": person.home.encode(),
            b"@TOKEN@": b"",
            b"@MANAGED@": b"-",
        }
        self.televent, self.settings = televent, settings
        self.host, port = televent.api.removeprefix("http://").split(":")
        self.port = int(port)
        self.wrong: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.slowest, self.slowest_case = 0.0, b""
        self.memory: list[int] = []
        self.slow = slow.Slow()
        self._lock = threading.Lock()

    def ask(self, raw: bytes, framed: bool = True) -> Outcome:
        """Sends bytes with the person's own login and home in them. Without ``framed`` the bytes may get no answer, and
        the wait is shorter."""
        raw = filled(raw, self.fill)
        return send(self.host, self.port, raw, self.settings.bound * 6 if framed else 1.0)

    def go(self, dice: Random, until: float, clients: int, slow_clients: int) -> None:
        """Sends until that moment of the monotonic clock."""
        self.memory.append(self.resident())
        with slow.clients(self.host, self.port, slow_clients, self.fill) as self.slow:
            threads = [
                threading.Thread(target=self._sender, args=(Random(dice.random()), number, until))
                for number in range(clients)
            ]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                threads[0].join(1)
                self.memory.append(self.resident())

    def _sender(self, dice: Random, number: int, until: float) -> None:
        sent, calendar = 0, ""
        while time.monotonic() < until and len(self.wrong) < 50:
            if sent % EPOCH == 0:
                calendar = f"fuzz{number}-{sent // EPOCH}"
                self._judge(requests.make_calendar(calendar))
            sent += 1
            self._judge(requests.poll(calendar) if sent % 20 == 0 else requests.case(dice, calendar))

    def _judge(self, case: Case) -> None:
        outcome = self.ask(case.raw, case.framed)
        with self._lock:
            self.statuses[outcome.status] += 1
            if found := _TOKEN.search(outcome.body):
                self.fill[b"@TOKEN@"] = found[1]
            if found := _MANAGED.search(outcome.head):
                self.fill[b"@MANAGED@"] = found[1]
            if outcome.seconds > self.slowest and case.framed:
                self.slowest, self.slowest_case = outcome.seconds, case.raw
        said = complaint(case, outcome, self.settings.bound)
        if said.startswith("it took"):
            # A busy machine is slow too: only a request that is slow twice counts.
            said = complaint(case, self.ask(case.raw, case.framed), self.settings.bound)
        if said:
            self._keep(case, said)

    def _keep(self, case: Case, said: str) -> None:
        def still(raw: bytes) -> bool:
            return bool(complaint(Case(raw, case.framed), self.ask(raw, case.framed), self.settings.bound))

        again = still(case.raw)
        least = smallest(case.raw, still) if again and "took" not in said else case.raw
        with self._lock:
            self.settings.kept.mkdir(exist_ok=True)
            path = self.settings.kept / f"{len(list(self.settings.kept.glob('*.http'))):03}.http"
            path.write_bytes(least)
            (path.with_suffix(".whole")).write_bytes(case.raw)
            first = least[:300].decode("utf-8", "replace").splitlines()[:1]
            self.wrong.append(f"{said}{'' if again else ', once'}: {first} saved as {path}")
            print(self.wrong[-1], flush=True)

    def aftermath(self) -> None:
        """Checks that the server runs, answers at once, logged no error, and keeps its memory bound."""
        begun = time.monotonic()
        after = self.ask(requests.poll("default").raw)
        if after.status != 207 or time.monotonic() - begun > self.settings.bound:
            self.wrong.append(f"a poll afterwards: {after.status} after {after.seconds:.1f} s")
        if self.slow.came and not self.slow.ended:
            self.wrong.append(f"{self.slow.came} slow clients, and none was ended")
        grown = (max(self.memory) - self.memory[0]) / MB
        if grown > self.settings.growth:
            self.wrong.append(f"the API grew by {grown:.0f} MB")
        for line in self.televent.output().splitlines():
            if '"level": "error"' in line or '"level":"error"' in line:
                self.wrong.append(f"logged: {line[:120]} … {line[-600:]}")

    def report(self) -> list[str]:
        """Prints the numbers and the findings of the run. Saves the slowest request too."""
        self.settings.kept.mkdir(exist_ok=True)
        (self.settings.kept / "slowest").write_bytes(self.slowest_case)
        answers = ", ".join(f"{status or 'none'}: {count}" for status, count in sorted(self.statuses.items()))
        return [
            f"{sum(self.statuses.values())} requests; answers {answers}",
            f"{self.slow.came} slow clients came, {self.slow.ended} were ended",
            f"slowest answer {self.slowest:.2f} s; API memory {self.memory[0] / MB:.0f} MB at the start, "
            f"{max(self.memory) / MB:.0f} MB at most, {self.memory[-1] / MB:.0f} MB at the end",
            *self.wrong,
            f"{len(self.wrong)} found" if self.wrong else "nothing wrong",
        ]

    def replay(self, path: Path) -> bool:
        """Sends a saved request and prints the answer. Returns whether it is bad."""
        outcome = self.ask(path.read_bytes())
        said = complaint(Case(path.read_bytes()), outcome, self.settings.bound)
        body = outcome.body[:3000].decode("utf-8", "replace")
        print(f"{path}: {said or 'fine'}\n{outcome.head.decode('latin-1')}\n\n{body}")
        print("\n".join(line for line in self.televent.output().splitlines() if "error" in line)[-6000:])
        return bool(said)

    def resident(self) -> int:
        """Bytes of memory that the API's processes hold."""
        total = 0
        for pid in self.televent.descendants():
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if command[3:4] == [b"api"]:
                    status = Path(f"/proc/{pid}/status").read_text()
                    total += sum(
                        int(line.split()[1]) * 1000 for line in status.splitlines() if line.startswith("VmRSS")
                    )
            except OSError:
                continue
        return total
