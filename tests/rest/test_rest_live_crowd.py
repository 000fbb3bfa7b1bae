"""Two API processes, many tabs that lose their connections, one node that goes: nothing missed, doubled or swapped."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.live_crowd import Crowd, gather_crowd
from support.passwords import CHEAP_PASSWORDS
from support.rest import served
from support.running import free_ports
from support.services import START
from support.waiting import wait_until
from televent.runtime.api import http_app, live_hub
from televent.runtime.compose import Core, build_core
from televent.settings import Settings

pytestmark = pytest.mark.own_database
SEED = 87
CHANGES = 3_000


def core_on(database_url: str) -> Core:
    given: dict[str, Any] = {"DATABASE_URL": database_url, "TELEVENT_POOL_SIZE": 8, "TELEVENT_RATE_LIMITS": "off"}
    return build_core(Settings(**given), database_url, CHEAP_PASSWORDS)


@pytest.fixture
def core(database_url: str) -> Iterator[Core]:
    core = core_on(database_url)
    yield core
    core.close()


def nothing_lost(crowd: Crowd) -> None:
    for tab in crowd.tabs:
        assert tab.seen == crowd.expected(tab.account), (tab.cuts, tab.lost)


def test_a_crowd_on_two_nodes_misses_nothing(core: Core, database_url: str) -> None:
    other = core_on(database_url)
    with ExitStack() as ending:
        ending.callback(other.close)
        hubs = [live_hub(each) for each in (core, other)]
        apps = [http_app(each, None, hub) for each, hub in zip((core, other), hubs, strict=True)]
        ports = [ending.enter_context(served(each)) for each in apps]
        crowd = gather_crowd(core, ports, people=4, tabs=24, seed=SEED)

        def leave() -> None:
            crowd.ports.pop(0)
            hubs[0].close()

        asyncio.run(crowd.run(160, 400, leave))
        nothing_lost(crowd)
        assert sum(tab.cuts + tab.lost for tab in crowd.tabs) > len(crowd.tabs)


class Node:
    """``televent api`` in a process of its own."""

    def __init__(self, database_url: str, folder: Path) -> None:
        (self.port,) = free_ports(1)
        self.log = folder / f"api-{self.port}.log"
        given = {
            **os.environ,
            "DATABASE_URL": database_url,
            "TELEVENT_DATA_DIR": str(folder / f"data-{self.port}"),
            "API_HOST": "127.0.0.1",
            "API_PORT": str(self.port),
            "TELEVENT_RATE_LIMITS": "off",
            "LOG_FORMAT": "json",
        }
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "televent", "api"],
                env=given,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def await_ready(self) -> None:
        wait_until(lambda: b"ready" in self.log.read_bytes() or self.process.poll() is not None, START, what="ready")
        assert self.process.poll() is None, self.log.read_text()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(30)


@pytest.mark.long
def test_two_hundred_tabs_miss_nothing_when_one_of_two_processes_is_killed(
    core: Core, database_url: str, tmp_path: Path
) -> None:
    nodes = [Node(database_url, tmp_path) for _ in "ab"]
    try:
        for each in nodes:
            each.await_ready()
        crowd = gather_crowd(core, [each.port for each in nodes], people=20, tabs=200, seed=SEED)

        def die() -> None:
            nodes[0].kill()
            crowd.ports.pop(0)

        asyncio.run(crowd.run(CHANGES, 100, die))
        nothing_lost(crowd)
        assert len(set().union(*(tab.seen for tab in crowd.tabs))) == CHANGES
        assert sum(tab.cuts for tab in crowd.tabs) > 200
        told = sum(len(tab.seen) for tab in crowd.tabs)
        lost = sum(tab.lost for tab in crowd.tabs)
        # The rate depends on the machine, and so is told and not asserted.
        print(f"{crowd.rate:.1f} changes/s, {told} frames, {sum(tab.cuts for tab in crowd.tabs)} cuts, {lost} lost")
    finally:
        for each in nodes:
            each.kill()
