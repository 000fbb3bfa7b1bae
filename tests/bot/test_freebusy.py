"""/freebusy in conversations: one's own times, those of others by their choice, and common free ones."""

from __future__ import annotations

import pytest

from support.chat import Chats, Someone, buttons
from support.stored_events import on_monday, stores
from televent.application.use_cases.people.free_busy import open_to_audience


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")


@pytest.fixture
def bob(chats: Chats) -> Someone:
    return chats.person("Bob", address=f"bob{next(chats.numbers)}@example.com", language="ru", zone="Europe/Moscow")


def opens(someone: Someone, audience: str) -> None:
    open_to_audience(someone.chats.core.backend, someone.context(), audience=audience)


def test_one_s_own_day_is_told_without_titles(ann: Someone) -> None:
    on_monday(ann, "Secret talk", 10, 12)
    on_monday(ann, "Maybe", 13, 14, "STATUS:TENTATIVE")
    answer = ann.answer_to("/freebusy")
    assert "You: 10:00 AM - 12:00 PM, 1:00 PM - 2:00 PM ❔" in answer["text"]
    assert "Secret" not in answer["text"]
    # It is 9:30: there is no hour before ten. A tentative time is not offered.
    assert buttons(answer)[:2] == ["12:00 PM", "2:00 PM"]


def test_common_free_times_of_several_people_lead_to_a_meeting(ann: Someone, bob: Someone) -> None:
    stores(ann, "a@example.com", "Mine", "20261124T080000Z", "20261124T110000Z")
    stores(bob, "b@example.com", "Theirs", "20261124T120000Z", "20261124T180000Z")
    opens(bob, "everyone")
    address = bob.account.addresses[0]
    answer = ann.answer_to(f"/freebusy {address} tomorrow 90m")
    assert "Bob: 12:00 PM - 6:00 PM" in answer["text"]
    assert "Theirs" not in answer["text"]
    assert buttons(answer) == ["6:00 PM"]
    short = ann.answer_to(f"/freebusy tomorrow {address} 1h")
    assert buttons(short)[:2] == ["11:00 AM", "6:00 PM"]
    ann.taps("6:00 PM", short)
    line = ann.hears("/create Meeting, 2026-11-24 18:00, 60m")
    assert address in line["text"]


def test_a_person_who_has_not_let_one_ask_looks_like_nobody(ann: Someone, bob: Someone) -> None:
    opens(bob, "nobody")
    on_monday(bob, "Private", 10, 12)
    known = ann.answer_to(f"/freebusy {bob.account.addresses[0]}")["text"]
    unknown = ann.answer_to("/freebusy ghost@example.org")["text"]
    assert known.replace(bob.account.addresses[0], "ghost@example.org") == unknown
    assert "they are not here, or have not let you ask" in known
    assert "Bob" not in known
    assert "I cannot say when @1999999 is free" in ann.answer_to("/freebusy @1999999")["text"]


def test_a_week_offers_times_on_several_days_and_words_that_are_not_read_are_named(ann: Someone, bob: Someone) -> None:
    answer = ann.answer_to("/freebusy week 30m")
    assert len({each.split(" ", 3)[2] for each in buttons(answer)}) > 3
    assert "flurbday" in ann.answer_to("/freebusy flurbday")["text"]
    on_monday(bob, "Занято", 7, 17)
    russian = bob.answer_to("/freebusy сегодня 2ч")
    assert "Вы: 10:00 - 20:00" in russian["text"]
    assert "Общего свободного времени (2 ч)" in russian["text"]
    assert buttons(russian) == []
