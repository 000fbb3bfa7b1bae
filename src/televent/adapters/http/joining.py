"""Sends the head of an answer and the first piece of its body in one write.

ASGI sends them as two messages, and uvicorn writes each at once. So nearly every answer would take two system calls and
two packets, and wake its client twice.
"""

from __future__ import annotations

import asyncio
from typing import Final

MAX_JOINED: Final = 64 * 1024
"""Max bytes of a first piece that is copied to be joined; a longer one is written after the head."""
_INTERIM: Final = b"HTTP/1.1 1"


class JoiningTransport:
    """The transport of one answer, as uvicorn's request cycle uses it.

    A head waits for the body until the loop's next iteration, no longer: a stream may have nothing to say for minutes.
    """

    __slots__ = ("_begun", "_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._head = b""
        self._begun = False

    def write(self, data: bytes) -> None:
        """Writes the next bytes of the answer."""
        if not self._begun:
            if data.startswith(_INTERIM):
                self._transport.write(data)
                return
            self._begun, self._head = True, data
            self._loop.call_soon(self.flush)
            return
        if self._head and len(data) <= MAX_JOINED:
            data, self._head = self._head + data, b""
        else:
            self.flush()
        self._transport.write(data)

    def close(self) -> None:
        """Closes the connection after what was written."""
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closing or closed."""
        return self._transport.is_closing()

    def flush(self) -> None:
        """Writes a head that still waits. An answer without a body, as that to HEAD, ends so."""
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)
