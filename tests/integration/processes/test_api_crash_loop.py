"""API processes that share a port: one that ends again and again keeps no connection waiting, and comes back."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from functools import partial

import pytest

from integration.processes.test_supervisor import HOST, health, place, until
from support.running import free_ports
from televent.adapters.postgres.schema import migrate
from televent.runtime.processes import supervisor as processes
from televent.runtime.processes.forks import Fork
from televent.runtime.processes.sockets import Port, listen
from televent.runtime.processes.supervisor import Child, Supervisor

pytestmark = pytest.mark.own_database


async def two(supervisor: Supervisor, database_url: str, port: int) -> tuple[Child, Child]:
    """Two API processes on one port, ready."""
    migrate.up(database_url)
    await supervisor.preload(["api"])
    environment = {**place(database_url, port), "TELEVENT_RATE_LIMITS": "off"}
    listeners = [listen(Port("api", "API_PORT", HOST, port)) for _ in range(2)]
    first, second = (
        supervisor.add(f"api {number}", ["api"], environment, listener=listener, shares_port=True)
        for number, listener in enumerate(listeners)
    )
    assert await supervisor.all_ready() is None
    return first, second


def listens(child: Child) -> bool:
    assert child.listener is not None
    return bool(child.listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def runs_again(child: Child, ended: Fork | None) -> bool:
    return child.fork is not None and child.fork is not ended and child.fork.ready.is_set()


def kill(child: Child) -> None:
    assert child.fork is not None
    os.kill(child.fork.pid, signal.SIGKILL)


def test_no_connection_waits_for_a_process_that_ends_again_and_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)

    async def run() -> None:
        supervisor = Supervisor()
        try:
            _, second = await two(supervisor, database_url, port)
            # The next start of a process that ends early is an hour away.
            monkeypatch.setattr(processes, "FIRST_DELAY", 3600.0)
            monkeypatch.setattr(processes, "MAX_DELAY", 3600.0)
            kill(second)
            await until(lambda: not listens(second))
            # With the other socket, the kernel would give it every second one of these.
            assert {await asyncio.to_thread(health, port) for _ in range(40)} == {200}
        finally:
            supervisor.request_stop()
            await supervisor.stopped()

    asyncio.run(run())


def test_a_process_that_ends_again_and_again_is_started_each_time_and_listens_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)

    async def run() -> None:
        supervisor = Supervisor()
        try:
            first, second = await two(supervisor, database_url, port)
            monkeypatch.setattr(processes, "MAX_HELD", 0.0)
            for _ in range(3):
                ended = second.fork
                kill(second)
                await until(partial(runs_again, second, ended))
                assert listens(second)
            # Only the second one is left to answer.
            monkeypatch.setattr(processes, "FIRST_DELAY", 3600.0)
            monkeypatch.setattr(processes, "MAX_DELAY", 3600.0)
            kill(first)
            await until(lambda: not listens(first))
            assert await asyncio.to_thread(health, port) == 200
        finally:
            supervisor.request_stop()
            await supervisor.stopped()

    asyncio.run(run())


def test_a_service_waits_longer_each_time_that_it_ends_early() -> None:
    delay, waited = 0.0, []
    for _ in range(10):
        delay = processes.next_delay(delay, lived=1.0)
        waited.append(delay)
    assert waited == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15.0, 15.0])
    assert processes.next_delay(delay, processes.LONG_LIFE + 1) == 0.0
