"""The answer cache: it answers repeated requests, such as polls, while their data has not changed.

An answer depends only on the bytes of the request, including Authorization, and on the rows that were read for it. Each
row has a mark that changes with the row. The cache reads these marks from the database for every request and uses an
answer only if all marks are the same, however old it is. So a revoked device password, a change on another node, or a
withdrawn share takes effect at once. The cache holds no answer that needed rows without marks.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from televent.adapters.caldav.door.last_use import LastUse
from televent.adapters.caldav.door.limits import RateLimits
from televent.adapters.caldav.door.watch import WATCH, Watch
from televent.adapters.caldav.http import Header, Receive, Scope, Send
from televent.application.marks import Key, Mark, Marks

Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_CACHE_BYTES: Final = 32 * 1024 * 1024
"""Max bytes of the whole cache, about."""
MAX_ANSWER_BYTES: Final = 64 * 1024
"""Max bytes of a cached answer's body."""
MAX_REQUEST_BYTES: Final = 8 * 1024
"""Max bytes of the body of a request whose answer is cached."""
ENTRY_BYTES: Final = 2048
"""Bytes of a cached answer beside its body, about."""

_METHODS: Final = frozenset({"PROPFIND", "REPORT", "GET", "HEAD"})
_NEW_EACH_TIME: Final = frozenset({b"x-request-id", b"traceparent", b"tracestate"})
"""Headers that differ in every request and that no answer depends on."""


class CachedAnswer:
    """One cached answer, with the keys and the marks of its rows, and the account and device that asked for it."""

    __slots__ = ("account", "body", "device", "headers", "keys", "marks", "status", "tenant")

    def __init__(self, watch: Watch, marks: Mark, sent: _RecordingSend) -> None:
        assert watch.tenant is not None
        assert watch.device is not None
        self.tenant: UUID = watch.tenant
        self.device: UUID = watch.device
        self.account = str(watch.tenant)
        self.keys: tuple[Key, ...] = tuple(watch.seen)
        self.marks = marks
        self.status = sent.status
        self.headers: list[Header] = sent.headers
        self.body = sent.body

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return ENTRY_BYTES + len(self.body)


class _RecordingSend:
    """Passes an answer on and keeps a copy, unless it is long or has several parts."""

    __slots__ = ("body", "headers", "send", "status", "whole")

    def __init__(self, send: Send) -> None:
        self.send = send
        self.status = 0
        self.headers: list[Header] = []
        self.body = b""
        self.whole = False

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        else:
            body = message.get("body", b"")
            self.whole = not message.get("more_body", False) and not self.body and len(body) <= MAX_ANSWER_BYTES
            self.body = body if self.whole else b"."
        await self.send(message)


class AnswerCache:
    """The CalDAV application with the answer cache in front of it. ``limits`` None: no rate limits."""

    def __init__(self, door: Asgi, marks: Marks, last_use: LastUse, limits: RateLimits | None = None) -> None:
        self._door = door
        self._marks = marks
        self._last_use = last_use
        self._limits = limits
        self._secret = secrets.token_bytes(32)
        self._answers: OrderedDict[bytes, CachedAnswer] = OrderedDict()
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, from the cache if possible."""
        if scope["method"] not in _METHODS:
            await self._door(scope, receive, send)
            return
        body, receive = await _small_body(scope["headers"], receive)
        if body is None:
            await self._door(scope, receive, send)
            return
        request = self._cache_key(scope, body)
        known = self._answers.get(request)
        if known is not None and await self._marks.ask(known.keys) == known.marks and self._admitted(known):
            if request in self._answers:
                self._answers.move_to_end(request)
            self._last_use.note(known.tenant, known.device)
            await self._give(known, scope, receive, send)
            return
        watch, sent = Watch(), _RecordingSend(send)
        token = WATCH.set(watch)
        try:
            await self._door(scope, receive, sent)
        finally:
            WATCH.reset(token)
        self._store(request, watch, sent)

    async def _give(self, known: CachedAnswer, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": known.status, "headers": list(known.headers)})
        await send({"type": "http.response.body", "body": known.body})

    def _cache_key(self, scope: Scope, body: bytes) -> bytes:
        """The request's cache key: a digest of 16 bytes under a secret of the process, so the cache holds no
        password."""
        headers = [part for header in scope["headers"] if header[0] not in _NEW_EACH_TIME for part in header]
        parts = [scope["method"].encode(), scope.get("raw_path") or scope["path"].encode(), b"%d" % len(headers)]
        parts += [scope.get("scheme", "").encode(), scope.get("query_string", b""), *headers, body]
        return blake2b(b"\0".join(parts), key=self._secret, digest_size=16).digest()

    def _admitted(self, known: CachedAnswer) -> bool:
        """True if the account has an admission here, which it uses."""
        return self._limits is None or self._limits.account.held(known.account)

    def _store(self, request: bytes, watch: Watch, sent: _RecordingSend) -> None:
        """Caches an answer. Its marks came with its rows, or before them: if a row has changed since, its mark is
        already different and the answer is never used."""
        before = self._answers.pop(request, None)
        if before is not None:
            self._size -= before.size
        marks = watch.marks()
        if marks is None or not sent.whole or sent.status not in (200, 207, 304):
            return
        answer = CachedAnswer(watch, marks, sent)
        self._answers[request] = answer
        self._size += answer.size
        while self._size > MAX_CACHE_BYTES:
            self._size -= self._answers.popitem(last=False)[1].size


async def _small_body(headers: Iterable[Header], receive: Receive) -> tuple[bytes | None, Receive]:
    """The body, and a ``receive`` that returns it again; the body is None if it is large or of unknown length."""
    length = 0
    for name, value in headers:
        if name == b"transfer-encoding":
            return None, receive
        if name == b"content-length":
            length = int(value) if value.isdigit() and len(value) < 9 else MAX_REQUEST_BYTES + 1
    if length > MAX_REQUEST_BYTES:
        return None, receive
    if not length:
        return b"", receive
    messages = []
    body = b""
    more = True
    while more:
        message = await receive()
        messages.append(message)
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)

    async def again() -> Any:
        return messages.pop(0) if messages else await receive()

    return (None if more else body), again
