"""WebSockets (RFC 6455): uvicorn's protocol on the library websockets, and a limit for clients that read nothing."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import structlog
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from televent.adapters.http.connection import reset

log = structlog.get_logger("televent.connection")


class WebSocketConnection(WebSocketsSansIOProtocol):
    """One WebSocket. uvicorn pings it and ends it where no pong comes; but a close waits for unsent bytes, and so for
    ever for a client that reads nothing."""

    write_seconds: ClassVar[float]
    """Max seconds for which the client reads nothing while the socket buffer is full."""

    _write_timer: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_write_timer()
        self._write_timer = self.loop.call_later(self.write_seconds, self._on_write_timeout)

    def resume_writing(self) -> None:
        self._stop_write_timer()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_write_timer()
        super().connection_lost(exc)

    def _on_write_timeout(self) -> None:
        self._write_timer = None
        log.info("connection ended", why="the frames were not taken")
        reset(self.transport)

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


def websockets_with(write_seconds: float) -> type[WebSocketConnection]:
    """The protocol class for uvicorn's setting ``ws``, with this limit."""
    return type("LimitedWebSocket", (WebSocketConnection,), {"write_seconds": write_seconds})
