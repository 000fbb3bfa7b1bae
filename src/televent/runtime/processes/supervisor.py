"""Starts every service of ``televent up`` in a process of its own, keeps them running, and stops them together.

Each process has the reading end of a pipe, the lifeline: when this process ends for any reason, the kernel closes the
pipe and the service ends itself. It holds a second pipe for as long as it lives: on it, it writes one line when it is
ready, and the kernel closes it when the process ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from televent.runtime.database import MISTAKE
from televent.runtime.processes.forks import Fork, ForkServer, ForkServerGone
from televent.runtime.processes.sockets import BACKLOG

log = structlog.get_logger("televent.runtime.processes.supervisor")

STOP_TIMEOUT = 15.0
"""Seconds that a service has to stop before it is killed."""
LONG_LIFE = 30.0
"""Seconds after which a service that ends is started again at once. One that ends earlier waits, longer each time."""
FIRST_DELAY, MAX_DELAY = 0.1, 15.0
"""Seconds before a service that ended early is started again: the first time, and at most."""
MAX_HELD = 0.5
"""Max seconds for which connections wait at the listening socket of a service that shares its port. The kernel gives
each socket its part of the connections, whether a process accepts them or not."""


@dataclass
class Child:
    """One service. ``fork`` is the process that runs it now. ``ready`` is set when it has been ready once."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str]
    listener: socket.socket | None = None
    shares_port: bool = False
    """Whether other children listen on the same port."""
    last: bool = False
    """Whether it stops after the others, because they need it."""
    tries_again: bool = False
    """Whether it is started again though it has never been ready, unless the reason is a mistake of the operator."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    fork: Fork | None = None
    exit_code: int | None = None
    failed: str | None = None


def next_delay(delay: float, lived: float) -> float:
    """The seconds before a service is started again that lived for so long, after it had waited for ``delay``."""
    return 0.0 if lived > LONG_LIFE else min(max(delay * 2, FIRST_DELAY), MAX_DELAY)


def _leave_port(child: Child) -> None:
    """The socket listens no more, and stays bound to its port: nobody needs the right to open that again."""
    # OSError: a system other than Linux keeps it listening, and connections wait as before.
    with contextlib.suppress(OSError):
        if child.listener is not None:
            child.listener.shutdown(socket.SHUT_RDWR)


class Supervisor:
    """Runs children until ``request_stop``."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._server: ForkServer | None = None
        self._services: tuple[str, ...] = ()
        self._starting = asyncio.Lock()

    async def preload(self, services: Sequence[str]) -> None:
        """Starts the fork server, which begins to import the modules of these services, in their order."""
        self._services = tuple(services)
        await self._fork_server()

    def add(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        listener: socket.socket | None = None,
        shares_port: bool = False,
        last: bool = False,
        tries_again: bool = False,
    ) -> Child:
        """Starts a child and keeps it running. ``listener``: its listening socket, which stays open here, so that
        connections wait while the child is started again. ``shares_port``: other children listen there, too, and get
        its connections while it ends early again and again. ``last``: it stops after the children without this flag.
        ``tries_again``: it is started again also before it has been ready once, unless an operator must act."""
        child = Child(name, arguments, dict(environment), listener, shares_port, last, tries_again)
        self._children.append(child)
        self._tasks.append(asyncio.create_task(self._keep(child), name=name))
        return child

    async def all_ready(self) -> str | None:
        """Waits until every child is ready, and returns None; or the reason why one cannot start."""
        while True:
            if all(child.ready.is_set() for child in self._children):
                return None
            failed = next((child for child in self._children if child.failed), None)
            if failed is not None:
                return failed.failed
            if self._stopping.is_set():
                return "stopped"
            await asyncio.sleep(0.02)

    def request_stop(self) -> None:
        """Begins to stop all children; ``stopped`` waits for their end. From now on connections are refused."""
        self._stopping.set()
        for child in self._children:
            if child.listener is not None:
                child.listener.close()

    async def stopped(self) -> None:
        """Waits until every child has ended."""
        await self._stopping.wait()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.stop()

    async def _keep(self, child: Child) -> None:
        delay = 0.0
        while not self._stopping.is_set():
            started = time.monotonic()
            child.exit_code = await self._run_once(child)
            if self._stopping.is_set():
                return
            if not child.ready.is_set() and (not child.tries_again or child.exit_code == MISTAKE):
                child.failed = f"{child.name} could not start (exit code {child.exit_code})"
                return
            delay = next_delay(delay, time.monotonic() - started)
            log.error(
                "a service ended and is started again", service=child.name, code=child.exit_code, in_seconds=delay
            )
            leaves = child.shares_port and delay > MAX_HELD
            if leaves:
                _leave_port(child)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
            if leaves and child.listener is not None and not self._stopping.is_set():
                child.listener.listen(BACKLOG)

    async def _run_once(self, child: Child) -> int | None:
        """Runs the child until it ends, and returns its exit code; None where it is not known."""
        stop = asyncio.create_task(self._stopping.wait())
        starting = asyncio.create_task(self._fork(child))
        await asyncio.wait({starting, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not starting.done() and self._server is not None:
            # The fork server still imports: it is ended instead of waited for.
            await self._server.stop()
        try:
            fork = child.fork = await starting
        except (ForkServerGone, OSError) as error:
            if not self._stopping.is_set():
                # OSError: no memory, process or descriptor is left now. Perhaps there is one at the next attempt.
                log.error("a service gets no process", service=child.name, reason=str(error) or "the fork server ended")
            return None
        announce = asyncio.create_task(self._announce(child, fork))
        try:
            return await self._await_end(child, fork)
        finally:
            announce.cancel()

    async def _fork(self, child: Child) -> Fork:
        server = await self._fork_server()
        return await server.fork(child.arguments, child.environment, child.listener)

    async def _fork_server(self) -> ForkServer:
        async with self._starting:
            if self._server is None or self._server.gone:
                self._server = await ForkServer.start(self._services)
            return self._server

    async def _announce(self, child: Child, fork: Fork) -> None:
        await fork.ready.wait()
        child.ready.set()

    async def _others_gone(self) -> None:
        others = [task for each, task in zip(self._children, self._tasks, strict=True) if not each.last]
        if others:
            await asyncio.wait(others)

    async def _await_end(self, child: Child, fork: Fork) -> int | None:
        ended = asyncio.create_task(fork.exit_code())
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if child.last and not ended.done():
            await self._others_gone()
        if not ended.done():
            fork.signal(signal.SIGTERM)
            try:
                return await asyncio.wait_for(asyncio.shield(ended), STOP_TIMEOUT)
            except TimeoutError:
                log.error("a service does not stop and is killed", service=child.name, after_seconds=STOP_TIMEOUT)
                fork.signal(signal.SIGKILL)
        return await ended
