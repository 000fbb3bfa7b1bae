"""The connections of the proxy in front of Televent: devices share them, each with an address of its own."""

from __future__ import annotations

import asyncio

from bench.load import Answer, Connection, LoadError
from bench.servers import HOST

TIMEOUT = 60.0
"""Seconds without an answer after which the server counts as hung."""


class Proxy:
    """Keeps connections to the API open and gives each request a free one."""

    def __init__(self, port: int, connections: int) -> None:
        self._port = port
        self._all = [Connection(HOST, port) for _ in range(connections)]
        self._free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        for each in self._all:
            self._free.put_nowait(each)

    async def send(self, request: bytes, device: int) -> Answer:
        """The answer to a request of a device. Raises LoadError."""
        # The limits of a client's address hold as shipped: each device has its own, as behind a real proxy.
        address = f"10.{device >> 16 & 255}.{device >> 8 & 255}.{device & 255}"
        request = request.replace(b"User-Agent: bench", f"User-Agent: bench\r\nX-Forwarded-For: {address}".encode(), 1)
        connection = await self._free.get()
        try:
            async with asyncio.timeout(TIMEOUT):
                return await connection.send(request)
        except TimeoutError as error:
            connection.close()
            raise LoadError(f"no answer within {TIMEOUT:g} s") from error
        except BaseException:
            # An answer may be under way that is not the next one's.
            connection.close()
            raise
        finally:
            self._free.put_nowait(connection)

    def close(self) -> None:
        """Closes all connections."""
        for each in self._all:
            each.close()
