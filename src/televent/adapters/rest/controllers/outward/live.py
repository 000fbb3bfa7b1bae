"""Live updates: changes as pages, as server-sent events, and over a WebSocket (ADR 87)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Controller, Request, WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream as StreamResponse

from televent.adapters.rest.live.frames import Change, change_of
from televent.adapters.rest.live.hub import Hub
from televent.adapters.rest.live.protocols import over_websocket, sent_events
from televent.adapters.rest.problems import TooManyRequests, documented
from televent.adapters.rest.signing_in.auth import Auth, Person
from televent.adapters.rest.signing_in.scopes import Scope, needs
from televent.application.use_cases.live.read_changes import MAX_PAGE, read_changes

TOKEN: Final[list[dict[str, list[str]]]] = [{"token": []}]
CURSOR: Final = r"^(0|[0-9]{1,18}-[0-9a-f]{12})$"
RETRY_AFTER: Final = 5.0
"""Seconds in Retry-After where the process has too many streams."""
BUFFERS: Final = {
    # nginx would wait for a full buffer; a proxy that compresses would do the same.
    "x-accel-buffering": "no",
    "cache-control": "no-store, no-transform",
}

Signed = NamedDependency[Person]
Since = Annotated[
    str | None,
    QueryParameter(
        name="since", pattern=CURSOR, description="The `id` to go on from; `0` is the beginning of the log."
    ),
]

EXAMPLE: Final = {
    "id": "812646400001-5f0c9e2ab417",
    "position": "812646400001",
    "type": "event.rescheduled",
    "calendar": "0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",
    "event": "0191a2b5-02c8-7c54-8a11-90b1d20f0c3e",
    "etag": '"b1946ac92492d2347c6235b4d2611184"',
    "from_calendar": None,
    "actor": "0191a2b3-9d10-7f3e-8f10-0d1f5e7a2b44",
    "door": "caldav",
    "at": "2026-11-23T10:00:00Z",
}
STREAM: Final = (
    'retry: 1000\n\nid: 812646400000-0d4c7be2f5a1\nevent: ready\ndata: {"id":"812646400000-0d4c7be2f5a1",'
    '"type":"ready"}\n\nid: 812646400001-5f0c9e2ab417\nevent: change\ndata: {"id":"812646400001-5f0c9e2ab417",'
    '"position":"812646400001","type":"event.rescheduled","calendar":"0191a2b4-7c1e-7d3a-9a64-3f2f0a5c1d11",'
    '"event":"0191a2b5-02c8-7c54-8a11-90b1d20f0c3e","etag":"\\"b1946ac92492d2347c6235b4d2611184\\"",'
    '"from_calendar":null,"actor":"0191a2b3-9d10-7f3e-8f10-0d1f5e7a2b44","door":"caldav",'
    '"at":"2026-11-23T10:00:00Z"}\n\n: beat\n\nevent: end\ndata: {"reason":"token-expired","type":"end"}\n\n'
)


class Changes(msgspec.Struct, frozen=True):
    """A page of changes, oldest first. ``cursor``: the `since` of the next page; ``more``: it has changes already."""

    changes: list[Change]
    cursor: str
    more: bool


class Live(Controller):
    """Changes as they happen."""

    tags = ("Live updates",)

    @get(
        "/changes",
        operation_id="listChanges",
        summary="Read the changes since a place",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            200: ResponseSpec(
                Changes,
                generate_examples=False,
                description="A page, oldest change first.",
                examples=[Example(value={"changes": [EXAMPLE], "cursor": EXAMPLE["id"], "more": False})],
            ),
            **documented(
                "malformed-request",
                "invalid-request",
                "not-signed-in",
                "changes-gone",
                "too-many-requests",
                "unavailable",
            ),
        },
    )
    async def changes(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        since: Since = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="Max changes on the page.")] = 100,
    ) -> Changes:
        """The changes of the own and the shared calendars after `since`. Without `since` the page is empty, and its
        `cursor` is now: take it first, then read the calendars, then ask for what came after it."""
        auth: Auth = request.app.state.auth
        reads = auth.backend.changes
        upto, newest = await auth.run(reads.newest)
        if since is None:
            return Changes([], newest, False)
        after = await auth.run(reads.position_of, since)
        if after is None:
            raise HTTPException(status_code=410)
        page = await auth.run(read_changes, auth.backend, signed_in.tenant, after, upto, limit)
        found = [change_of(each) for each in page.frames]
        return Changes(found, page.cursor or since, page.more)

    @get(
        "/stream",
        operation_id="streamChanges",
        summary="Follow the changes as server-sent events",
        security=TOKEN,
        opt=needs(Scope.CALENDARS_READ),
        responses={
            200: ResponseSpec(
                str,
                generate_examples=False,
                media_type="text/event-stream",
                description="Events `ready`, `change`, `reset` and `end`, until somebody closes the connection.",
                examples=[Example(value=STREAM)],
            ),
            **documented("malformed-request", "invalid-request", "not-signed-in", "too-many-requests", "unavailable"),
        },
    )
    async def stream(
        self,
        request: Request[Any, Any, Any],
        signed_in: Signed,
        since: Since = None,
        last_event_id: Annotated[
            str | None,
            HeaderParameter(
                name="Last-Event-ID", pattern=CURSOR, description="As `since`, and stronger: a browser's own."
            ),
        ] = None,
    ) -> StreamResponse:
        """All changes after `since`, or from now on, each once and in order. One stream has all calendars.

        The first event is `ready`, or `reset` where `since` is of a past that a restore has undone: then read all
        calendars again. Each event's `id` is the place to go on from. A comment comes every 20 seconds without a
        change. `end` says why the stream ends: get a new token where it has expired, and connect again with the last
        `id`.

        `GET /api/ws` is the same over a WebSocket (RFC 6455). The first message of the client, within 10 seconds, is
        `{"token": "…", "since": "…"}`; `since` may be missing. The token is not in the URL, because URLs stand in logs
        and histories. Each message of the server is the `data` of an event, and its `type` is `ready`, `reset`, `beat`,
        `end`, or that of a change.
        """
        hub = _hub(request.app.state.live)
        events = sent_events(hub, signed_in, last_event_id or since)
        return StreamResponse(events, media_type="text/event-stream", headers=BUFFERS)

    @websocket("/ws")
    async def socket(self, socket: WebSocket[Any, Any, Any]) -> None:
        """The same changes over a WebSocket."""
        await over_websocket(socket, socket.app.state.auth, socket.app.state.live, CURSOR)


def _hub(hub: Hub | None) -> Hub:
    if hub is None or hub.full:
        raise TooManyRequests(RETRY_AFTER)
    return hub
