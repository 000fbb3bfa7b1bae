"""The floor of the live part: a bare Litestar handler that sends each posted body to all its streams.

``python bench/bare_stream.py PORT``
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import uvicorn
import uvloop
from litestar import Litestar, get, post
from litestar.params import JSONBody
from litestar.response import Stream


def application() -> Litestar:
    """The application."""
    queues: set[asyncio.Queue[str]] = set()

    async def events() -> AsyncIterator[bytes]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        queues.add(queue)
        try:
            yield b"event: ready\ndata: {}\n\n"
            while True:
                yield f"event: change\ndata: {await queue.get()}\n\n".encode()
        finally:
            queues.discard(queue)

    @get("/stream", sync_to_thread=False)
    def stream() -> Stream:
        return Stream(events(), media_type="text/event-stream")

    @post("/change", status_code=204, sync_to_thread=False)
    def change(data: JSONBody[dict[str, str]]) -> None:
        for each in queues:
            each.put_nowait(data["change"])

    return Litestar([stream, change], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    uvloop.install()
    uvicorn.run(application(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
