"""The HTTP application: Litestar, with the CalDAV door mounted as it is.

CalDAV speaks methods that web frameworks do not route, and needs the path as it was sent: everything that is its own
goes past Litestar to the door, before any middleware could answer OPTIONS or rewrite a path.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast
from uuid import uuid4

import structlog
from litestar import Litestar, get
from litestar.response import Response

log = structlog.get_logger("televent.access")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
HealthCheck = Callable[[], Awaitable[dict[str, str]]]


def rest_app(check: HealthCheck) -> Asgi:
    """What Litestar serves: health, live and ready."""

    @get("/health")
    async def health() -> Response[dict[str, Any]]:
        """Ready: the database answers and the queue is not stuck."""
        parts = await check()
        ready = all(state == "ok" for state in parts.values())
        return Response(
            {"status": "ok" if ready else "unavailable", **parts},
            status_code=200 if ready else 503,
            headers={"Cache-Control": "no-store"},
        )

    @get("/health/live")
    async def live() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    return cast(Asgi, Litestar(route_handlers=[health, live], openapi_config=None, logging_config=None))


class Front:
    """Where a request goes first: request id, access log, then CalDAV, the webhook, or Litestar."""

    def __init__(self, rest: Asgi, caldav: Asgi, *, mounts: dict[str, Asgi] | None = None) -> None:
        self._rest = rest
        self._caldav = caldav
        self._mounts = mounts or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._rest(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def noting(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._door(scope)(scope, receive, noting)
        finally:
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )

    def _door(self, scope: Scope) -> Asgi:
        path = scope["path"]
        for prefix, app in self._mounts.items():
            if path == prefix or path.startswith(prefix + "/"):
                return app
        if path == "/health" or path.startswith(("/health/", "/api/")):
            return self._rest
        return self._caldav


def _request_id(scope: Scope) -> str:
    """The client's X-Request-ID where it is a short plain token, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and 8 <= len(value) <= 64 and value.replace(b"-", b"").isalnum():
            return str(value.decode("ascii"))
    return uuid4().hex
