"""``GET /feeds/{secret}.ics``: a calendar for everybody who knows the address (ADR 89).

An answer is made once for each state of the calendar and kept in memory, so a program that asks every minute costs two
look-ups, and one that sends its ETag gets no body at all.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final

from televent.application.backend import Backend
from televent.application.outage import Outage
from televent.application.refusals import FeedTooLarge
from televent.application.use_cases.feeds.read_feed import OpenFeed, open_feed, write_feed

_PATH: Final = re.compile(r"/feeds/([A-Za-z0-9_-]{43})\.ics\Z")
KEPT: Final = 32 * 1024 * 1024
"""Max bytes of files that one process keeps."""
AT_ONCE: Final = 2
"""Max files that one process makes at a time."""
FRAME: Final = 65_536
"""Max bytes that are handed to a connection at once."""

Scope = MutableMapping[str, Any]
Headers = list[tuple[bytes, bytes]]
ALWAYS: Final[Headers] = [
    (b"cache-control", b"private, no-cache"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class FeedDoor:
    """The ASGI application below ``/feeds``. ``admit`` counts a request, and returns the seconds to wait."""

    def __init__(self, backend: Backend, run: Any, admit: Callable[[Scope], Awaitable[float]]) -> None:
        self._backend, self._run, self._admit = backend, run, admit
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._making = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Answers GET and HEAD."""
        status, headers, body = await self._answer(scope)
        sent = [*headers, *ALWAYS]
        if status != 304:
            sent.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": sent})
        view = memoryview(b"" if scope["method"] == "HEAD" else body)
        for at in range(0, len(view), FRAME):
            await send({"type": "http.response.body", "body": bytes(view[at : at + FRAME]), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        if scope["method"] not in ("GET", "HEAD"):
            return _plain(405, b"This address is read with GET.\n", (b"allow", b"GET, HEAD"))
        wait = await self._admit(scope)
        if wait > 0:
            return _plain(429, b"Too many requests.\n", (b"retry-after", str(max(1, math.ceil(wait))).encode()))
        named = _PATH.match(scope["path"])
        try:
            opened = await self._run(open_feed, self._backend, named[1]) if named is not None else None
            if opened is None:
                return _plain(404, b"There is no such feed, or no longer.\n")
            return await self._file(scope, opened)
        except FeedTooLarge:
            return _plain(507, b"This calendar is too large for a feed.\n")
        except Outage as outage:
            retry = str(max(1, math.ceil(outage.retry_after))).encode()
            return _plain(503, b"The calendars cannot be reached at the moment.\n", (b"retry-after", retry))

    async def _file(self, scope: Scope, opened: OpenFeed) -> tuple[int, Headers, bytes]:
        backend, now = self._backend, self._backend.clock()
        asked = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        headers: Headers = [(b"etag", opened.etag.encode())]
        with suppress(Outage):
            # A database that takes no writes can still be read.
            await self._run(backend.feeds.note_read, opened.feed, now)
        match = asked.get(b"if-none-match")
        if match is not None and _matches(match, opened.etag):
            return 304, headers, b""
        modified: datetime = await self._run(backend.feeds.modified, opened.feed)
        headers.append((b"last-modified", format_datetime(modified.astimezone(UTC), usegmt=True).encode()))
        since = _moment(asked.get(b"if-modified-since")) if match is None else None
        # RFC 9110 §13.1.3: a date has seconds only. A change within the second of the date is not missed.
        if since is not None and modified < since:
            return 304, headers, b""
        async with self._making:
            body = self._kept.get(opened.etag)
            if body is None:
                body = await self._run(write_feed, backend, opened, now)
                self._keep(opened.etag, body)
            else:
                self._kept.move_to_end(opened.etag)
        headers.append((b"content-type", b"text/calendar; charset=utf-8"))
        headers.append((b"content-disposition", b'inline; filename="calendar.ics"'))
        return 200, headers, body

    def _keep(self, etag: str, body: bytes) -> None:
        self._kept[etag] = body
        self._size += len(body)
        while self._size > KEPT:
            self._size -= len(self._kept.popitem(last=False)[1])


def _plain(status: int, text: bytes, *headers: tuple[bytes, bytes]) -> tuple[int, Headers, bytes]:
    return status, [(b"content-type", b"text/plain; charset=utf-8"), *headers], text


def _matches(condition: str, etag: str) -> bool:
    """If-None-Match with weak comparison (RFC 9110 §13.1.2)."""
    listed = [each.strip().removeprefix("W/") for each in condition.split(",")]
    return "*" in listed or etag in listed


def _moment(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(value) if value else None
    except (ValueError, OverflowError):
        return None
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)
