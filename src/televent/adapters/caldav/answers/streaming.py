"""Sends a long answer only as fast as the client reads it, and stops when the client disconnects.

A thread makes one chunk at a time, and only after the chunk before has been sent. So a slow client holds a socket, but
no thread and no database connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from televent.adapters.caldav.door.run import Run
from televent.adapters.caldav.http import Receive, Send


async def stream(first: bytes, rest: Iterator[bytes], run: Run, receive: Receive, send: Send) -> None:
    """Sends ``first`` and then all of ``rest``, or stops when the client disconnects. At the end it closes ``rest``."""
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
    """Closes a generator, and so the database reads that it uses. Other iterators are left alone."""
    end = getattr(source, "close", None)
    if end is not None:
        with contextlib.suppress(ValueError):
            end()


async def _disconnected(receive: Receive) -> None:
    """Returns when the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass
