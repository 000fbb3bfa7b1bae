"""An answer whose bytes and headers are made already. The framework's own class would look at each of them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.types import Receive, Scope, Send

BODILESS = frozenset({204, 304})
"""The statuses without a body (RFC 9110 §15.3.5, §15.4.5)."""


class ReadyResponse(Response[bytes]):
    """``headers`` are strings by lower-case name. ``body``: JSON, b"" where the status has none."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__(body, status_code=status, media_type="application/json", headers=headers)

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """The application that sends it."""
        status, body = self.status_code, self.content
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        if status not in BODILESS:
            headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

        async def sent(_: Scope, __: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": status or 200, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return sent
