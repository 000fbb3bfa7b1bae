"""The HTTP application: it routes each request to CalDAV, to a mounted application, or to Litestar.

CalDAV uses methods that web frameworks do not route, and it needs the path exactly as the client sent it. So CalDAV
requests do not pass through Litestar, whose middleware could answer OPTIONS or rewrite the path.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, cast

import structlog
from litestar import Litestar, get
from litestar.response import Response

log = structlog.get_logger("televent.access")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
AccessLog = Callable[[dict[str, Any]], None]
"""Writes the access line of a request, from its values by name. It does not block."""
HealthCheck = Callable[[], dict[str, str]]
"""The state of each part of the service by its name, "ok" where it works. It must not wait for any part."""

_IDS: Final = random.Random()
_ROOTS: Final = frozenset(
    {"", "caldav", "principals", ".well-known", "push", "health", "api", "telegram", "i", "hooks", "feeds"}
)
"""The first segments of all paths inside the server."""


def rest_app(check: HealthCheck) -> Asgi:
    """The Litestar application with the two health endpoints."""

    @get("/health")
    async def health() -> Response[dict[str, Any]]:
        """Readiness: 200 if every part is "ok", else 503 (the database is away, read-only, or its disk is full)."""
        parts = check()
        ready = all(state == "ok" for state in parts.values())
        return Response(
            {"status": "ok" if ready else "unavailable", **parts},
            status_code=200 if ready else 503,
            headers={"Cache-Control": "no-store"},
        )

    @get("/health/live")
    async def live() -> dict[str, str]:
        """Liveness: 200 as long as the process answers."""
        return {"status": "ok"}

    return cast(Asgi, Litestar(route_handlers=[health, live], openapi_config=None, logging_config=None))


class Front:
    """The entry point of every request: it sets the request id, writes the access log, and routes by path.

    ``mounts`` maps a path prefix to its application. ``start`` answers GET / and HEAD /. Other paths go to ``rest``
    (/health) or to ``caldav``. ``public_path`` is the path of PUBLIC_URL, which a proxy may take off or keep; ""
    if it has none. ``access`` None: the line is one of the log of this process."""

    def __init__(
        self,
        rest: Asgi,
        caldav: Asgi,
        start: Asgi,
        *,
        mounts: dict[str, Asgi] | None = None,
        public_path: str = "",
        access: AccessLog | None = None,
    ) -> None:
        self._rest = rest
        self._caldav = caldav
        self._start = start
        self._mounts = mounts or {}
        self._public_path = public_path
        self._access = access or _line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._rest(scope, receive, send)
            return
        _enter(scope, self._public_path)
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_with_request_id(message: Any) -> None:
            nonlocal status
            if message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._application(scope)(scope, receive, send_with_request_id)
        finally:
            self._access(
                {
                    "request_id": request_id,
                    # A WebSocket's handshake is a GET (RFC 6455 §4.1).
                    "method": scope.get("method", "GET"),
                    "path": _shown(scope["path"]),
                    "status": status,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                }
            )

    def _application(self, scope: Scope) -> Asgi:
        path = scope["path"]
        if path.startswith("/caldav/"):
            return self._caldav
        if path == "/" and scope.get("method") in ("GET", "HEAD"):
            return self._start
        for prefix, app in self._mounts.items():
            if path == prefix or path.startswith(prefix + "/"):
                return app
        if path == "/health" or path.startswith("/health/"):
            return self._rest
        return self._caldav


def _line(values: dict[str, Any]) -> None:
    log.info("request", **values)


def _enter(scope: Scope, public_path: str) -> None:
    """Takes the public path off the request's path. A path that begins inside the server without it stays: a proxy has
    taken it off already, and it may itself begin as one of ours, such as ``/caldav``."""
    path, raw = scope["path"], scope.get("raw_path") or scope["path"].encode()
    before = public_path.encode()
    if not public_path or not path.startswith(public_path) or not raw.startswith(before):
        return
    rest = path[len(public_path) :]
    if rest[:1] in ("", "/") and rest[1:].partition("/")[0] in _ROOTS:
        scope["path"], scope["raw_path"] = rest or "/", raw[len(before) :] or b"/"


def _shown(path: str) -> str:
    """The path as the log has it. The token in a link answers in a person's name or sets a device up, the secret in a
    hook's path lets mail in, and that of a feed shows a calendar, so they are left out."""
    for prefix in ("/i/", "/api/setup/", "/hooks/mail/sendgrid/", "/feeds/"):
        if path.startswith(prefix):
            return f"{prefix}…"
    return path


def _request_id(scope: Scope) -> str:
    """The client's X-Request-ID if it has 8 to 64 alphanumeric characters and hyphens, else a new id."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and 8 <= len(value) <= 64 and value.replace(b"-", b"").isalnum():
            return str(value.decode("ascii"))
    # It is no secret, and the system's random numbers cost a switch of threads.
    return f"{_IDS.getrandbits(128):032x}"
