"""The whole HTTP application of an API process: CalDAV, health and access log."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from support.dav import Site
from support.passwords import CHEAP_PASSWORDS
from support.serving import port_of, serving
from support.waiting import NET
from televent.adapters.postgres.dav_index.marks import PostgresMarks
from televent.runtime.api import http_app, protocols
from televent.runtime.compose import build_core
from televent.settings import Settings


@dataclass
class Whole:
    """An API on a port of this machine."""

    site: Site

    def health(self) -> tuple[int, str]:
        """The status of /health, and the state of the database in it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=NET)
        try:
            connection.request("GET", "/health")
            response = connection.getresponse()
            return response.status, json.loads(response.read())["database"]
        finally:
            connection.close()


@contextmanager
def open_whole(url: str, **settings: str) -> Iterator[Whole]:
    """An API on that database. ``settings`` by variable name."""
    given: dict[str, Any] = {"DATABASE_URL": url, "TELEVENT_POOL_SIZE": 4, "TELEVENT_RATE_LIMITS": "off", **settings}
    core = build_core(Settings(**given), url, CHEAP_PASSWORDS)
    marks = PostgresMarks(url)
    config = uvicorn.Config(
        http_app(core, marks),
        host="127.0.0.1",
        port=0,
        lifespan="off",
        log_config=None,
        access_log=False,
        **protocols(core.settings),
    )
    try:
        with serving(config, marks.close) as server:
            yield Whole(Site(core, port_of(server), server, None))  # type: ignore[arg-type]
    finally:
        core.close()
