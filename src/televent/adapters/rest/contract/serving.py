"""Answers with the OpenAPI document. A thread makes it at its first request: it takes a third of a second of computing,
for which every other request of the process would wait."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from litestar import Litestar
from litestar.enums import OpenAPIMediaType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from televent.adapters.rest.contract.document import json_of
from televent.adapters.rest.signing_in.auth import Auth

PATH: Final = "/openapi.json"


class Contract(ASGIMiddleware):
    """Stands before the handler of Litestar, which makes the document on the event loop."""

    def __init__(self) -> None:
        self._making: asyncio.Future[bytes] | None = None

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answers a GET of the document; passes other requests on."""
        if scope.get("method") != "GET" or not scope["path"].rstrip("/").endswith(PATH):
            await next_app(scope, receive, send)
            return
        body = await self._document(scope["litestar_app"])
        headers = [
            (b"content-type", OpenAPIMediaType.OPENAPI_JSON.value.encode()),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _document(self, app: Litestar) -> bytes:
        """The document, made once: requests that come meanwhile wait for the same. After a failure the next request
        tries again."""
        if self._making is None:
            auth: Auth = app.state.auth
            making: asyncio.Future[Any] = asyncio.ensure_future(auth.run(json_of, app))
            self._making = making
        try:
            # Shielded: a client that leaves must not end what others wait for.
            return await asyncio.shield(self._making)
        except Exception:
            self._making = None
            raise
