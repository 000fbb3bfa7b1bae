"""All steps of a push message: a site, a push service, and the worker between them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from support.dav import Client, Site, event, open_site
from support.push import (
    CONTENT,
    PROPERTY,
    Arrived,
    Device,
    Message,
    PushService,
    open_push_service,
    read_message,
    subscribe,
)
from support.waiting import await_settled
from televent.adapters.postgres.followers.push_feed import PUSH
from televent.adapters.postgres.followers.runner import Runner
from televent.application.messages.outbox import after_failure
from televent.application.messages.push import PushDue
from televent.application.push import BATCH_DELAY
from televent.runtime.workers.push import Push

SOON = BATCH_DELAY + timedelta(seconds=1)


@dataclass
class Post:
    """A site, a push service, and the worker between them, step by step. ``now`` is the worker's time."""

    site: Site
    service: PushService
    push: Push = field(init=False)
    feed: Runner = field(init=False)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.push = Push(self.site.core)
        core = self.site.core
        self.feed = Runner(core.store, core.pool, core.wakeups, PUSH, lambda: self.now)

    def device(self, client: Client, path: str, trigger: str = f"{CONTENT}{PROPERTY}") -> "Phone":
        """A device that subscribes now; it gets no messages about earlier changes."""
        self.notice()
        url, device = self.service.subscription()
        answer = subscribe(client, path, url, device=device, trigger=trigger)
        assert answer.status == 204, answer.text
        return Phone(self, url, device, answer.headers["location"])

    def notice(self) -> None:
        """Runs the followers to the end of the log."""
        core = self.site.core
        await_settled(core.recorder)
        while self.feed.advance():
            continue

    def work(self, after: timedelta = SOON) -> None:
        """Runs the followers, lets ``after`` pass, and then handles the outbox as a worker does."""
        self.notice()
        self.now += after
        asyncio.run(self._carry_out())

    async def _carry_out(self) -> None:
        core = self.site.core
        services = self.push.services()
        sender = self.push.sender(services)
        sender._clock = lambda: self.now
        try:
            for message in core.outbox.claim(self.now, kinds=(PushDue,), limit=1000):
                try:
                    await sender.handle(message)
                except Exception as error:
                    core.outbox.settle_failure(message, after_failure(message, error, self.now), self.now)
                else:
                    core.outbox.complete(message, self.now)
        finally:
            await services.close()

    def owed(self) -> list[tuple[Any, ...]]:
        """State, attempts and error of messages that are not completed, the oldest first."""
        query = "SELECT state, attempts, last_error FROM outbox WHERE kind = 'push/1' AND state <> 'completed'"
        return self.sql(f"{query} ORDER BY due_at")

    def subscriptions(self) -> int:
        return int(self.sql("SELECT count(*) FROM push_subscription")[0][0])

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.site.core.conninfo, autocommit=True) as connection:
            return connection.execute(query).fetchall()


@dataclass
class Phone:
    """A device that subscribed."""

    post: Post
    url: str
    device: Device
    location: str

    def arrived(self) -> list[Arrived]:
        return self.post.service.for_resource(self.url)

    def heard(self) -> list[Message]:
        """All messages so far, decrypted."""
        return [read_message(self.device.read(each.body)) for each in self.arrived()]


@contextmanager
def open_post(database_url: str, **settings: str) -> Iterator[Post]:
    with open_push_service() as service, open_site(database_url, None, **settings) as site:
        yield Post(site, service)


def put(client: Client, name: str = "a", calendar: str = "default", **headers: str) -> None:
    path = f"{client.calendar(calendar)}{name}.ics"
    assert client.put(path, event(f"{name}@example.com"), **headers).status in (201, 204)


def token(client: Client, calendar: str = "default") -> str:
    return client.sync(client.calendar(calendar)).token()


def topic(client: Client, path: str) -> str:
    return client.propfind(path, "P:topic").only().text("{https://bitfire.at/webdav-push}topic")
