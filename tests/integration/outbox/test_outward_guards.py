"""Requests to URLs that others chose stay out of this server's own network: each guard alone, over real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from televent.adapters.outward import client as outward_client
from televent.adapters.outward.client import OutwardClient
from televent.application.outward import Answer, BadUrl, Request, Unreachable
from televent.runtime.compose import now

INSIDE = ("127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "10.0.0.7")


@pytest.fixture
def asked() -> Iterator[tuple[int, list[str]]]:
    """A server of this machine, which nobody may reach: its port, and the paths that were asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            moved = self.path.startswith("/moved")
            self.send_response(302 if moved else 200)
            if moved:
                self.send_header("Location", f"http://{self.headers['Host']}/secret")
            self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(b"x" * 5000)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], paths
    server.shutdown()
    server.server_close()


class Rebinding(AbstractResolver):
    """A name that leads inside by now: it was public when its URL was taken."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = "127.0.0.1"
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        return None


def get(url: str, *, limit: int = 0, **given: Any) -> Answer:
    async def send() -> Answer:
        client = OutwardClient(now, **given)
        try:
            return await client.send(Request(url, limit=limit))
        finally:
            await client.close()

    return asyncio.run(send())


@pytest.mark.parametrize("host", [*INSIDE, "localhost", "2130706433", "0x7f.1"])
def test_a_url_of_a_private_host_is_refused_by_its_text(host: str, asked: tuple[int, list[str]]) -> None:
    place = f"[{host}]" if ":" in host else host
    with pytest.raises(BadUrl):
        get(f"https://{place}:{asked[0]}/text")
    assert asked[1] == []


def without(monkeypatch: pytest.MonkeyPatch, *guards: str) -> None:
    """Takes guards out, to show that the one which is left stands alone."""
    if "text" in guards:
        monkeypatch.setattr(outward_client, "check_url", lambda url, *, anywhere: None)
    if "resolver" in guards:
        monkeypatch.setattr(outward_client, "CheckedResolver", lambda resolver, *, anywhere: resolver)
    if "connection" in guards:
        monkeypatch.setattr(outward_client, "is_public", lambda address: True)


def test_without_any_guard_the_request_would_arrive(
    monkeypatch: pytest.MonkeyPatch, asked: tuple[int, list[str]]
) -> None:
    without(monkeypatch, "text", "resolver", "connection")
    assert get(f"http://rebound.example.org:{asked[0]}/rebound", resolver=Rebinding).status == 200
    assert asked[1] == ["/rebound"]


@pytest.mark.parametrize("host", INSIDE)
def test_no_connection_is_opened_to_a_private_address_itself(
    monkeypatch: pytest.MonkeyPatch, host: str, asked: tuple[int, list[str]]
) -> None:
    without(monkeypatch, "text", "resolver")
    place = f"[{host}]" if ":" in host else host
    with pytest.raises(Unreachable):
        get(f"http://{place}:{asked[0]}/connect")
    assert asked[1] == []


@pytest.mark.parametrize("out", ["resolver", "connection"])
def test_a_name_that_leads_inside_by_now_is_stopped_by_each_guard_alone(
    monkeypatch: pytest.MonkeyPatch, out: str, asked: tuple[int, list[str]]
) -> None:
    without(monkeypatch, "text", out)
    with pytest.raises(Unreachable):
        get(f"http://rebound.example.org:{asked[0]}/rebound", resolver=Rebinding)
    assert asked[1] == []


def test_a_redirect_is_not_followed(asked: tuple[int, list[str]]) -> None:
    answer = get(f"http://127.0.0.1:{asked[0]}/moved", anywhere=True)
    assert (answer.status, answer.taken, answer.body) == (302, False, b"")
    assert asked[1] == ["/moved"]


def test_only_so_much_of_an_answer_is_read(asked: tuple[int, list[str]]) -> None:
    url = f"http://127.0.0.1:{asked[0]}/long"
    part = get(url, limit=1000, anywhere=True)
    assert (len(part.body), part.whole, part.retry_after) == (1000, False, 7.0)
    assert get(url, limit=5000, anywhere=True) == Answer(200, part.headers, b"x" * 5000, True, 7.0)
