"""Reads the headers with which a trusted proxy describes the client's own request."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_HOST: Final = re.compile(rb"[A-Za-z0-9._:\[\]-]{1,262}").fullmatch


class Forwarded:
    """Reads X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host of the proxies in ``trusted`` (addresses and
    networks); those of others are ignored. The fields of RFC 7239 are not read: few proxies send them."""

    def __init__(self, app: Asgi, trusted: list[str]) -> None:
        inner: Any = app
        self._proxied: Any = ProxyHeadersMiddleware(inner, trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on as the client made it."""
        peer = scope.get("client")
        if peer and peer[0] in self._proxied.trusted_hosts:
            _restore_host(scope)
        await self._proxied(scope, receive, send)


def _restore_host(scope: Scope) -> None:
    """Puts the forwarded Host in place of the proxy's. A proxy appends its value, so the last one is the nearest
    proxy's own, and those before it may be the client's invention."""
    given = [value for name, value in scope["headers"] if name == b"x-forwarded-host"]
    host = given[-1].rpartition(b",")[2].strip() if given else b""
    if _HOST(host):
        scope["headers"] = [each for each in scope["headers"] if each[0] != b"host"] + [(b"host", host)]
