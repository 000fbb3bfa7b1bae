"""Starting, stopping and starting again, as operators do."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from e2e.people import CalendarApp
from support.dav import event
from support.running import Televent
from support.waiting import wait_until
from televent.commands.running import SERVICES
from televent.runtime.processes.allocator import ARENAS

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("e2e")]

HEAP = 64 * 1024 * 1024
"""Bytes of addresses that glibc reserves for a heap, which begins at a multiple of them (HEAP_MAX_SIZE, arena.c)."""


def arenas(process: int) -> int:
    """The arenas of malloc: the main one, and one for each heap, of which glibc gives out the beginning.

    An arena that outgrew its heap would count twice, but not so soon after the start.
    """
    lines = [line.split() for line in Path(f"/proc/{process}/maps").read_text().splitlines()]
    spans = [([int(each, 16) for each in line[0].split("-")], line[1], len(line) > 5) for line in lines]
    heaps = [
        begin
        for ((begin, middle), used, named), ((next_begin, end), unused, _) in pairwise(spans)
        if used == "rw-p" and not named and unused == "---p" and middle == next_begin and end == begin + HEAP
    ]
    return 1 + sum(begin % HEAP == 0 for begin in heaps)


def health(televent: Televent) -> str | None:
    try:
        with urllib.request.urlopen(f"{televent.api}/health", timeout=60) as answer:
            return str(json.load(answer)["status"])
    except (OSError, urllib.error.URLError):
        return None


def test_a_second_start_keeps_everything_and_ctrl_c_leaves_nothing_behind(
    tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    televent = Televent(tmp_path / "data")
    with televent:
        first = televent.ready_seconds()
        assert health(televent) == "ok"
        added = json.loads(televent.run("account", "add", "--telegram-id", "1001", "--name", "Ann", "--json").stdout)
        with CalendarApp(televent.api, 1001, added["password"]) as app:
            app.calendar.save_event(event("tea@example.com", "SUMMARY:Tea").decode())
            before, token = app.sync()
        assert televent.stop() == 0
        assert '"level": "error"' not in televent.output()
    assert televent.descendants() == []
    with televent:
        second = televent.ready_seconds()
        listed = json.loads(televent.run("account", "list", "--json").stdout)
        assert [each["account"] for each in listed] == [added["account"]]
        with CalendarApp(televent.api, 1001, added["password"]) as app:
            after, _ = app.sync()
            assert {path: entry.text("{DAV:}getetag") for path, entry in after.items()} == {
                path: entry.text("{DAV:}getetag") for path, entry in before.items()
            }
            assert app.sync(token)[0] == {}
            assert app.summaries() == ["Tea"]
        assert televent.stop() == 0
    assert televent.descendants() == []
    record_testsuite_property("ready_seconds_first_start", first)
    record_testsuite_property("ready_seconds_second_start", second)
    print(f"ready after {first} s the first time, {second} s the second")


def test_what_dies_is_started_again_and_no_service_outlives_the_supervisor(tmp_path: Path) -> None:
    televent = Televent(tmp_path / "data")
    with televent:
        assert televent.process is not None
        wait_until(lambda: "the bot is ready" in televent.output(), 60, what="the bot")
        running = services(televent)
        assert set(running) == {"api", "worker", "bot"}
        assert all(arenas(each) <= ARENAS for each in running.values())
        for each in running.values():
            os.kill(each, signal.SIGKILL)
        os.kill(postmaster(televent), signal.SIGKILL)
        wait_until(lambda: not any(map(alive, running.values())), 30, what="the services dead")
        wait_until(lambda: set(services(televent)) == set(running), 60, what="three new services")
        wait_until(lambda: health(televent) == "ok", 60, what="the API and its database back")
        again = services(televent)
        assert not set(again.values()) & set(running.values())
        os.kill(televent.process.pid, signal.SIGKILL)
        televent.process.wait(30)
        wait_until(lambda: not any(map(alive, again.values())), 30, what="every service gone")


def services(televent: Televent) -> dict[str, int]:
    """The services, by the command that each runs."""
    found = {}
    for pid in televent.descendants():
        words = command(pid)
        if words[1:3] == ["-m", "televent"] and words[3] in SERVICES:
            found[words[3]] = pid
    return found


def postmaster(televent: Televent) -> int:
    return int((televent.data_dir / "cluster" / "postmaster.pid").read_text().split()[0])


def command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return []


def alive(pid: int) -> bool:
    """Whether it runs. A dead process that its parent has not collected has no command line."""
    return "televent" in command(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_during_the_start_ends_everything_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    televent = Televent(tmp_path / "data")
    process = televent.spawn()
    try:
        # The services are starting: the database server runs, and the first child exists.
        wait_until(lambda: services(televent) or process.poll() is not None, 60, what="the first service")
        os.killpg(process.pid, number)
        assert process.wait(60) == 0
        assert "does not stop and is killed" not in televent.output()
        assert televent.descendants() == []
    finally:
        if televent.descendants():
            televent.kill_everything()
