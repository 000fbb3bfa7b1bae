"""The answer cache: it answers repeated requests, such as polls, while their data has not changed.

An answer depends only on the bytes of the request, including Authorization, and on the rows that were read for it. Each
row has a mark that changes with the row. The cache reads these marks from the database for every request and uses an
answer only if all marks are the same. So a revoked device password, a change on another node, or a withdrawn share
takes effect at once. The cache holds no answer that needed rows without marks, and none that was requested only once.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from hashlib import blake2b
from typing import Any, Final, TypeVar
from uuid import UUID

from televent.adapters.caldav.door.door import Door, Run
from televent.adapters.caldav.door.limits import RateLimits
from televent.adapters.caldav.http import Header, Receive, Scope, Send
from televent.application.backend import Backend
from televent.application.marks import Key, Mark, Marks

T = TypeVar("T")
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_CACHE_BYTES: Final = 32 * 1024 * 1024
"""Max bytes of the whole cache, about."""
MAX_ANSWER_BYTES: Final = 64 * 1024
"""Max bytes of a cached answer's body."""
MAX_REQUEST_BYTES: Final = 8 * 1024
"""Max bytes of the body of a request whose answer is cached."""
ENTRY_BYTES: Final = 1024
"""Bytes of a cached answer beside its body, about."""
ENTRY_SECONDS: Final = 240.0
"""Max seconds for which an answer is cached: less than auth.RECORD_USE_EVERY, so that sign-ins still record a device's
last use."""

_METHODS: Final = frozenset({"PROPFIND", "REPORT", "GET", "HEAD"})
_NEW_EACH_TIME: Final = frozenset({b"x-request-id", b"traceparent", b"tracestate"})
"""Headers that differ in every request and that no answer depends on."""


class Watch:
    """Records the rows that one request reads."""

    __slots__ = ("keys", "pure", "tenant")

    def __init__(self) -> None:
        self.tenant: UUID | None = None
        """The account that signed in."""
        self.keys: dict[Key, None] = {}
        self.pure = True
        """True while every read had a mark."""


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


def signed_in(tenant: UUID) -> None:
    """Records the account of the current request. Without it the answer is not cached."""
    watch = _watch.get()
    if watch is not None:
        watch.tenant = tenant


class WatchedRun:
    """Calls a function as ``run`` does, and records the row that it reads in the Watch of the current request."""

    def __init__(self, backend: Backend, run: Run) -> None:
        self._run = run
        reads = backend.reads
        self._kinds: dict[Any, str] = {
            reads.calendar: "calendar",
            reads.resource: "resource",
            reads.principal_props: "principal",
        }

    def __call__(self, function: Callable[..., T], *args: object) -> Awaitable[T]:
        """Runs the function in a thread; the result is awaited."""
        watch = _watch.get()
        if watch is not None:
            kind = self._kinds.get(function)
            if kind is not None:
                watch.keys[kind, *args] = None
            elif getattr(function, "__func__", None) in (Door.collections, Door.calendars):
                # The only Person that these functions get is the one who signed in.
                watch.keys["home", args[0].account.tenant] = None  # type: ignore[attr-defined]
            else:
                watch.pure = False
        return self._run(function, *args)


class CachedAnswer:
    """One cached answer. ``marks`` None: the request came once, so the entry only has the keys of its rows and no
    answer yet."""

    __slots__ = ("body", "headers", "keys", "marks", "size", "status", "tenant", "until")

    def __init__(self, tenant: UUID, keys: tuple[Key, ...]) -> None:
        self.tenant = str(tenant)
        self.keys = keys
        self.marks: Mark | None = None
        self.until = 0.0
        self.status = 0
        self.headers: list[Header] = []
        self.body = b""
        self.size = ENTRY_BYTES


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

    def __init__(self, door: Asgi, marks: Marks, limits: RateLimits | None = None) -> None:
        self._door = door
        self._marks = marks
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
        marks = None
        if known is not None:
            self._answers.move_to_end(request)
            marks = await self._marks.ask(known.keys)
            if marks is not None and marks == known.marks and self._admitted(known):
                await self._give(known, scope, receive, send)
                return
        watch, sent = Watch(), _RecordingSend(send)
        token = _watch.set(watch)
        try:
            await self._door(scope, receive, sent)
        finally:
            _watch.reset(token)
        self._store(request, watch, sent, marks)

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
        """True if the cached answer has not expired and the account has an admission here, which it uses."""
        if time.monotonic() > known.until:
            return False
        return self._limits is None or self._limits.account.held(known.tenant)

    def _store(self, request: bytes, watch: Watch, sent: _RecordingSend, marks: Mark | None) -> None:
        """Caches an answer. ``marks`` were read before the request read any row: if a row changed in between, its mark
        is already different and the answer is never used."""
        before = self._answers.pop(request, None)
        if before is not None:
            self._size -= before.size
        if not (watch.pure and watch.tenant is not None and sent.whole and sent.status in (200, 207, 304)):
            return
        answer = CachedAnswer(watch.tenant, (("account", watch.tenant), *watch.keys))
        if before is not None and marks is not None and before.keys == answer.keys:
            answer.marks, answer.until = marks, time.monotonic() + ENTRY_SECONDS
            answer.status, answer.headers, answer.body = sent.status, sent.headers, sent.body
            answer.size += len(answer.body)
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
