"""Takes an attachment over from a door, chunk by chunk: it is never whole in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from televent.application.attachments import CHUNK, Upload
from televent.application.backend import Backend
from televent.application.refusals import QuotaExceeded

Run = Callable[..., Awaitable[Any]]
"""Calls a synchronous function in a thread."""


async def take_over(backend: Backend, run: Run, upload: Upload, announced: int, parts: AsyncIterator[bytes]) -> int:
    """Stores the bytes and returns their number. ``announced``: the number of bytes that the client says, 0 for none.
    On an error nothing stays stored. Raises QuotaExceeded, and what ``parts`` raises."""
    files, tenant, attachment_id = backend.attachments, upload.tenant, upload.attachment_id
    room = await run(files.room, tenant, announced, backend.clock())
    if announced > room:
        raise QuotaExceeded(available=room)
    await run(files.begin, upload, backend.clock())
    try:
        size = chunks = 0
        waiting = bytearray()
        async for part in parts:
            size += len(part)
            if size > room:
                raise QuotaExceeded(available=room)
            waiting += part
            while len(waiting) >= CHUNK:
                await run(files.add, tenant, attachment_id, chunks, bytes(waiting[:CHUNK]))
                del waiting[:CHUNK]
                chunks += 1
        if waiting:
            await run(files.add, tenant, attachment_id, chunks, bytes(waiting))
            chunks += 1
        await run(files.finish, tenant, attachment_id, size, chunks, backend.clock())
    except BaseException:
        await run(files.drop, tenant, attachment_id)
        raise
    return size
