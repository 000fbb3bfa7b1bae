"""A long answer, sent as fast as it is read and no faster; whoever goes away stops the work for it.

Chunks are made in threads, one at a time and only when the last one is on its way: a slow reader holds a socket, and
neither a thread nor a database connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from televent.adapters.caldav.door.door import Run
from televent.adapters.caldav.http import Receive, Send


async def stream(first: bytes, rest: Iterator[bytes], run: Run, receive: Receive, send: Send) -> None:
    """Sends ``first`` and then ``rest`` to its end, or until the client has gone; then closes ``rest``."""
    gone = asyncio.ensure_future(_disconnected(receive))
    body = first
    try:
        while body and not gone.done():
            await send({"type": "http.response.body", "body": body, "more_body": True})
            if not gone.done():
                body = await run(next, rest, b"")
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        await run(close, rest)


def close(source: Iterator[bytes]) -> None:
    """Ends a generator where it stands, and with it what it reads from."""
    end = getattr(source, "close", None)
    if end is not None:
        with contextlib.suppress(ValueError):
            end()


async def _disconnected(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
