"""The fork server: a process that has imported the services' modules, and starts each service as a copy of itself.

Importing is most of the work of a start. A copy has imported everything already, so a service that was killed is back
after a tenth of that work. The fork server has one thread, opens no connection and runs nothing of the services: a copy
of it is as good as a new process.

The supervisor sends one line of JSON for each service, with file descriptors beside it (SCM_RIGHTS, unix(7)), and gets
lines back: ``{"started": pid}`` or ``{"failed": reason}``, and ``{"ended": pid, "code": …}``.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from televent.settings import change_environment

MAX_DESCRIPTORS: Final = 8
"""Max file descriptors of one service."""
CHUNK: Final = 65536


@dataclass(frozen=True, slots=True)
class Order:
    """A service to start: its arguments on the command line, its changes to the environment, and the options that name
    the file descriptors sent beside it, in their order."""

    arguments: Sequence[str]
    environment: dict[str, str]
    options: Sequence[str]

    def line(self) -> bytes:
        """The order as one line of JSON."""
        return json.dumps([self.arguments, self.environment, self.options]).encode() + b"\n"


def serve(control: socket.socket, services: Sequence[str], preload: Callable[[str], None]) -> list[str] | None:
    """Forks a process for each order until the supervisor closes ``control``; then returns None.

    In each new process it returns the arguments to run there. ``preload`` imports the modules of a service. It is
    called for one after the other of ``services``, and an order waits only for those that it names.
    """
    children = _Children(control)
    waiting = list(services)

    def imported(name: str) -> None:
        waiting.remove(name)
        preload(name)
        # Modules stay for the life of the process. A collection in a copy would write to every object, and so copy the
        # memory that both share.
        gc.freeze()

    while True:
        if not children.asked(0 if waiting else None):
            if waiting:
                imported(waiting[0])
            continue
        order = _receive(control)
        if order is None:
            return None
        arguments, environment, descriptors = order
        for name in [each for each in waiting if each in arguments]:
            imported(name)
        answer: dict[str, Any]
        try:
            pid = os.fork()
        except OSError as error:
            # No memory, or too many processes: for this order. Those that run go on.
            answer = {"failed": str(error)}
        else:
            if pid == 0:
                children.leave()
                change_environment(environment)
                return arguments
            answer = {"started": pid}
        for each in descriptors:
            os.close(each)
        _tell(control, **answer)


class _Children:
    """Waits for orders, and for processes that end."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._woken.fileno(), warn_on_full_buffer=False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._selector.register(self._wake, selectors.EVENT_READ)

    def asked(self, timeout: float | None) -> bool:
        """Waits for up to ``timeout`` seconds, and tells which processes ended. Returns whether an order is there."""
        events = [key.fileobj for key, _ in self._selector.select(timeout)]
        if self._wake in events:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(CHUNK)
            with contextlib.suppress(ChildProcessError):
                while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                    _tell(self._control, ended=ended[0], code=os.waitstatus_to_exitcode(ended[1]))
        return self._control in events

    def leave(self) -> None:
        """Gives the new process back what a process has at its start."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for each in (self._wake, self._woken, self._control):
            each.close()


def _receive(control: socket.socket) -> tuple[list[str], dict[str, str], list[int]] | None:
    """The next order, with its descriptors among the arguments; None where the supervisor has gone."""
    line = b""
    descriptors: list[int] = []
    while not line.endswith(b"\n"):
        data, received, _, _ = socket.recv_fds(control, CHUNK, MAX_DESCRIPTORS)
        if not data:
            return None
        line, descriptors = line + data, [*descriptors, *received]
    arguments, environment, options = json.loads(line)
    for option, descriptor in zip(options, descriptors, strict=True):
        os.set_inheritable(descriptor, False)
        arguments += [option, str(descriptor)]
    return arguments, environment, descriptors


def _tell(control: socket.socket, **message: Any) -> None:
    # A supervisor that has gone is noticed at the next order.
    with contextlib.suppress(OSError):
        control.sendall(json.dumps(message).encode() + b"\n")


def name_process(arguments: Sequence[str]) -> None:
    """Shows this process to ps(1) with the command line that starts the same service, and not that of the fork server.

    Only Linux has a way to do that without a library in C: the place of the command line is in proc(5), fields 48 and
    49 of stat. Where it is not possible, the process keeps its name.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        begin, end = int(fields[45]), int(fields[46])
        words = b"\0".join(os.fsencode(each) for each in (sys.executable, "-m", "televent", *arguments))
        with Path("/proc/self/mem").open("r+b", buffering=0) as memory:
            memory.seek(begin)
            memory.write(words[: end - begin - 1].ljust(end - begin, b"\0"))
