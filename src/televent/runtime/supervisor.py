"""Starts every service of ``televent up`` as its own process, keeps them running, and stops them together.

Each child inherits the reading end of a pipe, the lifeline: when this process ends for any reason, the kernel closes
the pipe and the child ends itself. On a second pipe the child writes one line when it is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from televent.settings import child_environment

log = structlog.get_logger("televent.runtime.supervisor")

STOP_TIMEOUT = 15.0
"""Seconds that a child has to stop before it is killed."""


@dataclass
class Child:
    """One service. ``process`` is the process that runs it now."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    last: bool = False
    """Whether it stops after the others, because they need it."""
    process: asyncio.subprocess.Process | None = None
    failed: str | None = None


class Supervisor:
    """Runs children until ``request_stop``."""

    def __init__(self) -> None:
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._children: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    def add(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], *, last: bool = False) -> Child:
        """Starts a child and keeps it running. ``last``: it stops after the children without this flag."""
        child = Child(name, arguments, child_environment(**environment), last=last)
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
        """Begins to stop all children; ``stopped`` waits for their end."""
        self._stopping.set()

    async def stopped(self) -> None:
        """Waits until every child has ended."""
        await self._stopping.wait()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        os.close(self._lifeline_write)
        os.close(self._lifeline_read)

    async def _keep(self, child: Child) -> None:
        delay = 0.5
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run_once(child)
            if self._stopping.is_set():
                return
            lived = time.monotonic() - started
            if not child.ready.is_set():
                child.failed = f"{child.name} could not start (exit code {code})"
                return
            delay = 0.5 if lived > 30 else min(delay * 2, 15.0)
            log.error("a service ended and is started again", service=child.name, exit_code=code, in_seconds=delay)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)

    async def _run_once(self, child: Child) -> int:
        ready_read, ready_write = os.pipe()
        command = [sys.executable, "-m", "televent", *child.arguments]
        command += ["--ready-fd", str(ready_write), "--lifeline-fd", str(self._lifeline_read)]
        child.process = await asyncio.create_subprocess_exec(
            *command,
            env=child.environment,
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(ready_write, self._lifeline_read),
            start_new_session=True,
        )
        os.close(ready_write)
        loop = asyncio.get_running_loop()

        def on_ready() -> None:
            loop.remove_reader(ready_read)
            if os.read(ready_read, 64):
                child.ready.set()

        loop.add_reader(ready_read, on_ready)
        try:
            return await self._await_end(child, child.process)
        finally:
            loop.remove_reader(ready_read)
            os.close(ready_read)

    async def _others_gone(self) -> None:
        others = [task for each, task in zip(self._children, self._tasks, strict=True) if not each.last]
        if others:
            await asyncio.wait(others)

    async def _await_end(self, child: Child, process: asyncio.subprocess.Process) -> int:
        ended = asyncio.create_task(process.wait())
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if child.last and not ended.done():
            await self._others_gone()
        if not ended.done():
            # The signal is sent here and not in ``request_stop``, so that it also reaches a child that was being
            # started at that moment.
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                return await asyncio.wait_for(asyncio.shield(ended), STOP_TIMEOUT)
            except TimeoutError:
                log.error("a service does not stop and is killed", service=child.name, after_seconds=STOP_TIMEOUT)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        return await ended
