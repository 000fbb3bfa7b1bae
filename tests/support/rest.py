"""A client of the REST door on a real socket."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from support.serving import port_of, serving
from support.waiting import NET


@dataclass
class Reply:
    """The door's answer. ``headers`` are by lower-case name; ``body`` is "" where there is none. ``cookies``: each
    Set-Cookie."""

    status: int
    headers: dict[str, str]
    body: str
    cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def problem(self) -> str:
        """The name of the problem; fails where this is no problem."""
        assert self.headers["content-type"] == "application/problem+json", self.body
        assert self.json["status"] == self.status
        return str(self.json["type"]).removeprefix("urn:televent:problem:")


def call(port: int, method: str, path: str, body: object = None, **headers: str) -> Reply:
    """One request on a connection of its own. ``body``: bytes as they are, anything else as JSON. Header names have
    ``_`` for ``-``."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    if data is not None:
        sent.setdefault("Content-Type", "application/json")
    status, seen, answer, cookies = sent_raw(port, method, path, data, sent)
    return Reply(status, seen, answer.decode(), cookies)


def raw(
    port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own: status, headers by lower-case name, and the bytes of the answer."""
    return sent_raw(port, method, path, body, headers)[:3]


def sent_raw(
    port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes, tuple[str, ...]]:
    """As ``raw``, with the Set-Cookie headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=NET)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        seen = {name.lower(): value for name, value in response.getheaders()}
        cookies = tuple(response.headers.get_all("set-cookie") or ())
        return response.status, seen, response.read(), cookies
    finally:
        connection.close()


@contextmanager
def served(app: Any) -> Iterator[int]:
    """The port of an ASGI application for the block."""

    async def nothing() -> None:
        return None

    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None, access_log=False)
    with serving(config, nothing) as server:
        yield port_of(server)
