"""A Televent whose processes may be killed one by one: PostgreSQL, the API, three workers and two bots. People with
accounts, and a stand-in for Telegram that belongs to the world outside and lives on."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from e2e.people import People
from support.dav import Client
from support.passwords import CHEAP_PASSWORDS
from support.services import Services
from televent.adapters.postgres.embedded import EmbeddedPostgres
from televent.adapters.postgres.schema import migrate
from televent.application.event_store.context import Context
from televent.application.use_cases.people.accounts import open_account
from televent.application.use_cases.people.devices import add_device
from televent.domain.ids import AccountId
from televent.runtime.compose import Core, build_core
from televent.settings import load_settings

WORKERS, BOTS = ("worker 1", "worker 2", "worker 3"), ("bot 1", "bot 2")
FIRST = 2001
"""The Telegram id of the first person."""
# Every message to a chat, and every edit of one, counts.
LIMITS = {"in_all": 30, "per_chat": 1.0, "burst": 3}


@dataclass(frozen=True)
class Person:
    """A person with a chat and a calendar app. ``number``: their Telegram id."""

    number: int
    name: str
    client: Client

    @property
    def tenant(self) -> AccountId:
        """Their account."""
        return self.client.tenant

    @property
    def address(self) -> str:
        """Their address on this server."""
        return f"tg_{self.number}@televent.internal"


@dataclass
class Stage:
    """Everything that runs. ``core`` is the test's own view of the database."""

    database: Path
    url: str
    services: Services
    sandbox: People
    core: Core
    people: list[Person] = field(default_factory=list)


@dataclass
class _Door:
    """The address of the API, in the form that the test's clients take."""

    port: int
    connections: list[http.client.HTTPConnection] = field(default_factory=list)


@contextmanager
def open_stage(folder: Path, people: int) -> Iterator[Stage]:
    """All of it, started, with so many people, for the block."""
    database = folder / "database"
    database.mkdir()
    server = EmbeddedPostgres()
    url = server.start(database)
    try:
        migrate.up(url)
        core = build_core(load_settings(pool_size=4), url, CHEAP_PASSWORDS)
        services = Services(url, folder)
        try:
            names = ("sandbox", "api", *WORKERS, *BOTS)
            for name in names:
                services.spawn(name)
            for name in names:
                services.await_ready(name)
            stage = Stage(database, url, services, People(services.sandbox), core)
            stage.people += [_person(stage, FIRST + each) for each in range(people)]
            stage.sandbox.http("POST", "/sandbox/limits", LIMITS)
            yield stage
        finally:
            services.end()
            core.close()
    finally:
        server.stop()


def _person(stage: Stage, number: int) -> Person:
    name, tenant = f"Guest{number}", AccountId(uuid4())
    stage.sandbox.http("POST", "/sandbox/people", {"id": number, "name": name, "started": True})
    backend = stage.core.backend

    def context() -> Context:
        return Context(tenant, str(tenant), "cli", backend.clock(), uuid4(), "test")

    open_account(backend, context(), telegram_id=number, name=name)
    device = add_device(backend, context(), name="Laptop")
    door = _Door(int(stage.services.environment["API_PORT"]))
    client = Client(door, tenant, str(number), device.password)  # type: ignore[arg-type]
    client.connection.timeout = 30
    return Person(number, name, client)
