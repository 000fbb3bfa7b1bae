"""Calendar apps that follow sync tokens while everything fails, and a balancer that asks for health."""

from __future__ import annotations

import threading
import time

from chaos.world import World
from chaos.writers import Record, Watched, ask
from support.dav import DECLARED, Client
from support.sync_clients import Copy, Members, refused

TURN = 1.0
"""Seconds between two looks."""


class Follower(Watched):
    """Follows one calendar by sync-collection. ``copy`` is all that it knows."""

    def __init__(self, record: Record, client: Client) -> None:
        super().__init__(record)
        self.client = client
        self.path = client.calendar()
        self.copy = Copy()
        self.refused = 0
        self._finish = threading.Event()

    def work(self) -> None:
        while not self._finish.wait(TURN):
            self.look()

    def finish(self) -> None:
        """Ends the following."""
        self._finish.set()
        self.join()

    def look(self) -> bool:
        """Asks for the changes once; False without an answer."""
        inner = f"<D:sync-token>{self.copy.token}</D:sync-token><D:sync-level>1</D:sync-level>"
        body = f"<D:sync-collection {DECLARED}>{inner}<D:prop><D:getetag/></D:prop></D:sync-collection>"
        answer = ask(self.client, self.record, "REPORT", self.path, body)
        if answer is None or answer.status not in (207, 403):
            return False
        if refused(answer):
            self.refused += 1
            self.copy = Copy()
            return False
        self.copy.take(answer, self.path)
        return self.copy.whole

    def listing(self) -> Members:
        """The server's own list, to a client that knows nothing."""
        fresh = Follower(self.record, self.client)
        while not fresh.look():
            time.sleep(0.1)
        return fresh.copy.has


class Balancer(Watched):
    """Asks /health twice a second. ``unready``: answers of 503; ``slowest``: the seconds of the slowest answer while no
    process is killed (a killed API answers once it runs again)."""

    def __init__(self, record: Record, world: World) -> None:
        super().__init__(record)
        self.slowest, self.unready, self.asked = 0.0, 0, 0
        self._world = world
        self._finish = threading.Event()

    def work(self) -> None:
        while not self._finish.wait(0.5):
            status, seconds = self._world.health()
            if status:
                self.asked += 1
                self.unready += status == 503
                if not self._world.killing:
                    self.slowest = max(self.slowest, seconds)

    def finish(self) -> None:
        """Ends the asking."""
        self._finish.set()
        self.join()
