"""The supervisor's side of the fork server: starts it, and asks it for processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

import structlog

from televent.runtime.processes.fork_server import Order

log = structlog.get_logger("televent.runtime.processes.forks")

READY = b"ready\n"
"""Written by a service to its pipe when it is ready. It keeps the pipe open until it ends."""


class ForkServerGone(Exception):
    """The fork server has ended, or is not started, or cannot start another process."""


class Fork:
    """One process. ``ready`` and ``ended`` are set when it says that it is ready, and when it has ended."""

    def __init__(self, pipe: int) -> None:
        """``pipe``: the reading end of the pipe whose other end only the process holds."""
        self.ready = asyncio.Event()
        self.ended = asyncio.Event()
        self.pid = 0
        self._code: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._pipe = pipe
        asyncio.get_running_loop().add_reader(pipe, self._on_pipe)

    def started(self, pid: int, code: asyncio.Future[int | None]) -> None:
        """Notes which process it is. ``code`` gets its exit code."""
        self.pid, self._code = pid, code

    def _on_pipe(self) -> None:
        if os.read(self._pipe, 64):
            self.ready.set()
            return
        asyncio.get_running_loop().remove_reader(self._pipe)
        os.close(self._pipe)
        self.ended.set()

    async def exit_code(self) -> int | None:
        """Waits for the end. The exit code, negative for a signal; None where the fork server ended first."""
        await self.ended.wait()
        return await self._code

    def signal(self, number: int) -> None:
        """Sends a signal, unless the process has ended."""
        if not self._code.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class ForkServer:
    """One run of the fork server. Its processes end themselves when it ends, or when the supervisor does."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lifeline_read, self._lifeline_write = os.pipe()
        self._one = asyncio.Lock()
        self._started: asyncio.Future[tuple[int, asyncio.Future[int | None]]] | None = None
        self._codes: dict[int, asyncio.Future[int | None]] = {}
        self._gone = False

    @classmethod
    async def start(cls, services: Sequence[str]) -> ForkServer:
        """Starts the process. It begins to import the modules of ``services``, in their order."""
        self = cls()
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "televent", "fork-server", "--control-fd", str(theirs.fileno())]
            self._process = await asyncio.create_subprocess_exec(
                *command,
                *(word for service in services for word in ("--service", service)),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._control.setblocking(False)
        reader, writer = await asyncio.open_unix_connection(sock=self._control.dup())
        self._reading = asyncio.create_task(self._read(reader, writer))
        return self

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._gone

    async def fork(
        self, arguments: Sequence[str], environment: dict[str, str], listener: socket.socket | None = None
    ) -> Fork:
        """Starts a service, which gets ``listener`` as its listening socket. Raises ForkServerGone."""
        async with self._one:
            if self._gone or self._control is None:
                raise ForkServerGone
            pipe, theirs = os.pipe()
            given = {"--ready-fd": theirs, "--lifeline-fd": self._lifeline_read}
            if listener is not None:
                given["--listen-fd"] = listener.fileno()
            fork = Fork(pipe)
            self._started = asyncio.get_running_loop().create_future()
            try:
                try:
                    order = Order(arguments, environment, list(given))
                    socket.send_fds(self._control, [order.line()], [*given.values()])
                finally:
                    os.close(theirs)
                pid, code = await self._started
            except (OSError, ForkServerGone) as error:
                # It may have obeyed before it ended. The lifeline ends that process.
                await fork.ended.wait()
                raise ForkServerGone from error
            fork.started(pid, code)
            return fork

    async def stop(self) -> None:
        """Ends the process. Its services are told to end by their lifeline."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await self._reading
        if self._control is not None:
            self._control.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self._note(json.loads(line))
        except (OSError, ValueError) as error:
            log.error("the fork server cannot be read", error=str(error))
        finally:
            self._gone = True
            writer.close()
            os.close(self._lifeline_read)
            os.close(self._lifeline_write)
            self._refuse(ForkServerGone())
            for code in self._codes.values():
                code.set_result(None)
            self._codes.clear()

    def _note(self, message: dict[str, Any]) -> None:
        """Notes that a process was started, could not be started, or has ended."""
        if "failed" in message:
            self._refuse(ForkServerGone(message["failed"]))
        elif "started" in message:
            pid, code = message["started"], asyncio.get_running_loop().create_future()
            self._codes[pid] = code
            if self._started is not None and not self._started.done():
                # The code goes with it: the process may end before anybody looks it up.
                self._started.set_result((pid, code))
        else:
            self._codes.pop(message["ended"]).set_result(message["code"])

    def _refuse(self, reason: ForkServerGone) -> None:
        if self._started is not None and not self._started.done():
            self._started.set_exception(reason)
