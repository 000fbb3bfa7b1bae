"""Live changes over a WebSocket, on real sockets and with a real client."""

import json
import socket
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from support.dav import Client, Site, event
from support.live import following, work
from support.live_tokens import access_of, bearer, begin_session, token
from support.rest import call
from support.waiting import NET


def opened(site: Site) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{site.port}/api/ws", open_timeout=NET, close_timeout=NET)


def received(client: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(client.recv(timeout=NET))
    return frame


def test_the_journey_of_a_tab_on_a_websocket(site: Site, ann: Client) -> None:
    access = token(site, ann)
    with following(site, access) as events:
        events.next()
        with opened(site) as client:
            client.send(json.dumps({"token": access}))
            assert received(client)["type"] == "ready"
            path = work(ann)
            assert received(client) == events.next()[1]
            ann.put(path + "tea.ics", event("tea"))
            last = received(client)
            assert last == events.next()[1]
        ann.put(path + "tea.ics", event("tea", "SUMMARY:Coffee"))
        ann.put(path + "more.ics", event("more"))
        with opened(site) as client:
            client.send(json.dumps({"token": access, "since": last["id"]}))
            assert received(client) == {"type": "ready", "id": last["id"]}
            assert [received(client), received(client)] == [events.next()[1], events.next()[1]]


@pytest.mark.parametrize(
    "first",
    ['{"token": "x"}', "{}", "[]", "x", '{"token": "", "since": "0"}', '{"token": "x", "tenant": "y"}'],
)
def test_a_websocket_without_a_token_is_told_nothing(site: Site, ann: Client, first: str) -> None:
    with opened(site) as client:
        client.send(first)
        assert received(client) == {"type": "end", "reason": "not-signed-in"}
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=NET)
        assert client.protocol.close_code == 1008


def test_a_token_in_the_url_or_the_header_counts_for_nothing(site: Site, ann: Client) -> None:
    access = token(site, ann)
    url = f"ws://127.0.0.1:{site.port}/api/ws?token={access}"
    with connect(url, additional_headers={"Authorization": f"Bearer {access}"}, open_timeout=NET) as client:
        client.send("{}")
        assert received(client)["reason"] == "not-signed-in"


def test_the_end_of_a_session_ends_its_websocket(site: Site, ann: Client) -> None:
    access = access_of(site.core, begin_session(site.core, ann.tenant))
    with opened(site) as client:
        client.send(json.dumps({"token": access}))
        received(client)
        assert call(site.port, "POST", "/api/auth/logout", {}, **bearer(access)).status == 204
        assert received(client) == {"type": "end", "reason": "session-ended"}


def test_a_place_of_another_history_is_a_reset(site: Site, ann: Client) -> None:
    access = token(site, ann)
    for since in ("1-000000000000", "nonsense", "'"):
        with opened(site) as client:
            client.send(json.dumps({"token": access, "since": since}))
            assert received(client)["type"] == "reset"


def test_a_message_that_is_too_large_ends_the_websocket(site: Site) -> None:
    with opened(site) as client:
        client.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=NET)
        assert client.protocol.close_code == 1009


def test_no_other_path_takes_a_websocket(site: Site) -> None:
    for path in ("/api/stream", "/api/nowhere", "/caldav/", "/health"):
        with pytest.raises(InvalidStatus):
            connect(f"ws://127.0.0.1:{site.port}{path}", open_timeout=NET)


def test_a_handshake_with_doubtful_framing_is_refused(site: Site) -> None:
    head = (
        "GET /api/ws HTTP/1.1\r\nHost: a\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.port), timeout=NET) as line:
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 400")
