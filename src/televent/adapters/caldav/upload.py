"""The body of an attachment: from the socket to storage, a chunk at a time (RFC 8607 §3.4)."""

from __future__ import annotations

import asyncio
import re
from typing import Final
from urllib.parse import unquote_to_bytes
from uuid import UUID

from televent.adapters.caldav.door import Door
from televent.adapters.caldav.errors import DavError, precondition
from televent.adapters.caldav.http import DRAIN_LIMIT, Receive
from televent.application.attachments import CHUNK, MAX_ATTACHMENT
from televent.domain.ids import AccountId

PATIENCE: Final = 60.0
"""Seconds that a client may be silent in the middle of its body."""
_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}\Z")
_EXTENDED: Final = re.compile(r";\s*filename\*\s*=\s*([A-Za-z0-9-]+)'[^']*'([^;\s]*)", re.IGNORECASE)
_QUOTED: Final = re.compile(r';\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_TOKEN: Final = re.compile(r';\s*filename\s*=\s*([^;\s"]+)', re.IGNORECASE)
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f-\x9f"/\\\u2028\u2029\u202a-\u202e\u2066-\u2069]')
LONGEST: Final = 200
"""Characters of a file's name."""


class Incoming:
    """A request's body as it comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._done = False

    async def part(self) -> bytes | None:
        """The next octets; None at the end. Raises ConnectionResetError, DavError 408."""
        if self._done:
            return None
        try:
            message = await asyncio.wait_for(self._receive(), PATIENCE)
        except TimeoutError:
            self._done = True
            raise DavError(408, text="The body did not come.") from None
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the client went away")
        self._done = not message.get("more_body", False)
        part: bytes = message.get("body", b"")
        return part

    async def drain(self) -> None:
        """Takes a bounded rest that nobody wants, so that the client can read the answer."""
        size = 0
        while size <= DRAIN_LIMIT and (part := await self.part()) is not None:
            size += len(part)


async def store(
    door: Door, incoming: Incoming, declared: str | None, tenant: AccountId, attachment_id: UUID, name: str, kind: str
) -> int:
    """Reads the whole body into storage; returns its octets. Raises DavError 403 max-attachment-size,
    ConnectionResetError; then nothing of it is kept."""
    if declared is not None and declared.isdigit() and int(declared) > MAX_ATTACHMENT:
        raise precondition("max-attachment-size")
    files = door.office.files
    await door.run(files.begin, tenant, attachment_id, name, kind, door.office.clock())
    try:
        size = chunks = 0
        waiting = bytearray()
        while (part := await incoming.part()) is not None:
            size += len(part)
            if size > MAX_ATTACHMENT:
                raise precondition("max-attachment-size")
            waiting += part
            while len(waiting) >= CHUNK:
                await door.run(files.add, tenant, attachment_id, chunks, bytes(waiting[:CHUNK]))
                del waiting[:CHUNK]
                chunks += 1
        if waiting:
            await door.run(files.add, tenant, attachment_id, chunks, bytes(waiting))
            chunks += 1
        await door.run(files.finish, tenant, attachment_id, size, chunks)
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
    name = re.split(r"[/\\]", name)[-1]
    name = _UNFIT.sub("", name).strip().strip(".")
    if len(name) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: LONGEST - len(ending) - 1]}.{ending}" if dot and len(ending) < 20 else name[:LONGEST]
    return name or "attachment"


def media_type_of(content_type: str) -> str:
    """Without parameters; what is none is octets."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind if _TYPE.match(kind) else "application/octet-stream"


def _utf8(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
