"""An ASGI application on a port of this machine, in a thread of the test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
import uvloop

from support.waiting import NET, wait_until


@contextmanager
def serving(config: uvicorn.Config, end: Callable[[], Awaitable[None]]) -> Iterator[uvicorn.Server]:
    """A running server for the block; then ``end`` is awaited in its event loop."""
    server = uvicorn.Server(config)

    async def serve() -> None:
        await server.serve()
        await end()

    def run_it() -> None:
        # `televent api` uses uvloop too. Its sockets allow other things than asyncio's.
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run_it, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started and server.servers, what="the server listens")
        yield server
    finally:
        server.should_exit = True
        thread.join(NET)


def port_of(server: uvicorn.Server) -> int:
    """The port that a running server listens on."""
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
