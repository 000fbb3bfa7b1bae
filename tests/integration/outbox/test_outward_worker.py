"""The worker as a service: what one account publishes another subscribes to, and a webhook hears of it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.dav import Site, event, open_site
from support.hook_post import Owner, open_program, owner
from support.waiting import NET, wait_until
from televent.runtime.services import worker


@contextmanager
def working(site: Site) -> Iterator[None]:
    """The worker service, beside the site, for the block."""
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        loop.run_until_complete(worker(site.core, started.set, stop, {}))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        wait_until(started.is_set, what="the worker has started")
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(NET)


def put(ann: Owner, name: str, title: str) -> None:
    path = f"{ann.client.calendar()}{name}.ics"
    assert ann.client.put(path, event(f"{name}@example.com", f"SUMMARY:{title}")).status in (201, 204)


def titles(bob: Owner) -> set[str]:
    """The titles in the calendars that Bob subscribed to, as a calendar app gets them."""
    found = set()
    for mount in bob.site.core.reads.mounts(bob.client.tenant):
        path = bob.client.calendar(mount.name)
        for href in bob.client.propfind(path, "D:getetag", depth="1").responses():
            if href.endswith(".ics"):
                text = bob.client.ask("GET", href).text
                found.add(text.partition("SUMMARY:")[2].partition("\r")[0])
    return found


@pytest.mark.own_database
def test_a_change_goes_out_by_feed_and_webhook_and_comes_in_by_subscription(
    database_url: str, tmp_path: object
) -> None:
    settings = {"TELEVENT_OUTWARD_HOSTS": "any", "TELEVENT_PUSH": "off", "TELEVENT_DATA_DIR": str(tmp_path)}
    with open_program() as program, open_site(database_url, None, **settings) as site, working(site):
        ann, bob = owner(site), owner(site, 102, "Bob", "bob@example.com")
        made = ann.webhook(program.url, types=["event.created", "event.deleted"])
        calendar = site.core.reads.calendars(ann.client.tenant)[0].calendar_id
        feed = ann.ask("POST", f"/api/calendars/{calendar}/feeds", {}).json["url"]
        put(ann, "a", "Planning")
        wait_until(lambda: program.heard, what="the webhook hears of the event")
        assert json.loads(program.heard[0].body)["data"]["now"]["title"] == "Planning"
        wait_until(lambda: ann.log(made)[0]["state"] == "delivered", what="the delivery is noted")
        subscription = bob.ask("POST", "/api/subscriptions", {"url": feed, "title": "Ann"}).json
        wait_until(lambda: titles(bob) == {"Planning"}, what="the subscription has the event")
        assert bob.ask("GET", "/api/subscriptions").json[0]["last_error"] is None
        assert bob.ask("DELETE", f"/api/subscriptions/{subscription['id']}").status == 204
        assert titles(bob) == set()
