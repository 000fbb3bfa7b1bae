"""Calendars as secret links, and calendars of others by their link, in the chat; in English and Russian."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from support.chat import Chats, Someone, buttons, open_chats
from support.rest import served
from support.waiting import wait_until
from televent.adapters.postgres.wakeup import SUBSCRIPTIONS
from televent.application.feeds.taken import Subscription
from televent.application.use_cases.feeds.give_feed import list_feeds
from televent.runtime.api import http_app

HOLIDAYS = "\r\n".join([
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Others//EN", "X-WR-CALNAME:Holidays", "BEGIN:VEVENT", "UID:a@x",
    "DTSTAMP:20261101T000000Z", "DTSTART:20261123T180000Z", "DTEND:20261123T190000Z", "SUMMARY:Saint Clement",
    "END:VEVENT", "END:VCALENDAR", "",
])  # fmt: skip


@dataclass
class Publisher:
    """A server elsewhere that publishes a calendar, or answers ``status``."""

    url: str
    status: int = 200
    asked: int = 0


@pytest.fixture(scope="module")
def module_chats(module_database_url: str) -> Iterator[Chats]:
    """The bot; its worker reads from this machine, too."""
    with open_chats(module_database_url, outward_hosts="any") as chats:
        yield chats


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked += 1
            body = HOLIDAYS.encode()
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Publisher(f"http://127.0.0.1:{server.server_address[1]}/holidays.ics")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def opened(someone: Someone, label: str, heading: str) -> Any:
    """The page of links, opened by its button in /settings."""
    someone.says("/settings")
    someone.taps(label, someone.hears("⚙️"))
    return someone.hears(heading)


def link_in(message: Any) -> str:
    found = re.search(r"https?://\S+/feeds/[\w-]{43}\.ics", message["text"])
    assert found is not None, message["text"]
    return found[0]


def status_of(chats: Chats, link: str) -> int:
    """The answer of the server to somebody who knows the link."""
    with served(http_app(chats.core, None)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", f"/feeds/{link.rpartition('/')[2]}")
        status = connection.getresponse().status
        connection.close()
    return status


def subscriptions(someone: Someone) -> list[Subscription]:
    return someone.chats.core.backend.subscriptions.all(someone.account.tenant)


def test_a_link_is_made_shown_once_and_revoked(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    page = opened(ann, "🔗 Calendar links", "A calendar of yours can be read by others")
    calendar = next(each for each in buttons(page) if each.startswith("📤"))
    ann.taps(calendar, page)
    page = ann.hears("No link shows it.")
    ann.taps("➕ A link with busy times only", page)
    shown = ann.hears("Everybody who has this link can see when you are busy")
    link = link_in(shown)
    assert status_of(chats, link) == 200
    assert buttons(shown) == ["📋 Copy the link", "🙈 Hide the link"]
    # Links are in the order in which they were made.
    chats.now += timedelta(minutes=1)
    ann.taps("➕ A link with all details", page)
    other = link_in(ann.hears("Everybody who has this link can read the calendar"))
    listed = ann.hears("2. all details, made")
    assert "1. only busy times, made" in listed["text"]
    assert link not in listed["text"]
    ann.taps("🙈 Hide the link", shown)
    assert link not in ann.hears("The link was here.")["text"]
    ann.taps("✖ Revoke 1", listed)
    asked = ann.hears("It cannot come back.")
    assert status_of(chats, link) == 200
    ann.taps("✖ Revoke this link", asked)
    assert "only busy times" not in ann.hears("1. all details, made")["text"]
    assert [status_of(chats, each) for each in (link, other)] == [404, 200]
    (calendar_row,) = chats.core.reads.calendars(ann.account.tenant)
    feeds = list_feeds(chats.core.backend, ann.context(), calendar_id=calendar_row.calendar_id)
    assert [feed.content for feed in feeds] == ["full"]


def test_a_pasted_link_is_offered_and_never_taken_silently(chats: Chats, publisher: Publisher) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says(publisher.url)
    offer = ann.hears("This looks like a calendar at 127.0.0.1")
    assert (subscriptions(ann), publisher.asked) == ([], 0)
    ann.taps("📥 Subscribe", offer)
    page = ann.hears("You are subscribed.")
    assert page["message_id"] == offer["message_id"]
    wait_until(lambda: subscriptions(ann)[0].events, what="the first read")
    ann.says("/today")
    ann.hears("Saint Clement")
    ann.says("/feeds")
    page = ann.hears("1. Holidays – last read")
    ann.taps("📥 1. Holidays", page)
    shown = ann.hears("for reading only")
    assert "1 event" in shown["text"]
    assert publisher.url in shown["text"]
    assert buttons(shown) == ["🔄 Read it now", "✖ Unsubscribe", "← Back"]

    publisher.status = 404
    ann.taps("🔄 Read it now", shown)
    chats.now = max(chats.now, subscriptions(ann)[0].next_at)
    chats.core.wakeups.notify(SUBSCRIPTIONS)
    wait_until(lambda: subscriptions(ann)[0].error, what="the failed read")
    ann.says("/feeds")
    page = ann.hears("1. Holidays – ⚠️ its server answers 404")
    ann.taps("📥 1. Holidays", page)
    page = ann.hears("⚠️ Mon, Nov 23")
    assert "last read" in page["text"]
    ann.taps("✖ Unsubscribe", page)
    asked = ann.hears("Shall “Holidays” go?")
    assert len(subscriptions(ann)) == 1
    ann.taps("✖ Unsubscribe", asked)
    ann.hears("A calendar that is published as a link")
    assert subscriptions(ann) == []
    ann.says("/today")
    ann.hears("Nothing is planned")


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("webcal://example.com/matches", True),
        ("https://example.com/a/basic.ics?key=1", True),
        ("https://meet.example.com/abc", False),
        ("Call tomorrow at 3pm https://example.com/holidays.ics", False),
    ],
)
def test_only_a_link_of_a_calendar_is_offered(chats: Chats, text: str, offered: bool) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    assert ("📥 Subscribe" in buttons(ann.answer_to(text))) == offered


def test_a_link_is_asked_for_and_typed_with_the_command(chats: Chats, publisher: Publisher) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says("/subscribe")
    ann.hears("Send me the link of the calendar.")
    ann.says("holidays")
    ann.hears("I need the link of a calendar.")
    ann.says(publisher.url)
    ann.hears("You are subscribed.")
    chats.now += timedelta(minutes=1)
    ann.says(f"/subscribe {publisher.url}?2 My own title")
    ann.hears("You are subscribed.")
    assert [each.title for each in subscriptions(ann)][1] == "My own title"
    ann.says("/subscribe ftp://example.com/holidays.ics")
    ann.hears("I need the link of a calendar.")
    # The dialogue is over: the next text is no link.
    ann.says("/today")
    ann.hears("Today")


def test_a_dead_button_and_the_link_of_somebody_else_lead_nowhere(chats: Chats) -> None:
    ann, bob = chats.person("Ann", zone="Europe/Berlin"), chats.person("Bob", zone="Europe/Berlin")
    page = opened(ann, "🔗 Calendar links", "A calendar of yours can be read by others")
    ann.taps(next(each for each in buttons(page) if each.startswith("📤")), page)
    ann.taps("➕ A link with all details", ann.hears("No link shows it."))
    ann.hears("Everybody who has this link")
    (row,) = chats.core.reads.calendars(ann.account.tenant)
    (feed,) = chats.core.backend.feeds.of_calendar(ann.account.tenant, row.calendar_id)
    bob.says("/feeds")
    bob.hears("A calendar of yours can be read by others")
    assert chats.core.backend.feeds.of_calendar(bob.account.tenant, row.calendar_id) == []
    assert not chats.core.backend.feeds.remove(bob.account.tenant, row.calendar_id, feed.feed_id)


def test_the_same_in_russian(chats: Chats, publisher: Publisher) -> None:
    ira = chats.person("Ира", language="ru", zone="Europe/Moscow")
    page = opened(ira, "🔗 Ссылки на календари", "Ваш календарь можно читать по секретной ссылке")
    ira.taps(next(each for each in buttons(page) if each.startswith("📤")), page)
    ira.taps("➕ Ссылка со всеми подробностями", ira.hears("Ни одна ссылка"))
    ira.hears("Каждый, у кого есть эта ссылка, может читать календарь")
    ira.says(publisher.url)
    ira.taps("📥 Подписаться", ira.hears("Похоже, это календарь"))
    ira.hears("Вы подписаны.")
    wait_until(lambda: subscriptions(ira)[0].events, what="the first read")
    ira.says("подписки")
    ira.taps("📥 1. Holidays", ira.hears("1. Holidays – прочитан"))
    assert "1 событие" in ira.hears("только для чтения")["text"]
