"""Opens the listening sockets of a process before anything else: a port below 1024 needs root, which the process then
gives up (`privileges`).

``televent up`` opens those of the API itself and keeps them: while an API process is started again, connections wait in
the kernel and none is refused.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from televent.runtime.database import OperatorError
from televent.settings import Settings

BACKLOG: Final = 2048
"""Max connections that wait in the kernel to be accepted."""

Sockets = Mapping[str, socket.socket]
"""Listening sockets by the setting that names their port."""


class Port(NamedTuple):
    """A port that a service listens on, and the setting that names it."""

    service: str
    setting: str
    host: str
    number: int


def ports(settings: Settings) -> list[Port]:
    """The ports of all services."""
    lmtp = settings.mail_lmtp_port
    return [
        Port("api", "API_PORT", settings.api_host, settings.api_port),
        Port("mail", "MAIL_LISTEN_PORT", settings.mail_listen_host, settings.mail_listen_port),
        *([] if lmtp is None else [Port("mail", "MAIL_LMTP_PORT", settings.mail_listen_host, lmtp)]),
        Port("sandbox", "SANDBOX_PORT", settings.sandbox_host, settings.sandbox_port),
        Port("sandbox", "SANDBOX_SMTP_PORT", settings.sandbox_host, settings.sandbox_smtp_port),
    ]


@contextlib.contextmanager
def open_sockets(settings: Settings, services: Sequence[str], given: socket.socket | None = None) -> Iterator[Sockets]:
    """The listening sockets of these services. ``given``: that of the API, which the supervisor has opened.

    Raises OperatorError where a port cannot be used.
    """
    with contextlib.ExitStack() as stack:
        wanted = [port for port in ports(settings) if port.service in services]
        opened = {port.setting: given if given and port.service == "api" else listen(port) for port in wanted}
        if "mail" in services and settings.mail_lmtp_socket is not None:
            opened["MAIL_LMTP_SOCKET"] = listen_at(settings.mail_lmtp_socket)
        yield MappingProxyType({setting: stack.enter_context(each) for setting, each in opened.items()})


def open_api(settings: Settings, count: int) -> list[socket.socket]:
    """A listening socket for each of ``count`` API processes. Raises OperatorError where the port cannot be used."""
    (port,) = (each for each in ports(settings) if each.service == "api")
    # The kernel would give another Televent, perhaps with another database, its part of the connections.
    listen(port, shared=False).close()
    return [listen(port) for _ in range(count)]


def listen(port: Port, *, shared: bool = True) -> socket.socket:
    """The listening socket of one port. ``shared``: an API process may share it with others of the same user. Raises
    OperatorError where the port cannot be used."""
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    # The protocol is given explicitly, because asyncio sets TCP_NODELAY only then. Without TCP_NODELAY an answer in two
    # writes waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if port.service == "api" and shared:
        # Several API processes share the port, and the kernel distributes the connections.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((port.host, port.number))
    except OSError as error:
        listener.close()
        reason = error.strerror or error
        raise OperatorError(f"{port.setting}={port.number}: {reason}. Choose another with {port.setting}.") from error
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def listen_at(path: Path) -> socket.socket:
    """A listening socket in the file system. Every account of this machine may connect, as to a port; the folder may
    forbid it. Raises OperatorError where another program listens there, or the path cannot be used.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            _remove_left(path)
        listener.bind(str(path))
        path.chmod(0o666)
    except OSError as error:
        listener.close()
        raise OperatorError(f"MAIL_LMTP_SOCKET={path}: {error.strerror or error}.") from error
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _remove_left(path: Path) -> None:
    """Removes the socket of a process that has ended: a socket stays in the file system. One that answers stays."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
