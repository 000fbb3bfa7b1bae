"""/search in conversations: words in any script and order, days, pages, and buttons that open events."""

from __future__ import annotations

from typing import Any

import pytest

from support.chat import Chats, Someone, buttons
from support.stored_events import on_monday, stores


@pytest.fixture
def ann(chats: Chats) -> Someone:
    return chats.person("Ann", address=f"ann{next(chats.numbers)}@example.com")


@pytest.fixture
def boris(chats: Chats) -> Someone:
    return chats.person("Boris", zone="Europe/Moscow", language="ru")


def lines(message: Any) -> list[str]:
    return [each for each in message["text"].splitlines() if each.startswith("•")]


def test_words_of_any_part_find_an_event_with_its_day_and_time(ann: Someone) -> None:
    stores(ann, "d@example.com", "Dentist", "20261130T100000Z", "20261130T103000Z", "LOCATION:5 Mill Lane")
    stores(ann, "l@example.com", "Lunch", "20261130T120000Z", "20261130T130000Z")
    for text in ("/search mill dentist", "/SEARCH Dentsit", "/find dent", "/search dentist 30.11."):
        answer = ann.answer_to(text)
        assert len(lines(answer)) == 1, answer["text"]
        (line,) = lines(answer)
        assert line.startswith("• Mon, Nov 30 · 10:00 AM–10:30 AM Dentist · 📍 5 Mill Lane /e_"), line
        assert buttons(answer) == ["Dentist"]
    assert "Only on Mon, Nov 30" in answer["text"]


def test_nothing_found_says_what_was_looked_for(ann: Someone, boris: Someone) -> None:
    answer = ann.answer_to("/search <blacksmith>  2026-12")
    first, days, *_ = answer["text"].splitlines()
    assert first == "🔎 <blacksmith> 2026-12"
    assert days.startswith("📅 Only Tue, Dec 1 –")
    assert "found nothing" in answer["text"]
    assert buttons(answer) == []
    assert "Ничего не нашлось" in boris.answer_to("/поиск кузнец")["text"]
    assert "/search dentist" in ann.answer_to("/search")["text"]
    assert "100" in ann.answer_to(f"/search {'x' * 101}")["text"]


def test_pages_are_turned_and_events_opened_by_buttons(boris: Someone) -> None:
    for day in range(1, 12):
        stores(boris, f"{day}@example.com", f"Гребля {day}", f"202612{day:02}T060000Z", f"202612{day:02}T070000Z")
    first = boris.answer_to("/search гребля")
    assert len(lines(first)) == 8
    assert "Гребля 1 " in lines(first)[0]
    assert "09:00–10:00" in lines(first)[0]
    boris.taps("Ещё ›", on=first)
    second = boris.hears("Гребля 9")
    assert [line.split("Гребля ")[1].split()[0] for line in lines(second)] == ["9", "10", "11"]
    assert buttons(second) == ["Гребля 9", "Гребля 10", "Гребля 11", "‹ К началу"]
    assert second["message_id"] == first["message_id"]
    boris.taps("‹ К началу", on=second)
    again = boris.hears("Гребля 1 ")
    assert lines(again) == lines(first)
    boris.taps("Гребля 3", on=again)
    opened = boris.hears("Гребля 3")
    assert opened["message_id"] != first["message_id"]
    assert "3 дек" in opened["text"]
    assert len(lines(boris.answer_to("/search greblya 2026-12-03"))) == 1


def test_nobody_finds_the_events_of_others(ann: Someone, boris: Someone) -> None:
    on_monday(ann, "Surprise party", 12, 13)
    assert lines(boris.answer_to("/search surprise")) == []
    assert len(lines(ann.answer_to("/search surprise"))) == 1
