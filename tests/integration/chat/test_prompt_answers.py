"""Servers send what they write at once.

With Nagle's algorithm on, an answer in two writes waits for the client's delayed acknowledgement: 40 ms a request.
"""

import asyncio
import socket
from contextlib import suppress
from os import dup, listdir

from support.running import free_ports
from support.sandbox import sandbox_control
from televent.runtime.processes.sockets import Port, listen


def server_sends_at_once(client: tuple[str, int]) -> bool:
    """Whether TCP_NODELAY is set where this process accepted the connection of ``client``."""
    for number in listdir("/dev/fd"):
        # Most are no sockets, and the one that lists them has been closed.
        with suppress(OSError), socket.socket(fileno=dup(int(number))) as each:
            if each.family == socket.AF_INET and each.getpeername() == client:
                return each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    raise AssertionError("nobody has accepted the connection")


async def sends_at_once(port: int, request: bytes = b"") -> bool:
    """The same for a new connection to this port, which is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await reader.readuntil(b"\r\n")
        return server_sends_at_once(writer.get_extra_info("sockname"))
    finally:
        writer.close()
        await writer.wait_closed()


async def of_the_sandbox() -> None:
    async with sandbox_control() as control:
        assert await sends_at_once(control.sandbox.web_port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert await sends_at_once(control.sandbox.smtp_port)


async def of_televent(port: int) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")

    async with await asyncio.start_server(greet, sock=listen(Port("mail", "MAIL_LISTEN_PORT", "127.0.0.1", port))):
        assert await sends_at_once(port)


def test_the_sandbox_sends_at_once() -> None:
    asyncio.run(of_the_sandbox())


def test_the_ports_of_televent_send_at_once() -> None:
    asyncio.run(of_televent(*free_ports(1)))
