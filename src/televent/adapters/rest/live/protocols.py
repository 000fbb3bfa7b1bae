"""The two ways in which a stream reaches its client: server-sent events (HTML §9.2) and a WebSocket (RFC 6455)."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
import structlog
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from televent.adapters.rest.live.frames import RETRY, Beat, End, Ready, Reason, Reset, event
from televent.adapters.rest.live.hub import Hub
from televent.adapters.rest.live.stream import Stream
from televent.adapters.rest.problems import NotSignedIn, TooManyRequests, WrongScope
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope
from televent.application.outage import Outage

log = structlog.get_logger("televent.live")

FIRST: Final = 10.0
"""Seconds for the first message of a WebSocket's client."""
POLICY: Final = 1008
"""The status of a WebSocket whose client did not sign in, or may not read (RFC 6455 §7.4.1)."""
STRANGERS: Final[frozenset[Reason]] = frozenset({"not-signed-in", "wrong-scope"})
GOING: Final = 1001
"""The status of any other end of a WebSocket; the frame before it says why."""
BEAT: Final = msgspec.json.encode(Beat())


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first message of a WebSocket's client."""

    token: str
    since: str | None = None


async def sent_events(hub: Hub, person: Person, cursor: str | None) -> AsyncIterator[bytes]:
    """The events of a stream, until it ends."""
    yield b"retry: %d\n\n" % RETRY
    reason: Reason | None = None
    stream: Stream | None = None
    try:
        stream, begun, reset = await hub.open(person, cursor)
        first = Reset(begun) if reset else Ready(begun)
        yield event(first.type, msgspec.json.encode(first), begun)
        while stream.ended is None:
            items = await stream.next()
            if items:
                yield b"".join([event("change", each.data, each.cursor) for each in items])
            elif stream.ended is None:
                yield b": beat\n\n"
        reason = stream.ended
    except Outage:
        reason = "unavailable"
    except Exception:
        # The head is sent, so no status can say it.
        log.exception("a stream failed")
        reason = "failed"
    finally:
        if stream is not None:
            stream.close()
    if reason is not None:
        yield event("end", msgspec.json.encode(End(reason)))


async def over_websocket(socket: WebSocket[Any, Any, Any], auth: Auth, hub: Hub | None, cursors: str) -> None:
    """The same over a WebSocket. The client signs in with its first message: a browser can set no header, and a token
    in the URL would be in logs."""
    await socket.accept()
    reason: Reason
    try:
        reason = await _followed(socket, auth, hub, cursors)
    except (WebSocketDisconnect, ConnectionError):
        return
    except (NotSignedIn, TooManyRequests, TimeoutError, msgspec.MsgspecError):
        reason = "not-signed-in"
    except WrongScope:
        reason = "wrong-scope"
    except Outage:
        reason = "unavailable"
    except Exception:
        log.exception("a stream failed")
        reason = "failed"
    with contextlib.suppress(WebSocketDisconnect, ConnectionError):
        await socket.send_text(msgspec.json.encode(End(reason)).decode())
        await socket.close(code=POLICY if reason in STRANGERS else GOING, reason=reason)


async def _followed(socket: WebSocket[Any, Any, Any], auth: Auth, hub: Hub | None, cursors: str) -> Reason:
    async with asyncio.timeout(FIRST):
        hello = msgspec.json.decode(await socket.receive_text(), type=Hello)
    person = await auth.person_of(socket.scope, f"Bearer {hello.token}")  # type: ignore[arg-type]
    # The guard of the routes sees no message, so it cannot compare the scopes of the person whom this one names.
    if Scope.CALENDARS_READ not in person.scopes:
        raise WrongScope
    if hub is None or hub.full:
        return "too-many-connections"
    # A malformed place is one that does not exist.
    known = hello.since is None or re.fullmatch(cursors, hello.since) is not None
    stream, begun, reset = await hub.open(person, hello.since if known else None)
    gone = asyncio.create_task(_gone(socket, stream))
    try:
        first = Reset(begun) if reset or not known else Ready(begun)
        await socket.send_text(msgspec.json.encode(first).decode())
        while stream.ended is None:
            items = await stream.next()
            for each in items:
                await socket.send_text(each.data.decode())
            if not items and stream.ended is None:
                await socket.send_text(BEAT.decode())
        if gone.done():
            raise WebSocketDisconnect(detail="the client has gone")
        return stream.ended
    finally:
        gone.cancel()
        stream.close()


async def _gone(socket: WebSocket[Any, Any, Any], stream: Stream) -> None:
    """Ends the stream when the client closes. Its further messages mean nothing."""
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, ConnectionError):
        stream.close()
