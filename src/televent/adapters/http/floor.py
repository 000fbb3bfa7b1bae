"""The lower bound for the benchmark: a constant DAV answer from the same process and HTTP server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

_BODY = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:"><D:response><D:href>/health/floor</D:href>'
    b"<D:propstat><D:prop><D:displayname>floor</D:displayname></D:prop><D:status>HTTP/1.1 200 OK</D:status>"
    b"</D:propstat></D:response></D:multistatus>"
)
_HEADERS = [(b"content-type", b"application/xml; charset=utf-8"), (b"content-length", str(len(_BODY)).encode())]


async def floor(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[Any]],
    send: Callable[[Any], Awaitable[None]],
) -> None:
    """Answers 207 with a constant body, without authentication and without the database."""
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 207, "headers": list(_HEADERS)})
    await send({"type": "http.response.body", "body": _BODY})
