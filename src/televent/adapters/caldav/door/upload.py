"""Copies the body of an attachment from the socket to storage, one chunk at a time (RFC 8607 §3.4)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import unquote_to_bytes

from televent.adapters.caldav.door.door import Door
from televent.adapters.caldav.errors import precondition
from televent.adapters.caldav.http import DRAIN_LIMIT, Receive
from televent.application.attachments import MAX_ATTACHMENT, Upload
from televent.application.uploading import take_over
from televent.ical.editing.attachments import fit_name
from televent.ical.text.charsets import known_in_http

_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}\Z")
_EXTENDED: Final = re.compile(r";\s*filename\*\s*=\s*([A-Za-z0-9_-]+)'[^']*'([^;\s]*)", re.IGNORECASE)
_QUOTED: Final = re.compile(r';\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_TOKEN: Final = re.compile(r';\s*filename\s*=\s*([^;\s"]+)', re.IGNORECASE)


class Incoming:
    """The body of a request, read piece by piece."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._done = False
        self.awaited = False
        """True if the body was read from; a client that waits for 100 (Continue) sends from then on."""

    async def part(self) -> bytes | None:
        """The next bytes; None at the end. Raises ConnectionResetError if the client has gone or is too slow; a slow
        client has already got its 408 by then (adapters.http.connection)."""
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
        """Reads and discards the rest of the body, up to a limit, so that the client can read an early answer.
        ``expect`` is the Expect header.

        Returns True if the connection must close after the answer: the client waits for 100 (Continue) and did not get
        it, so the server could not tell whether the next bytes are the body or a new request (RFC 9110 §10.1.1)."""
        if not self.awaited and expect.strip().lower() == "100-continue":
            return True
        await self.drain()
        return False

    async def drain(self) -> None:
        """Reads and discards the rest of the body, at most about DRAIN_LIMIT bytes."""
        size = 0
        while size <= DRAIN_LIMIT and (part := await self.part()) is not None:
            size += len(part)


async def store(door: Door, incoming: Incoming, declared: str | None, upload: Upload) -> int:
    """Reads the whole body into storage and returns its size in bytes. ``declared`` is the Content-Length header. On an
    error nothing of it stays stored. Raises DavError 403 max-attachment-size, QuotaExceeded, ConnectionResetError."""
    announced = int(declared) if declared is not None and declared.isdigit() else 0
    if announced > MAX_ATTACHMENT:
        raise precondition("max-attachment-size")
    return await take_over(door.backend, door.run, upload, announced, _bounded(incoming))


async def _bounded(incoming: Incoming) -> AsyncIterator[bytes]:
    size = 0
    while (part := await incoming.part()) is not None:
        size += len(part)
        if size > MAX_ATTACHMENT:
            raise precondition("max-attachment-size")
        yield part


def filename_of(disposition: str) -> str:
    """The file name in a Content-Disposition (RFC 6266), cleaned for display and for file systems; "attachment" if
    there is none. A value in plain latin-1 that is valid UTF-8 is decoded as UTF-8, because clients send that."""
    given = f";{disposition}"
    extended = _EXTENDED.search(given)
    quoted, token = _QUOTED.search(given), _TOKEN.search(given)
    name = ""
    if extended is not None:
        name = unquote_to_bytes(extended[2]).decode(known_in_http(extended[1]) or "latin-1", "replace")
    elif quoted is not None:
        name = _utf8(re.sub(r"\\(.)", r"\1", quoted[1]))
    elif token is not None:
        name = _utf8(token[1])
    return fit_name(name)


def media_type_of(content_type: str) -> str:
    """The media type without parameters; application/octet-stream if the header is not a valid one."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind if _TYPE.match(kind) else "application/octet-stream"


def _utf8(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
