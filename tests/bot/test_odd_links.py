"""Odd links of calendars in the chat: each gets an answer that says what is wrong, or is understood."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.chat import Chats, Someone, buttons, open_chats


@pytest.fixture(scope="module")
def module_chats(module_database_url: str) -> Iterator[Chats]:
    """The bot as it is in use: its worker reads nothing in its own network."""
    with open_chats(module_database_url) as chats:
        yield chats


def urls(someone: Someone) -> list[str]:
    return [each.url for each in someone.chats.core.backend.subscriptions.all(someone.account.tenant)]


@pytest.mark.parametrize(
    "link",
    [
        "https://[fe80/x.ics",
        "https://example.com:port/x.ics",
        "http://example.com/x.ics",
        "https://ann:secret@example.com/x.ics",
        "https://127.0.0.1/x.ics",
        "https://[::ffff:10.0.0.1]/x.ics",
        "https://１２７.0.0.1/x.ics",
        "https://localhost/x.ics",
        f"https://example.com/{'a' * 2100}.ics",
    ],
)
def test_a_link_that_cannot_be_used_is_refused_before_it_is_offered(chats: Chats, link: str) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    pasted = ann.answer_to(link)
    assert "That URL cannot be used" in pasted["text"]
    assert buttons(pasted) == []
    assert "That URL cannot be used" in ann.answer_to(f"/subscribe {link}")["text"]
    assert urls(ann) == []


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://пример.рф/Праздники 2026.ics", ""),
        ("https://пример.рф/Праздники.ics", "https://xn--e1afmkfd.xn--p1ai/%D0%9F%D1%80%D0%B0%D0%B7%D0%B4%D0%BD%D0%B8%D0%BA%D0%B8.ics"),
        ("https://example.com/x.ics?a=%20ü#top", "https://example.com/x.ics?a=%20%C3%BC"),
        ("webcals://example.com/x.ics", "https://example.com/x.ics"),
    ],
)  # fmt: skip
def test_a_link_in_any_script_is_understood(chats: Chats, link: str, url: str) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    offer = ann.answer_to(link)
    if url:
        ann.taps("📥 Subscribe", offer)
        ann.hears("You are subscribed.")
    assert urls(ann) == ([url] if url else [])


def test_a_refused_link_may_be_sent_again(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.answer_to("/subscribe")
    assert "That URL cannot be used" in ann.answer_to("http://example.com/holidays")["text"]
    ann.says("https://example.com/holidays")
    ann.hears("You are subscribed.")
    assert urls(ann) == ["https://example.com/holidays"]


def test_the_same_link_is_taken_once(chats: Chats) -> None:
    ann = chats.person("Ann", zone="Europe/Berlin")
    ann.says("/subscribe https://example.com/x.ics Matches")
    ann.hears("✅ You are subscribed.")
    ann.says("/subscribe webcal://example.com/x.ics")
    assert "Matches" in ann.hears("You are subscribed to this calendar already")["text"]
    offer = ann.answer_to("https://example.com/x.ics")
    ann.taps("📥 Subscribe", offer)
    ann.hears("You are subscribed to this calendar already")
    assert urls(ann) == ["https://example.com/x.ics"]
