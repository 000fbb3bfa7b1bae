"""A file that a thread writes while a client already gets its beginning."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

from televent.adapters.rest.signing_in.auth import Run

CHUNK: Final = 256 * 1024
"""Max bytes that are sent at once."""


class Abandoned(Exception):
    """Nobody waits for the file any more, or it took too long."""


class Growing:
    """The file, without a name: the system removes it even after a crash.

    The writer never waits for the client, so that it holds its snapshot of the database no longer than it needs.
    ``seconds``: max time of the writing, and of the whole.
    """

    def __init__(self, seconds: float) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (two tasks share it)
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._until = time.monotonic() + seconds
        self._size = 0
        self._left = False

    @property
    def size(self) -> int:
        """Bytes that are written so far."""
        return self._size

    def write(self, data: bytes) -> int:
        """Appends bytes, for the writer in its thread. Raises Abandoned, OSError.

        There is no ``seek`` on purpose: what was sent cannot be changed.
        """
        if self._left or time.monotonic() > self._until:
            raise Abandoned
        view = memoryview(data)
        while view:
            count = os.pwrite(self._file.fileno(), view, self._size)
            self._size, view = self._size + count, view[count:]
        self._loop.call_soon_threadsafe(self._changed.set)
        return len(data)

    def flush(self) -> None:
        """Does nothing: each write is in the file."""

    def close(self) -> None:
        """Removes the file, where nobody has begun to write it."""
        self._file.close()

    async def chunks(self, run: Run, write: Callable[[], Awaitable[object]]) -> AsyncGenerator[bytes, None]:
        """Starts the writer, and gives its bytes to the end. Raises the writer's error, Abandoned: then the answer is
        torn. ``run`` calls blocking code in a thread."""
        writing = asyncio.ensure_future(write())
        writing.add_done_callback(lambda _: self._changed.set())
        at = 0
        try:
            while True:
                self._changed.clear()
                done = writing.done()
                data = await run(os.pread, self._file.fileno(), CHUNK, at)
                if data:
                    at += len(data)
                    if time.monotonic() > self._until:
                        raise Abandoned
                    yield data
                elif done:
                    writing.result()
                    return
                else:
                    await self._changed.wait()
        finally:
            self._left = True
            # The writer ends with its next write, and only then may the file go.
            writing.add_done_callback(lambda _: self._file.close())
            with contextlib.suppress(Exception):
                await asyncio.shield(writing)
