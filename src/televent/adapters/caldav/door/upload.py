"""The body of an attachment: from the socket to storage, a chunk at a time (RFC 8607 §3.4)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import precondition
from televent.adapters.caldav.http import DRAIN_LIMIT, Receive
from televent.application.attachments import CHUNK, MAX_ATTACHMENT, Upload
from televent.application.refusals import QuotaExceeded
from televent.ical.editing.attachments import fit_name

_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}\Z")
_EXTENDED: Final = re.compile(r";\s*filename\*\s*=\s*([A-Za-z0-9-]+)'[^']*'([^;\s]*)", re.IGNORECASE)
_QUOTED: Final = re.compile(r';\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_TOKEN: Final = re.compile(r';\s*filename\s*=\s*([^;\s"]+)', re.IGNORECASE)


class Incoming:
    """A request's body as it comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._done = False
        self.awaited = False
        """Some of it was asked for: a client that waits for 100 (Continue) sends it from then on."""

    async def part(self) -> bytes | None:
        """The next octets; None at the end. Raises ConnectionResetError, also where they did not come in time: who is
        too slow has been answered when this hears of it (adapters.rest.connection)."""
        if self._done:
            return None
        self.awaited = True
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the client went away")
        self._done = not message.get("more_body", False)
        part: bytes = message.get("body", b"")
        return part

    async def settle(self, expect: str) -> bool:
        """Before an answer that did not need the body: takes a bounded rest of it, so that the client can read the
        answer. True where the client asked first and was not told to send (RFC 9110 §10.1.1): then the connection ends
        with the answer, for what would come next might be a body or a request."""
        if not self.awaited and expect.strip().lower() == "100-continue":
            return True
        await self.drain()
        return False

    async def drain(self) -> None:
        """Takes a bounded rest that nobody wants."""
        size = 0
        while size <= DRAIN_LIMIT and (part := await self.part()) is not None:
            size += len(part)


async def store(door: Door, incoming: Incoming, declared: str | None, upload: Upload) -> int:
    """Reads the whole body into storage; returns its octets. Raises DavError 403 max-attachment-size, QuotaExceeded,
    ConnectionResetError; then nothing of it is kept."""
    announced = int(declared) if declared is not None and declared.isdigit() else 0
    if announced > MAX_ATTACHMENT:
        raise precondition("max-attachment-size")
    files, tenant, attachment_id = door.backend.attachments, upload.tenant, upload.attachment_id
    room = await door.run(files.room, tenant, announced, door.backend.clock())
    if announced > room:
        raise QuotaExceeded(available=room)
    await door.run(files.begin, upload, door.backend.clock())
    try:
        size = chunks = 0
        waiting = bytearray()
        while (part := await incoming.part()) is not None:
            size += len(part)
            if size > MAX_ATTACHMENT:
                raise precondition("max-attachment-size")
            if size > room:
                raise QuotaExceeded(available=room)
            waiting += part
            while len(waiting) >= CHUNK:
                await door.run(files.add, tenant, attachment_id, chunks, bytes(waiting[:CHUNK]))
                del waiting[:CHUNK]
                chunks += 1
        if waiting:
            await door.run(files.add, tenant, attachment_id, chunks, bytes(waiting))
            chunks += 1
        await door.run(files.finish, tenant, attachment_id, size, chunks, door.backend.clock())
    except BaseException:
        await door.run(files.drop, tenant, attachment_id)
        raise
    return size


def filename_of(disposition: str) -> str:
    """The name in a Content-Disposition (RFC 6266), fit to be shown and to be a file's; "attachment" where there is
    none. Header values come as latin-1; clients that write UTF-8 there mean it."""
    given = f";{disposition}"
    extended = _EXTENDED.search(given)
    quoted, token = _QUOTED.search(given), _TOKEN.search(given)
    name = ""
    if extended is not None:
        charset = "utf-8" if extended[1].lower() == "utf-8" else "latin-1"
        name = unquote_to_bytes(extended[2]).decode(charset, "replace")
    elif quoted is not None:
        name = _utf8(re.sub(r"\\(.)", r"\1", quoted[1]))
    elif token is not None:
        name = _utf8(token[1])
    return fit_name(name)


def media_type_of(content_type: str) -> str:
    """Without parameters; what is none is octets."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind if _TYPE.match(kind) else "application/octet-stream"


def _utf8(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
