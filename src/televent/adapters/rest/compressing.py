"""Compresses answers for clients that accept gzip (RFC 9110 §12.5.3).

Answers with an ETag stay as they are: a strong ETag identifies the bytes of one coding (§8.8.3.3), and it is the one of
the CalDAV door. So do streams, which come piece by piece, and answers with a secret in them: their size would tell
about it where a page of another site chooses a part of the answer.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from televent.application.content_codings import LEVEL, MIN_SIZE, takes_gzip

_TEXT: Final = re.compile(r"text/|application/(?:[\w.]+\+)?json")
"""The media types that are text."""


class Compression(ASGIMiddleware):
    """Compresses whole answers. Those that may not be stored (Cache-Control: no-store) have secrets."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Passes the request on, and compresses its answer."""
        asked = next((value for name, value in scope["headers"] if name == b"accept-encoding"), None)
        if asked is None or not takes_gzip(asked.decode("latin-1")):
            await next_app(scope, receive, send)
            return
        held: Message | None = None

        async def pack(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                held = message
                return
            if held is not None:
                start, held = held, None
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    body = message["body"]
                    if _pays(MutableScopeHeaders.from_message(start), start, len(body)):
                        message["body"] = _packed(body)
                        headers = MutableScopeHeaders.from_message(start)
                        headers["content-encoding"] = "gzip"
                        headers["content-length"] = str(len(message["body"]))
                await send(start)
            await send(message)

        await next_app(scope, receive, pack)


def _pays(headers: MutableScopeHeaders, start: Message, size: int) -> bool:
    """Whether the answer can be compressed, and is large enough. One that depends on this header says so."""
    kind = headers.get("content-type", "").partition(";")[0]
    if "etag" in headers or "content-encoding" in headers or not _TEXT.match(kind):
        return False
    if "no-store" in headers.get("cache-control", "") or start["status"] in (204, 304):  # type: ignore[typeddict-item]
        return False
    if size < MIN_SIZE:
        return False
    vary = headers.get("vary")
    headers["vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    return True


def _packed(body: bytes) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()
