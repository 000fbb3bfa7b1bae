"""A person with webhooks: a program of theirs that listens, and the worker between it and the site, step by step."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from support.dav import Client, Site, open_site
from support.followers import catch_up
from support.rest import Reply, call
from support.waiting import NET
from televent.application.event_store.context import Context
from televent.application.messages.outbox import after_failure
from televent.application.messages.webhooks import WebhookDue, WebhookEvent
from televent.application.use_cases.people.sign_in import set_password
from televent.policies.webhooks import WEBHOOKS
from televent.runtime.workers.webhooks import outward_of, webhook_handlers

PASSWORD = "seven green bicycles"


@dataclass
class Heard:
    """One request that a program got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Program:
    """A program that listens for webhooks. It answers 204, or what ``answers`` has for the next request."""

    url: str
    heard: list[Heard] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)
    """It answers once this is set, which it is from the start."""


@contextmanager
def open_program() -> Iterator[Program]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            program.heard.append(Heard(self.path, headers, body))
            program.goes_on.wait(NET)
            status, more, said = program.answers.pop(0) if program.answers else (204, {}, b"")
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    program = Program(f"http://127.0.0.1:{server.server_address[1]}")
    program.goes_on.set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield program
    finally:
        program.goes_on.set()
        server.shutdown()
        server.server_close()


@dataclass
class Owner:
    """A person who is signed in at the REST door."""

    site: Site
    client: Client
    access: str

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        return call(self.site.port, method, path, body, Authorization=f"Bearer {self.access}", **headers)

    def webhook(self, url: str, **more: Any) -> dict[str, Any]:
        reply = self.ask("POST", "/api/webhooks", {"url": url, **more})
        assert reply.status == 201, reply.body
        made: dict[str, Any] = reply.json
        return made

    def log(self, webhook: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/api/webhooks/{webhook['id']}/deliveries?limit=100").json[
            "deliveries"
        ]
        return found


def owner(site: Site, telegram_id: int = 101, name: str = "Ann", email: str = "ann@example.com") -> Owner:
    """A new account that has signed in."""
    client = site.person(telegram_id, name, email)
    context = Context(client.tenant, str(client.tenant), "rest", site.core.backend.clock(), uuid4(), "test")
    set_password(site.core.backend, context, password=PASSWORD, code=None, keep=None)
    reply = call(site.port, "POST", "/api/auth/login", {"email": email, "password": PASSWORD})
    return Owner(site, client, reply.json["access_token"])


@dataclass
class HookPost:
    """A site and its worker of webhooks. ``now`` is the worker's time."""

    site: Site
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def work(self, after: timedelta = timedelta(0)) -> None:
        """Lets ``after`` pass, follows the log to its end, and handles all that is due."""
        self.now = max(self.now + after, datetime.now(UTC))
        catch_up(self.site.core, WEBHOOKS)
        asyncio.run(self._carry_out())

    async def _carry_out(self) -> None:
        core = self.site.core
        outward = outward_of(core)
        handlers = {kind: each for each in webhook_handlers(core, outward, lambda: self.now) for kind in each.kinds}
        try:
            while claimed := core.outbox.claim(self._moment(), kinds=(WebhookEvent, WebhookDue), limit=20):
                for message in claimed:
                    try:
                        await handlers[type(message.message)].handle(message)
                    except Exception as error:
                        core.outbox.settle_failure(message, after_failure(message, error, self.now), self.now)
                    else:
                        core.outbox.complete(message, self.now)
        finally:
            await outward.close()

    def _moment(self) -> datetime:
        """The worker's time, which is never behind that of the site."""
        self.now = max(self.now, datetime.now(UTC))
        return self.now

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.site.core.pool.connection() as connection:
            return connection.execute(query, values).fetchall()


@contextmanager
def open_hook_post(database_url: str, **settings: str) -> Iterator[HookPost]:
    with open_site(database_url, None, **{"TELEVENT_OUTWARD_HOSTS": "any", **settings}) as site:
        yield HookPost(site)
