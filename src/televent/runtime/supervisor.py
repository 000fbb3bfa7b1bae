"""``televent up``: starts every service as a process of its own, keeps them running, stops them together.

Each child gets one end of a pipe, the lifeline: when this process dies, however it dies, the pipe closes and the child
ends itself. A second pipe carries one line when the child is ready.
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

PATIENCE = 15.0
"""Seconds a child has to stop by itself."""


@dataclass
class Child:
    """One service, whichever process runs it at the moment."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    last: bool = False
    """Others ask it for something: it is told to stop once they have gone."""
    process: asyncio.subprocess.Process | None = None
    failed: str | None = None


class Supervisor:
    """Runs children until told to stop."""

    def __init__(self) -> None:
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._children: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    def add(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], *, last: bool = False) -> Child:
        """Starts a child and keeps it running. ``last``: it stops after those that are not."""
        child = Child(name, arguments, child_environment(**environment), last=last)
        self._children.append(child)
        self._tasks.append(asyncio.create_task(self._keep(child), name=name))
        return child

    async def all_ready(self) -> str | None:
        """Waits for every child; returns the name of one that cannot start, if one cannot."""
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
        """Asks for the end; ``stopped`` waits for it."""
        self._stopping.set()

    async def stopped(self) -> None:
        """Returns once every child has gone."""
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
            # Told from here and not by who asks for the end: a child that was being made at that moment is told too.
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                return await asyncio.wait_for(asyncio.shield(ended), PATIENCE)
            except TimeoutError:
                log.error("a service does not stop and is killed", service=child.name, after_seconds=PATIENCE)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        return await ended
